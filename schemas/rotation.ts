// One round of a playlist in which some items stand more often than others: evenly spread, apart where that can be. Pure.

/** Most showings of one item in a round. */
export const shareMax = 10;

/**
 * The order of one round, as indices: each item stands as often as its share (divided by what all shares have in common),
 * spread as evenly as it goes. Rounds follow one another, so the last stands beside the first. No item stands twice in a row
 * unless it outnumbers all others together; then as seldom as it can.
 */
export function rotationOf(shares: readonly number[]): number[] {
  const common = shares.reduce(divisor, 0) || 1;
  const counts = shares.map((share) => share / common);
  const total = counts.reduce((sum, count) => sum + count, 0);
  const most = counts.indexOf(Math.max(...counts));
  const outnumbers = (counts[most] ?? 0) * 2 > total;
  return outnumbers ? around(counts, most) : apart(counts, total);
}

/** One item against fewer others: runs of it, as even as can be, each other one between two of them. */
function around(counts: readonly number[], most: number): number[] {
  const others = counts.map((count, index) => (index === most ? 0 : count));
  const between = apart(
    others,
    others.reduce((sum, count) => sum + count, 0),
  );
  const runs = Math.max(1, between.length);
  const round: number[] = [];
  const number = counts[most] ?? 0;
  for (let run = 0; run < runs; run++) {
    const length = Math.floor(((run + 1) * number) / runs) - Math.floor((run * number) / runs);
    round.push(...Array<number>(length).fill(most), ...between.slice(run, run + 1));
  }
  return round;
}

/** Smooth weighted round robin; an item that would leave two equal ones beside each other later on is passed over now. */
function apart(counts: readonly number[], total: number): number[] {
  const left = [...counts];
  const credit = counts.map(() => 0);
  const round: number[] = [];
  for (let place = 0; place < total; place++) {
    for (const [index, count] of counts.entries()) credit[index] = (credit[index] ?? 0) + count;
    const order = [...counts.keys()].filter((index) => (left[index] ?? 0) > 0);
    order.sort((a, b) => (credit[b] ?? 0) - (credit[a] ?? 0) || (left[b] ?? 0) - (left[a] ?? 0) || a - b);
    const chosen = order.find((index) => fits(left, index, round)) ?? order[0] ?? 0;
    left[chosen] = (left[chosen] ?? 0) - 1;
    credit[chosen] = (credit[chosen] ?? 0) - total;
    round.push(chosen);
  }
  return round;
}

/** Can the rest still be laid so that no two equal ones meet, the end and the beginning of the round included? */
function fits(left: readonly number[], next: number, round: readonly number[]): boolean {
  if (round.at(-1) === next) return false;
  const first = round[0] ?? next;
  const open = left.reduce((sum, count) => sum + count, 0) - 1;
  return left.every((count, index) => {
    const number = index === next ? count - 1 : count;
    // Not in the first open place beside `next`, not in the last one beside `first`; otherwise in every second place.
    const places = open - (index === next ? 1 : 0) - (index === first ? 1 : 0);
    return number <= Math.max(0, Math.ceil(places / 2));
  });
}

function divisor(a: number, b: number): number {
  return b === 0 ? a : divisor(b, a % b);
}
