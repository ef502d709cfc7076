// The one line for a shell, run by a real shell against the boxes' door: nothing of a stranger's is believed before the fingerprint fits.
import { spawn, spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BootFiles, claimName } from '../../agent/boot-files.ts';
import { buildBoxDoor } from '../../controller/box-door.ts';
import { runBox } from '../../controller/provision/box-command.ts';
import { installLine } from '../../schemas/box-papers.ts';
import type { ClaimDocument } from '../../schemas/enrolment-api.ts';
import { type BuiltCentre, makeCentre, must, password } from '../controller/built-centre.ts';
import { fetchTls } from './centre-process.ts';

const hasTools = ['curl', 'openssl'].every((tool) => spawnSync(tool, ['--version']).error === undefined);

let on: BuiltCentre;
let door: FastifyInstance;
let dir: string;
let claim: ClaimDocument;

beforeAll(async () => {
  on = await makeCentre(undefined, undefined, {}, Date.now());
  const server = await on.centre.authority.issueServer(['127.0.0.1'], Date.now());
  door = await buildBoxDoor(on.centre, { ca: on.centre.authority.pem, ...server });
  await door.listen({ host: '127.0.0.1', port: 0 });
  dir = await mkdtemp(join(tmpdir(), 'loa-install-'));
  const technician = await on.as('ky-thuat');
  const outputs = [{ id: 'main', kind: 'loudspeaker' }];
  await technician('POST', '/boxes', { id: 'hop-1', name: 'Hộp 1', area: '08/02536/thon-1', groups: ['thon-1'], outputs });
  const made = (await technician('POST', '/boxes/hop-1/claim', {})).body as ClaimDocument;
  claim = { ...made, centreUrl: `https://127.0.0.1:${(door.server.address() as AddressInfo).port}` };
});
afterAll(async () => {
  await door?.close();
  await on?.stop();
  await rm(dir, { recursive: true, force: true });
});

function sh(line: string, boot: string): Promise<{ readonly code: number | null; readonly said: string }> {
  return new Promise((resolve) => {
    const env = { ...process.env, LOA_BOOT_DIR: boot, LOA_NO_PACKAGE: '1', TMPDIR: dir };
    const child = spawn('sh', ['-c', line.replace('sudo ', '')], { env });
    let said = '';
    for (const out of [child.stdout, child.stderr]) {
      out.on('data', (text) => {
        said += text;
      });
    }
    child.on('close', (code) => resolve({ code, said }));
  });
}

describe('the installer', () => {
  test.skipIf(!hasTools)('puts the claim where the box looks for it, whole and readable by nobody else [needs curl]', async () => {
    const boot = join(dir, 'boot');
    const done = await sh(installLine(claim), boot);
    expect(done).toMatchObject({ code: 0, said: expect.stringContaining('the claim of hop-1 is in place') });
    const files = new BootFiles(boot, join(boot, 'own'));
    const read = must(files.readClaim((await files.claimText()) ?? ''));
    const { dev, token, pin, ca, trustRoot } = claim;
    expect(read).toMatchObject({ dev, token, pin, ca, trustRoot });
    expect(await readdir(boot)).toEqual([claimName]);
  });

  test.skipIf(!hasTools)('stops before anything when the authority has another fingerprint [needs curl]', async () => {
    const boot = join(dir, 'boot-2');
    const done = await sh(installLine({ ...claim, caSha256: 'a'.repeat(64) }), boot);
    expect(done.code).not.toBe(0);
    await expect(readdir(boot)).rejects.toThrow('ENOENT');
  });

  test.skipIf(!hasTools)('a claim with signs that a shell would read is refused [needs curl]', async () => {
    const boot = join(dir, 'boot-3');
    const done = await sh(installLine({ ...claim, token: "x'$(id)'" }).replace(/"?x'\$\(id\)'/, '"x\\"y-0123456"'), boot);
    expect(done.code).not.toBe(0);
    await expect(readdir(boot)).rejects.toThrow('ENOENT');
  });

  test('only packages of boxes are handed out, and only those that lie there', async () => {
    const { packagesDir } = on.centre;
    await mkdir(packagesDir, { recursive: true });
    await writeFile(join(packagesDir, 'loa-agent_arm64.deb'), 'deb');
    await writeFile(join(packagesDir, 'secret.deb'), 'no');
    const get = (path: string) => fetchTls(`${claim.centreUrl}${path}`, { ca: claim.ca, agent: false });
    const got = await get('/install/loa-agent_arm64.deb');
    expect([got.status, String(got.bytes)]).toEqual([200, 'deb']);
    for (const path of ['/install/loa-agent_amd64.deb', '/install/secret.deb', '/install/..%2fcentre.sqlite', '/install/x'])
      expect((await get(path)).status).toBe(404);
  });
});

describe('box new', () => {
  test('registers at a running centre by a token, and brings card file, cloud-init, install line and labels', async () => {
    const url = await on.app.listen({ host: '127.0.0.1', port: 0 });
    const technician = await on.as('ky-thuat');
    const acts = ['read', 'box.register', 'box.claim'];
    const wish = { name: 'Xưởng', acts, area: '08/02536', expMs: on.clock.nowMs + 30 * 86_400_000, password };
    const made = await technician('POST', '/tokens', wish);
    expect(made.status).toBe(201);
    await writeFile(join(dir, 'token'), `${made.body.token}\n`);
    const place = ['--area', '08/02536/thon-1', '--group', 'thon-1', '--centre', url, '--out', join(dir, 'papers')];
    const words = ['new', 'hop-7', 'hop-8', ...place, '--token-file', join(dir, 'token')];
    const printed = must(await runBox(words));
    expect(printed.at(-1)).toBe(join(dir, 'papers', 'labels.html'));
    expect((await readdir(join(dir, 'papers', 'hop-7'))).sort()).toEqual(['install.txt', 'loa-claim.json', 'user-data']);
    const file = await readFile(join(dir, 'papers', 'hop-7', 'loa-claim.json'), 'utf8');
    const read = JSON.parse(file) as ClaimDocument;
    const cloud = await readFile(join(dir, 'papers', 'hop-7', 'user-data'), 'utf8');
    expect(Buffer.from(/content: (\S+)/.exec(cloud)?.[1] ?? '', 'base64').toString('utf8')).toBe(file);
    const sheet = await readFile(join(dir, 'papers', 'labels.html'), 'utf8');
    expect(sheet.match(/<article>/g)).toHaveLength(2);
    expect(sheet).toContain(`<code>${read.hotspot.key}</code>`);
    expect(sheet).not.toContain(read.token);
    expect(sheet).not.toContain(read.pin);
    expect(sheet).not.toMatch(/<script|https?:/);
    expect(await runBox(words)).toMatchObject({ ok: false, problem: { code: 'not-allowed', detail: expect.stringContaining('409') } });
    expect(
      must(await runBox(['claim', 'hop-7', '--centre', url, '--out', join(dir, 'again'), '--token-file', join(dir, 'token')])),
    ).toHaveLength(2);
    expect(await runBox(['new', 'HOP'])).toMatchObject({ ok: false, problem: { code: 'bad-input' } });
    expect(must(await runBox([])).join()).toContain('box new ID');
  });
});
