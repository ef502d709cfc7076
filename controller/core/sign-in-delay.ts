// How long a try to sign in waits. Delays grow and end; whoever signed in from an address before is not kept out by strangers elsewhere.

export interface TryCount {
  readonly name: string;
  /** In a row, for the delay; a day without one forgets them. */
  readonly failures: number;
  /** Since the last sign-in, for the owner. */
  readonly total: number;
  readonly lastMs: number;
  readonly untilMs: number;
  /** Of an account at an address: when it last signed in from there. */
  readonly goodMs: number | null;
}

export interface Attempt {
  readonly account: string;
  /** One line's address, see `addressKey`. */
  readonly address: string;
  /** A code comes after the password, so strangers cannot reach its count. */
  readonly kind: 'password' | 'code';
}

interface DelayRule {
  /** Failures without any delay. */
  readonly free: number;
  readonly maxMs: number;
  /** The first delay; one second unless said. */
  readonly firstMs?: number;
}

type Kind = 'pair' | 'account' | 'address' | 'code';

export const delayRules: Readonly<Record<Kind, DelayRule>> = {
  /** This account from this address: only who guesses here waits. */
  pair: { free: 3, maxMs: 15 * 60_000 },
  /** This account from anywhere it never signed in from; short, since anybody may cause it. */
  account: { free: 10, maxMs: 30_000 },
  /** Any account from this address; an office of twenty sits behind one. */
  address: { free: 20, maxMs: 15 * 60_000 },
  /** Whoever gets here knows the password. */
  code: { free: 5, maxMs: 3600_000 },
};
const forgetMs = 24 * 3600_000;
/** So long an address where somebody signed in stays known. */
const knownMs = 30 * 24 * 3600_000;

export interface TryVerdict {
  /** More than none: refused, and not counted. */
  readonly waitMs: number;
  /** The counts as they are now, this try among them. */
  readonly counts: readonly TryCount[];
  /** From now on the account's owner, too, should know. */
  readonly delayed: boolean;
}

type Kept = ReadonlyMap<string, TryCount>;

export function namesOf({ account, address }: Attempt): Readonly<Record<Kind, string>> {
  return { pair: `pair ${account} ${address}`, account: `account ${account}`, address: `address ${address}`, code: `code ${account}` };
}

/** The delay after so many failures in a row: none, then the first, then twice as long each time. */
export function delayMs(failures: number, { free, maxMs, firstMs = 1000 }: DelayRule): number {
  return failures <= free ? 0 : Math.min(maxMs, firstMs * 2 ** Math.min(30, failures - free - 1));
}

/** Which counts matter to this try. */
function kindsOf(kept: Kept, attempt: Attempt, nowMs: number): Kind[] {
  const goodMs = kept.get(namesOf(attempt).pair)?.goodMs ?? null;
  const known = goodMs !== null && nowMs - goodMs < knownMs;
  return [
    ...(known ? (['pair'] as const) : (['pair', 'account', 'address'] as const)),
    ...(attempt.kind === 'code' ? (['code'] as const) : []),
  ];
}

/** Counted before the password is looked at: a thousand guesses at once are a thousand guesses. */
export function judgeTry(kept: Kept, attempt: Attempt, nowMs: number): TryVerdict {
  const names = namesOf(attempt);
  const kinds = kindsOf(kept, attempt, nowMs);
  const waits = kinds.map((kind) => {
    const leftMs = (kept.get(names[kind])?.untilMs ?? 0) - nowMs;
    // A clock that was set back keeps nobody out.
    return leftMs > delayRules[kind].maxMs ? 0 : leftMs;
  });
  const waitMs = Math.max(0, ...waits);
  if (waitMs > 0) return { waitMs, counts: [], delayed: false };
  // The owner is told of all of them, also of those that delay nobody.
  const counted = new Set<Kind>([...kinds, 'account']);
  const counts = [...counted].map((kind) => countOne(kept.get(names[kind]), names[kind], delayRules[kind], nowMs));
  return { waitMs: 0, counts, delayed: counts.some(({ untilMs }) => untilMs > nowMs) };
}

function countOne(before: TryCount | undefined, name: string, rule: DelayRule, nowMs: number): TryCount {
  const stale = before === undefined || nowMs - before.lastMs >= forgetMs;
  const failures = stale ? 1 : before.failures + 1;
  return {
    name,
    failures,
    total: (before?.total ?? 0) + 1,
    lastMs: nowMs,
    untilMs: nowMs + delayMs(failures, rule),
    goodMs: before?.goodMs ?? null,
  };
}

/** The password was right and a code comes next: this try was none. `before`: the counts as they stood ahead of it. */
export function giveBack(kept: Kept, before: Kept, attempt: Attempt): TryCount[] {
  const names = namesOf(attempt);
  return (['pair', 'account', 'address', 'code'] as const).flatMap((kind) => {
    const now = kept.get(names[kind]);
    const was = before.get(names[kind]);
    if (!now || now.total <= (was?.total ?? 0)) return [];
    return [
      { ...now, failures: Math.max(0, now.failures - 1), total: now.total - 1, lastMs: was?.lastMs ?? 0, untilMs: was?.untilMs ?? 0 },
    ];
  });
}

/** Signed in: the account begins anew and the address is known. What other accounts met at this address stays. */
export function forgive(kept: Kept, before: Kept, attempt: Attempt, nowMs: number): TryCount[] {
  const names = namesOf(attempt);
  const anew = (name: string, goodMs: number | null): TryCount => ({ name, failures: 0, total: 0, lastMs: nowMs, untilMs: 0, goodMs });
  const address = giveBack(kept, before, attempt).filter(({ name }) => name === names.address);
  return [anew(names.pair, nowMs), anew(names.account, null), ...(kept.has(names.code) ? [anew(names.code, null)] : []), ...address];
}
