// The broker's files, read whole or not at all.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { readStanding } from '../../broker/config.ts';
import { fingerprintsOf } from '../../broker/trust.ts';
import { makeAuthority } from '../wire/certificates.ts';

let dir: string;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'loa-broker-files-'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

it('an authority file that is still being written is refused, or those behind its end would be cut', async () => {
  const [old, young] = [await makeAuthority(), await makeAuthority()];
  const server = await old.server();
  const both = `${server.ca}${(await young.server()).ca}`;
  const write = (ca: string) => writeFile(join(dir, 'ca.pem'), ca);
  await writeFile(join(dir, 'cert.pem'), server.cert);
  await writeFile(join(dir, 'key.pem'), server.key);
  await writeFile(join(dir, 'registry.json'), '{"boxes":["b1"],"centres":["xa-1"]}');
  const config = join(dir, 'broker.json');
  await writeFile(config, '{"tls":{"ca":"ca.pem","cert":"cert.pem","key":"key.pem"},"registry":"registry.json"}');
  await write(both);
  expect((await readStanding(config)).ok).toBe(true);
  expect(fingerprintsOf(both).size).toBe(2);
  for (const cutOff of [60, 300, 10]) {
    await write(both.trimEnd().slice(0, -cutOff));
    expect(await readStanding(config)).toMatchObject({ ok: false, problem: { code: 'bad-input', path: '/tls' } });
  }
});
