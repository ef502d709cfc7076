// The ceremony of keys with files only: who must sign, what a newer delegation takes away, how counters begin again.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { HeldKeys } from '../../agent/held-keys.ts';
import { initialise } from '../../controller/init.ts';
import { runCentres } from '../../controller/provision/centres-command.ts';
import { addSignature, askForKeys, type CeremonyFile, installKeys, makeRoots } from '../../controller/provision/ceremony.ts';
import { runKeys } from '../../controller/provision/keys-command.ts';
import { ownDelegation, trustedOfficers } from '../../controller/provision/officer-keys.ts';
import { centreRoles, type OpenedKeys, openSigningKeys, type Trust } from '../../controller/provision/signing-keys.ts';
import { SqlStore } from '../../controller/store/sql-store.ts';
import { cryptography, signerFrom } from '../../hardware/host/crypto.ts';
import { openDatabase } from '../../hardware/host/sqlite.ts';
import { counterMax, type Envelope, open, type Signer, seal } from '../../schemas/envelope.ts';
import { authorise, type KeysDocument, keyRing, type TrustRoot } from '../../schemas/keys.ts';
import { Want } from '../../schemas/want.ts';
import { makeCentre, must, seedOf, startMs, statementIn } from './built-centre.ts';
import { installOfficers, OfficerDevice } from './officer-device.ts';

let dir: string;
let trust: Trust;
let holders: Signer[];
let centre: OpenedKeys;
const officer = new OfficerDevice('truc-ban');
const nowMs = startMs + 60_000;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'loa-ceremony-'));
  const { keySecret } = must(await initialise(dir, seedOf(), startMs));
  trust = must(await installOfficers(dir, [officer], nowMs));
  const pems = await Promise.all([1, 2, 3].map((number) => readFile(join(dir, 'root-keys', `root-${number}.pem`), 'utf8')));
  holders = pems.map((pem) => signerFrom(pem));
  centre = must(await openSigningKeys(join(dir, 'keys'), { secret: (await readFile(keySecret?.file ?? '', 'utf8')).trim() }));
});

const signedBy = (file: CeremonyFile, ...signers: Signer[]) => signers.reduce((now, signer) => must(addSignature(now, signer)), file);
const ask = (more: object = {}) => askForKeys(trust, { nowMs: nowMs + 1000, officers: [], ...more });
const codeOf = (result: { ok: boolean; problem?: { code: string } }) => (result.ok ? 'ok' : result.problem?.code);

/** What a box of this centre makes of it. */
function place(epoch: string, ctr: number) {
  const body = { dev: 'hop-1', centre: 'xa-02536', area: '08/02536', groups: ['thon-1'] };
  const statement = {
    typ: 'place' as const,
    id: 'p',
    iss: 'xa-02536',
    epoch,
    aud: 'd/hop-1',
    ctr,
    iat: nowMs,
    nbf: 0,
    exp: nowMs * 2,
    body,
  };
  return seal(statement, [centre.want]);
}
const document = ({ roots, chain }: Trust, epoch = 'e1', ctr = 5): KeysDocument => ({
  ...(roots ? { roots: [...roots] } : {}),
  chain: [...chain],
  place: place(epoch, ctr),
});
const box = (first: KeysDocument) => boxHolding(first, trust.root);
async function boxHolding(first: KeysDocument, root: TrustRoot): Promise<HeldKeys> {
  const file = join(await mkdtemp(join(tmpdir(), 'loa-box-keys-')), 'keys.json');
  await writeFile(file, JSON.stringify(first));
  const held = new HeldKeys({ file, root, dev: 'hop-1', crypto: cryptography });
  must(await held.load());
  return held;
}

describe('a delegation', () => {
  test('names the officers beside the centre’s own keys', () => {
    expect(trustedOfficers(trust)).toMatchObject([{ keyid: officer.keyid, person: 'truc-ban', alg: 'p256', roles: ['officer'] }]);
    expect(ownDelegation(trust).keys.flatMap(({ roles }) => roles)).toContain('order');
  });

  test('needs two of three holders, each once', () => {
    const [one, two] = holders as [Signer, Signer];
    expect(codeOf(installKeys(trust, ask()))).toBe('unsigned');
    expect(codeOf(installKeys(trust, signedBy(ask(), one)))).toBe('role-missing');
    expect(codeOf(addSignature(signedBy(ask(), one), one))).toBe('conflict');
    expect(codeOf(installKeys(trust, signedBy(ask(), centre.order, centre.want)))).toBe('key-unknown');
    expect(codeOf(installKeys(trust, signedBy(ask(), one, two)))).toBe('ok');
  });

  test('older than the one in use is refused', () => {
    const file = signedBy(askForKeys(trust, { nowMs: startMs - 5, officers: [] }), ...holders.slice(0, 2));
    const newer = must(installKeys(trust, signedBy(ask(), ...holders.slice(0, 2))));
    expect(codeOf(installKeys(newer, file))).toBe('replayed');
  });

  test('without a key takes that key away at the box', async () => {
    const held = await box(document(trust));
    expect(held.ring().keys.has(officer.keyid)).toBe(true);
    const without = must(installKeys(trust, signedBy(ask({ revoke: [officer.keyid] }), ...holders.slice(1, 3))));
    expect(must(await held.offer(document(without)))).toEqual({ replaced: true });
    expect(held.ring().keys.has(officer.keyid)).toBe(false);
    expect(codeOf(await held.offer(document(trust, 'e1', 99)))).toBe('replayed');
  });
});

