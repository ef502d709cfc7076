// Dropping what is old, as every store does it.
import { expect, test } from 'vitest';
import type { LiveSession } from '../../schemas/live.ts';
import type { Item, Programme } from '../../schemas/programme.ts';
import type { Receipt } from '../../schemas/receipt.ts';
import { describeOnStore, type StoreBed } from './store-suite.ts';

const nothing = { rows: [], receipts: [], progress: [], conflicts: [], heads: [] };
const act = (name: string, atMs = 1) => ({ atMs, actor: 'x', act: name, subject: 's', sha256: '' });
const receipt = (at: number, receivedMs = at) => ({
  ...{ dev: 'a', receivedMs },
  receipt: { occurrence: `o${at}`, plannedStartMs: at, plannedEndMs: at, audibleMs: 0 } as unknown as Receipt,
});
const row = (seq: number, atMs: number, receivedMs = atMs) => ({
  dev: 'a',
  epoch: 'e',
  seq,
  hash: `${seq}`,
  entry: '{}',
  kind: 'act',
  atMs,
  receivedMs,
});
const sound = (name: string) =>
  ({ sha256: name.repeat(64).slice(0, 64), bytes: 1, type: 'audio/ogg', title: name, language: 'vi', durationMs: 1, gainDb: 0 }) as Item;

export function describeRetentionStore(name: string, makeBed: () => Promise<StoreBed>): void {
  describeOnStore(name, makeBed, (on) => {
    test('the oldest go first, so many at a time, and what came lately stays whatever its clock said', async () => {
      await on.store.log.commit({
        ...nothing,
        receipts: [1, 2, 3, 50].map((at) => receipt(at)).concat(receipt(4, 60)),
        rows: [row(1, 1), row(2, 2), row(3, 3, 70), row(4, 80)],
      });
      expect(await on.store.retention.drop('receipts', 40, 2)).toEqual({ count: 2, content: [] });
      expect((await on.store.log.receipts({ limit: 9 })).map((one) => one.receipt.occurrence)).toEqual(['o50', 'o4', 'o3']);
      expect(await on.store.retention.drop('receipts', 40, 2)).toEqual({ count: 1, content: [] });
      expect(await on.store.retention.drop('receipts', 40, 2)).toEqual({ count: 0, content: [] });
      expect(await on.store.retention.drop('rows', 40, 10)).toEqual({ count: 2, content: [] });
      expect((await on.store.log.rows({ limit: 9 })).map(({ seq }) => seq)).toEqual([4, 3]);
      expect(await on.store.audit.entries(0, 9)).toEqual([]);
    });

    test('recordings go from their session and the library, unless a programme plays them or they still run', async () => {
      const names = ['a', 'b', 'c'];
      for (const [at, of] of names.entries()) {
        const session = { session: of, title: of, openMs: at } as unknown as LiveSession;
        await on.store.live.addLive(
          { session, groups: [], boxes: [], by: 'x', talkFromMs: 0, closedMs: null, closedWhy: null, recording: null, recordingNote: null },
          act('live.open'),
        );
        await on.store.content.addMedia({ item: sound(of), source: 'live', author: 'x', createdMs: 1, peaks: [] }, act('media.add'));
        await on.store.live.keepRecording(of, sound(of).sha256, null);
        if (of !== 'c') await on.store.live.closeLive(of, 'x', act('live.close', 10));
      }
      const programme: Programme = {
        id: 'p',
        title: 'p',
        form: 'audio',
        tier: 'normal',
        level: 'commune',
        centre: 'x',
        items: [sound('b')],
      };
      await on.store.content.saveProgramme(
        { programme, state: 'draft', author: 'x', approver: null, changedMs: 1, note: '' },
        act('programme.write'),
      );
      const { sha256: recording } = sound('a');
      await on.store.meta.setValue('templates', JSON.stringify([{ speech: [{ recording }] }]));
      expect(await on.store.retention.drop('recordings', 20, 10)).toEqual({ count: 0, content: [] });
      await on.store.meta.setValue('templates', '[]');
      expect(await on.store.retention.drop('recordings', 20, 10)).toEqual({ count: 1, content: [recording] });
      expect(await on.store.retention.drop('recordings', 20, 10)).toEqual({ count: 0, content: [] });
      const kept = await on.store.live.sessions(9);
      expect(kept.map(({ session, recording, recordingNote }) => [session.session, recording !== null, recordingNote])).toEqual([
        ['c', true, null],
        ['b', true, null],
        ['a', false, 'dropped by its age'],
      ]);
      expect((await on.store.content.media()).map(({ item }) => item.title).sort()).toEqual(['b', 'c']);
    });

    test('tables of a backup forget who was signed in, and the next revisions lie above all before', async () => {
      const envelope = { payloadType: 'x', payload: 'e30=', signatures: [] };
      await on.store.wants.saveWants([{ dev: 'd1', rev: 3, envelope, madeMs: 4 }]);
      const account = { account: 'x', title: 'X', grants: [], passwordHash: 'h', createdMs: 1, disabledMs: null };
      await on.store.people.addAccount(account, act('account.add'));
      const session = {
        idHash: 'h',
        account: 'x',
        csrf: 'c',
        createdMs: 1,
        expMs: 100,
        proof: 'password',
        seenMs: 1,
        place: '',
        device: '',
        way: 'password',
      } as const;
      await on.store.people.addSession(session, act('session.begin'));
      await on.store.restored(act('centre.restore'));
      expect(await on.store.people.session('h', 2)).toBeUndefined();
      const want = await on.store.wants.want('d1');
      expect(want?.rev).toBeGreaterThan(100_000);
      expect((await on.store.audit.entries(0, 9)).at(-1)?.act).toBe('centre.restore');
      expect(await on.store.audit.head()).toMatchObject({ seq: 3, hash: expect.stringMatching(/^[0-9a-f]{64}$/) });
    });
  });
}
