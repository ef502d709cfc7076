// Which of the waiting files is worked on next: the centre's own before people's, and no person's before everybody else had a turn. Pure.

/** A film takes minutes, a sound seconds: each kind has a line of its own. */
export type Lane = 'sound' | 'film';

export interface Waiting {
  /** Grows with each that comes. */
  readonly number: number;
  readonly lane: Lane;
  /** `null`: the centre's own work, such as the recording of a live session. */
  readonly account: string | null;
}

/** `servedAt`: when an account was served last, as any growing number; whoever is not named never was. */
export function nextOf<T extends Waiting>(waiting: readonly T[], lane: Lane, servedAt: ReadonlyMap<string, number>): T | undefined {
  const here = waiting.filter((one) => one.lane === lane);
  const rank = ({ account }: Waiting) => (account === null ? -2 : (servedAt.get(account) ?? -1));
  return here.reduce<T | undefined>((best, one) => {
    if (best === undefined) return one;
    const ahead = rank(one) - rank(best) || one.number - best.number;
    return ahead < 0 ? one : best;
  }, undefined);
}
