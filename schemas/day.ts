// The centre's day on one page: what sounds now and next over all boxes, how they are, what waits for somebody. Of what who asks may see.
import type { FaultReason } from './faults.ts';
import type { AreaPath, Id } from './ids.ts';
import type { PolicyRule } from './policy.ts';
import type { Programme } from './programme.ts';
import type { PlayClass } from './schedule.ts';

export const dayLimits = {
  aheadMs: 24 * 3600_000,
  plays: 200,
  /** Names told of one play; how many there are stands beside them. */
  names: 4,
  worstFaults: 5,
  /** Faults that need somebody, looked through at once. */
  faults: 10_000,
  inbox: 2_000,
  /** Essential items whose units are looked at. */
  essential: 50,
} as const;

/** What stands there by name: the first few, and how many in all. */
export interface Named {
  readonly count: number;
  readonly names: readonly string[];
}

/** One start of a schedule, on all boxes that fare alike with it. */
export interface DayPlay {
  readonly schedule: Id;
  readonly programme: Id;
  readonly title: string;
  readonly class: PlayClass;
  readonly tier: Programme['tier'];
  readonly form: Programme['form'];
  /** On the first box. */
  readonly startMs: number;
  /** On the last. */
  readonly endMs: number;
  /** So much later than the first box the last one starts; 0: together. */
  readonly spreadMs: number;
  /** By the policy of these boxes; `null`: it is to be heard or seen. */
  readonly refused: PolicyRule | null;
  readonly boxes: number;
  /** Of these that the centre hears now. */
  readonly online: number;
  /** Of these that say at this moment that they play it. */
  readonly sounding: number;
  readonly groups: Named;
  readonly units: Named;
}

/** By what they say of themselves; of one that is away the centre knows nothing. `all` is the sum of the others but `online` and `sounding`. */
export interface DayBoxes {
  readonly all: number;
  /** Registered, and no box has come for its name yet. */
  readonly notEnrolled: number;
  readonly ok: number;
  readonly degraded: number;
  readonly silent: number;
  readonly unknown: number;
  readonly online: number;
  /** Play anything at this moment: a programme, live speech, an order. */
  readonly sounding: number;
}

export interface DayFault {
  readonly id: Id;
  readonly code: FaultReason;
  readonly rank: 'alarm' | 'notice';
  readonly vi: string;
  readonly en: string;
  readonly box: Id;
  readonly boxName: string;
  readonly area: AreaPath;
  readonly openedMs: number;
  /** Somebody has seen to it. */
  readonly answered: boolean;
}

/** Essential items × units whose time runs, or was over within seven days. Looked at once a minute at most. */
export interface DayEssential {
  readonly asOfMs: number;
  readonly due: number;
  /** Played to the end, or taken by another form. */
  readonly done: number;
  readonly overdue: number;
  /** Nobody knows: the centre below is silent. In no other figure. */
  readonly unknown: number;
  /** Done of due; `null`: nothing to measure. */
  readonly share: number | null;
  /** Households whose cluster played them to the end, of those of all clusters, over the items; `null`: nobody has counted any. */
  readonly householdsShare: number | null;
  /** Items that are not in these figures: too many, or with too many plays to be read here. */
  readonly leftOut: number;
}

export interface DayAnswer {
  readonly atMs: number;
  readonly untilMs: number;
  /** What touches the time between, by start. */
  readonly plays: readonly DayPlay[];
  /** Further plays, later than these. */
  readonly more: number;
  readonly boxes: DayBoxes;
  /** Those that need a person; the worst first. */
  readonly faults: { readonly open: number; readonly alarms: number; readonly worst: readonly DayFault[] };
  /** Of units that who asks has a right to read, not answered yet; and those of them whose time is over. */
  readonly inbox: { readonly waiting: number; readonly overdue: number };
  readonly essential: DayEssential;
  /** Handed in; `mine`: those that who asks may judge. */
  readonly approvals: { readonly programmes: number; readonly items: number; readonly mine: number };
  /** That stand now; exercises and tests apart. */
  readonly orders: { readonly active: number; readonly drills: number };
}
