// A programme of one minute every three minutes, day and night, in the tables of a centre before its first start.
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { SqlStore } from '../../controller/store/sql-store.ts';
import { sha256 } from '../../hardware/host/crypto.ts';
import type { Policy } from '../../schemas/policy.ts';
import { item, programme, schedule } from '../world/build.ts';

const dayMs = 86_400_000;

/** Hours and counts of a policy are no matter here. */
export function permitOf(nowMs: number): Policy['permits'] {
  return [{ fromMs: nowMs - dayMs, untilMs: nowMs + 60 * dayMs, reason: 'soak' }];
}

export function contentOf(nowMs: number, group: string, centre: string) {
  return async (store: SqlStore, blobs: string): Promise<void> => {
    const bytes = Buffer.from('one minute of sound, simulated');
    const sound = item('ban-tin', 60_000, { sha256: sha256(bytes), bytes: bytes.length });
    const file = join(blobs, sound.sha256.slice(0, 2), sound.sha256);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, bytes);
    const by = (act: string, subject: string) => ({ atMs: nowMs, actor: 'truc-ban', act, subject, sha256: sha256(Buffer.from(subject)) });
    await store.content.addMedia(
      { item: sound, createdMs: nowMs, source: 'upload', author: 'truc-ban', peaks: [] },
      by('media.add', sound.sha256),
    );
    await store.content.saveProgramme(
      {
        programme: programme('ban-tin', [sound], { centre }),
        changedMs: nowMs,
        state: 'approved',
        author: 'truc-ban',
        approver: 'truc-ban',
        note: '',
      },
      by('programme.save', 'ban-tin'),
    );
    const rule = schedule('lich', 'ban-tin', nowMs - 3600_000, { rrule: 'FREQ=MINUTELY;INTERVAL=3' });
    const added = await store.content.addSchedule(
      { schedule: rule, createdMs: nowMs, groups: [group], author: 'truc-ban' },
      by('schedule.add', 'lich'),
    );
    if (!added.ok) throw new Error(added.problem.detail);
  };
}
