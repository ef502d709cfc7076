// When a box was troubled, as pieces of a line of time. Pure.

interface Stood {
  readonly openedMs: number;
  readonly endedMs: number | null;
}

export interface Span {
  /** Shares of the whole period, 0 to 1. */
  readonly from: number;
  readonly length: number;
}

/** The part of a fault that lies in the period; undefined: none of it. */
export function spanIn({ openedMs, endedMs }: Stood, fromMs: number, toMs: number): Span | undefined {
  const [begin, end] = [Math.max(openedMs, fromMs), Math.min(endedMs ?? toMs, toMs)];
  if (end <= begin) return undefined;
  return { from: (begin - fromMs) / (toMs - fromMs), length: (end - begin) / (toMs - fromMs) };
}
