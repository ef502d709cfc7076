// How long somebody waits who sends, guesses or asks too much: waits grow and end. Pure; counts are kept beside those of signing in.
import { delayMs, type TryCount } from './sign-in-delay.ts';

export interface WaitRule {
  /** In a row without any wait. */
  readonly free: number;
  /** The first wait; the next are twice as long each. One second unless said. */
  readonly firstMs?: number;
  readonly maxMs: number;
  /** A time without a try forgets them. */
  readonly forgetMs: number;
}

const minuteMs = 60_000;
const hourMs = 3600_000;
const dayMs = 24 * hourMs;

export const waitRules = {
  /** Wrong receipt numbers or secrets from one address. */
  receipt: { free: 5, maxMs: hourMs, forgetMs: dayMs },
  /** Codes asked for one phone: whoever owns it is not to be rung all night. */
  phone: { free: 2, firstMs: 5 * minuteMs, maxMs: 6 * hourMs, forgetMs: dayMs },
  /** Codes asked from one address, for whatever phones; a village shares one. */
  codes: { free: 20, maxMs: hourMs, forgetMs: dayMs },
  /** Wrong codes for one phone. */
  code: { free: 5, maxMs: 6 * hourMs, forgetMs: dayMs },
  /** Installations made from one address: a mobile carrier sends thousands through one. */
  device: { free: 200, maxMs: 10 * minuteMs, forgetMs: hourMs },
  /** Feedback from one address: nobody fills the office's desk or its disk in a day. */
  send: { free: 200, maxMs: minuteMs, forgetMs: 6 * hourMs },
  /** Uploads that could not be read, from one address. */
  upload: { free: 5, maxMs: hourMs, forgetMs: dayMs },
} as const satisfies Record<string, WaitRule>;
export type WaitKind = keyof typeof waitRules;

/** More than none: refused, and not counted. Else the count with this try in it. */
export function judgeWait(
  kind: WaitKind,
  before: TryCount | undefined,
  name: string,
  nowMs: number,
): { readonly waitMs: number; readonly count: TryCount } {
  const { forgetMs, ...rule }: WaitRule = waitRules[kind];
  const stale = before === undefined || nowMs - before.lastMs >= forgetMs;
  const leftMs = stale ? 0 : before.untilMs - nowMs;
  const failures = stale ? 1 : before.failures + 1;
  const count: TryCount = {
    name,
    failures,
    total: (before?.total ?? 0) + 1,
    lastMs: nowMs,
    untilMs: nowMs + delayMs(failures, rule),
    goodMs: null,
  };
  // A clock that was set back keeps nobody out.
  return { waitMs: leftMs > 0 && leftMs <= rule.maxMs ? leftMs : 0, count };
}

/** It was right: this name begins anew. */
export function forgiven(name: string, nowMs: number): TryCount {
  return { name, failures: 0, total: 0, lastMs: nowMs, untilMs: 0, goodMs: null };
}
