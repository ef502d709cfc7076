// How often bytes are read again that ended the gateway process: a busy machine may be the cause, and then nothing is lost.
import type { Problem } from '../../schemas/problems.ts';

/** `crash`: died, ran out of memory, answered nonsense. `processor`: used up its own time. `wall`: was only slow. */
export type GatewayEnd = 'crash' | 'processor' | 'wall';

/** By what the limits of an ordinary try are multiplied. */
export interface Patience {
  readonly processor: number;
  readonly wall: number;
}

const triesMax = 3;
/** What cannot be the machine's doing. */
const ownEndsMax = 2;

/** The next try, with more time each time; undefined: these bytes are a person's to look at. */
export function nextTry(ends: readonly GatewayEnd[]): Patience | undefined {
  const own = ends.filter((end) => end !== 'wall').length;
  if (own >= ownEndsMax || ends.length >= triesMax) return undefined;
  return { processor: 2 ** ends.length, wall: 3 ** ends.length };
}

/** Of a problem of the gateway; undefined when the bytes are not to blame. */
export function endOf({ code, path }: Problem): GatewayEnd | undefined {
  if (code === 'tool-failed') return 'crash';
  if (code !== 'tool-timeout') return undefined;
  return path === '/wallMs' ? 'wall' : 'processor';
}
