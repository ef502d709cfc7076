// What every store promises of faults.
import { expect, test } from 'vitest';
import type { Store } from '../../controller/store/store.ts';
import type { Fault } from '../../schemas/faults.ts';
import { describeOnStore, type StoreBed } from './store-suite.ts';

const fault = (id: string, change: Partial<Fault> = {}): Fault => ({
  ...{ id, box: 'd1', reason: 'audio-failed', openedMs: 1, standingMs: 2, endedMs: null, times: 1, answeredBy: null, answeredMs: null },
  ...{ assignee: null, resolvedBy: null, resolvedMs: null, note: '' },
  ...change,
});

export function describeFaultStore(name: string, makeBed: () => Promise<StoreBed>): void {
  describeOnStore(name, makeBed, (on) => {
    test('a fault is kept as it is now, the newest first, open ones apart', async () => {
      await on.store.faults.save([fault('a', { openedMs: 1 }), fault('b', { openedMs: 3, box: 'd2' }), fault('c', { openedMs: 2 })]);
      await on.store.faults.save([fault('a', { endedMs: 9, answeredMs: 9, answeredBy: 'an' }), fault('a', { endedMs: 10, answeredMs: 9 })]);
      const ids = async (filter: Parameters<Store['faults']['faults']>[0]) => (await on.store.faults.faults(filter)).map(({ id }) => id);
      expect(await ids({ boxes: ['d1', 'd2'], open: false, limit: 10 })).toEqual(['b', 'c', 'a']);
      expect(await ids({ boxes: ['d1', 'd2'], open: true, limit: 10 })).toEqual(['b', 'c']);
      expect(await ids({ boxes: ['d1'], open: false, limit: 1 })).toEqual(['c']);
      const period = { fromMs: 11, toMs: 20 };
      expect(await ids({ boxes: ['d1', 'd2'], open: false, period, limit: 10 }), 'a ended before it').toEqual(['b', 'c']);
      expect(await ids({ boxes: [], open: false, limit: 10 })).toEqual([]);
      expect(await on.store.faults.fault('a')).toMatchObject({ endedMs: 10 });
      expect(await on.store.faults.fault('z')).toBeUndefined();
    });

    test('what may still change: unresolved, standing or ended lately', async () => {
      await on.store.faults.save([
        fault('stands'),
        fault('lately', { endedMs: 100 }),
        fault('long-ago', { endedMs: 50 }),
        fault('closed', { endedMs: 100, resolvedMs: 101 }),
      ]);
      await on.reopen();
      expect((await on.store.faults.unsettled(50)).map(({ id }) => id).sort()).toEqual(['lately', 'stands']);
    });
  });
}
