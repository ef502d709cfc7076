// The box's door of films: what a browser gets there, and what nobody gets.
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Films } from '../../agent/films.ts';
import { sha256 } from '../../hardware/host/crypto.ts';

const folder = mkdtempSync(join(tmpdir(), 'loa-films-'));
const bytes = Buffer.from(Array.from({ length: 5_000 }, (_, i) => i % 251));
const name = sha256(bytes);
const evicted: string[] = [];
/** What the cache itself compared in this boot. */
const whole = new Set<string>();
const cache = {
  pathOf: (wanted: string) => (wanted === name || whole.has(wanted) ? join(folder, name) : undefined),
  throwAway: async (rotten: string) => void evicted.push(rotten),
  foundWhole: (wanted: string) => whole.has(wanted),
};
let films: Films;
let origin: string;
beforeEach(async () => {
  writeFileSync(join(folder, name), bytes);
  evicted.length = 0;
  whole.clear();
  films = new Films(cache);
  origin = await films.start();
});
afterEach(() => films.stop());
afterAll(() => rmSync(folder, { recursive: true }));

const address = async () => {
  const found = await films.address(name);
  return found.ok ? found.value : found.problem.code;
};

/** Status of an answer to a request with another name of this machine. */
const asOther = (url: string, host: string) =>
  new Promise<number | undefined>((resolve, reject) =>
    request(url, { headers: { host } }, (answer) => resolve(answer.resume().statusCode))
      .on('error', reject)
      .end(),
  );

describe('the door of films', () => {
  test('gives a film whole and in ranges, as a browser that seeks asks for it', async () => {
    const url = await address();
    const whole = await fetch(url);
    expect(whole.headers.get('content-type')).toBe('video/mp4');
    expect(Buffer.from(await whole.arrayBuffer()).equals(bytes)).toBe(true);
    const part = await fetch(url, { headers: { range: 'bytes=100-199' } });
    expect([part.status, part.headers.get('content-range')]).toEqual([206, 'bytes 100-199/5000']);
    expect(Buffer.from(await part.arrayBuffer()).equals(bytes.subarray(100, 200))).toBe(true);
    expect((await fetch(url, { headers: { range: 'bytes=5000-' } })).status).toBe(416);
    expect((await fetch(url, { method: 'HEAD' })).headers.get('content-length')).toBe('5000');
  });

  test('opens on this machine alone, and to nobody who does not know the address', async () => {
    const url = await address();
    expect(new URL(url).hostname).toBe('127.0.0.1');
    expect((await fetch(`${origin}/${name}`)).status).toBe(404);
    expect((await fetch(`${origin}/${'0'.repeat(32)}/${name}`)).status).toBe(404);
    expect((await fetch(`${url}/../../../etc/passwd`)).status).toBe(404);
    expect((await fetch(url, { method: 'POST' })).status).toBe(405);
    expect(await asOther(url, 'board.example')).toBe(404);
  });

  test('gives no address for a film that is not here or not what its name says, and throws that one away', async () => {
    expect(await films.address('0'.repeat(64))).toMatchObject({ ok: false, problem: { code: 'not-cached' } });
    appendFileSync(join(folder, name), 'rot');
    expect(await films.address(name)).toMatchObject({ ok: false, problem: { code: 'hash-mismatch' } });
    expect(evicted).toEqual([name]);
  });

  test('looks again at a film whose file has changed since', async () => {
    await address();
    writeFileSync(join(folder, name), Buffer.concat([bytes.subarray(1), bytes.subarray(0, 1)]));
    expect(await address()).toBe('hash-mismatch');
  });

  test('reads no film again that the cache compared in this boot: an order waits for none', async () => {
    whole.add('a'.repeat(64));
    expect(await films.address('a'.repeat(64))).toMatchObject({ ok: true });
  });

  test('goes on giving the film that plays, however many are asked for meanwhile', async () => {
    const url = await address();
    for (let n = 0; n < 100; n++) {
      whole.add(n.toString(16).padStart(64, '0'));
      await films.address(n.toString(16).padStart(64, '0'));
    }
    expect((await fetch(url, { headers: { range: 'bytes=100-199' } })).status).toBe(206);
  });

  test('gives nothing once it is closed', async () => {
    const url = await address();
    await films.stop();
    await expect(fetch(url)).rejects.toThrow();
    expect(await address()).toBe('device-failed');
  });
});
