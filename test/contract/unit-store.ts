// What every store of a centre promises of units: one decision is kept whole or not at all, whatever else is written meanwhile.
import { beforeEach, expect, test } from 'vitest';
import type { KeptPlan, UnitChangeEntry } from '../../controller/core/unit-book.ts';
import { areasOn, treeOf, type Unit } from '../../controller/core/unit-tree.ts';
import type { Account, Act, Box } from '../../controller/store/store.ts';
import type { UnitWrite } from '../../controller/store/unit-store.ts';
import { ok } from '../../schemas/problems.ts';
import { defaultBoxSettings } from '../../schemas/settings.ts';
import { describeOnStore, type StoreBed } from './store-suite.ts';

const act = (name: string, atMs = 1000): Act => ({ atMs, actor: 'someone', act: name, subject: 'thing', sha256: 'ab' });

const unit = (id: string, step: string): Unit => ({
  ...{ id, kind: 'xa', level: 'commune', becomes: [] },
  periods: [{ from: null, until: null, parent: null, step, name: id, nameEn: null, code: null }],
});

const box = (id: string, area: string): Box => ({
  ...{ id, name: `Hộp ${id}`, area, groups: ['g1'], settings: defaultBoxSettings, createdMs: 1 },
  ...{ enrolledMs: null, signingKey: null, certificate: null },
});

const account = (name: string, area: string): Account => ({
  ...{ account: name, title: name, passwordHash: 'h', createdMs: 1, disabledMs: null },
  grants: [{ role: 'technician', area }],
});

const entry = (id: string, changes: Partial<UnitChangeEntry> = {}): UnitChangeEntry => ({
  ...{ id, date: '2025-07-01', change: { do: 'close', unit: 'x' }, note: '', state: 'in-force', by: 'someone', madeMs: 1 },
  ...{ doneMs: 2, undone: null, problem: null, counts: null, renew: [], touches: [], turn: 1 },
  ...changes,
});

const place = (area: string, groups: readonly string[] = ['g1']) => ({ area, groups, history: [{ fromMs: 0, area }] });

/** x becomes y, with its box and its person. */
const deed: KeptPlan = {
  units: [
    { id: 'x', before: unit('x', '08/x'), after: null, from: '08/x', to: null },
    { id: 'y', before: null, after: unit('y', '08/y'), from: null, to: '08/y' },
  ],
  boxes: [
    {
      id: 'd1',
      before: { area: '08/x', groups: ['g1'], history: [] },
      after: {
        area: '08/y',
        groups: ['g1', 'y'],
        history: [
          { fromMs: 0, area: '08/x' },
          { fromMs: 9, area: '08/y' },
        ],
      },
    },
  ],
  grants: [{ account: 'p', before: [{ role: 'technician', area: '08/x' }], after: [{ role: 'technician', area: '08/y' }] }],
};

const write = (changes: Partial<UnitWrite> = {}): UnitWrite => ({
  ...{ entry: entry('c1'), apply: deed, keep: deed, act: act('unit.change') },
  ...changes,
});

