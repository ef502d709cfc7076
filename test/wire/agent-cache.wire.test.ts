// The cache against a real centre's door: resumed, verified, bounded.
import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Cache, type CacheOptions } from '../../agent/cache.ts';
import { CentreDoor } from '../../agent/centre-door.ts';
import { enrol } from '../../agent/enrol.ts';
import { Fetcher } from '../../agent/fetch.ts';
import { type Identity, readIdentity } from '../../agent/identity.ts';
import { sha256File } from '../../hardware/host/crypto.ts';
import { SmallCentre } from './small-centre.ts';

const centre = new SmallCentre();
let identity: Identity;

beforeAll(async () => {
  await centre.start();
  const dataDir = await mkdtemp(join(tmpdir(), 'loa-box-'));
  await writeFile(join(dataDir, 'claim.json'), JSON.stringify(centre.claim()));
  expect(await enrol(dataDir, join(dataDir, 'claim.json'))).toEqual({ ok: true, value: { dev: 'loa-1' } });
  const read = await readIdentity(dataDir);
  if (!read.ok) throw new Error(read.problem.detail);
  identity = read.value;
});
afterAll(() => centre.stop());
beforeEach(() => {
  centre.meddle = undefined;
  centre.requests.length = 0;
});

async function makeRig(change: Partial<CacheOptions> = {}, tls = identity.tls) {
  const dir = change.dir ?? join(await mkdtemp(join(tmpdir(), 'loa-cache-')), 'cache');
  const cache = new Cache({ bytesMax: 1e9, reserveBytes: 0, sha256File, ...change, dir });
  await cache.start();
  const url = `https://127.0.0.1:${centre.boxPort}`;
  const door = new CentreDoor({ url, tls, time: () => ({ fromMs: Date.now(), toMs: Date.now() }) });
  const fetcher = new Fetcher({ cache, door, noProgressMs: 500 });
  return { dir, cache, fetcher };
}

