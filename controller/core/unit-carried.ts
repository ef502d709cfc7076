// What else names a place and goes along with it: approval lent, programs' tokens, mailed reports, foreign systems. Pure.
import type { AreaPath } from '../../schemas/ids.ts';
import type { UnitCarried, UnitNotice } from '../../schemas/units.ts';
import { type AreaShift, shiftOf, widerFrom } from './unit-moves.ts';

export interface Carried {
  readonly what: UnitCarried;
  readonly id: string;
  /** An area; of a foreign system its unit. */
  readonly place: string;
  /** What is over by the day stays as it was. */
  readonly untilMs: number | null;
}

/** What is over by then binds nothing. */
export function livingOn(carried: readonly Carried[], fromMs: number): readonly Carried[] {
  return carried.filter(({ untilMs }) => untilMs === null || untilMs > fromMs);
}

export interface CarriedMove {
  readonly what: UnitCarried;
  readonly id: string;
  readonly before: string;
  readonly after: string;
}

export function keyOf({ what, id }: Pick<Carried, 'what' | 'id'>): string {
  return `${what} ${id}`;
}

/**
 * New places. What would come to several, to none, or where another is already, stays and is named: people decide. What goes along and
 * reaches further there is named, as rights are.
 */
export function moveCarried(
  carried: readonly Carried[],
  shift: AreaShift,
  fromMs: number,
): { readonly moves: readonly CarriedMove[]; readonly notices: readonly UnitNotice[] } {
  const shifted = shiftOf(shift);
  const wider = widerFrom(shift);
  const living = livingOn(carried, fromMs);
  const systems = systemsAfter(living, shift);
  const moves: CarriedMove[] = [];
  const notices: UnitNotice[] = [];
  for (const { what, id, place } of living) {
    const next = what === 'exchange' ? systems(place) : shifted(place);
    const [after, ...more] = next;
    const goes = after !== undefined && more.length === 0;
    if (goes && what !== 'exchange') for (const to of wider(place)) notices.push({ is: 'wider', what, id, from: place, to });
    if (after === place && more.length === 0) continue;
    const area: AreaPath = what === 'exchange' ? (shift.before.get(place) ?? place) : place;
    if (goes) moves.push({ what, id, before: place, after });
    else notices.push({ is: 'renew', what, id, area });
  }
  return { moves, notices };
}

/** The units that a foreign system's unit becomes; none where two systems would come to one unit, which has one. */
function systemsAfter(carried: readonly Carried[], { follows }: AreaShift): (unit: string) => readonly string[] {
  const next = (unit: string): readonly string[] => {
    const follow = follows.get(unit);
    if (!follow) return [unit];
    if (follow.is === 'end') return [];
    if (follow.is === 'merge') return [follow.into];
    return follow.into.includes(unit) ? [unit] : follow.into;
  };
  const claims = new Map<string, number>();
  for (const { what, place } of carried)
    if (what === 'exchange') for (const unit of next(place)) claims.set(unit, (claims.get(unit) ?? 0) + 1);
  return (unit) => {
    const units = next(unit);
    return units.length === 1 && units[0] !== unit && (claims.get(units[0] ?? '') ?? 0) > 1 ? [] : units;
  };
}

/** The way back, for what is still as the change left it: what people have changed or ended since stays theirs. */
export function backwards(moves: readonly CarriedMove[], carried: readonly Carried[]): CarriedMove[] {
  const places = new Map(carried.map((one) => [keyOf(one), one.place]));
  return moves
    .filter((move) => places.get(keyOf(move)) === move.after)
    .map(({ what, id, before, after }) => ({ what, id, before: after, after: before }));
}

export function applyMoves(carried: readonly Carried[], moves: readonly CarriedMove[]): Carried[] {
  const places = new Map(moves.map((move) => [keyOf(move), move.after]));
  return carried.map((one) => ({ ...one, place: places.get(keyOf(one)) ?? one.place }));
}
