// STARTTLS against a real mail server behind a line that is listened to: encrypted before anything is said, or nothing is said at all.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SMTPServer } from 'smtp-server';
import { afterEach, describe, expect, test } from 'vitest';
import { type Letter, SmtpMailer } from '../../controller/mail/mailer.ts';
import { makeAuthority } from '../wire/certificates.ts';

const password = 'mat-khau-thu';
const letter: Letter = {
  ...{ name: 'xa.tuan.1', to: ['chu-tich@xa.example'], subject: 'Báo cáo tuần', text: 'Bảng số liệu ở tệp đính kèm.' },
  attachment: { name: 'week.csv', type: 'text/csv; charset=utf-8', content: 'Giờ,Chương trình\r\n' },
};
const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

interface Line {
  readonly port: number;
  /** What went over the line in the open, from the one who sends. */
  readonly overheard: () => string;
}

interface Post {
  readonly port: number;
  readonly ca: string;
  readonly letters: string[];
  readonly signIns: { readonly encrypted: boolean; readonly password: string | null | undefined }[];
}

async function openPost(offers = true): Promise<Post> {
  const { cert, key, ca } = await (await makeAuthority()).server();
  const post = { port: 0, ca: String(ca), letters: [] as string[], signIns: [] as Post['signIns'] };
  const server = new SMTPServer({
    ...{ secure: false, cert, key, authMethods: ['PLAIN', 'LOGIN'] },
    // One that has no STARTTLS also takes passwords in the open.
    ...(offers ? {} : { hideSTARTTLS: true, disabledCommands: ['STARTTLS'], allowInsecureAuth: true }),
    onAuth: (auth, session, done) => {
      post.signIns.push({ encrypted: session.secure, password: auth.password ?? undefined });
      done(null, { user: auth.username });
    },
    onData: (stream, _session, done) => {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        post.letters.push(Buffer.concat(chunks).toString('utf8'));
        done();
      });
    },
  });
  server.on('error', () => undefined);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  ends.push(() => new Promise<void>((resolve) => server.close(() => resolve())));
  return Object.assign(post, { port: (server.server.address() as AddressInfo).port });
}

/** Between the two, somebody who reads what is readable and may change what the server says before it is encrypted. */
async function tap(port: number, change: (said: string, asked: string) => string = (said) => said): Promise<Line> {
  const heard: Buffer[] = [];
  const plain = () => {
    const all = Buffer.concat(heard);
    // A TLS record begins with 22, 3; nothing of SMTP does.
    const encrypted = all.indexOf(Buffer.from([22, 3]));
    return (encrypted < 0 ? all : all.subarray(0, encrypted)).toString('latin1');
  };
  const server: Server = createServer((near) => {
    const far = connect(port, '127.0.0.1');
    near.on('data', (chunk: Buffer) => {
      heard.push(chunk);
      far.write(chunk);
    });
    let encrypted = false;
    far.on('data', (chunk: Buffer) => {
      const answer = encrypted ? chunk : Buffer.from(change(chunk.toString('latin1'), plain()), 'latin1');
      encrypted ||= /STARTTLS\r\n$/.test(plain()) && chunk.toString('latin1').startsWith('220');
      near.write(answer);
    });
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      one.on('close', () => other.destroy());
      one.on('error', () => other.destroy());
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  ends.push(() => new Promise<void>((resolve) => server.close(() => resolve())));
  return { port: (server.address() as AddressInfo).port, overheard: plain };
}

async function send({ port }: { readonly port: number }, ca: string) {
  const dir = await mkdtemp(join(tmpdir(), 'loa-mail-'));
  ends.push(() => rm(dir, { recursive: true, force: true }));
  const [passwordFile, caFile] = [join(dir, 'password'), join(dir, 'ca.pem')];
  await writeFile(passwordFile, `${password}\n`, { mode: 0o600 });
  await writeFile(caFile, ca);
  const settings = { host: 'localhost', port, line: 'starttls', from: 'loa@xa.example', user: 'loa', passwordFile, caFile } as const;
  return new SmtpMailer(settings).send(letter);
}

/** Neither a name nor a password, neither who writes nor to whom. */
const secrets = /AUTH|MAIL FROM|RCPT|DATA|xa\.example|bWF0LWtoYXUtdGh1|mat-khau-thu/i;

describe('STARTTLS', () => {
  test('encrypts before the password and the letter, which come whole', async () => {
    const post = await openPost();
    const line = await tap(post.port);
    expect(await send(line, post.ca)).toEqual({ ok: true, value: undefined });
    expect(post.signIns).toEqual([{ encrypted: true, password }]);
    expect(post.letters).toEqual([expect.stringContaining('Message-ID: <xa.tuan.1@xa.example>')]);
    expect(line.overheard()).toMatch(/^EHLO [^\r]+\r\nSTARTTLS\r\n$/);
    expect(line.overheard()).not.toMatch(secrets);
  });

  test('that the server does not offer is asked for all the same, and refused: nothing is sent, and the problem says why', async () => {
    const post = await openPost(false);
    const line = await tap(post.port);
    const sent = await send(line, post.ca);
    expect(sent).toMatchObject({ ok: false, problem: { code: 'device-failed', detail: expect.stringContaining('STARTTLS') } });
    expect([post.signIns, post.letters]).toEqual([[], []]);
    expect(line.overheard()).toContain('STARTTLS\r\n');
    expect(line.overheard()).not.toMatch(secrets);
  });

  test('that somebody on the line leaves out of the offer is used all the same', async () => {
    const post = await openPost();
    const line = await tap(post.port, (said) => said.replace(/250([- ])STARTTLS/, '250$1X'));
    expect((await send(line, post.ca)).ok).toBe(true);
    expect(post.signIns).toEqual([{ encrypted: true, password }]);
    expect(line.overheard()).not.toMatch(secrets);
  });

  test('that somebody on the line answers with no ends it', async () => {
    const post = await openPost();
    const line = await tap(post.port, (said, asked) => (asked.endsWith('STARTTLS\r\n') ? '454 not now\r\n' : said));
    const sent = await send(line, post.ca);
    expect(sent).toMatchObject({ ok: false, problem: { code: 'device-failed', detail: expect.stringContaining('STARTTLS') } });
    expect([post.signIns, post.letters]).toEqual([[], []]);
    expect(line.overheard()).not.toMatch(secrets);
  });

  test('with a certificate of another authority ends before the password, which stands in no problem', async () => {
    const post = await openPost();
    const line = await tap(post.port);
    const sent = await send(line, String((await (await makeAuthority()).server()).ca));
    expect(sent).toMatchObject({
      ok: false,
      problem: { code: 'device-failed', detail: expect.stringMatching(/certificate|signature|TLS/i) },
    });
    expect(JSON.stringify(sent)).not.toContain(password);
    expect([post.signIns, post.letters]).toEqual([[], []]);
    expect(line.overheard()).not.toMatch(secrets);
  });

  test('with words put behind the server’s go-ahead in the open believes none of them', async () => {
    const post = await openPost();
    // Believed, the next answer of the encrypted server would be this one: no letter fits, and answers no longer belong to questions.
    const put = '250-evil\r\n250 SIZE 1\r\n';
    let times = 0;
    const line = await tap(post.port, (said, asked) => {
      if (!asked.endsWith('STARTTLS\r\n') || !said.startsWith('220')) return said;
      times += 1;
      return `${said}${put}`;
    });
    expect(await send(line, post.ca)).toEqual({ ok: true, value: undefined });
    expect(times).toBe(1);
    expect(post.letters).toHaveLength(1);
  });
});
