// When programmes play: RFC 5545 recurrence with zone, exceptions, repeats and the rules for missed starts.
import * as v from 'valibot';
import { Id } from './ids.ts';
import { Programme } from './programme.ts';
import { DurationMs, InstantMs, LocalDate, LocalDateTime, Zone } from './time.ts';

/** Place in the contest for an output, highest first; emergency and live come from elsewhere (DESIGN §5). */
export const PlayClass = v.picklist(['drill', 'priority', 'normal', 'filler']);
export type PlayClass = v.InferOutput<typeof PlayClass>;

export const Schedule = v.strictObject({
  id: Id,
  programme: Id,
  class: PlayClass,
  /** DTSTART in local time of `zone` (RFC 5545 §3.8.2.4). */
  start: LocalDateTime,
  zone: Zone,
  /** RRULE value without the name, e.g. `FREQ=DAILY;BYHOUR=5,17` (§3.8.5.3). Absent: once. */
  rrule: v.optional(
    v.pipe(v.string(), v.maxLength(400), v.regex(/^FREQ=[A-Z]+(;[A-Z]+=[A-Z0-9,+:-]+)*$/, 'must be an RFC 5545 RRULE value')),
  ),
  /** Extra starts and cancelled starts, local time of `zone` (§3.8.5.2, §3.8.5.1). */
  rdates: v.pipe(v.array(LocalDateTime), v.maxLength(400)),
  exdates: v.pipe(v.array(LocalDateTime), v.maxLength(400)),
  /** `skip` leaves out starts on the plan's holidays. */
  holidays: v.picklist(['play', 'skip']),
  /** Nothing starts outside; both ends optional. */
  validFromMs: v.optional(InstantMs),
  validUntilMs: v.optional(InstantMs),
  /** The whole programme is played `times` times with `gapMs` between. */
  repeat: v.strictObject({
    times: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(20)),
    gapMs: v.pipe(DurationMs, v.maxValue(3600_000)),
  }),
  /** Bulletins only: the programme goes round for so long, in place of `repeat` (once, no gap, is said there then). */
  lastsMs: v.optional(v.pipe(DurationMs, v.minValue(1_000), v.maxValue(24 * 3600_000))),
  /** A box that can only begin late joins at the right position when no later than `withinMs`, else skips. */
  missedStart: v.strictObject({ rule: v.picklist(['join', 'skip']), withinMs: v.pipe(DurationMs, v.maxValue(4 * 3600_000)) }),
  /** What an interrupted play does once the output is free: go on, begin again, or give up. */
  interrupted: v.picklist(['resume', 'restart', 'skip']),
  gainDb: v.pipe(v.number(), v.minValue(-40), v.maxValue(6)),
  /** Starts that do not sound, since nobody had approved the programme 30 minutes before; their receipts say so. */
  unapprovedMs: v.optional(v.pipe(v.array(InstantMs), v.maxLength(100))),
  /** Do neighbouring boxes start together (absent too), or each by its `staggerMs` later, so that speech is understood? */
  neighbours: v.optional(v.picklist(['together', 'staggered'])),
});
export type Schedule = v.InferOutput<typeof Schedule>;

/** The `schedules` part of a want: everything a group of boxes plays, shared and content-addressed. */
export const SchedulePart = v.strictObject({
  programmes: v.pipe(v.array(Programme), v.maxLength(2000)),
  schedules: v.pipe(v.array(Schedule), v.maxLength(2000)),
  holidays: v.pipe(v.array(LocalDate), v.maxLength(400)),
  /** The commune's own order of priority programmes, first plays first (PRODUCT §1.1). */
  localOrder: v.pipe(v.array(Id), v.maxLength(200)),
});
export type SchedulePart = v.InferOutput<typeof SchedulePart>;
