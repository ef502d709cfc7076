// The mail server of a data folder: named by the operator in `mail.json`, never over the network.
import * as v from 'valibot';
import { readIfPresent } from '../../hardware/host/files.ts';
import { parseJson } from '../../schemas/parse.ts';
import { ok, type Result } from '../../schemas/problems.ts';

/** RFC 5321, RFC 8314: mail leaves encrypted; in the open only to this machine. */
export const MailSettings = v.pipe(
  v.strictObject({
    host: v.pipe(v.string(), v.minLength(1), v.maxLength(253)),
    port: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(65_535)),
    /** `tls` from the first byte (465), `starttls` or nothing at all (587), `plain` on this machine alone. */
    line: v.picklist(['tls', 'starttls', 'plain']),
    from: v.pipe(v.string(), v.maxLength(254), v.email('a mail address')),
    user: v.optional(v.pipe(v.string(), v.minLength(1), v.maxLength(254))),
    /** Holds the password, mode 0600. */
    passwordFile: v.optional(v.pipe(v.string(), v.minLength(1), v.maxLength(400))),
    /** A private authority of the mail server, PEM. */
    caFile: v.optional(v.pipe(v.string(), v.minLength(1), v.maxLength(400))),
  }),
  v.check(({ line, host }) => line !== 'plain' || ['localhost', '127.0.0.1', '::1'].includes(host), 'plain only on this machine'),
  v.check(({ line, user }) => line !== 'plain' || user === undefined, 'no password goes over a plain line'),
  v.check(({ user, passwordFile }) => (user === undefined) === (passwordFile === undefined), 'user and passwordFile belong together'),
);
export type MailSettings = v.InferOutput<typeof MailSettings>;

/** Undefined where no server is named. Problems: bad-input, not-json. */
export async function readMailSettings(file: string): Promise<Result<MailSettings | undefined>> {
  const bytes = await readIfPresent(file);
  return bytes ? parseJson(MailSettings, bytes.toString('utf8'), 16 * 1024) : ok(undefined);
}
