// What every store promises of changes to many schedules: whole or not at all, and taken back only while nothing has changed since.
import { expect, test } from 'vitest';
import type { BulkChange } from '../../controller/core/bulk-change.ts';
import type { Act, StoredSchedule } from '../../controller/store/store.ts';
import { bad, ok } from '../../schemas/problems.ts';
import { schedule } from '../schemas/documents.ts';
import { describeOnStore, type StoreBed } from './store-suite.ts';

const act = (name: string): Act => ({ atMs: 1_000, actor: 'someone', act: name, subject: 'thing', sha256: 'ab' });
const planned = (id: string, groups = ['g']): StoredSchedule => ({
  schedule: schedule({ id, programme: 'ct-1' }),
  groups,
  author: 'an',
  createdMs: 5,
});
const change = (id: string, before: StoredSchedule[], after: StoredSchedule[], atMs = 10): BulkChange => ({
  ...{ id, atMs, by: 'an', note: '', change: { do: 'remove' }, before, after, undone: null },
});

export function describeBulkStore(name: string, makeBed: () => Promise<StoreBed>): void {
  describeOnStore(name, makeBed, (on) => {
    const groupsOf = async () => (await on.store.content.schedules()).map((one) => `${one.schedule.id} ${one.groups.join(' ')}`);
    const undo = (id: string) => on.store.bulks.undo(id, (one) => ok({ ...one, undone: { by: 'an', atMs: 20 } }), act('undo'));

    test('a change is made whole, kept over a restart, and taken back exactly', async () => {
      for (const id of ['s-1', 's-2', 's-3']) await on.store.content.addSchedule(planned(id), act('add'));
      const before = [planned('s-1'), planned('s-2')];
      expect(await on.store.bulks.apply(change('doi-1', before, [planned('s-1', ['h'])]), act('bulk'))).toEqual(ok(undefined));
      expect(await groupsOf()).toEqual(['s-1 h', 's-3 g']);
      await on.reopen();
      expect(await on.store.bulks.undo('doi-1', () => bad('expired', 'x'), act('no'))).toMatchObject({ problem: { code: 'expired' } });
      expect(await undo('doi-1')).toMatchObject({ value: { undone: { by: 'an' } } });
      expect(await groupsOf()).toEqual(['s-1 g', 's-2 g', 's-3 g']);
      expect((await on.store.bulks.change('doi-1'))?.undone).toMatchObject({ atMs: 20 });
      expect(await undo('doi-9')).toMatchObject({ problem: { code: 'not-found' } });
      expect((await on.store.audit.entries(3, 9)).map((one) => one.act)).toEqual(['bulk', 'undo']);
    });

    test('what somebody changed meanwhile is not written over, neither by a change nor by its undo', async () => {
      await on.store.content.addSchedule(planned('s-1'), act('add'));
      const stale = change('doi-1', [planned('s-1', ['x'])], []);
      expect(await on.store.bulks.apply(stale, act('bulk'))).toMatchObject({ problem: { code: 'conflict' } });
      expect(await on.store.bulks.change('doi-1')).toBeUndefined();
      await on.store.bulks.apply(change('doi-2', [planned('s-1')], [planned('s-1', ['h'])]), act('bulk'));
      await on.store.bulks.apply(change('doi-3', [planned('s-1', ['h'])], [planned('s-1', ['k'])], 11), act('bulk'));
      expect(await undo('doi-2')).toMatchObject({ problem: { code: 'conflict' } });
      expect((await on.store.bulks.changes(1)).map(({ id }) => id)).toEqual(['doi-3']);
      expect((await undo('doi-3')).ok && (await undo('doi-2')).ok).toBe(true);
      expect(await groupsOf()).toEqual(['s-1 g']);
    });
  });
}