export function describeUnitStore(name: string, makeBed: () => Promise<StoreBed>): void {
  describeOnStore(name, makeBed, (on) => {
    beforeEach(async () => {
      await on.store.units.saveUnits([unit('x', '08/x'), unit('z', '08/z')], act('units.write'));
      await on.store.estate.addBox(box('d1', '08/x'), act('box'));
      await on.store.people.addAccount(account('p', '08/x'), act('account'));
    });
    const everything = async () => ({
      state: await on.store.units.state(),
      boxes: await on.store.estate.boxes(),
      accounts: await on.store.people.accounts(),
      audit: await on.store.audit.entries(0, 100),
    });

    test('a change is there after closing and opening again: units, boxes, places, rights, the book', async () => {
      expect(await on.store.units.decide(() => ok(write()))).toMatchObject({ ok: true });
      await on.reopen();
      expect([...areasOn(treeOf(await on.store.units.units()), '2026-01-01')].sort()).toEqual([
        ['y', '08/y'],
        ['z', '08/z'],
      ]);
      expect(await on.store.estate.box('d1')).toEqual({ ...box('d1', '08/y'), groups: ['g1', 'y'] });
      expect(await on.store.units.areas()).toEqual(new Map([['d1', deed.boxes[0]?.after.history]]));
      expect((await on.store.people.account('p'))?.grants).toEqual([{ role: 'technician', area: '08/y' }]);
      expect(await on.store.units.changes()).toEqual([entry('c1')]);
      expect((await on.store.audit.entries(0, 100)).at(-1)).toMatchObject({ act: 'unit.change' });
      expect(await on.store.audit.verify()).toBeUndefined();
    });

    test('what fails at its last row leaves nothing behind, and the next decision is none the worse', async () => {
      const before = await everything();
      const [move] = deed.boxes;
      if (!move) throw new Error('no move');
      // The same instant twice: the table takes units and the box, then refuses the row.
      const twice = { ...move, after: { ...move.after, history: [...move.after.history, ...move.after.history] } };
      const broken = write({ apply: { ...deed, boxes: [...deed.boxes, twice] } });
      await expect(on.store.units.decide(() => ok(broken))).rejects.toThrow();
      expect(await everything()).toEqual(before);
      await on.reopen();
      expect(await everything()).toEqual(before);
      expect(await on.store.units.decide(() => ok(write()))).toMatchObject({ ok: true });
      expect(await on.store.audit.verify()).toBeUndefined();
    });

    test('a judge who says no, or nothing, writes nothing', async () => {
      const before = await everything();
      const no = { ok: false, problem: { code: 'conflict', path: '', detail: 'no' } } as const;
      expect(await on.store.units.decide(() => no)).toEqual(no);
      expect(await on.store.units.decide(() => ok(undefined))).toEqual(ok(undefined));
      await expect(
        on.store.units.decide(() => {
          throw new Error('a bug');
        }),
      ).rejects.toThrow('a bug');
      expect(await everything()).toEqual(before);
    });

    test('nothing is written between what a judge reads and what is kept', async () => {
      const seen: string[][] = [];
      const look = () =>
        on.store.units.decide((state) => {
          seen.push(state.boxes.map(({ id, area }) => `${id} ${area}`));
          return ok(undefined);
        });
      const settings = { ...defaultBoxSettings, staggerMs: 2_000 };
      await Promise.all([
        on.store.units.decide(() => ok(write())),
        on.store.estate.saveSettings('d1', settings, act('box.settings')),
        look(),
        on.store.estate.addBox(box('d2', '08/z'), act('box')),
        look(),
      ]);
      expect(seen).toEqual([['d1 08/y'], ['d1 08/y', 'd2 08/z']]);
      // Neither lost the other's half of the box.
      expect(await on.store.estate.box('d1')).toEqual({ ...box('d1', '08/y'), groups: ['g1', 'y'], settings });
    });

    test('what a change did is at hand for its undo, and no more after it', async () => {
      await on.store.units.decide(() => ok(write()));
      const back: KeptPlan = {
        units: deed.units.map(({ id, before, after, from, to }) => ({ id, before: after, after: before, from: to, to: from })),
        boxes: deed.boxes.map(({ id, before, after }) => ({ id, before: after, after: before })),
        grants: deed.grants.map((one) => ({ ...one, before: one.after, after: one.before })),
      };
      let kept: KeptPlan | undefined;
      const undone = entry('c1', { state: 'undone', undone: { by: 'someone', atMs: 5 } });
      await on.store.units.decide((_state, found) => {
        kept = found;
        return ok(write({ entry: undone, apply: back, keep: null, act: act('unit.undo') }));
      }, 'c1');
      expect(kept).toEqual(deed);
      expect(await on.store.units.units()).toEqual([unit('x', '08/x'), unit('z', '08/z')]);
      expect(await on.store.estate.box('d1')).toEqual(box('d1', '08/x'));
      expect(await on.store.units.areas()).toEqual(new Map());
      expect(await on.store.units.changes()).toEqual([undone]);
      await on.store.units.decide((_state, found) => {
        kept = found;
        return ok(undefined);
      }, 'c1');
      expect(kept).toBeUndefined();
    });

    test('a change that waits is kept without touching anything; the book is read by turns', async () => {
      const before = await everything();
      const waiting = (id: string, turn: number) =>
        write({ entry: entry(id, { state: 'waiting', turn }), apply: null, keep: deed, act: act('unit.change') });
      await on.store.units.decide(() => ok(waiting('c2', 2)));
      await on.store.units.decide(() => ok(waiting('c1', 1)));
      const { state, boxes } = await everything();
      expect([state.units, boxes]).toEqual([before.state.units, before.boxes]);
      expect(state.changes.map(({ id }) => id)).toEqual(['c1', 'c2']);
      const both = new Map([
        ['c1', deed],
        ['c2', deed],
      ]);
      expect(state.foreseen, 'what they will do is at hand').toEqual(both);
      const other: KeptPlan = { units: [], boxes: [], grants: [] };
      await on.store.units.decide(() =>
        ok({
          ...waiting('c3', 3),
          foreseen: new Map([
            ['c1', null],
            ['c2', other],
          ]),
        }),
      );
      expect((await on.store.units.state()).foreseen, 'and is written anew for those that another met').toEqual(
        new Map([
          ['c2', other],
          ['c3', deed],
        ]),
      );
      await on.store.units.decide(() => ok(write({ entry: entry('c1'), keep: deed })));
      expect([...(await on.store.units.state()).foreseen.keys()].sort(), 'not of one that is done').toEqual(['c2', 'c3']);
    });

    test('places of boxes are told by box, oldest first', async () => {
      await on.store.estate.addBox(box('d2', '08/z'), act('box'));
      const moves = ['d1', 'd2'].map((id) => ({
        id,
        before: place('08/x'),
        after: { ...place('08/z'), history: [9, 3, 5].map((fromMs) => ({ fromMs, area: `a${fromMs}` })) },
      }));
      await on.store.units.decide(() => ok(write({ apply: { units: [], boxes: moves, grants: [] } })));
      const history = [3, 5, 9].map((fromMs) => ({ fromMs, area: `a${fromMs}` }));
      expect(await on.store.units.areas()).toEqual(
        new Map([
          ['d1', history],
          ['d2', history],
        ]),
      );
    });
  });
}
