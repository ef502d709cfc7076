// Door to the lamp on the box's case that tells a technician how the box is. A box without one is no worse a box.
import type { Problem, Result } from '../schemas/problems.ts';

/**
 * INVARIANTS: dark before `start` and after `stop`; `light` never throws; a lamp that cannot be lit says so in each answer
 * and is tried again with the next word.
 */
export interface StatusLamp {
  /** Take it over. Problems: not-found (`no-lamp`: none is there, or it may not be written). */
  start(): Promise<Result<void>>;
  /** Problem: device-failed, or not-found where `start` found none. */
  light(on: boolean): Promise<{ readonly problem?: Problem }>;
  /** Dark, and given back. */
  stop(): Promise<void>;
}

/** What is known of it: for pages and logs. */
export type LampState = { readonly is: 'ready' } | { readonly is: 'no-lamp'; readonly problem: Problem };

export type LampSettings =
  | { readonly kind: 'none' }
  | { readonly kind: 'simulated' }
  /** `name`: below /sys/class/leds; the first of the usual ones unless said. */
  | { readonly kind: 'led'; readonly name?: string | undefined; readonly dir?: string | undefined };

export const noLamp = (detail: string): Problem => ({ code: 'not-found', path: '', detail: `no-lamp: ${detail}` });
