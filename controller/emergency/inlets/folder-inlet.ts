// A watched folder: CAP files moved into it are offered one by one, then lie in `done` or `refused`. What is half written is not looked at.
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { randomHex } from '../../../hardware/host/crypto.ts';
import { readStrangerFile } from '../../../hardware/host/stranger-file.ts';
import { alertBytesMax } from '../../../schemas/alerts.ts';
import type { Inlet, InletWay } from './inlet.ts';

const lookEveryMs = 500;
const filesPerLook = 100;
/** Oldest first out; the audit and the alert's own row stay. */
const keptMax = 1_000;
const folders = ['done', 'refused'] as const;

export interface FolderInletOptions extends InletWay {
  readonly source: string;
  readonly dir: string;
}

/** Folders are looked into twice a second: notices of changes do not come over every network share. */
export async function watchFolder(options: FolderInletOptions): Promise<Inlet> {
  for (const name of folders) await mkdir(join(options.dir, name), { recursive: true, mode: 0o700 });
  const state = { stopped: false, turn: Promise.resolve(), timer: undefined as NodeJS.Timeout | undefined };
  const look = () => {
    state.turn = lookOnce(options, () => state.stopped)
      .catch((err: unknown) => options.journal.warn({ event: 'alert-folder-failed', source: options.source, err }))
      .then(() => {
        if (!state.stopped) state.timer = setTimeout(look, lookEveryMs);
      });
  };
  look();
  return {
    stop: async () => {
      state.stopped = true;
      clearTimeout(state.timer);
      await state.turn;
    },
  };
}

async function lookOnce({ source, dir, offer, journal, nowMs }: FolderInletOptions, stopped: () => boolean): Promise<void> {
  const names = (await readdir(dir)).filter((name) => /^[^.].*\.(xml|cap)$/i.test(name)).sort();
  for (const name of names.slice(0, filesPerLook)) {
    if (stopped()) return;
    const bytes = await readStrangerFile(join(dir, name), alertBytesMax);
    if (!bytes.ok && bytes.problem.code === 'not-found') continue;
    const offered = bytes.ok ? await offer(source, bytes.value, 'cap') : bytes;
    // The same file is offered again at the next look: nothing of it is lost.
    if (!offered.ok && bytes.ok) {
      journal.warn({ event: 'alert-waits-in-folder', source, name, ...offered.problem });
      return;
    }
    const good = offered.ok && offered.value.is !== 'reject';
    if (!offered.ok) journal.warn({ event: 'alert-file-refused', source, name, ...offered.problem });
    await putAway(dir, name, good ? 'done' : 'refused', nowMs());
  }
}

/** Names sort by time; one that was there before is kept beside it. */
async function putAway(dir: string, name: string, where: (typeof folders)[number], nowMs: number): Promise<void> {
  const stamp = new Date(nowMs).toISOString().replaceAll(/[:.]/g, '-');
  await rename(join(dir, name), join(dir, where, `${stamp}-${randomHex(2)}-${name.slice(0, 150)}`));
  const kept = (await readdir(join(dir, where))).sort();
  for (const old of kept.slice(0, Math.max(0, kept.length - keptMax))) await rm(join(dir, where, old), { force: true, recursive: true });
}
