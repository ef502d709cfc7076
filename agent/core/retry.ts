// When to try again: exponential, capped, with jitter that a seed repeats.
const firstMs = 1_000;
const capMs = 300_000;

/** Wait before try number `tries` (1 after the first failure): between half and all of `1 s × 2^(tries − 1)`, at most 5 min. */
export function backoffMs(seed: string, tries: number): number {
  const full = Math.min(capMs, firstMs * 2 ** Math.min(tries - 1, 20));
  return Math.round(full * (0.5 + fraction(`${seed}/${tries}`) / 2));
}

/** FNV-1a, scaled to [0, 1). */
function fraction(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return (hash >>> 0) / 2 ** 32;
}
