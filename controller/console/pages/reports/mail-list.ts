// The list of report mails as it is sent back: what the centre says of each besides is its own.
import type { ReportMail, ReportMailsAnswer } from '../../../../schemas/report-mail.ts';

export function mailsOf(state: ReportMailsAnswer | undefined): ReportMail[] {
  return (state?.mails ?? []).map(({ nextMs: _next, sentMs: _sent, problem: _problem, ...mail }) => mail);
}

/** A name that no other mail has. */
export function freeId(report: string, mails: readonly { readonly id: string }[]): string {
  const taken = new Set(mails.map(({ id }) => id));
  for (let n = 1; ; n++) if (!taken.has(`${report}-${n}`)) return `${report}-${n}`;
}
