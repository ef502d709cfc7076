// What holds of a tree on every day: no orphan, no cycle, no overlap, one area and one code in force at once, limits.
import type { AreaPath } from '../../schemas/ids.ts';
import { bad, ok, type Result } from '../../schemas/problems.ts';
import { type Level, levelOrder } from '../../schemas/programme.ts';
import type { LocalDate } from '../../schemas/time.ts';
import { type UnitCodes, unitLimits } from '../../schemas/units.ts';
import { areasOn, firstDay, periodOn, type Tree, type Unit } from './unit-tree.ts';

/** Where no rule names a kind: official codes of Viet Nam have two digits for provinces and five for communes. */
const usualPatterns: Readonly<Record<Level, string | null>> = {
  ministry: null,
  province: '##',
  district: '###',
  commune: '#####',
  hamlet: null,
};

/** How codes of this kind look; `null`: it has none. */
export function codePattern(rules: UnitCodes, { kind, level }: Pick<Unit, 'kind' | 'level'>): string | null {
  const rule = rules.find((one) => one.kind === kind);
  return rule ? rule.pattern : usualPatterns[level];
}

/** A code may be unknown; one that is known looks like its kind's. Problem: bad-input. */
export function checkCode(rules: UnitCodes, unit: Pick<Unit, 'id' | 'kind' | 'level'>, code: string | null): Result<void> {
  const pattern = codePattern(rules, unit);
  const fits =
    pattern?.length === code?.length &&
    [...(pattern ?? '')].every((mark, i) => (mark === '#' ? /\d/.test(code?.[i] ?? '') : mark === code?.[i]));
  if (code === null || fits) return ok(undefined);
  return bad('bad-input', `code ${code} of ${unit.id}: a ${unit.kind} has ${pattern ?? 'no code'}`, '/code');
}

/**
 * Check a tree from a day on (`null`: since ever). Problems: over-budget (limits), conflict (overlap, orphan, cycle, two in one
 * place, two with one code, a level not below the one above).
 */
export function checkTree(tree: Tree, since: LocalDate | null): Result<void> {
  if (tree.size > unitLimits.units) return bad('over-budget', `${tree.size} units, at most ${unitLimits.units}`);
  const days = new Set<LocalDate>([since ?? firstDay]);
  for (const unit of tree.values()) {
    const fault = periodFault(unit);
    if (fault) return fault;
    for (const { from, until } of unit.periods) {
      if (from !== null && from > (since ?? '')) days.add(from);
      if (until !== null && until > (since ?? '')) days.add(until);
    }
  }
  for (const day of [...days].sort()) {
    const fault = dayFault(tree, day);
    if (fault) return fault;
  }
  return ok(undefined);
}

function periodFault({ id, periods }: Unit): Result<never> | undefined {
  if (periods.length === 0) return bad('conflict', `${id} is never in force`);
  if (periods.length > unitLimits.periods) return bad('over-budget', `${id} has changed ${unitLimits.periods} times`);
  for (const [at, { from, until }] of periods.entries()) {
    if (from !== null && until !== null && from >= until) return bad('conflict', `${id} ends on ${until} before it begins on ${from}`);
    const next = periods[at + 1];
    if (next && (until === null || next.from !== until))
      return bad('conflict', `periods of ${id} do not follow one another at ${next.from}`);
  }
  return undefined;
}

function dayFault(tree: Tree, day: LocalDate): Result<never> | undefined {
  const areas = areasOn(tree, day);
  const [byArea, byCode] = [new Map<string, string>(), new Map<string, string>()];
  for (const unit of tree.values()) {
    const period = periodOn(unit, day);
    if (!period) continue;
    const area = areas.get(unit.id);
    if (area === undefined) return bad('conflict', `${unit.id} hangs on ${period.parent}, which does not stand on ${day}`, '/parent');
    if (stepsOf(area) > unitLimits.depth) return bad('over-budget', `${area} has more than ${unitLimits.depth} steps on ${day}`, '/parent');
    const other = byArea.get(area);
    if (other !== undefined) return bad('conflict', `${other} and ${unit.id} are both ${area} on ${day}`, '/step');
    byArea.set(area, unit.id);
    if (period.code !== null) {
      const same = byCode.get(period.code);
      if (same !== undefined) return bad('conflict', `${same} and ${unit.id} both have code ${period.code} on ${day}`, '/code');
      byCode.set(period.code, unit.id);
    }
    const above = period.parent === null ? undefined : tree.get(period.parent);
    if (above && levelOrder.indexOf(unit.level) <= levelOrder.indexOf(above.level))
      return bad('conflict', `${unit.id} (${unit.level}) does not lie below ${above.id} (${above.level})`, '/parent');
  }
  return undefined;
}

export function stepsOf(area: AreaPath): number {
  let steps = 1;
  for (let at = area.indexOf('/'); at >= 0; at = area.indexOf('/', at + 1)) steps++;
  return steps;
}
