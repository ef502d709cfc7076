// Whom the ladder rings in which order: who stands on duty, then who comes next, then everybody with the role.
import { type RosterEntry, rosterNow, running, type Shift } from './duty.ts';
import type { Watched } from './ladder.ts';

export interface Crew {
  readonly roster: readonly RosterEntry[];
  readonly shifts: readonly Shift[];
  /** Everybody who holds the duty role here, and everybody who leads here. */
  readonly officers: readonly string[];
  readonly leaders: readonly string[];
  /** Officers whose key is in the delegation: nobody else can be the second signature. */
  readonly signers: readonly string[];
}

/** Nobody stands in two steps; empty steps are left out. */
export function stepsFor(watched: Watched, crew: Crew, nowMs: number): string[][] {
  const standing = (place: RosterEntry['place']) => [
    ...crew.shifts.filter((shift) => shift.place === place && running(shift, nowMs)).map(({ person }) => person),
    ...rosterNow(crew.roster, nowMs).flatMap((entry) => (entry.place === place ? [entry.person] : [])),
  ];
  const coming = crew.roster
    .filter(({ fromMs, place }) => fromMs > nowMs && place !== 'leader')
    .sort((a, b) => a.fromMs - b.fromMs)
    .map(({ person }) => [person]);
  const leaders = standing('leader');
  const last = [leaders.length > 0 ? leaders : crew.leaders];
  if (watched.kind === 'alert') {
    const here = [standing('first'), standing('second')];
    return distinct([...here, ...(here.flat().length === 0 ? [crew.officers] : []), ...last, crew.officers, crew.leaders]);
  }
  const signs = (person: string) => crew.signers.includes(person) && person !== watched.by;
  const officers = [standing('second'), standing('first'), ...coming, crew.officers].map((people) => people.filter(signs));
  // With nobody who could sign there is nobody to wait for; a leader is told when the order is given.
  return officers.flat().length === 0 ? [] : distinct([...officers, ...last]);
}

function distinct(steps: readonly (readonly string[])[]): string[][] {
  const seen = new Set<string>();
  return steps
    .map((people) => [...new Set(people)].filter((person) => !seen.has(person) && seen.add(person)))
    .filter((people) => people.length > 0);
}
