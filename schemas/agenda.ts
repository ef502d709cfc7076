// The plan as people look at it and change it: plays of a week over all boxes, a day box by box, what a change of policy would refuse.
import * as v from 'valibot';
import { ScheduleRequest } from './api.ts';
import { Id, Sha256 } from './ids.ts';
import type { PolicyRule } from './policy.ts';
import type { LeftOut, Segment } from './preview.ts';
import type { Level, Programme } from './programme.ts';
import type { PlayClass } from './schedule.ts';

/** A schedule in place of what stood there; `seen` is of the answer it was read from. */
export const ScheduleChange = v.strictObject({ ...ScheduleRequest.entries, seen: Sha256 });
/** `replaces`: the schedule that is being changed; it is not met. */
export const ScheduleLookRequest = v.strictObject({ ...ScheduleRequest.entries, replaces: v.optional(Id) });

/** One start of a schedule, over all boxes that are to play it. */
export interface AgendaPlay {
  readonly schedule: string;
  readonly programme: string;
  readonly title: string;
  readonly class: PlayClass;
  readonly level: Level;
  readonly form: Programme['form'];
  /** As planned for everybody, before a box's stagger. */
  readonly startMs: number;
  readonly endMs: number;
  /** Nobody has approved its programme yet. */
  readonly waiting: boolean;
  readonly boxes: number;
  readonly refusedBoxes: number;
  readonly refused: PolicyRule | null;
}

/** What one box's outputs will play through a span, and what they leave out. */
export interface BoxStrip {
  readonly box: string;
  readonly name: string;
  readonly segments: readonly {
    readonly output: string;
    readonly fromMs: number;
    readonly toMs: number;
    readonly why: Segment['why'];
    readonly schedule: string;
    readonly title: string;
    readonly class: PlayClass;
  }[];
  readonly leftOut: readonly {
    readonly output: string;
    readonly atMs: number;
    readonly why: LeftOut['why'];
    readonly schedule: string;
    readonly title: string;
  }[];
}

/** A play whose verdict a changed policy changes. */
interface Judged {
  readonly schedule: string;
  readonly title: string;
  readonly startMs: number;
  readonly rule: PolicyRule;
  readonly boxes: number;
}
export interface PolicyLook {
  readonly boxes: number;
  readonly refused: readonly Judged[];
  /** Refused today, and not any more. `rule` is today's. */
  readonly freed: readonly Judged[];
  readonly refusedCount: number;
  readonly freedCount: number;
}
