// What a schedule means: occurrences, their verdict under the policy, and the one winner of an output. Pure.

import type { PolicyRule } from './policy.ts';
import type { Item, Level } from './programme.ts';
import type { PlayClass, Schedule } from './schedule.ts';
import type { Output } from './settings.ts';

/** One planned play on one output: the unit of receipts. Plain JSON, stored as it is. */
export interface Occurrence {
  /** `SCHEDULE@UTC-START-MS@OUTPUT`. */
  readonly id: string;
  readonly schedule: string;
  readonly programme: string;
  readonly title: string;
  readonly output: string;
  readonly kind: Output['kind'];
  readonly class: PlayClass;
  readonly level: Level;
  readonly startMs: number;
  /** Start plus the whole session: items × times + gaps. */
  readonly endMs: number;
  readonly items: readonly Item[];
  readonly repeat: Schedule['repeat'];
  readonly missedStart: Schedule['missedStart'];
  readonly interrupted: Schedule['interrupted'];
  readonly gainDb: number;
  /** Refused plays stay in the timeline and get their receipt; they never win an output. */
  readonly refused: PolicyRule | null;
}
