// Reports by mail to a real mail server over a real line: when they are due, once, again after a failure, and never in the open.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { SMTPServer } from 'smtp-server';
import { afterEach, describe, expect, test } from 'vitest';
import { againAfterMs, lastDue, nextDueMs } from '../../controller/core/report-mail-due.ts';
import { initialise } from '../../controller/init.ts';
import { MailSettings } from '../../controller/mail/mail-settings.ts';
import { parseJson } from '../../schemas/parse.ts';
import { zoneClock } from '../../schemas/zones.ts';
import { makeAuthority } from '../wire/certificates.ts';
import { type BuiltCentre, codeOf, makeCentre, must, seedOf, startMs } from './built-centre.ts';

const hourMs = 3600_000;
const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

interface Post {
  readonly letters: string[];
  readonly port: number;
  refuses: boolean;
  stop(): Promise<void>;
}

/** A mail server that asks for a password over TLS. */
async function openPost(port = 0): Promise<Post & { readonly ca: string }> {
  const authority = await makeAuthority();
  const { cert, key, ca } = await authority.server();
  const post = { letters: [] as string[], port: 0, refuses: false, ca: String(ca), stop: async (): Promise<void> => undefined };
  const server = new SMTPServer({
    ...{ secure: true, cert, key, authMethods: ['PLAIN', 'LOGIN'], disabledCommands: ['STARTTLS'] },
    onAuth: ({ username, password }, _session, done) =>
      password === 'mat-khau-thu' ? done(null, { user: username }) : done(new Error('no such user')),
    onData: (stream, _session, done) => {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        if (post.refuses) return done(Object.assign(new Error('mailbox full'), { responseCode: 452 }));
        post.letters.push(Buffer.concat(chunks).toString('utf8'));
        done();
      });
    },
  });
  // A line that breaks is the sender's to tell.
  server.on('error', () => undefined);
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', () => resolve()));
  post.port = (server.server.address() as AddressInfo).port;
  post.stop = () => new Promise<void>((resolve) => server.close(() => resolve()));
  ends.push(post.stop);
  return post;
}

async function centreWith(post: { readonly port: number; readonly ca: string }, change: object = {}): Promise<BuiltCentre> {
  const dir = await mkdtemp(join(tmpdir(), 'loa-mail-'));
  ends.push(() => rm(dir, { recursive: true, force: true }));
  must(await initialise(dir, seedOf(), startMs));
  await writeFile(join(dir, 'mail-password'), 'mat-khau-thu\n', { mode: 0o600 });
  await writeFile(join(dir, 'mail-ca.pem'), post.ca);
  const settings = {
    ...{ host: 'localhost', port: post.port, line: 'tls', from: 'loa@xa.example', user: 'loa', passwordFile: join(dir, 'mail-password') },
    ...{ caFile: join(dir, 'mail-ca.pem') },
    ...change,
  };
  await writeFile(join(dir, 'mail.json'), JSON.stringify(settings), { mode: 0o600 });
  const built = await makeCentre({}, dir);
  ends.push(() => built.stop());
  return built;
}

const weekly = { id: 'tuan', report: 'minutes', to: ['chu-tich@xa.example'], every: 'week', day: 1, hour: 7, format: 'csv' };