describe('the cache', () => {
  test('a fetched content lies under its hash, whole, and is known after a restart', async () => {
    const bytes = randomBytes(300_000);
    const blob = centre.put(bytes);
    const { dir, cache, fetcher } = await makeRig();
    expect(await fetcher.fetch(blob.sha256, blob.bytes)).toEqual({ ok: true, value: undefined });
    expect(await readFile(cache.pathOf(blob.sha256) ?? '')).toEqual(bytes);
    const again = await makeRig({ dir });
    expect((await again.cache.seen()).has).toEqual([blob]);
    expect(await readdir(join(dir, 'temp'))).toEqual([]);
    fetcher.stop();
  });

  test('a cut connection is resumed where it broke off', async () => {
    const bytes = randomBytes(400_000);
    const blob = centre.put(bytes);
    const { cache, fetcher } = await makeRig();
    centre.meddle = (request, response) => {
      if (request.headers.range) return false;
      response.writeHead(200, { 'content-length': bytes.length });
      response.write(bytes.subarray(0, 250_000), () => setTimeout(() => response.destroy(), 20));
      return true;
    };
    expect(await fetcher.fetch(blob.sha256, blob.bytes)).toMatchObject({ ok: false, problem: { code: 'offline' } });
    expect(cache.pathOf(blob.sha256)).toBeUndefined();
    expect(await fetcher.fetch(blob.sha256, blob.bytes)).toMatchObject({ ok: true });
    expect(Number(/bytes=(\d+)-/.exec(centre.requests[1]?.range ?? '')?.[1])).toBeGreaterThan(0);
    expect(await readFile(cache.pathOf(blob.sha256) ?? '')).toEqual(bytes);
    fetcher.stop();
  });

  test('wrong bytes never become content, and are not resumed from', async () => {
    const bytes = randomBytes(50_000);
    const blob = centre.put(bytes);
    const { dir, cache, fetcher } = await makeRig();
    centre.meddle = (_request, response) => {
      response.writeHead(200).end(randomBytes(50_000));
      return true;
    };
    expect(await fetcher.fetch(blob.sha256, blob.bytes)).toMatchObject({ ok: false, problem: { code: 'hash-mismatch' } });
    expect(cache.pathOf(blob.sha256)).toBeUndefined();
    expect(await readdir(join(dir, 'temp'))).toEqual([]);
    centre.meddle = undefined;
    expect(await fetcher.fetch(blob.sha256, blob.bytes)).toMatchObject({ ok: true });
    fetcher.stop();
  });

  test('a sender of more than was announced is cut off', async () => {
    const blob = centre.put(randomBytes(10_000));
    const { dir, fetcher } = await makeRig();
    centre.meddle = (_request, response) => {
      response.writeHead(200);
      const more = () => {
        if (response.destroyed) return;
        response.write(randomBytes(60_000));
        setImmediate(more);
      };
      more();
      return true;
    };
    expect(await fetcher.fetch(blob.sha256, blob.bytes)).toMatchObject({ ok: false, problem: { code: 'hash-mismatch' } });
    for (const name of await readdir(join(dir, 'temp'))) expect((await stat(join(dir, 'temp', name))).size).toBeLessThanOrEqual(blob.bytes);
    fetcher.stop();
  });

  test('a sender that stalls is given up', async () => {
    const blob = centre.put(randomBytes(10_000));
    const { fetcher } = await makeRig();
    centre.meddle = (_request, response) => {
      response.writeHead(200);
      response.write(Buffer.alloc(100));
      return true;
    };
    expect(await fetcher.fetch(blob.sha256, blob.bytes)).toMatchObject({ ok: false, problem: { code: 'offline' } });
    fetcher.stop();
  });

  test('refusals of the centre are told apart', async () => {
    const { fetcher } = await makeRig();
    const missing = createHash('sha256').update('nowhere').digest('hex');
    expect(await fetcher.fetch(missing, 10)).toMatchObject({ ok: false, problem: { code: 'not-found' } });
    fetcher.stop();
    const blob = centre.put('for boxes only');
    const stranger = await makeRig({}, { ca: identity.tls.ca } as typeof identity.tls);
    expect(await stranger.fetcher.fetch(blob.sha256, blob.bytes)).toMatchObject({ ok: false, problem: { code: 'not-allowed' } });
    stranger.fetcher.stop();
  });

  test('nothing is fetched without room for it', async () => {
    const blob = centre.put(randomBytes(10_000));
    const { fetcher } = await makeRig({ freeBytes: async () => 5_000 });
    expect(await fetcher.fetch(blob.sha256, blob.bytes)).toMatchObject({ ok: false, problem: { code: 'over-budget' } });
    expect(centre.requests).toEqual([]);
    fetcher.stop();
  });

  test('many fetches at once share two connections and all arrive', async () => {
    const blobs = Array.from({ length: 12 }, () => centre.put(randomBytes(20_000)));
    const { cache, fetcher } = await makeRig();
    const twice = [...blobs, ...blobs];
    const fetched = await Promise.all(twice.map((blob) => fetcher.fetch(blob.sha256, blob.bytes)));
    expect(fetched.every(({ ok }) => ok)).toBe(true);
    expect((await cache.seen()).has).toHaveLength(12);
    expect(centre.requests).toHaveLength(12);
    fetcher.stop();
  });

  test('a file that rotted on the card is found and removed', async () => {
    const blob = centre.put(randomBytes(1_000));
    const { dir, cache, fetcher } = await makeRig();
    await fetcher.fetch(blob.sha256, blob.bytes);
    await writeFile(cache.pathOf(blob.sha256) ?? '', randomBytes(1_000));
    const next = await makeRig({ dir });
    const rotten: string[] = [];
    next.cache.onRotten((sha256) => rotten.push(sha256));
    expect(await next.cache.verifyNext()).toEqual({ sha256: blob.sha256, whole: false });
    expect(rotten).toEqual([blob.sha256]);
    expect(next.cache.pathOf(blob.sha256)).toBeUndefined();
    expect(await next.cache.verifyNext()).toBeUndefined();
    fetcher.stop();
  });

  test('a file is known to be whole once it was compared in this boot, and no longer', async () => {
    const blob = centre.put(randomBytes(1_000));
    const { dir, cache, fetcher } = await makeRig();
    await fetcher.fetch(blob.sha256, blob.bytes);
    expect(cache.foundWhole(blob.sha256)).toBe(true);
    const next = await makeRig({ dir });
    expect(next.cache.foundWhole(blob.sha256)).toBe(false);
    await next.cache.verifyNext();
    expect(next.cache.foundWhole(blob.sha256)).toBe(true);
    const told = new Promise((go) => next.cache.onRotten(go));
    await next.cache.throwAway(blob.sha256);
    expect(await told).toBe(blob.sha256);
    expect(next.cache.foundWhole(blob.sha256)).toBe(false);
    fetcher.stop();
  });

  test('audio that came inside orders has a drawer of its own, bounded, newest kept', async () => {
    const { cache } = await makeRig();
    const names: string[] = [];
    for (let n = 0; n < 300; n++) {
      const bytes = Buffer.alloc(64 * 1024, n);
      bytes.writeUInt32LE(n);
      const name = createHash('sha256').update(bytes).digest('hex');
      names.push(name);
      expect(await cache.storeOrderAudio(name, bytes)).toMatchObject({ ok: true });
    }
    const { has } = await cache.seen();
    expect(has.length).toBe(256);
    expect(cache.pathOf(names.at(-1) ?? '')).toBeDefined();
    expect(cache.pathOf(names[0] ?? '')).toBeUndefined();
  });
});
