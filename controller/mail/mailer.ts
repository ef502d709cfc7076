// The door to a mail server, through nodemailer: one message at a time, each with a name of its own, no file or address of a stranger's opened.
import { readFile } from 'node:fs/promises';
import { createTransport, type SendMailOptions } from 'nodemailer';
import { bad, ok, type Result } from '../../schemas/problems.ts';
import type { MailSettings } from './mail-settings.ts';

export interface Letter {
  /** The same letter sent twice has the same name, so that a mail program shows it once (RFC 5322 §3.6.4). */
  readonly name: string;
  readonly to: readonly string[];
  readonly subject: string;
  readonly text: string;
  readonly attachment: { readonly name: string; readonly type: string; readonly content: string };
}

export interface Mailer {
  /** Resolves when the server has taken it. Problems: device-failed (not reached, refused), bad-input (its password cannot be read). */
  send(letter: Letter): Promise<Result<void>>;
}

const withinMs = 30_000;

export class SmtpMailer implements Mailer {
  readonly #settings: MailSettings;

  constructor(settings: MailSettings) {
    this.#settings = settings;
  }

  async send({ name, to, subject, text, attachment }: Letter): Promise<Result<void>> {
    const { host, port, line, from, user, passwordFile, caFile } = this.#settings;
    let secrets: { readonly password?: string; readonly ca?: string };
    try {
      secrets = {
        ...(passwordFile !== undefined && { password: (await readFile(passwordFile, 'utf8')).trim() }),
        ...(caFile !== undefined && { ca: await readFile(caFile, 'utf8') }),
      };
    } catch (error) {
      return bad('bad-input', `mail.json: ${error instanceof Error ? error.message : error}`.slice(0, 300));
    }
    const transport = createTransport({
      ...{ host, port, secure: line === 'tls', requireTLS: line === 'starttls', ignoreTLS: line === 'plain' },
      ...{ connectionTimeout: withinMs, greetingTimeout: withinMs, socketTimeout: withinMs, dnsTimeout: withinMs },
      ...{ disableFileAccess: true, disableUrlAccess: true },
      ...(secrets.ca !== undefined && { tls: { ca: secrets.ca, minVersion: 'TLSv1.2' as const } }),
      ...(user !== undefined && { auth: { user, pass: secrets.password ?? '' } }),
    });
    const domain = from.slice(from.lastIndexOf('@') + 1);
    const message: SendMailOptions = {
      ...{ from, to: [...to], subject, text, messageId: `<${name}@${domain}>` },
      headers: { 'Auto-Submitted': 'auto-generated' },
      attachments: [{ filename: attachment.name, contentType: attachment.type, content: attachment.content }],
    };
    try {
      const { rejected } = await transport.sendMail(message);
      return rejected.length === 0
        ? ok(undefined)
        : bad('device-failed', `the mail server refused ${rejected.length} of ${to.length} addresses`);
    } catch (error) {
      return bad('device-failed', `mail server: ${error instanceof Error ? error.message : error}`.slice(0, 300));
    } finally {
      transport.close();
    }
  }
}