describe('a report by mail', () => {
  test('goes out once when it is due, over a restart too, with its table and a name that stays', async () => {
    const post = await openPost();
    const built = await centreWith(post);
    const admin = await built.as('quan-tri');
    const saved = await admin('PUT', '/report-mails', [weekly]);
    expect(saved.body).toMatchObject({ server: 'named', mails: [{ id: 'tuan', sentMs: null, problem: null }] });
    // 08:00 on Monday: the seven o'clock of today had passed before anybody asked for it.
    await built.centre.reportMails.look();
    expect(post.letters).toEqual([]);
    expect(saved.body.mails[0].nextMs).toBe(startMs + 7 * 24 * hourMs - hourMs);
    built.clock.nowMs = startMs + 7 * 24 * hourMs;
    await built.centre.reportMails.look();
    await built.centre.reportMails.look();
    expect(post.letters).toHaveLength(1);
    const [letter = ''] = post.letters;
    expect(letter).toContain('To: chu-tich@xa.example');
    expect(letter).toMatch(/Message-ID: <xa-02536\.tuan\.\d+@xa\.example>/);
    expect(letter).toMatch(/filename="?minutes\.csv/);
    expect((await (await built.as('quan-tri'))('GET', '/report-mails')).body.mails[0].sentMs).toBe(startMs + 7 * 24 * hourMs - hourMs);
    const again = await makeCentre({}, built.dir, {}, built.clock.nowMs);
    ends.push(() => again.stop());
    await again.centre.reportMails.look();
    expect(post.letters).toHaveLength(1);
  });

  test('that cannot be sent says why and is tried again, later each time', async () => {
    const post = await openPost();
    const built = await centreWith(post);
    const admin = await built.as('quan-tri');
    await admin('PUT', '/report-mails', [weekly]);
    built.clock.nowMs = startMs + 7 * 24 * hourMs;
    post.refuses = true;
    await built.centre.reportMails.look();
    expect((await (await built.as('quan-tri'))('GET', '/report-mails')).body.mails[0]).toMatchObject({
      sentMs: null,
      problem: { code: 'device-failed', detail: expect.stringContaining('mailbox full') },
    });
    post.refuses = false;
    await built.centre.reportMails.look();
    expect(post.letters, 'not at once').toEqual([]);
    built.clock.nowMs += 3 * 60_000;
    await built.centre.reportMails.look();
    expect(post.letters).toHaveLength(1);
    expect((await (await built.as('quan-tri'))('GET', '/report-mails')).body.mails[0]).toMatchObject({ problem: null });
  });

  test('gives its password to nobody who cannot prove to be the server, and to no plain line', async () => {
    const post = await openPost();
    const stranger = await makeAuthority();
    const built = await centreWith({ port: post.port, ca: String((await stranger.server()).ca) });
    const admin = await built.as('quan-tri');
    await admin('PUT', '/report-mails', [weekly]);
    const sent = await admin('POST', '/report-mails/tuan/send');
    expect([codeOf(sent), JSON.stringify(sent.body)]).toEqual(['device-failed', expect.not.stringContaining('mat-khau-thu')]);
    const plain = { host: 'mail.example', port: 25, line: 'plain', from: 'a@b.example' };
    expect(parseJson(MailSettings, JSON.stringify(plain)).ok).toBe(false);
    expect(parseJson(MailSettings, JSON.stringify({ ...plain, host: 'localhost' })).ok).toBe(true);
    expect(parseJson(MailSettings, JSON.stringify({ ...plain, host: 'localhost', user: 'x', passwordFile: 'y' })).ok).toBe(false);
  });

  test('is an administrator’s to order, to whole addresses alone, and without a server says so', async () => {
    const built = await makeCentre();
    ends.push(() => built.stop());
    const admin = await built.as('quan-tri');
    const evil = { ...weekly, to: ['x@y.example\r\nBcc: all@y.example'] };
    expect(codeOf(await admin('PUT', '/report-mails', [evil]))).toBe('bad-input');
    expect(codeOf(await admin('PUT', '/report-mails', [{ ...weekly, day: 8 }]))).toBe('bad-input');
    expect(codeOf(await admin('PUT', '/report-mails', [weekly, weekly]))).toBe('bad-input');
    expect((await admin('PUT', '/report-mails', [weekly])).body.server).toBe('none');
    expect(codeOf(await admin('POST', '/report-mails/tuan/send'))).toBe('driver-missing');
    expect(codeOf(await admin('POST', '/report-mails/khac/send'))).toBe('not-found');
    expect(await readFile(join(built.dir, 'mail.json')).catch(() => null)).toBeNull();
  });
});

describe('when it is due', () => {
  const clock = must(zoneClock('Asia/Ho_Chi_Minh'));
  const rules = fc.oneof(
    fc.record({ every: fc.constant('week' as const), day: fc.integer({ min: 1, max: 7 }), hour: fc.integer({ min: 0, max: 23 }) }),
    fc.record({ every: fc.constant('month' as const), day: fc.integer({ min: 1, max: 28 }), hour: fc.integer({ min: 0, max: 23 }) }),
  );
  const instants = fc.integer({ min: Date.UTC(2026, 0, 1), max: Date.UTC(2031, 0, 1) });

  test('the last is past, the next is to come, and between them nothing is due; periods touch without a gap', () => {
    fc.assert(
      fc.property(rules, instants, (rule, nowMs) => {
        const last = lastDue(rule, clock, nowMs);
        const next = nextDueMs(rule, clock, nowMs);
        expect(last.dueMs).toBeLessThanOrEqual(nowMs);
        expect(next).toBeGreaterThan(nowMs);
        expect(lastDue(rule, clock, next - 1)).toEqual(last);
        const after = lastDue(rule, clock, next);
        expect([after.dueMs, after.fromMs]).toEqual([next, last.toMs]);
        expect(last.toMs).toBeLessThanOrEqual(last.dueMs);
        const days = (last.toMs - last.fromMs) / (24 * hourMs);
        expect(rule.every === 'week' ? days === 7 : days >= 28 && days <= 31).toBe(true);
      }),
    );
  });

  test('of a month, it is the calendar month before', () => {
    const due = lastDue({ every: 'month', day: 5, hour: 6 }, clock, Date.parse('2027-01-20T00:00:00+07:00'));
    expect([due.dueMs, due.fromMs, due.toMs]).toEqual(
      ['2027-01-05T06:00:00+07:00', '2026-12-01T00:00:00+07:00', '2027-01-01T00:00:00+07:00'].map((text) => Date.parse(text)),
    );
  });

  test('tries again after two minutes, then later, at most an hour apart', () => {
    const waits = [1, 2, 3, 20].map(againAfterMs);
    expect(waits).toEqual([120_000, 240_000, 480_000, hourMs]);
  });
});
