// What every store promises of issues and inboxes, and of receipts found by what they played.
import { expect, test } from 'vitest';
import { type SourceIssue, waitingEntry } from '../../controller/core/source-issue.ts';
import type { Act, StoredReceipt } from '../../controller/store/store.ts';
import { bad, ok } from '../../schemas/problems.ts';
import type { Receipt } from '../../schemas/receipt.ts';
import { schedule } from '../schemas/documents.ts';
import { describeOnStore, type StoreBed } from './store-suite.ts';

const act = (name: string): Act => ({ atMs: 1_000, actor: 'someone', act: name, subject: 'thing', sha256: 'ab' });
const issue = (id: string, change: Partial<SourceIssue> = {}): SourceIssue => ({
  ...{
    id,
    item: 'tin-1',
    by: 'binh',
    atMs: 10,
    tier: 'normal',
    to: ['tinh'],
    levels: ['commune'],
    disseminateByMs: null,
    note: '',
    withdrawn: null,
  },
  ...change,
});

export function describeIssueStore(name: string, makeBed: () => Promise<StoreBed>): void {
  describeOnStore(name, makeBed, (on) => {
    const add = (one: SourceIssue, ...units: string[]) =>
      on.store.issues.add(
        one,
        units.map((unit) => waitingEntry(one, unit)),
        act('issue'),
      );
    const take = (id: string, unit: string, programme: string) =>
      on.store.issues.answer(id, unit, (entry) => ok({ ...entry, answer: 'taken', programme }), act('take'));

    test('an issue lies in every unit’s inbox, newest first, also after opening again', async () => {
      await add(issue('p-1'), 'a', 'b');
      await add(issue('p-2', { atMs: 20, item: 'tin-2' }), 'b');
      await on.reopen();
      const found = async (filter: object) =>
        (await on.store.issues.entries({ limit: 9, ...filter })).map((one) => `${one.issue} ${one.unit}`);
      expect(await found({})).toEqual(['p-2 b', 'p-1 a', 'p-1 b']);
      expect(await found({ units: ['b'] })).toEqual(['p-2 b', 'p-1 b']);
      expect(await found({ units: [] })).toEqual([]);
      expect(await found({ issues: ['p-1'], units: ['a'] })).toEqual(['p-1 a']);
      expect(await found({ item: 'tin-2' })).toEqual(['p-2 b']);
      expect(await found({ answer: 'taken' })).toEqual([]);
      expect(await found({ limit: 1 })).toEqual(['p-2 b']);
      expect(await on.store.issues.issue('p-1')).toEqual(issue('p-1'));
      expect(await on.store.issues.issue('p-9')).toBeUndefined();
      expect((await on.store.issues.issues({ limit: 9 })).map(({ id }) => id)).toEqual(['p-2', 'p-1']);
      expect((await on.store.issues.issues({ item: 'tin-1', limit: 9 })).map(({ id }) => id)).toEqual(['p-1']);
    });

    test('issues with a day are found from an instant on, what is due soonest first, and none that was taken back', async () => {
      await add(issue('p-1', { disseminateByMs: 50 }), 'a');
      await add(issue('p-2', { disseminateByMs: 40 }), 'a');
      await add(issue('p-3'), 'a');
      const due = async (fromMs: number, limit = 9) => (await on.store.issues.due(fromMs, limit)).map(({ id }) => id);
      expect(await due(0)).toEqual(['p-2', 'p-1']);
      expect(await due(41)).toEqual(['p-1']);
      expect(await due(0, 1)).toEqual(['p-2']);
      await on.store.issues.withdraw('p-1', (one) => ok({ ...one, withdrawn: { by: 'x', atMs: 5, note: '' } }), act('back'));
      expect(await due(0)).toEqual(['p-2']);
    });

    test('issues of one centre above are found however many others are newer: issued since then, or still due', async () => {
      const of = (centre: string) => ({ origin: { centre, issue: 'x', units: [] } });
      await add(issue('p-1', { atMs: 10, ...of('tinh-08') }), 'a');
      await add(issue('p-2', { atMs: 5, disseminateByMs: 100, ...of('tinh-08') }), 'a');
      await add(issue('p-3', { atMs: 5, disseminateByMs: 49, ...of('tinh-08') }), 'a');
      await add(issue('p-4', { atMs: 30, ...of('tinh-09') }), 'a');
      await add(issue('p-5', { atMs: 40, note: '"origin":{"centre":"tinh-08"}' }), 'a');
      const from = async (centre: string, limit = 9) =>
        (await on.store.issues.from(centre, { issued: 5, due: 50 }, limit)).map(({ id }) => id);
      expect(await from('tinh-08')).toEqual(['p-1', 'p-2']);
      await on.reopen();
      expect([await from('tinh-08', 1), await from('tinh-09'), await from('tinh')]).toEqual([['p-1'], ['p-4'], []]);
    });

    test('an answer is judged on what stands, one after the other; refused, nothing is written', async () => {
      await add(issue('p-1'), 'a');
      const seen: string[] = [];
      const judge = (answer: 'taken' | 'declined') =>
        on.store.issues.answer(
          'p-1',
          'a',
          (entry) => {
            seen.push(entry.answer);
            return entry.answer === 'waiting' ? ok({ ...entry, answer }) : bad('conflict', entry.answer);
          },
          act(answer),
        );
      const both = await Promise.all([judge('taken'), judge('declined')]);
      expect([seen, both.map(({ ok: done }) => done)]).toEqual([
        ['waiting', 'taken'],
        [true, false],
      ]);
      expect((await on.store.audit.entries(0, 9)).map((one) => one.act)).toEqual(['issue', 'taken']);
      expect(await on.store.issues.answer('p-1', 'x', () => bad('conflict', ''), act('x'))).toMatchObject({
        problem: { code: 'not-found' },
      });
    });

    test('what is inserted stands in the schedules and the entry at once, is counted, and leaves when the issue is taken back', async () => {
      await add(issue('p-1'), 'a', 'b');
      const planned = { schedule: schedule({ id: 's-1', programme: 'ct-1' }), groups: ['g'], author: 'binh', createdMs: 1 };
      const entry = { ...waitingEntry(issue('p-1'), 'a'), answer: 'inserted' as const, programme: 'ct-1', schedule: 's-1' };
      expect(await on.store.issues.insert(entry, planned, act('schedule.add'))).toBe(true);
      expect(await on.store.issues.insert(entry, { ...planned, schedule: schedule({ id: 's-3' }) }, act('again')), 'answered by now').toBe(
        false,
      );
      await on.store.content.addSchedule({ ...planned, schedule: schedule({ id: 's-2' }) }, act('other'));
      expect((await on.store.content.schedules()).map((one) => one.schedule.id)).toEqual(['s-1', 's-2']);
      expect(await on.store.issues.counts(['p-1', 'p-2'])).toEqual(new Map([['p-1', { units: 2, inserted: 1 }]]));
      const withdrawn = { by: 'binh', atMs: 30, note: 'sai' };
      const take = (id: string) => on.store.issues.withdraw(id, (one) => ok({ ...one, withdrawn }), act('take-back'));
      expect(await take('p-1')).toMatchObject({ value: { withdrawn } });
      expect((await on.store.content.schedules()).map((one) => one.schedule.id)).toEqual(['s-2']);
      expect(await on.store.issues.issue('p-1')).toMatchObject({ withdrawn });
      const late = { ...waitingEntry(issue('p-1'), 'b'), answer: 'inserted' as const, programme: 'ct-1', schedule: 's-4' };
      expect(await on.store.issues.insert(late, { ...planned, schedule: schedule({ id: 's-4' }) }, act('late')), 'taken back by now').toBe(
        false,
      );
      expect((await on.store.content.schedules()).map((one) => one.schedule.id)).toEqual(['s-2']);
      expect(await take('p-9')).toMatchObject({ problem: { code: 'not-found' } });
      expect(await on.store.issues.withdraw('p-1', () => bad('conflict', ''), act('no'))).toMatchObject({ problem: { code: 'conflict' } });
    });

    test('a programme loses an item when every issue under which it was taken was taken back, and not before', async () => {
      await add(issue('p-1'), 'a', 'b');
      await add(issue('p-2', { atMs: 20 }), 'b');
      await take('p-1', 'a', 'ct-a');
      await take('p-1', 'b', 'ct-b');
      await take('p-2', 'b', 'ct-b');
      const back = (id: string) =>
        on.store.issues.withdraw(id, (one) => ok({ ...one, withdrawn: { by: 'x', atMs: 5, note: '' } }), act('back'));
      expect(await on.store.issues.revoked()).toEqual([]);
      await back('p-1');
      expect(await on.store.issues.revoked()).toEqual([{ programme: 'ct-a', item: 'tin-1' }]);
      await back('p-2');
      expect((await on.store.issues.revoked()).map(({ programme }) => programme)).toEqual(['ct-a', 'ct-b']);
    });

    test('receipts are found by what they played, within the period, whatever else they name', async () => {
      const [one, two] = ['a'.repeat(64), 'b'.repeat(64)];
      const receipt = (occurrence: string, plannedStartMs: number, items: string[], dev = 'd1'): StoredReceipt => ({
        ...{ dev, receivedMs: 1 },
        receipt: {
          ...{ occurrence, plannedStartMs, plannedEndMs: plannedStartMs + 5, items, audibleMs: 5 },
          ...{ what: 'programme', class: 'normal', outcome: 'played', proof: 'none' },
        } as unknown as Receipt,
      });
      const receipts = [
        receipt('o-1', 10, [one]),
        receipt('o-2', 20, [two, one]),
        receipt('o-3', 30, [two]),
        receipt('o-4', 40, [one, one], 'd2'),
      ];
      await on.store.log.commit({ rows: [], receipts, progress: [], conflicts: [], heads: [] });
      const found = async (contents: string[], fromMs: number, toMs: number) =>
        (await on.store.log.receiptsOf({ contents, fromMs, toMs })).map(({ receipt: { occurrence } }) => occurrence);
      expect(await found([one], 0, 99)).toEqual(['o-1', 'o-2', 'o-4']);
      expect(await found([one], 20, 40)).toEqual(['o-2']);
      expect(await found([one, two], 0, 99)).toEqual(['o-1', 'o-2', 'o-3', 'o-4']);
      expect(await found([], 0, 99)).toEqual([]);
      // The first word on a play stands, and what it named.
      await on.store.log.commit({ rows: [], receipts: [receipt('o-3', 30, [one])], progress: [], conflicts: [], heads: [] });
      expect([await found([one], 30, 40), await found([two], 0, 99)]).toEqual([[], ['o-2', 'o-3']]);
      expect((await on.store.retention.drop('receipts', 15, 10)).count).toBe(1);
      await on.reopen();
      expect(await found([one], 0, 99)).toEqual(['o-2', 'o-4']);
    });
  });
}
