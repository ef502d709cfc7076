// Reports that go out by mail at fixed times: which, of what period, to whom.
import * as v from 'valibot';
import { AreaPath, Id } from './ids.ts';
import type { Problem } from './problems.ts';

/** Reports that may be mailed; the centre checks itself against this list. */
export const mailedReports = ['play-log', 'minutes', 'schedule-kept', 'breaches', 'faults', 'drills', 'equipment'] as const;
export const reportMailsMax = 50;

const Address = v.pipe(v.string(), v.maxLength(254), v.email('a mail address'));

export const ReportMail = v.pipe(
  v.strictObject({
    id: Id,
    report: v.picklist(mailedReports),
    /** A part of the centre's area; all of it unless said. */
    area: v.optional(AreaPath),
    to: v.pipe(v.array(Address), v.minLength(1), v.maxLength(20)),
    /** The week (from Monday) or the calendar month before the day it goes out. */
    every: v.picklist(['week', 'month']),
    /** Of the week, 1 = Monday … 7, or of the month, 1 … 28. */
    day: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(28)),
    /** The centre's own clock. */
    hour: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(23)),
    format: v.picklist(['html', 'csv']),
  }),
  v.check(({ every, day }) => every === 'month' || day <= 7, 'a week has seven days'),
);
export type ReportMail = v.InferOutput<typeof ReportMail>;

export const ReportMails = v.pipe(
  v.array(ReportMail),
  v.maxLength(reportMailsMax),
  v.check((mails) => new Set(mails.map(({ id }) => id)).size === mails.length, 'each id once'),
);
export type ReportMails = v.InferOutput<typeof ReportMails>;

export interface ReportMailsAnswer {
  /** Without a mail server in the data folder nothing goes out. */
  readonly server: 'none' | 'named';
  readonly mails: readonly (ReportMail & {
    readonly nextMs: number;
    readonly sentMs: number | null;
    /** Of the last try, if it failed; it is tried again. */
    readonly problem: Problem | null;
  })[];
}
