// What every store promises of directives and of who has read them.
import { expect, test } from 'vitest';
import { type Directive, unreadEntry } from '../../controller/core/directive.ts';
import type { Act } from '../../controller/store/store.ts';
import { bad, ok } from '../../schemas/problems.ts';
import { describeOnStore, type StoreBed } from './store-suite.ts';

const act = (name: string): Act => ({ atMs: 1_000, actor: 'someone', act: name, subject: 'thing', sha256: 'ab' });
const directive = (id: string, change: Partial<Directive> = {}): Directive => ({
  ...{ id, unit: 'tinh', by: 'binh', atMs: 10, title: 'Trực 24/24', body: 'Từ 18:00.', dueMs: null, readers: ['leader'], to: ['tinh'] },
  ...{ levels: ['commune'], withdrawn: null },
  ...change,
});
const above = (centre: string) => ({
  origin: { centre, directive: 'cd-x', unit: { id: 'tinh', name: 'Tỉnh', level: 'province' as const, area: '08' }, units: [] },
});

export function describeDirectiveStore(name: string, makeBed: () => Promise<StoreBed>): void {
  describeOnStore(name, makeBed, (on) => {
    const put = (one: Directive, ...units: string[]) =>
      on.store.directives.put(
        one,
        units.map((unit) => unreadEntry(one, unit)),
        act('put'),
      );
    const reading = { role: 'leader' as const, account: 'chu-tich', title: 'Chủ tịch', atMs: 20 };
    const read = (id: string, unit: string) =>
      on.store.directives.read(id, unit, (entry) => ok({ ...entry, readings: [reading] }), act('read'));

    test('a directive lies in every unit’s inbox, newest first and part by part, also after opening again', async () => {
      await put(directive('cd-1'), 'b', 'a');
      await put(directive('cd-2', { atMs: 20 }), 'b');
      await put(directive('cd-3'), 'a');
      await on.reopen();
      const found = async (filter: object, limit = 9) =>
        (await on.store.directives.entries({ limit, ...filter })).map((one) => `${one.directive} ${one.unit}`);
      expect(await found({})).toEqual(['cd-2 b', 'cd-1 a', 'cd-1 b', 'cd-3 a']);
      expect(await found({}, 2)).toEqual(['cd-2 b', 'cd-1 a']);
      expect(await found({ after: { atMs: 10, directive: 'cd-1', unit: 'a' } })).toEqual(['cd-1 b', 'cd-3 a']);
      expect(await found({ after: { atMs: 20, directive: 'cd-2', unit: 'b' } }, 1)).toEqual(['cd-1 a']);
      expect(await found({ units: ['b'] })).toEqual(['cd-2 b', 'cd-1 b']);
      expect(await found({ directives: ['cd-1'], units: ['a'] })).toEqual(['cd-1 a']);
      expect([await found({ units: [] }), await found({ directives: [] })]).toEqual([[], []]);
      expect(await on.store.directives.directive('cd-1')).toEqual(directive('cd-1'));
      expect(await on.store.directives.directive('cd-9')).toBeUndefined();
      expect((await on.store.directives.directivesOf(['cd-3', 'cd-1', 'cd-9'])).map(({ id }) => id)).toEqual(['cd-1', 'cd-3']);
      expect((await on.store.directives.newest(2)).map(({ id }) => id)).toEqual(['cd-2', 'cd-1']);
    });

    test('they are listed by the unit that issued them, apart from those of a centre above, which are found by it', async () => {
      await put(directive('cd-1'));
      await put(directive('cd-2', { unit: 'xa', atMs: 20 }));
      await put(directive('cd-3', { atMs: 30, ...above('tinh-08') }));
      await put(directive('cd-4', { atMs: 5, dueMs: 100, ...above('tinh-08') }));
      await put(directive('cd-5', { atMs: 5, dueMs: 49, ...above('tinh-08') }));
      await put(directive('cd-6', { atMs: 40, ...above('tinh-09') }));
      const list = async (units: readonly (string | null)[], after?: { atMs: number; id: string }) =>
        (await on.store.directives.directives({ units, limit: 3, ...(after && { after }) })).map(({ id }) => id);
      expect(await list(['tinh'])).toEqual(['cd-1']);
      expect(await list(['tinh', 'xa'])).toEqual(['cd-2', 'cd-1']);
      expect(await list([null])).toEqual(['cd-6', 'cd-3', 'cd-4']);
      expect(await list([null, 'tinh'], { atMs: 30, id: 'cd-3' })).toEqual(['cd-1', 'cd-4', 'cd-5']);
      expect(await list([])).toEqual([]);
      const from = async (limit = 9) => (await on.store.directives.from('tinh-08', { issued: 5, due: 50 }, limit)).map(({ id }) => id);
      expect([await from(), await from(1)]).toEqual([['cd-3', 'cd-4'], ['cd-3']]);
    });

    test('a reading is judged on what stands, one after the other; refused or the same again, nothing is written', async () => {
      await put(directive('cd-1'), 'a');
      const judge = () =>
        on.store.directives.read(
          'cd-1',
          'a',
          (entry) => (entry.readings.length === 0 ? ok({ ...entry, readings: [reading] }) : bad('conflict', 'read')),
          act('read'),
        );
      expect((await Promise.all([judge(), judge()])).map((done) => done.ok)).toEqual([true, false]);
      expect(await on.store.directives.read('cd-1', 'a', (entry) => ok(entry), act('again'))).toMatchObject({ ok: true });
      expect((await on.store.audit.entries(0, 9)).map((one) => one.act)).toEqual(['put', 'read']);
      await on.reopen();
      expect(await on.store.directives.entries({ limit: 9 })).toMatchObject([{ unit: 'a', readings: [reading] }]);
      expect(await read('cd-1', 'x')).toMatchObject({ problem: { code: 'not-found' } });
      expect(await read('cd-9', 'a')).toMatchObject({ problem: { code: 'not-found' } });
    });

    test('put again it is as it is now, with further units, and what was read stays read; withdrawn it stays to be read of', async () => {
      await put(directive('cd-1'), 'a');
      await read('cd-1', 'a');
      await put(directive('cd-1', { title: 'Mới' }), 'a', 'b');
      expect(await on.store.directives.directive('cd-1')).toMatchObject({ title: 'Mới' });
      expect((await on.store.directives.entries({ limit: 9 })).map(({ unit, readings }) => [unit, readings.length])).toEqual([
        ['a', 1],
        ['b', 0],
      ]);
      const withdrawn = { by: 'binh', atMs: 30, note: '' };
      expect(await on.store.directives.withdraw('cd-1', () => bad('conflict', ''), act('no'))).toMatchObject({ ok: false });
      await on.store.directives.withdraw('cd-1', (one) => ok({ ...one, withdrawn }), act('withdraw'));
      await on.reopen();
      expect(await on.store.directives.directive('cd-1')).toMatchObject({ withdrawn });
      expect((await on.store.audit.entries(0, 9)).map((one) => one.act)).toEqual(['put', 'read', 'put', 'withdraw']);
      expect(await on.store.directives.withdraw('cd-9', (one) => ok(one), act('x'))).toMatchObject({ problem: { code: 'not-found' } });
    });
  });
}
