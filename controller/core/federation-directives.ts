// Directives between centres: what goes down to which one, what came from above, what is told up of it. Pure.
import { type DownDirective, federationLimits, type UpReading } from '../../schemas/federation.ts';
import { type AreaPath, within } from '../../schemas/ids.ts';
import type { UnitBrief } from '../../schemas/source.ts';
import { type Directive, type DirectiveEntry, type FarReading, unreadEntry } from './directive.ts';
import { answererOf, type CentreArea } from './federation.ts';
import { actorOf } from './federation-received.ts';

export interface DirectiveFacts {
  readonly directives: readonly Directive[];
  readonly entries: readonly DirectiveEntry[];
  readonly areaOf: (unit: string) => AreaPath | undefined;
  readonly brief: (unit: string) => UnitBrief;
  readonly below: readonly CentreArea[];
}

/** By centre, oldest first, in parts. */
export function directivesDown({ directives, entries, areaOf, brief, below }: DirectiveFacts): ReadonlyMap<string, DownDirective[]> {
  const reached = new Map<string, { unit: string; area: AreaPath }[]>();
  for (const { directive, unit } of entries) {
    const area = areaOf(unit);
    const to = area === undefined ? undefined : answererOf(area, below);
    if (!to || area === undefined) continue;
    const key = `${to.centre} ${directive}`;
    reached.set(key, [...(reached.get(key) ?? []), { unit, area }]);
  }
  const oldestFirst = [...directives].sort((a, b) => a.atMs - b.atMs || (a.id < b.id ? -1 : 1));
  return new Map(
    below.map(({ centre }) => [
      centre,
      oldestFirst.flatMap((one) => partsOf(one, one.origin?.unit ?? brief(one.unit), reached.get(`${centre} ${one.id}`) ?? [])),
    ]),
  );
}

function partsOf(directive: Directive, unit: UnitBrief, units: readonly { unit: string; area: AreaPath }[]): DownDirective[] {
  const { id, title, body, dueMs, readers, atMs, withdrawn } = directive;
  const sorted = [...units].sort((a, b) => (a.area < b.area ? -1 : 1));
  return Array.from({ length: Math.ceil(sorted.length / federationLimits.units) }, (_, part) => ({
    ...{ is: 'directive' as const, directive: id, unit, title, body, dueMs, readers: [...readers], atMs },
    withdrawn: withdrawn && { atMs: withdrawn.atMs, note: withdrawn.note },
    units: sorted.slice(part * federationLimits.units, (part + 1) * federationLimits.units),
  }));
}

/** Each part adds its units; units outside one's own area or without a unit here are named and left out. */
export function receivedDirective(
  thing: DownDirective,
  known: Directive | undefined,
  here: {
    readonly centre: string;
    readonly own: AreaPath;
    readonly id: string;
    readonly unitAt: (area: AreaPath) => string | undefined;
  },
): { readonly directive: Directive; readonly entries: readonly DirectiveEntry[]; readonly refused: readonly string[] } {
  const { centre, own, id, unitAt } = here;
  const met = thing.units.flatMap(({ unit, area }) => {
    const found = within(area, own) ? unitAt(area) : undefined;
    return found === undefined ? [] : [{ above: unit, unit: found }];
  });
  const earlier = known?.origin?.units ?? [];
  const fresh = met.filter(({ above }) => !earlier.some((one) => one.above === above));
  const units = [...earlier, ...fresh];
  const { title, body, dueMs, readers, atMs, withdrawn } = thing;
  const by = actorOf(centre);
  const directive: Directive = {
    ...{ id, unit: thing.unit.id, by, atMs, title, body, dueMs, readers, levels: [] },
    to: [...new Set(units.map(({ unit }) => unit))],
    withdrawn: withdrawn && { by, ...withdrawn },
    origin: { centre, directive: thing.directive, unit: thing.unit, units },
  };
  return {
    directive,
    entries: [...new Set(fresh.map(({ unit }) => unit))].map((unit) => unreadEntry(directive, unit)),
    refused: thing.units.filter(({ unit }) => !met.some(({ above }) => above === unit)).map(({ unit }) => unit),
  };
}

/** One line for each unit, named as it is named above; of units further below what is known of them. */
export function readingsUp(
  directives: readonly Directive[],
  entries: readonly DirectiveEntry[],
  far: (directive: string, unit: string) => FarReading | undefined,
): UpReading[] {
  const known = new Map(directives.map((one) => [one.id, one]));
  return entries.flatMap((entry) => {
    const origin = known.get(entry.directive)?.origin;
    if (!origin) return [];
    const word = far(entry.directive, entry.unit);
    const fresh = word?.readings === undefined ? 'unknown' : word.fresh;
    const beyond = word ? { fresh, asOfMs: fresh === 'current' ? null : word.asOfMs } : null;
    const readings = [...((word ? word.readings : entry.readings) ?? [])];
    return origin.units
      .filter(({ unit }) => unit === entry.unit)
      .map(({ above }) => ({ is: 'reading' as const, directive: origin.directive, unit: above, readings, beyond }));
  });
}
