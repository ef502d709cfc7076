// A centre with releases: what it takes in, how they go out by stages, what boxes say of them, and that the audit tells.
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { initialise } from '../../controller/init.ts';
import { runRelease } from '../../controller/releases/release-command.ts';
import { cryptography, generateSigningKey, sha256, signerFrom } from '../../hardware/host/crypto.ts';
import { type Envelope, seal, toBase64 } from '../../schemas/envelope.ts';
import { keyRing } from '../../schemas/keys.ts';
import { chainText, type Entry } from '../../schemas/outbox.ts';
import { openRelease, type ReleaseOffer, type UpdateFact } from '../../schemas/release.ts';
import type { RolloutDetail } from '../../schemas/release-api.ts';
import { defaultBoxSettings } from '../../schemas/settings.ts';
import type { Part } from '../../schemas/want.ts';
import { type Asker, type BuiltCentre, codeOf, makeCentre, must, seedOf, startMs, statementIn } from './built-centre.ts';
import { installOfficers } from './officer-device.ts';

const hourMs = 3600_000;
const devs = ['hop-1', 'hop-2', 'hop-3', 'hop-4'];

let folder: string;
let dir: string;
let built: BuiltCentre;
let admin: Asker;
const boxes = new Map<string, { readonly signer: ReturnType<typeof signerFrom>; head: string; seq: number }>();

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'loa-releases-'));
  dir = join(folder, 'centre');
  must(await initialise(dir, seedOf(), startMs));
  const key = generateSigningKey();
  await writeFile(join(folder, 'release.pem'), key.privateKeyPem);
  must(await installOfficers(dir, [], startMs + 1000, { release: key.publicKey }));
  await mkdir(join(folder, 'programs', 'words'), { recursive: true });
  await writeFile(join(folder, 'programs', 'guard.js'), 'guard');
  await writeFile(join(folder, 'programs', 'words', 'vi.json'), '{}');
  must(await make('1.1.0', 2));
  must(await runRelease(['add', '--data', dir, '--in', join(folder, '1.1.0')], startMs + 2000));
  built = await makeCentre(seedOf(), dir, {}, startMs + 3000);
  admin = await built.as('quan-tri');
  for (const dev of devs) await addBox(dev);
  await built.centre.dispatch.changed();
});
afterAll(async () => {
  await built.stop();
  await rm(folder, { recursive: true, force: true });
});

function make(version: string, counter: number, keyFile = 'release.pem') {
  const words = { folder: 'programs', key: keyFile, out: version };
  const paths = Object.entries(words).flatMap(([name, path]) => [`--${name}`, join(folder, path)]);
  const rest = ['--version', version, '--counter', String(counter), '--centre', 'xa-02536', '--epoch', 'e1', '--notes-vi', 'Sửa lỗi'];
  return runRelease(['make', ...paths, ...rest], startMs + counter);
}

async function addBox(id: string): Promise<void> {
  const key = generateSigningKey();
  const box = {
    ...{ id, name: id, area: '08/02536', groups: ['thon-1'], settings: defaultBoxSettings, createdMs: startMs, enrolledMs: startMs },
    ...{ signingKey: toBase64(key.publicKey), certificate: null },
  };
  must(await built.centre.store.estate.addBox(box, { atMs: startMs, actor: 'x', act: 'box.register', subject: id, sha256: '' }));
  built.centre.registry.put(box);
  boxes.set(id, { signer: signerFrom(key.privateKeyPem), head: 'e-1', seq: 0 });
}

/** A row of the box, as it comes over the bus. */
async function says(dev: string, state: UpdateFact['state'], counter: number, more: Partial<UpdateFact> = {}): Promise<void> {
  const box = boxes.get(dev);
  if (!box) throw new Error(dev);
  const fact: UpdateFact = { kind: 'update', version: '1.1.0', counter, state, ...more };
  const entry = JSON.stringify({ boot: 'b1', atMs: built.clock.nowMs, monoMs: 1, clock: 'signed', fact } satisfies Entry);
  box.head = sha256(Buffer.from(chainText(box.head, entry)));
  box.seq++;
  const body = { rows: [{ seq: box.seq, hash: box.head, entry }] };
  const statement = {
    ...{ typ: 'log' as const, id: `log-${box.seq}`, iss: dev, epoch: 'e-1', aud: 'c/xa-02536', ctr: startMs + box.seq },
    ...{ iat: startMs, nbf: 0, exp: startMs + 1e10, body },
  };
  await built.fromBox(dev, 'log', seal(statement, [box.signer]));
  await built.centre.releases.look();
}

/** The release that the box's own want names, opened as the box does. */
async function offeredTo(dev: string): Promise<string | undefined> {
  const want = built.lastRetained(`loa/1/d/${dev}/dn/want`);
  const parts = statementIn(JSON.parse(String(want?.payload))).body.parts as Part[];
  const part = parts.find(({ kind }) => kind === 'release');
  if (!part) return undefined;
  const offer = JSON.parse(String(await built.centre.blobs.read(part.sha256))) as ReleaseOffer;
  const keys = built.centre.dispatch.keysOf(dev);
  if (!keys) throw new Error('no keys');
  const ring = must(keyRing(built.centre.trust.root, keys, dev, cryptography));
  return must(openRelease(offer.manifest, ring, cryptography)).statement.body.version;
}

const offeredNow = async () => (await Promise.all(devs.map(async (dev) => ((await offeredTo(dev)) ? [dev] : [])))).flat();
const detail = async (id: string): Promise<RolloutDetail> => (await admin('GET', `/rollouts/${id}`)).body;
/** A session ends while nobody touches it. */
async function later(ms: number): Promise<void> {
  built.clock.nowMs += ms;
  admin = await built.as('quan-tri');
  await built.centre.releases.look();
}
const auditOf = async (prefix: string) =>
  (await built.centre.store.audit.entries(0, 1_000)).filter(({ act }) => act.startsWith(prefix)).map(({ actor, act }) => `${actor} ${act}`);

