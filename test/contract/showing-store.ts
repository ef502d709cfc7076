// What every store promises about rows of what boards showed.
import { expect, test } from 'vitest';
import type { StoredReceipt, StoredShowing } from '../../controller/store/store.ts';
import type { Receipt } from '../../schemas/receipt.ts';
import type { StoreBed } from './store-suite.ts';

const nothing = { rows: [], receipts: [], progress: [], conflicts: [], heads: [] };
const receipt = (occurrence: string, plannedStartMs: number): StoredReceipt => ({
  dev: 'd1',
  receivedMs: 5000,
  receipt: { occurrence, plannedStartMs, plannedEndMs: plannedStartMs, audibleMs: 0 } as unknown as Receipt,
});

export function describeShowingStore(name: string, makeBed: () => Promise<StoreBed>): void {
  test(`${name}: rows of what boards showed are kept once, by box, period and newest first`, async () => {
    const bed = await makeBed();
    const store = await bed.open();
    const showing = (id: string, fromMs: number) => ({
      dev: id.startsWith('d2') ? 'd2' : 'd1',
      receivedMs: 5,
      showing: {
        id,
        output: 'screen',
        what: 'bulletin',
        occurrence: 's@1@screen',
        plannedFromMs: fromMs,
        plannedUntilMs: fromMs + 10,
        lines: [],
      },
    });
    const rows = [showing('a', 1_000), showing('b', 2_000), showing('d2-c', 3_000)] as unknown as StoredShowing[];
    await store.log.commit({ ...nothing, showings: rows });
    await store.log.commit({ ...nothing, showings: rows.slice(0, 1) });
    const ids = (found: readonly StoredShowing[]) => found.map(({ showing: { id } }) => id);
    expect(ids(await store.log.showings({ fromMs: 0, toMs: 10_000 }))).toEqual(['d2-c', 'b', 'a']);
    expect(ids(await store.log.showings({ dev: 'd1', fromMs: 1_005, toMs: 3_000 }))).toEqual(['b', 'a']);
    expect(ids(await store.log.showings({ fromMs: 1_010, toMs: 2_000 }))).toEqual([]);
    await store.log.commit({ ...nothing, receipts: [receipt('s@1', 1_000), receipt('s@2', 90_000_000)] });
    expect((await store.log.receiptsBetween({ fromMs: 89_000_000, toMs: 91_000_000 })).map((one) => one.receipt.occurrence)).toEqual([
      's@2',
    ]);
    await store.close();
    await bed.remove();
  });
}
