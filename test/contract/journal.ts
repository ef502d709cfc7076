// What every journal promises the loop: nothing acknowledged is lost, kept state and rows are one, numbers never repeat.
import { expect, test } from 'vitest';
import type { Kept } from '../../agent/core/model.ts';
import { blankKept } from '../../agent/core/start-state.ts';
import type { Journal } from '../../agent/ports.ts';
import type { Entry } from '../../schemas/outbox.ts';

export interface JournalUnderTest {
  /** Open what is stored; called again it is the next boot. */
  open(): Promise<Journal>;
  /** End without any goodbye that real power cuts do not give. */
  cut(): Promise<void>;
}

export function entry(atMs: number, act: 'tone' | 'mute' = 'tone'): Entry {
  return { boot: 'b-1', atMs, monoMs: atMs, clock: 'signed', fact: { kind: 'act', act, detail: `at ${atMs}` } };
}

export function orderEntry(order: string): Entry {
  return { boot: 'b-1', atMs: 1, monoMs: 1, clock: 'signed', fact: { kind: 'order', order, state: 'accepted' } };
}

export function promiseJournal(make: () => Promise<JournalUnderTest>): void {
  test('a new journal holds the state of a box that never ran', async () => {
    const subject = await make();
    const journal = await subject.open();
    const loaded = await journal.load();
    expect(loaded.kept).toEqual(blankKept());
    expect(loaded).toMatchObject({ lastSeq: 0, ackedTo: 0 });
    expect(loaded.epoch).toMatch(/^[a-z0-9-]{1,32}$/);
    await subject.cut();
  });

  test('what was committed is there after a power cut, cell by cell', async () => {
    const subject = await make();
    const first = await subject.open();
    const before = await first.load();
    const kept: Kept = {
      ...before.kept,
      muted: true,
      orders: { ...before.kept.orders, counters: { 'xa/1/g/xa': { ctr: 7, digest: 'd' } } },
      counters: { ...before.kept.counters, reportRev: 3 },
    };
    await first.commit(kept, [entry(1), entry(2)]);
    await first.commit({ ...kept, ledger: { ...kept.ledger, settledToMs: 99 } }, [entry(3)]);
    await subject.cut();
    const second = await subject.open();
    const after = await second.load();
    expect(after.kept).toEqual({ ...kept, ledger: { ...kept.ledger, settledToMs: 99 } });
    expect(after).toMatchObject({ epoch: before.epoch, lastSeq: 3 });
    await subject.cut();
  });

  test('commits given at once are stored in their order', async () => {
    const subject = await make();
    const journal = await subject.open();
    const { kept } = await journal.load();
    await Promise.all([1, 2, 3, 4, 5].map((n) => journal.commit({ ...kept, counters: { ...kept.counters, reportRev: n } }, [entry(n)])));
    await subject.cut();
    const after = await (await subject.open()).load();
    expect(after.kept.counters.reportRev).toBe(5);
    expect(after.lastSeq).toBe(5);
    await subject.cut();
  });
}
