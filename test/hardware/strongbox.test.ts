// Where the key of the secrets lies: named, handed over by systemd, or beside the tables; and what happens when it is not there.
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { findStrongboxKey, openStrongbox } from '../../hardware/host/strongbox.ts';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'loa-strongbox-'));
});
afterEach(() => rm(dir, { recursive: true }));

const usual = () => join(dir, 'strongbox.key');
const pathOf = async (keyFile: string | undefined, env: NodeJS.ProcessEnv = {}) => {
  const found = await findStrongboxKey({ keyFile, usual: usual(), env });
  return found.ok ? found.value : found.problem.code;
};

test('the file that is named counts, then the credential of systemd, then the one beside the tables', async () => {
  const [named, credentials] = [join(dir, 'medium.key'), join(dir, 'credentials')];
  await mkdir(credentials);
  expect(await pathOf(undefined)).toBe(usual());
  expect(await pathOf(undefined, { CREDENTIALS_DIRECTORY: credentials })).toBe(usual());
  await writeFile(join(credentials, 'loa-strongbox'), randomBytes(32), { mode: 0o400 });
  expect(await pathOf(undefined, { CREDENTIALS_DIRECTORY: credentials })).toBe(join(credentials, 'loa-strongbox'));
  await writeFile(named, randomBytes(32), { mode: 0o600 });
  expect(await pathOf(named, { CREDENTIALS_DIRECTORY: credentials })).toBe(named);
});

test('a named key that is away, open to others or cut short is refused, and none is made in its place', async () => {
  const named = join(dir, 'medium.key');
  expect(await pathOf(named)).toBe('keys-locked');
  expect(existsSync(named)).toBe(false);
  await writeFile(named, randomBytes(32));
  await chmod(named, 0o644);
  expect(await pathOf(named)).toBe('keys-locked');
  await writeFile(named, randomBytes(31));
  await chmod(named, 0o600);
  expect(await pathOf(named)).toBe('keys-locked');
});

test('what was locked opens with the same key in another place, and with no other', async () => {
  const locked = (await openStrongbox(usual())).lock('a', 'một bí mật');
  expect((await openStrongbox(usual())).unlock('a', locked)).toBe('một bí mật');
  const other = await openStrongbox(join(dir, 'other.key'));
  expect(() => other.unlock('a', locked)).toThrow();
});
