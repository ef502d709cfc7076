// Keys at rest: encrypted so that any tool of the standard reads them, taken over in place, re-encrypted all or none.
import { execFileSync } from 'node:child_process';
import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import { chmod, cp, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { generateSigningKey, signerFrom } from '../../hardware/host/crypto.ts';
import { anySealed, finishReseal, readKeyFile, reseal, writeKeyFile } from '../../hardware/host/key-files.ts';
import { isSealed, sealKey, unsealKey } from '../../hardware/host/key-pem.ts';
import { findKeySecret } from '../../hardware/host/key-secret.ts';
import { findProgram } from '../../hardware/host/processes.ts';
import type { Result } from '../../schemas/problems.ts';

const [secret, other] = ['một bí mật đủ dài', 'another secret, long enough'];
let base: string;
let dir: string;
beforeAll(async () => {
  base = await mkdtemp(join(tmpdir(), 'loa-key-files-'));
});
beforeEach(async () => {
  dir = await mkdtemp(join(base, 'data-'));
});
afterAll(() => rm(base, { recursive: true }));

const codeOf = (result: Result<unknown>) => (result.ok ? 'ok' : result.problem.code);

describe('an encrypted key', () => {
  const plain = generateSigningKey();

  test.each(['secret', 'phrase'] as const)('opens with its %s and with no other', (strength) => {
    const sealed = sealKey(plain.privateKeyPem, secret, strength);
    expect(isSealed(sealed)).toBe(true);
    expect(signerFrom(sealed, secret).keyid).toBe(plain.keyid);
    expect(codeOf(unsealKey(sealed, other))).toBe('keys-locked');
    expect(codeOf(unsealKey(sealed, undefined))).toBe('keys-locked');
    expect(codeOf(unsealKey(sealed.replace(/[A-Z]/, 'x'), secret))).toBe('keys-locked');
  });

  test('of P-256 too, and never twice the same bytes', () => {
    const key = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
    const pem = key.export({ format: 'pem', type: 'pkcs8' }).toString();
    const [one, two] = [sealKey(pem, secret), sealKey(pem, secret)];
    expect(one).not.toBe(two);
    expect(createPrivateKey({ key: one, passphrase: secret }).equals(key)).toBe(true);
  });

  test.skipIf(!findProgram('openssl'))('[needs openssl] is what other tools of the standard read, and theirs is read here', () => {
    const sealed = sealKey(plain.privateKeyPem, 'ascii secret 123');
    const read = execFileSync('openssl', ['pkey', '-passin', 'pass:ascii secret 123'], { input: sealed }).toString();
    expect(signerFrom(read).keyid).toBe(plain.keyid);
    const theirs = execFileSync('openssl', ['pkcs8', '-topk8', '-scrypt', '-passout', 'pass:ascii secret 123'], {
      input: plain.privateKeyPem,
    });
    expect(signerFrom(theirs.toString(), 'ascii secret 123').keyid).toBe(plain.keyid);
  });
});

describe('a file that held a plain key', () => {
  const made = generateSigningKey();
  const whole = async (path: string) => signerFrom((await readKeyFile(path, secret)) ?? '', secret).keyid;

  test('is encrypted in place at its first reading, alone or inside JSON; no copy of the plain one is left', async () => {
    const [pem, json] = [join(dir, 'order.pem'), join(dir, 'server.json')];
    await writeFile(pem, made.privateKeyPem);
    await writeFile(json, JSON.stringify({ cert: 'a certificate', key: made.privateKeyPem }));
    expect(await whole(pem)).toBe(made.keyid);
    const read = JSON.parse((await readKeyFile(json, secret)) ?? '') as { cert: string; key: string };
    expect(read.cert).toBe('a certificate');
    expect(signerFrom(read.key, secret).keyid).toBe(made.keyid);
    for (const name of await readdir(dir)) {
      expect(await readFile(join(dir, name), 'utf8')).not.toContain('BEGIN PRIVATE KEY');
      expect((await stat(join(dir, name))).mode & 0o777).toBe(0o600);
    }
    expect((await readdir(dir)).sort()).toEqual(['order.pem', 'server.json']);
  });

  test('is whole after a cut at each step of it', async () => {
    const path = join(dir, 'order.pem');
    const sealed = sealKey(made.privateKeyPem, secret);
    // Copy written, plain one still there; plain one overwritten; plain one gone.
    for (const plain of [made.privateKeyPem, '\0'.repeat(made.privateKeyPem.length), undefined]) {
      await rm(path, { force: true });
      if (plain !== undefined) await writeFile(path, plain);
      await writeFile(`${path}.taken-over`, sealed);
      expect(await whole(path)).toBe(made.keyid);
      expect(await readdir(dir)).toEqual(['order.pem']);
    }
  });
});

describe('another secret', () => {
  test('rules all files or none, wherever it is cut', async () => {
    const names = ['a.pem', 'b.pem', 'c.pem'];
    const keyids = new Map<string, string>();
    for (const name of names) {
      const made = generateSigningKey();
      keyids.set(name, made.keyid);
      await writeKeyFile(join(dir, name), made.privateKeyPem, secret);
    }
    const opensWith = async (folder: string, wish: string) => {
      const texts = await Promise.all(names.map((name) => readFile(join(folder, name), 'utf8')));
      return texts.every((text, i) => {
        const key = unsealKey(text, wish);
        return key.ok && signerFrom(text, wish).keyid === keyids.get(names[i] ?? '');
      });
    };
    const verdicts: string[] = [];
    for (let steps = 0; ; steps += 1) {
      const folder = `${dir}-cut-${steps}`;
      await cp(dir, folder, { recursive: true });
      const [paths, marker] = [names.map((name) => join(folder, name)), join(folder, 'resealing')];
      const work = reseal({ paths, marker, from: secret, to: other });
      let done = false;
      for (let i = 0; i < steps && !done; i += 1) done = (await work.next()).done === true;
      await finishReseal(paths, marker);
      const [old, neu] = [await opensWith(folder, secret), await opensWith(folder, other)];
      expect([steps, old !== neu]).toEqual([steps, true]);
      expect((await readdir(folder)).sort()).toEqual(names);
      verdicts.push(old ? 'old' : 'new');
      if (done) break;
    }
    expect(verdicts.join(' ')).toMatch(/^(old )+(new ?)+$/);
  });

  test('is not begun when the present one is wrong', async () => {
    const path = join(dir, 'a.pem');
    await writeKeyFile(path, generateSigningKey().privateKeyPem, secret);
    const before = await readFile(path, 'utf8');
    const ended = await reseal({ paths: [path], marker: join(dir, 'm'), from: 'not this one at all', to: other }).next();
    expect(ended).toMatchObject({ done: true, value: { ok: false, problem: { code: 'keys-locked' } } });
    expect(await readFile(path, 'utf8')).toBe(before);
  });
});

describe('the secret of a data folder', () => {
  const env = (more: object = {}) => ({ XDG_STATE_HOME: join(base, 'state'), ...more });
  const put = async (path: string, text = secret, mode = 0o600) => {
    await mkdir(join(path, '..'), { recursive: true });
    await writeFile(path, text);
    await chmod(path, mode);
    return path;
  };

  test('is the file named, before systemd’s credential, before the one made for this folder', async () => {
    const made = await findKeySecret({ dataDir: dir, env: env(), make: true });
    expect(made).toMatchObject({ ok: true, value: { made: true } });
    const again = await findKeySecret({ dataDir: dir, env: env(), make: false });
    expect(again).toMatchObject({ ok: true, value: { made: false, text: made.ok ? made.value.text : '' } });
    await put(join(base, 'credentials/loa-keys'), 'the credential of a service', 0o400);
    const credentials = env({ CREDENTIALS_DIRECTORY: join(base, 'credentials') });
    expect(await findKeySecret({ dataDir: dir, env: credentials, make: false })).toMatchObject({
      value: { text: 'the credential of a service' },
    });
    const secretFile = await put(join(base, 'named'));
    expect(await findKeySecret({ dataDir: dir, env: credentials, secretFile, make: false })).toMatchObject({ value: { text: secret } });
  });

  test('made here lies outside the folder, for its owner alone', async () => {
    const made = await findKeySecret({ dataDir: dir, env: env(), make: true });
    const file = made.ok ? made.value.file : '';
    expect(file.startsWith(join(base, 'state'))).toBe(true);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    for (const name of await readdir(join(dir, 'keys')))
      expect(await readFile(join(dir, 'keys', name), 'utf8')).not.toContain(made.ok ? made.value.text : '?');
  });

  test.each<[string, (dataDir: string) => Promise<string>]>([
    ['is not there', async () => join(base, 'nowhere')],
    ['is readable by others', () => put(join(base, 'open'), secret, 0o644)],
    ['is too short', () => put(join(base, 'short'), 'abc')],
    ['lies in the data folder', (dataDir) => put(join(dataDir, 'secret'))],
    [
      'lies in the data folder by a link',
      async (dataDir) => {
        await put(join(dataDir, 'secret'));
        await symlink(join(dataDir, 'secret'), `${dataDir}-link`);
        return `${dataDir}-link`;
      },
    ],
  ])('that %s is refused', async (_what, place) => {
    expect(codeOf(await findKeySecret({ dataDir: dir, env: env(), secretFile: await place(dir), make: true }))).toBe('keys-locked');
  });

  test('is not made anew where something is encrypted already, nor inside the folder, nor read from the environment', async () => {
    await writeKeyFile(join(dir, 'a.pem'), generateSigningKey().privateKeyPem, secret);
    expect(await anySealed([join(dir, 'a.pem'), join(dir, 'b.pem')])).toBe(true);
    expect(codeOf(await findKeySecret({ dataDir: dir, env: env({ LOA_KEY_SECRET: secret }), make: false }))).toBe('keys-locked');
    expect(codeOf(await findKeySecret({ dataDir: dir, env: { XDG_STATE_HOME: dir }, make: true }))).toBe('keys-locked');
  });
});
