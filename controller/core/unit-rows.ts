// Units from flat rows, as seeds and older tables have them: one state each, with the area written out.
import type { AreaPath } from '../../schemas/ids.ts';
import { bad, ok, type Result } from '../../schemas/problems.ts';
import type { Level } from '../../schemas/programme.ts';
import type { LocalDate } from '../../schemas/time.ts';
import type { UnitCodes } from '../../schemas/units.ts';
import { checkCode, checkTree } from './unit-laws.ts';
import { treeOf, type Unit } from './unit-tree.ts';

export interface UnitRow {
  readonly id: string;
  readonly parent: string | null;
  readonly kind: string;
  readonly name: string;
  readonly nameEn?: string | undefined;
  readonly code: string | null;
  readonly level: Level;
  readonly area: AreaPath;
  readonly from?: LocalDate | undefined;
  readonly until?: LocalDate | undefined;
}

/** Rows without dates are in force since ever. A unit above that is not among them is left out: its unit stands on top. */
export function unitsOfRows(rows: readonly UnitRow[]): Unit[] {
  const areas = new Map(rows.map(({ id, area }) => [id, area]));
  return rows.map(({ id, kind, level, parent, name, nameEn, code, area, from, until }): Unit => {
    const above = parent === null ? undefined : areas.get(parent);
    const below = above !== undefined && area.startsWith(`${above}/`);
    const place = below ? { parent, step: area.slice(above.length + 1) } : { parent: null, step: area };
    const state = { from: from ?? null, until: until ?? null, ...place, name, nameEn: nameEn ?? null, code };
    return { id, kind, level, periods: [state], becomes: [] };
  });
}

/** The units of a seed. Problems: conflict (an id twice, an area not in the unit above), bad-input (code) and those of the laws. */
export function readUnits(rows: readonly UnitRow[], codes: UnitCodes): Result<Unit[]> {
  const areas = new Map<string, AreaPath>();
  for (const [at, { id, area }] of rows.entries()) {
    if (areas.has(id)) return bad('conflict', `unit ${id} stands twice`, `/units/${at}/id`);
    areas.set(id, area);
  }
  for (const [at, row] of rows.entries()) {
    const { parent, area, code } = row;
    const coded = checkCode(codes, row, code);
    if (!coded.ok) return bad(coded.problem.code, coded.problem.detail, `/units/${at}/code`);
    const above = parent === null ? undefined : areas.get(parent);
    if (above !== undefined && !area.startsWith(`${above}/`)) return bad('conflict', `${area} is not in ${above}`, `/units/${at}/area`);
  }
  const units = unitsOfRows(rows);
  const checked = checkTree(treeOf(units), null);
  return checked.ok ? ok(units) : bad(checked.problem.code, checked.problem.detail, '/units');
}
