// What every store promises of the register of equipment.
import { expect, test } from 'vitest';
import { bad, ok } from '../../schemas/problems.ts';
import type { EquipmentVersion, RegisterImport } from '../../schemas/register.ts';
import { equipmentState } from '../controller/register-rig.ts';
import { describeOnStore, type StoreBed } from './store-suite.ts';

const act = (name: string) => ({ atMs: 5, actor: 'an', act: name, subject: 's', sha256: '' });
const imported: RegisterImport = { id: 'i1', atMs: 1, by: 'an', added: 1, changed: 1, leftOut: 0, undoneMs: null, undoneBy: null };

export function describeRegisterStore(name: string, makeBed: () => Promise<StoreBed>): void {
  describeOnStore(name, makeBed, (on) => {
    const write = (...states: EquipmentVersion[]) => on.store.register.decide([], () => ok({ states, act: act('register.write') }));
    const on31 = async (year: number) =>
      (await on.store.register.entries({ day: `${year}-12-31`, limit: 10 })).map(({ entry, n }) => [entry, n]);

    test('an entry on a day is its newest state that held then, in the order of ids', async () => {
      await write(
        equipmentState('b', 1, { from: '2024-05-01' }),
        equipmentState('a', 1, { from: '2025-01-02' }),
        equipmentState('b', 2, { from: '2026-01-01' }),
      );
      await on.reopen();
      expect([await on31(2023), await on31(2024), await on31(2025), await on31(2026)]).toEqual([
        [],
        [['b', 1]],
        [
          ['a', 1],
          ['b', 1],
        ],
        [
          ['a', 1],
          ['b', 2],
        ],
      ]);
      const entries = async (filter: object) =>
        (await on.store.register.entries({ day: '2026-12-31', limit: 10, ...filter })).map(({ entry }) => entry);
      expect(await entries({ after: 'a' })).toEqual(['b']);
      expect(await entries({ limit: 1 })).toEqual(['a']);
      expect(await entries({ units: ['thon-1'] })).toEqual(['a', 'b']);
      expect(await entries({ units: [] })).toEqual([]);
      expect((await on.store.register.history('b')).map(({ n }) => n)).toEqual([1, 2]);
      expect((await on.store.register.lasts(['b', 'z'])).get('b')?.n).toBe(2);
      expect(await on.store.register.count()).toBe(2);
    });

    test('what the judge refuses is not written, and its judge sees the newest states', async () => {
      await write(equipmentState('a', 1));
      const refused = await on.store.register.decide(['a'], (lasts, entries) => bad('conflict', `${lasts.get('a')?.n} of ${entries}`));
      expect(refused).toMatchObject({ ok: false, problem: { detail: '1 of 1' } });
      expect((await on.store.audit.entries(0, 10)).map((one) => one.act)).toEqual(['register.write']);
    });

    test('an import is taken back: its states never were, those before hold again, and the act stands in the audit', async () => {
      await write(equipmentState('a', 1, { from: '2024-01-01' }));
      const states = [
        equipmentState('a', 2, { from: '2025-01-01', imported: 'i1' }),
        equipmentState('new', 1, { from: '2025-01-01', imported: 'i1' }),
      ];
      await on.store.register.decide(['a'], () => ok({ states, imported, act: act('register.import') }));
      expect(await on31(2025)).toEqual([
        ['a', 2],
        ['new', 1],
      ]);
      const found = await on.store.register.importedStates('i1');
      expect(found.map(({ made, before, last }) => [made.entry, before?.n, last.n])).toEqual([
        ['a', 1, 2],
        ['new', undefined, 1],
      ]);
      const undo = [
        equipmentState('a', 3, { from: '2024-01-01', undoes: 2 }),
        equipmentState('new', 2, { from: '2025-01-01', undoes: 1, facts: null }),
      ];
      const undone = await on.store.register.undo('i1', () => ok(undo), act('register.undo'));
      expect(undone).toMatchObject({ ok: true, value: { undoneMs: 5, undoneBy: 'an' } });
      await on.reopen();
      expect([await on31(2024), await on31(2025)]).toEqual([[['a', 3]], [['a', 3]]]);
      expect(await on.store.register.imports(5)).toMatchObject([{ id: 'i1', undoneBy: 'an' }]);
      expect(await on.store.register.undo('i2', () => ok([]), act('register.undo'))).toMatchObject({ problem: { code: 'not-found' } });
      expect((await on.store.audit.entries(0, 10)).map((one) => one.act)).toEqual(['register.write', 'register.import', 'register.undo']);
    });
  });
}