describe('releases', () => {
  test('are taken by their signature and their parts alone', async () => {
    expect((await admin('GET', '/releases')).body).toMatchObject([{ release: { version: '1.1.0', counter: 2 }, addedBy: 'command' }]);
    await writeFile(join(folder, 'stranger.pem'), generateSigningKey().privateKeyPem);
    must(await make('1.2.0', 3, 'stranger.pem'));
    const stranger = JSON.parse(await readFile(join(folder, '1.2.0', 'manifest.json'), 'utf8')) as Envelope;
    expect(codeOf(await admin('POST', '/releases', { manifest: stranger }))).toBe('key-unknown');
    await writeFile(join(folder, 'programs', 'guard.js'), 'a newer guard');
    must(await make('1.3.0', 4));
    const manifest = JSON.parse(await readFile(join(folder, '1.3.0', 'manifest.json'), 'utf8')) as Envelope;
    expect(codeOf(await admin('POST', '/releases', { manifest }))).toBe('not-found');
    const { sha256: name } = statementIn(manifest as never).body.parts[0];
    const bytes = await readFile(join(folder, '1.3.0', name));
    expect(codeOf(await admin('PUT', `/releases/parts/${'0'.repeat(64)}`, bytes))).toBe('hash-mismatch');
    expect((await admin('PUT', `/releases/parts/${name}`, bytes)).body).toEqual({ sha256: name, bytes: bytes.length });
    expect((await admin('POST', '/releases', { manifest })).status).toBe(201);
    expect(codeOf(await admin('POST', '/releases', { manifest }))).toBe('conflict');
    expect(codeOf(await (await built.as('ky-thuat'))('POST', '/releases', { manifest }))).toBe('not-allowed');
    expect(await auditOf('release.add')).toEqual(['command release.add', 'quan-tri release.add']);
  });

  test('go to few boxes first and on by what was committed, to the end', async () => {
    const begun = await admin('POST', '/rollouts', { version: '1.1.0', soakMs: hourMs });
    expect(begun.status).toBe(201);
    const { id } = begun.body as RolloutDetail;
    expect(begun.body).toMatchObject({ candidates: 4, stage: 0, state: 'running', stages: [1, 10, 100] });
    const [first = ''] = await offeredNow();
    expect(await offeredNow()).toEqual([first]);
    expect(await offeredTo(first)).toBe('1.1.0');
    expect(codeOf(await admin('POST', '/rollouts', { version: '1.3.0' }))).toBe('conflict');
    await says(first, 'downloaded', 2);
    await says(first, 'switched', 2);
    await later(2 * hourMs);
    expect((await detail(id)).boxes).toMatchObject([{ dev: first, progress: 'switched' }]);
    expect(await offeredNow()).toEqual([first]);
    await says(first, 'committed', 2);
    expect((await detail(id)).stage).toBe(0); // it rests an hour
    await later(hourMs);
    // Ten per cent of four is one, which has it already: that stage is passed.
    expect((await detail(id)).stage).toBe(2);
    expect(await offeredNow()).toEqual(devs);
    for (const dev of devs) await says(dev, 'committed', 2);
    expect(await detail(id)).toMatchObject({ state: 'done', counts: [{ committed: 1 }, { offered: 0 }, { offered: 3, committed: 3 }] });
    expect(await auditOf('release.')).toContain('roll-out release.done');
  });

  test('are held and called off; what nobody switched to is taken back', async () => {
    const { id } = (await admin('POST', '/rollouts', { version: '1.3.0', stages: [50, 100], soakMs: 0 })).body as RolloutDetail;
    const two = (await detail(id)).boxes.map(({ dev }) => dev);
    expect(two).toHaveLength(2);
    expect((await admin('POST', `/rollouts/${id}/turn`, { act: 'pause' })).body.state).toBe('paused');
    const [one = '', other = ''] = two;
    await says(one, 'committed', 4);
    await says(other, 'committed', 4);
    expect(await detail(id)).toMatchObject({ state: 'paused', stage: 0 });
    expect(codeOf(await admin('POST', `/rollouts/${id}/turn`, { act: 'pause' }))).toBe('conflict');
    await admin('POST', `/rollouts/${id}/turn`, { act: 'resume' });
    expect((await detail(id)).boxes).toHaveLength(4);
    const third = devs.find((dev) => !two.includes(dev)) ?? '';
    await says(third, 'rolled-back', 4, { reason: 'starts', from: '1.1.0', lines: ['Error: no sound card'] });
    const over = await detail(id);
    expect(over).toMatchObject({ state: 'called-off', stage: 1 });
    expect(over.boxes.find(({ dev }) => dev === third)).toMatchObject({
      progress: 'rolled-back',
      reason: 'starts',
      lines: ['Error: no sound card'],
    });
    // The one that went out before is what they are offered again.
    expect(await Promise.all(devs.map(offeredTo))).toEqual(devs.map(() => '1.1.0'));
    expect(await auditOf('release.')).toContain('roll-out release.called-off');
    expect(codeOf(await admin('POST', `/rollouts/${id}/turn`, { act: 'resume' }))).toBe('conflict');
  });

  test('are seen by technicians and not by authors', async () => {
    expect((await (await built.as('ky-thuat'))('GET', '/rollouts')).status).toBe(200);
    expect(codeOf(await (await built.as('tac-gia'))('GET', '/releases'))).toBe('not-allowed');
  });
});