test('a thief who ran the counters to their end is undone by a new epoch', async () => {
  const held = await box(document(trust, 'e1', counterMax));
  expect(codeOf(await held.offer(document(trust, 'e1', 6)))).toBe('replayed');
  const anew = must(installKeys(trust, signedBy(ask({ newEpoch: true }), ...holders.slice(0, 2))));
  expect(codeOf(await held.offer(document(anew, 'e1', counterMax)))).toBe('replayed');
  expect(must(await held.offer(document(anew, 'e2', 6)))).toEqual({ replaced: true });
  expect(held.ring().links.get('xa-02536')?.epoch).toBe('e2');
});

describe('a new root', () => {
  const fresh = makeRoots();
  const newHolders = fresh.map(({ privateKeyPem }) => signerFrom(privateKeyPem));
  const rotation = () => ask({ newRoots: fresh.map(({ publicKey }) => publicKey) });

  test('is signed by enough holders of the old and of the new', () => {
    const [one, two] = holders as [Signer, Signer];
    const [neu, other] = newHolders as unknown as [Signer, Signer];
    expect(codeOf(installKeys(trust, signedBy(rotation(), one, two)))).toBe('key-unknown');
    expect(codeOf(installKeys(trust, signedBy(rotation(), neu, other)))).toBe('key-unknown');
    expect(codeOf(installKeys(trust, signedBy(rotation(), one, neu, other)))).toBe('role-missing');
    expect(codeOf(installKeys(trust, signedBy(rotation(), one, two, neu, other)))).toBe('ok');
  });

  test('is taken by a box with the old one pinned, which then never goes back', async () => {
    const rotated = must(installKeys(trust, signedBy(rotation(), ...holders.slice(0, 2), ...newHolders.slice(0, 2))));
    const held = await box(document(trust));
    expect(must(await held.offer(document(rotated)))).toEqual({ replaced: true });
    expect(held.ring().rootVersion).toBe(2);
    expect(codeOf(await held.offer(document(trust, 'e1', 50)))).toBe('replayed');
    const { roots: _, ...rootless } = document(rotated);
    expect(codeOf(await held.offer(rootless))).toBe('replayed');
  });
});

test('at the command line: asked, read aloud, signed by two, installed', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'loa-stick-'));
  const file = (name: string) => join(folder, name);
  const keys = (...words: string[]) => runKeys(words, nowMs + 5000);
  const root = (number: number) => join(dir, 'root-keys', `root-${number}.pem`);
  must(await keys('request', '--data', dir, '--out', file('a'), '--break-glass', 'truc-ban:08/02536:5'));
  expect(must(await keys('show', '--in', file('a'))).join('\n')).toMatch(/officer {2}truc-ban, phá kính .* 5 min/);
  expect(codeOf(await keys('sign', '--in', file('a'), '--key', root(1), '--out', file('b')))).toBe('bad-input');
  must(await keys('sign', '--in', file('a'), '--key', root(1), '--out', file('b'), '--yes'));
  expect(codeOf(await keys('install', '--data', dir, '--in', file('b')))).toBe('role-missing');
  must(await keys('sign', '--in', file('b'), '--key', root(3), '--out', file('c'), '--yes'));
  expect(must(await keys('install', '--data', dir, '--in', file('c'))).at(-1)).toMatch(/Khởi động lại/);
  expect(must(await keys('show', '--data', dir)).join('\n')).toMatch(/officer {2}truc-ban/);
  expect(codeOf(await keys('install', '--data', dir, '--in', file('c')))).toBe('replayed');
  expect(codeOf(await keys('nothing'))).toBe('bad-input');
});

