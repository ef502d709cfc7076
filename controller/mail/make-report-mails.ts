// The desk of mailed reports with the mail server of this data folder, if one is named.
import type { Centre } from '../centre.ts';
import type { Journal } from '../link.ts';
import { readReport } from '../reports/read-report.ts';
import type { MailSettings } from './mail-settings.ts';
import { SmtpMailer } from './mailer.ts';
import { ReportMailDesk } from './report-mail-desk.ts';

interface Parts extends Pick<Centre, 'store' | 'card' | 'nowMs'> {
  readonly mail: MailSettings | undefined;
  readonly journal: Journal;
}

export function makeReportMails(
  { store, card, mail, journal, nowMs }: Parts,
  { registry, units, link }: Pick<Centre, 'registry' | 'units' | 'link'>,
): ReportMailDesk {
  // A mailed report is of the whole centre: an administrator of it said who gets it.
  const grants = [{ role: 'leader' as const, area: card.area }];
  const rooms = { store, registry, link, card, nowMs };
  return new ReportMailDesk({
    store,
    mailer: mail && new SmtpMailer(mail),
    centre: card,
    clock: units.clock,
    read: ({ report, area }, { fromMs, toMs }) => readReport(rooms, grants, { fromMs, toMs, area }, report),
    journal,
    nowMs,
  });
}
