// What every store promises of ratings, training, and how long faults stood.
import { expect, test } from 'vitest';
import type { Stars } from '../../schemas/evaluation.ts';
import type { Fault } from '../../schemas/faults.ts';
import { bad, ok } from '../../schemas/problems.ts';
import type { Training } from '../../schemas/training.ts';
import { describeOnStore, type StoreBed } from './store-suite.ts';

const act = (name: string) => ({ atMs: 1, actor: 'an', act: name, subject: 's', sha256: '' });
const rating = (month: string, source: string, stars: Stars) => ({
  unit: 'xa',
  month,
  level: 'commune' as const,
  source,
  stars,
  by: 'an',
  atMs: 1,
});
const training = (id: string, change: Partial<Training> = {}): Training => ({
  ...{ id, person: 'an', exercise: 'thay-hop', role: 'technician', unit: 'tap', by: 'binh', beganMs: 1, completedMs: null, result: null },
  ...{ completedBy: null, note: '' },
  ...change,
});
const fault = (id: string, box: string, openedMs: number, endedMs: number | null, reason: Fault['reason'] = 'offline'): Fault => ({
  ...{ id, box, reason, openedMs, standingMs: openedMs, endedMs, times: 1, answeredBy: null, answeredMs: null },
  ...{ assignee: null, resolvedBy: null, resolvedMs: null, note: '' },
});

export function describeEvaluationStore(name: string, makeBed: () => Promise<StoreBed>): void {
  describeOnStore(name, makeBed, (on) => {
    test('a rating of the same source takes the place of the one before, others stand beside it', async () => {
      const { evaluation } = on.store;
      await evaluation.saveRating(rating('2026-10', 'phieu', [1, 0, 0, 0, 0]), act('rating.write'));
      await evaluation.saveRating(rating('2026-10', 'phieu', [0, 0, 0, 0, 2]), act('rating.write'));
      await evaluation.saveRating(rating('2026-10', 'cong', [0, 1, 0, 0, 0]), act('rating.write'));
      await evaluation.saveRating(rating('2026-12', 'phieu', [0, 0, 1, 0, 0]), act('rating.write'));
      await on.reopen();
      const found = await on.store.evaluation.ratings('2026-09', '2026-11');
      expect(found.map(({ source, stars }) => [source, stars])).toEqual([
        ['cong', [0, 1, 0, 0, 0]],
        ['phieu', [0, 0, 0, 0, 2]],
      ]);
    });

    test('training is listed newest first and found by when it was passed', async () => {
      await on.store.training.add(training('a'), act('training.begin'));
      await on.store.training.add(training('b', { beganMs: 2, person: 'chi', unit: 'tap-2' }), act('training.begin'));
      const done = await on.store.training.decide('a', (one) => ok({ ...one, result: 'passed', completedMs: 9 }), act('training.complete'));
      expect(done).toMatchObject({ ok: true });
      expect(await on.store.training.decide('b', () => bad('conflict', 'no'), act('training.complete'))).toMatchObject({ ok: false });
      expect(await on.store.training.decide('z', (one) => ok(one), act('training.complete'))).toMatchObject({
        problem: { code: 'not-found' },
      });
      const ids = async (filter: object) => (await on.store.training.trainings({ limit: 5, ...filter })).map(({ id }) => id);
      expect([
        await ids({}),
        await ids({ people: ['an'] }),
        await ids({ unit: 'tap-2' }),
        await ids({ after: { beganMs: 2, id: 'b' } }),
      ]).toEqual([['b', 'a'], ['a'], ['b'], ['a']]);
      expect([(await on.store.training.passed(9, 10)).length, (await on.store.training.passed(0, 9)).length]).toEqual([1, 0]);
    });

    test('a sandbox is one until it is taken away', async () => {
      await on.store.training.saveSandbox({ unit: 'tap', by: 'an', sinceMs: 1 }, act('sandbox.make'));
      await on.reopen();
      expect(await on.store.training.sandboxes()).toEqual([{ unit: 'tap', by: 'an', sinceMs: 1 }]);
      expect(await on.store.training.removeSandbox('tap', act('sandbox.end'))).toMatchObject({ ok: true });
      expect(await on.store.training.removeSandbox('tap', act('sandbox.end'))).toMatchObject({ problem: { code: 'not-found' } });
    });

    test('how long faults of a reason stood in a period, and how many stood at an instant', async () => {
      await on.store.faults.save([
        ...[fault('a', 'd1', 0, 15), fault('b', 'd1', 20, null), fault('c', 'd2', 12, 14, 'hot'), fault('d', 'd3', 40, null)],
        fault('e', 'd2', 5, 10),
      ]);
      const lasted = await on.store.faults.lasted({ reason: 'offline', fromMs: 10, toMs: 30 });
      expect([...lasted]).toEqual([['d1', 15]]);
      expect([...(await on.store.faults.stoodAt(13, 12))]).toEqual([
        ['d1', 1],
        ['d2', 1],
      ]);
      expect([...(await on.store.faults.stoodAt(30, 19))]).toEqual([]);
    });
  });
}