describe('a key of the centre that was stolen', () => {
  test('is replaced in the delegation, comes into use with it, and what boxes hold is said anew', async () => {
    const data = await mkdtemp(join(tmpdir(), 'loa-renewed-'));
    const file = (name: string) => join(data, '..', `${name}-${data.split('-').at(-1)}`);
    must(await initialise(data, seedOf(), startMs));
    const first = await makeCentre(seedOf(), data);
    const technician = await first.as('ky-thuat');
    const box = { id: 'hop-1', name: 'Hộp 1', area: '08/02536/thon-1', groups: ['thon-1'], outputs: [{ id: 'main', kind: 'loudspeaker' }] };
    expect((await technician('POST', '/boxes', box)).status).toBe(201);
    const topic = (word: string) => `loa/1/d/hop-1/dn/${word}`;
    const documentsOf = (built: typeof first) => {
      const want = JSON.parse(String(built.lastRetained(topic('want'))?.payload)) as Envelope;
      const keys = JSON.parse(String(built.lastRetained(topic('keys'))?.payload)) as KeysDocument;
      return { want, keys, ring: must(keyRing(first.centre.trust.root, keys, 'hop-1', cryptography)) };
    };
    const before = documentsOf(first);
    const stolen = before.want.signatures[0]?.keyid ?? '';
    await first.stop();
    const keys = (...words: string[]) => runKeys(words, startMs + 5_000);
    must(await keys('request', '--data', data, '--out', file('a'), '--renew', 'want', '--renew', 'order', '--new-epoch'));
    expect(codeOf(await keys('request', '--data', data, '--out', file('x'), '--renew', 'root'))).toBe('bad-input');
    // A second request before the ceremony asks for the same new keys.
    must(await keys('request', '--data', data, '--out', file('b'), '--renew', 'want', '--renew', 'order', '--new-epoch'));
    const named = async (name: string) =>
      must(await keys('show', '--in', file(name))).filter((line) => /^ {2}\w{16} {2}(want|order)$/.test(line));
    expect(await named('a')).toEqual(await named('b'));
    for (const [from, to, root] of [
      ['b', 'c', 1],
      ['c', 'd', 2],
    ] as const)
      must(await keys('sign', '--in', file(from), '--key', join(data, 'root-keys', `root-${root}.pem`), '--out', file(to), '--yes'));
    must(await keys('install', '--data', data, '--in', file('d')));
    const again = await makeCentre(seedOf(), data);
    const after = documentsOf(again);
    expect(after.ring.keys.has(stolen)).toBe(false);
    expect(after.ring.epoch).toBe('e2');
    const opened = must(open(after.want, 'want', Want, (keyid) => after.ring.keys.get(keyid), cryptography));
    expect(opened.statement).toMatchObject({ epoch: 'e2', body: { rev: 2 } });
    expect(must(authorise(opened, after.ring)).roles).toEqual(['want']);
    const held = await boxHolding(before.keys, first.centre.trust.root);
    expect(must(await held.offer(after.keys))).toEqual({ replaced: true });
    expect(codeOf(await held.offer(before.keys))).toBe('replayed');
    await again.stop();
    await rm(data, { recursive: true });
  });
});

test('a centre whose secret is lost signs again after the ceremony, with new keys in all roles', async () => {
  const data = await mkdtemp(join(tmpdir(), 'loa-lost-'));
  const file = (name: string) => join(data, name);
  must(await initialise(data, seedOf(), startMs));
  const before = ownDelegation({ chain: (await trustOf(data)).chain }).keys.map(({ keyid }) => keyid);
  for (const folder of ['keys', 'authority']) await rm(join(data, folder), { recursive: true });
  const keys = (...words: string[]) => runKeys(words, startMs + 5_000);
  const all = centreRoles.flatMap((role) => ['--renew', role]);
  must(await keys('request', '--data', data, '--out', file('a'), '--new-epoch', ...all));
  for (const [from, to, root] of [
    ['a', 'b', 1],
    ['b', 'c', 3],
  ] as const)
    must(await keys('sign', '--in', file(from), '--key', join(data, 'root-keys', `root-${root}.pem`), '--out', file(to), '--yes'));
  must(await keys('install', '--data', data, '--in', file('c')));
  const built = await makeCentre(seedOf(), data);
  const after = ownDelegation(built.centre.trust).keys.map(({ keyid }) => keyid);
  expect(after.filter((keyid) => before.includes(keyid))).toEqual([]);
  expect(statementIn(JSON.parse(String(built.lastRetained('loa/1/c/xa-02536/on')?.payload)))).toMatchObject({
    typ: 'heartbeat',
    epoch: 'e2',
  });
  await built.stop();
  await rm(data, { recursive: true });
});

async function trustOf(data: string): Promise<Trust> {
  const database = must(await openDatabase({ file: join(data, 'centre.sqlite'), exclusive: false }));
  const store = new SqlStore(database);
  const kept = await store.meta.value('trust');
  await store.close();
  return JSON.parse(kept ?? '{}') as Trust;
}

describe('the commands’ own words', () => {
  test.each([
    ['keys', runKeys, 'keys secret  --data DIR'],
    ['centres', runCentres, 'centres dismiss   --data DIR'],
  ])('%s alone and with --help says all of it, a wrong word where to look', async (name, run, last) => {
    for (const argv of [[], ['--help']]) expect(must(await run(argv, startMs)).join('\n')).toContain(last);
    for (const argv of [['nothing'], ['show', '--nothing']])
      expect(await run(argv, startMs)).toMatchObject({ ok: false, problem: { detail: expect.stringContaining(`"${name} --help"`) } });
  });
});
