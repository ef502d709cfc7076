// What every store promises of long lists: their parts are the whole.
import { expect, test } from 'vitest';
import type { Act, ContentPage, StoredReceipt } from '../../controller/store/store.ts';
import { describeOnStore, type StoreBed } from './store-suite.ts';

const act = (name: string): Act => ({ atMs: 1_000, actor: 'someone', act: name, subject: 'thing', sha256: 'ab' });

export function describeListStore(name: string, makeBed: () => Promise<StoreBed>): void {
  describeOnStore(name, makeBed, (on) => {
    test('media, programmes and schedules come in parts that together are the whole, also where many are of one moment', async () => {
      const names = ['d', 'a', 'c', 'b', 'e'];
      for (const [at, letter] of names.entries()) {
        const [item, atMs] = [{ sha256: letter.repeat(64), title: letter }, at < 3 ? 1 : 2];
        await on.store.content.addMedia({ item, source: '', author: 'x', createdMs: atMs, peaks: [] } as never, act('m'));
        const stored = { programme: { id: letter }, state: 'draft', author: 'x', approver: null, changedMs: atMs, note: '' };
        await on.store.content.saveProgramme(stored as never, act('p'));
        await on.store.content.addSchedule({ schedule: { id: letter }, groups: [], author: 'x', createdMs: atMs } as never, act('s'));
      }
      const { content } = on.store;
      const lists = {
        media: async (page?: ContentPage) => (await content.media(page)).map((one) => ({ atMs: one.createdMs, id: one.item.sha256 })),
        programmes: async (page?: ContentPage) =>
          (await content.programmes(page)).map((one) => ({ atMs: one.changedMs, id: one.programme.id })),
        schedules: async (page?: ContentPage) =>
          (await content.schedules(page)).map((one) => ({ atMs: one.createdMs, id: one.schedule.id })),
      };
      for (const [which, list] of Object.entries(lists)) {
        const all = await list();
        const order = which === 'schedules' ? 'acdbe' : 'beacd';
        expect([which, all.map(({ id }) => id.slice(0, 1)).join('')]).toEqual([which, order]);
        for (const limit of [1, 2, 3, 9]) {
          const found: typeof all = [];
          for (let part = await list({ limit }); part.length > 0; part = await list({ after: found.at(-1), limit })) found.push(...part);
          expect([which, limit, found]).toEqual([which, limit, all]);
        }
      }
    });

    test('receipts of a period come in parts that together are the whole, of the boxes asked alone', async () => {
      const receipts = Array.from({ length: 9 }, (_, at) => ({
        ...{ dev: at % 3 === 2 ? 'd3' : `d${at % 2}`, receivedMs: 1 },
        receipt: {
          occurrence: `o-${(at * 4) % 9}`,
          plannedStartMs: 10 + Math.floor(at / 4),
          plannedEndMs: 20,
          items: [],
          audibleMs: 1,
        } as never,
      }));
      await on.store.log.commit({ rows: [], receipts, progress: [], conflicts: [], heads: [] });
      const boxes = ['d0', 'd1'];
      const part = (limit: number, after?: StoredReceipt) => on.store.log.receiptsPage({ boxes, fromMs: 10, toMs: 12, limit, after });
      const all = await part(99);
      expect(all.map(({ dev }) => dev).sort()).toEqual(['d0', 'd0', 'd0', 'd1', 'd1', 'd1']);
      for (const limit of [1, 2, 4]) {
        const found: StoredReceipt[] = [];
        for (let next = await part(limit); next.length > 0; next = await part(limit, found.at(-1))) found.push(...next);
        expect(found).toEqual(all);
      }
    });
  });
}
