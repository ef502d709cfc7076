// Sends reports when they are due: looked at once a minute, each once over restarts, tried again until the next one takes its place.
import * as v from 'valibot';
import { parseJson } from '../../schemas/parse.ts';
import { bad, ok, type Problem, type Result } from '../../schemas/problems.ts';
import { type ReportMail, ReportMails, type ReportMailsAnswer } from '../../schemas/report-mail.ts';
import type { Report } from '../../schemas/report-tables.ts';
import type { ZoneClock } from '../../schemas/zones.ts';
import { againAfterMs, isDue, lastDue, type MailDue, nextDueMs } from '../core/report-mail-due.ts';
import type { Journal } from '../link.ts';
import { reportCsv, reportHtml } from '../reports/write.ts';
import { Rounds } from '../rounds.ts';
import type { Act, Store } from '../store/store.ts';
import type { Mailer } from './mailer.ts';

const cell = 'report-mails';
const sentCell = 'report-mails-sent';
const lookEveryMs = 60_000;

/** What is known of each mail by its id: the due instant that was served last, or since when it counts. */
const Served = v.record(v.string(), v.number());

export interface ReportMailDeskOptions {
  readonly store: Pick<Store, 'meta'>;
  /** Absent: no server is named. */
  readonly mailer: Mailer | undefined;
  readonly centre: { readonly id: string; readonly name: string };
  readonly clock: ZoneClock;
  /** A report of the whole centre, or of a part. */
  readonly read: (mail: ReportMail, due: MailDue) => Promise<Result<Report>>;
  readonly journal: Journal;
  readonly nowMs: () => number;
}

interface Failed {
  readonly times: number;
  readonly atMs: number;
  readonly problem: Problem;
}

export class ReportMailDesk {
  readonly #options: ReportMailDeskOptions;
  readonly #failed = new Map<string, Failed>();
  readonly #rounds: Rounds;

  constructor(options: ReportMailDeskOptions) {
    this.#options = options;
    const failed = (err: unknown) => options.journal.warn({ event: 'report-mails-not-looked-at', err });
    this.#rounds = new Rounds({ everyMs: lookEveryMs, look: () => this.#look(), failed });
  }

  start(): void {
    if (this.#options.mailer) this.#rounds.start();
  }

  stop(): Promise<void> {
    return this.#rounds.stop();
  }

  async mails(): Promise<ReportMails> {
    const text = await this.#options.store.meta.value(cell);
    const read = text === undefined ? undefined : parseJson(ReportMails, text);
    return read?.ok ? read.value : [];
  }

  /** All of them, whole. */
  async save(mails: ReportMails, act: Act): Promise<void> {
    await this.#options.store.meta.setValue(cell, JSON.stringify(mails), act);
    this.#failed.clear();
    await this.#know(mails);
  }

  async state(): Promise<ReportMailsAnswer> {
    const { mailer, clock, nowMs } = this.#options;
    const served = await this.#served();
    return {
      server: mailer ? 'named' : 'none',
      mails: (await this.mails()).map((mail) => {
        const last = lastDue(mail, clock, nowMs()).dueMs;
        const sent = served[mail.id] === last;
        return {
          ...mail,
          nextMs: nextDueMs(mail, clock, nowMs()),
          sentMs: sent ? last : null,
          problem: this.#failed.get(mail.id)?.problem ?? null,
        };
      }),
    };
  }

  /** Send one now, of its last period, whether it went out or not. Problems: not-found, driver-missing (no server), those of the report and the server. */
  async sendNow(id: string): Promise<Result<void>> {
    const mail = (await this.mails()).find((one) => one.id === id);
    if (!mail) return bad('not-found', `no report mail ${id}`);
    return this.#send(mail, lastDue(mail, this.#options.clock, this.#options.nowMs()));
  }

  /** One look at all of them; a look under way is waited for. */
  look(): Promise<void> {
    return this.#rounds.now();
  }

  async #look(): Promise<void> {
    const mails = await this.mails();
    await this.#know(mails);
    for (const mail of mails) {
      // A server that does not answer holds up one letter at the end, not fifty.
      if (this.#rounds.stopped) return;
      const { journal, nowMs, store, clock } = this.#options;
      const atMs = nowMs();
      const served = await this.#served();
      const due = lastDue(mail, clock, atMs);
      const failed = this.#failed.get(mail.id);
      if (!isDue(due, served[mail.id] ?? atMs)) continue;
      if (failed && atMs - failed.atMs < againAfterMs(failed.times)) continue;
      const sent = await this.#send(mail, due);
      if (sent.ok) {
        this.#failed.delete(mail.id);
        await store.meta.setValue(sentCell, JSON.stringify({ ...served, [mail.id]: due.dueMs }));
        journal.info({ event: 'report-mailed', mail: mail.id, report: mail.report });
      } else {
        this.#failed.set(mail.id, { times: (failed?.times ?? 0) + 1, atMs, problem: sent.problem });
        journal.warn({ event: 'report-not-mailed', mail: mail.id, ...sent.problem });
      }
    }
  }

  async #send(mail: ReportMail, due: MailDue): Promise<Result<void>> {
    const { mailer, centre, read } = this.#options;
    if (!mailer) return bad('driver-missing', 'no mail server is named: mail.json in the data folder');
    const made = await read(mail, due);
    if (!made.ok) return made;
    const report = made.value;
    const csv = mail.format === 'csv';
    const sent = await mailer.send({
      name: `${centre.id}.${mail.id}.${due.dueMs}`,
      to: mail.to,
      subject: `${report.title.vi} – ${centre.name}`,
      text: letterOf(report),
      attachment: {
        name: `${report.id}.${mail.format}`,
        type: `text/${mail.format}; charset=utf-8`,
        content: csv ? reportCsv(report) : reportHtml(report),
      },
    });
    return sent;
  }

  /** One that is new counts from now on, one that is gone is forgotten. */
  async #know(mails: ReportMails): Promise<void> {
    const served = await this.#served();
    const known = Object.fromEntries(mails.map(({ id }) => [id, served[id] ?? this.#options.nowMs()]));
    const same = Object.keys(served).length === mails.length && mails.every(({ id }) => served[id] !== undefined);
    if (!same) await this.#options.store.meta.setValue(sentCell, JSON.stringify(known));
  }

  async #served(): Promise<Readonly<Record<string, number>>> {
    const text = await this.#options.store.meta.value(sentCell);
    const read = text === undefined ? ok({}) : parseJson(Served, text);
    return read.ok ? read.value : {};
  }
}

/** Figures alone: the table is the attachment. What was not measured is said. */
function letterOf(report: Report): string {
  const day = (ms: number) => new Intl.DateTimeFormat('vi-VN', { timeZone: report.zone, dateStyle: 'short' }).format(ms);
  const period = `${report.title.vi} · ${report.centre}\nKỳ / period: ${day(report.fromMs)} – ${day(report.toMs - 1)}`;
  return `${period}\n\nBảng số liệu ở tệp đính kèm. / The table is attached.\n\nThư tự động, xin không trả lời. / Sent by a machine; please do not answer.\n`;
}
