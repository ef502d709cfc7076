// What every store promises of releases: versions once, one roll-out at a time, the first word of a box stands.
import { expect, test } from 'vitest';
import type { Act } from '../../controller/store/store.ts';
import { ok } from '../../schemas/problems.ts';
import type { Release, UpdateFact } from '../../schemas/release.ts';
import type { Rollout, StoredRelease } from '../../schemas/release-api.ts';
import { describeOnStore, type StoreBed } from './store-suite.ts';

const act = (name: string): Act => ({ atMs: 1_000, actor: 'someone', act: name, subject: 'thing', sha256: 'ab' });
const nothing = { rows: [], receipts: [], progress: [], conflicts: [], heads: [] };
const stored = (version: string, counter: number): StoredRelease => ({
  release: { version, counter, notes: { vi: 'Sửa', en: '' } } as unknown as Release,
  ...{ manifest: { payloadType: 'x', payload: 'eA==', signatures: [] }, issuer: 'xa', addedMs: 5, addedBy: 'an' },
});
const rollout = (id: string, state: Rollout['state'], beganMs = 10): Rollout => ({
  ...{ id, version: '1.1.0', counter: 2, area: '08', stages: [1, 100], abortPercent: 10, silentMs: 1, soakMs: 1, state },
  ...{ stage: 0, stageSinceMs: 0, beganMs, beganBy: 'an', endedMs: null },
});
const said = (dev: string, state: UpdateFact['state'], receivedMs: number, counter = 2) => ({
  ...{ dev, atMs: receivedMs, receivedMs },
  fact: { kind: 'update', version: '1.1.0', counter, state } as UpdateFact,
});

export function describeReleaseStore(name: string, makeBed: () => Promise<StoreBed>): void {
  describeOnStore(name, makeBed, (on) => {
    test('a version and a counter are used once; the newest stands first, over a restart', async () => {
      const { releases } = on.store;
      expect(await releases.addRelease(stored('1.1.0', 2), act('add'))).toEqual(ok(undefined));
      expect(await releases.addRelease(stored('1.2.0', 3), act('add'))).toEqual(ok(undefined));
      expect(await releases.addRelease(stored('1.2.0', 4), act('again'))).toMatchObject({ problem: { code: 'conflict' } });
      expect(await releases.addRelease(stored('1.3.0', 3), act('again'))).toMatchObject({ problem: { code: 'conflict' } });
      await on.reopen();
      expect(await on.store.releases.releases()).toEqual([stored('1.2.0', 3), stored('1.1.0', 2)]);
      expect((await on.store.audit.entries(0, 9)).map((one) => one.act)).toEqual(['add', 'add']);
    });

    test('one roll-out at a time; a box is offered it once', async () => {
      const { releases } = on.store;
      expect(await releases.beginRollout(rollout('ro-1', 'running'), act('begin'))).toEqual(ok(undefined));
      expect(await releases.beginRollout(rollout('ro-2', 'running'), act('begin'))).toMatchObject({ problem: { code: 'conflict' } });
      const offered = [
        { dev: 'hop-1', stage: 0, offeredMs: 5 },
        { dev: 'hop-2', stage: 1, offeredMs: 6 },
      ];
      await releases.saveRollout(rollout('ro-1', 'running'), offered, act('stage'));
      await releases.saveRollout(rollout('ro-1', 'done'), [{ dev: 'hop-1', stage: 1, offeredMs: 9 }], act('done'));
      expect(await releases.offered('ro-1')).toEqual(offered);
      expect(await releases.offered('ro-2')).toEqual([]);
      expect(await releases.beginRollout(rollout('ro-2', 'running', 20), act('begin'))).toEqual(ok(undefined));
      expect((await releases.rollouts()).map(({ id, state }) => `${id} ${state}`)).toEqual(['ro-2 running', 'ro-1 done']);
      expect(await releases.rollout('ro-9')).toBeUndefined();
    });

    test('what boxes say comes with their rows; the first word of a kind stands', async () => {
      const { log, releases } = on.store;
      await log.commit({ ...nothing, updates: [said('hop-1', 'downloaded', 10), said('hop-2', 'switched', 11)] });
      await log.commit({
        ...nothing,
        updates: [said('hop-1', 'downloaded', 20), said('hop-1', 'committed', 21), said('hop-1', 'committed', 9, 3)],
      });
      expect(await releases.updates(2)).toEqual([
        said('hop-1', 'downloaded', 10),
        said('hop-2', 'switched', 11),
        said('hop-1', 'committed', 21),
      ]);
      expect(await releases.updates(7)).toEqual([]);
    });
  });
}
