// A province before its districts ended: units, boxes and people to change, and a door to the plan.
import type { Grant } from '../../controller/core/roles.ts';
import type { PlacedBox } from '../../controller/core/unit-moves.ts';
import { applyPlan, planChange, type UnitPlan, type UnitRules, type UnitWorld } from '../../controller/core/unit-plan.ts';
import { type UnitRow, unitsOfRows } from '../../controller/core/unit-rows.ts';
import { areasOn, treeOf } from '../../controller/core/unit-tree.ts';
import type { Result } from '../../schemas/problems.ts';
import type { NewUnit, UnitChange } from '../../schemas/units.ts';
import { type Asker, type BuiltCentre, must } from './built-centre.ts';

export const row = (id: string, parent: string | null, level: UnitRow['level'], area: string, code: string | null = null): UnitRow => ({
  ...{ id, parent, level, area, code },
  kind: { ministry: 'bo', province: 'tinh', district: 'huyen', commune: 'xa', hamlet: 'thon' }[level],
  name: `Tên ${id}`,
});

/** Province 08 with district 075 of three communes, district 070 of one, and hamlets of equal names. */
export const rows: readonly UnitRow[] = [
  row('tinh', null, 'province', '08', '08'),
  row('huyen', 'tinh', 'district', '08/075', '075'),
  row('huyen-2', 'tinh', 'district', '08/070', '070'),
  row('a', 'huyen', 'commune', '08/075/00001', '00001'),
  row('b', 'huyen', 'commune', '08/075/00002', '00002'),
  row('c', 'huyen', 'commune', '08/075/00003', '00003'),
  row('d', 'huyen-2', 'commune', '08/070/00004', '00004'),
  row('a-1', 'a', 'hamlet', '08/075/00001/thon-1'),
  row('a-2', 'a', 'hamlet', '08/075/00001/thon-2'),
  row('b-1', 'b', 'hamlet', '08/075/00002/thon-1'),
];

export const box = (id: string, area: string, groups: readonly string[] = []): PlacedBox => ({ id, area, groups, history: [] });
export const holder = (account: string, ...areas: readonly string[]) => ({
  account,
  grants: areas.map((area): Grant => ({ role: 'technician', area })),
});

export const world: UnitWorld = {
  tree: treeOf(unitsOfRows(rows)),
  boxes: [
    box('box-a', '08/075/00001', ['a', 'chung']),
    box('box-a1', '08/075/00001/thon-1', ['a', 'a-1']),
    box('box-b1', '08/075/00002/thon-1', ['b']),
    box('box-c9', '08/075/00003/thon-9', []),
    box('box-d', '08/070/00004', []),
  ],
  holders: [holder('huyen', '08/075'), holder('xa-a', '08/075/00001'), holder('thon-b1', '08/075/00002/thon-1'), holder('tinh', '08')],
};

export const rules: UnitRules = { codes: [], centreArea: '08', named: [] };
export const newUnit = (id: string, parent: string | null, level: NewUnit['level'], code: string | null = null): NewUnit => ({
  ...{ id, parent, level, code },
  kind: level === 'commune' ? 'xa' : 'thon',
  name: { vi: `Tên ${id}`, en: `Name ${id}` },
});

export interface PlanWish {
  readonly date?: string;
  readonly today?: string;
  readonly late?: boolean;
  readonly rules?: UnitRules;
  readonly world?: UnitWorld;
}

export const fromMs = Date.UTC(2025, 5, 30, 17);

export function plan(change: UnitChange, wish: PlanWish = {}): Result<UnitPlan> {
  const { date = '2025-07-01', today = date, late = false } = wish;
  return planChange(wish.world ?? world, change, { date, today, fromMs, late }, wish.rules ?? rules);
}

/** The world after changes of one day. */
export function changed(start: UnitWorld, ...changes: readonly UnitChange[]): UnitWorld {
  return changes.reduce((before, change) => applyPlan(before, must(plan(change, { world: before }))), start);
}

export const areasIn = ({ tree }: UnitWorld, date = '2025-07-01'): Record<string, string> => Object.fromEntries(areasOn(tree, date));
export const placesIn = ({ boxes }: UnitWorld): Record<string, string> => Object.fromEntries(boxes.map(({ id, area }) => [id, area]));

export const mergeAB: UnitChange = { do: 'merge', units: ['a', 'b'], into: newUnit('moi', 'tinh', 'commune', '02536') };

/** Somebody who signs in when first asked, and again when the session has ended with the day. */
export function personAt(centre: () => BuiltCentre, account: string): Asker {
  let signedIn: Promise<Asker> | undefined;
  return async (...asked) => {
    signedIn ??= centre().as(account);
    const answer = await (await signedIn)(...asked);
    if (answer.status !== 401) return answer;
    signedIn = centre().as(account);
    return (await signedIn)(...asked);
  };
}
