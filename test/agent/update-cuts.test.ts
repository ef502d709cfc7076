// An update under power cuts at any act on the disk, without processes: always one whole release to run, and an end.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { places, point, writeRecord } from '../../agent/update/layout.ts';
import { seeReleases, writeStart } from '../../agent/update/start-disk.ts';
import { decideStart } from '../../agent/update/start-rule.ts';
import { Updater } from '../../agent/update/updater.ts';
import { sha256 } from '../../hardware/host/crypto.ts';
import { packArchive } from '../../hardware/host/release-archive.ts';
import { ok } from '../../schemas/problems.ts';
import type { Release, UpdateFact } from '../../schemas/release.ts';
import { PowerCut, ShadowDisk } from './shadow-disk.ts';

const root = '/opt/loa/agent';
const stateFile = '/var/update.json';
const before = { connected: false, plan: false, outputs: [] };

describe('an update', () => {
  let folder = '';
  let archive = '';
  let packed: Uint8Array = Buffer.alloc(0);
  const files = [
    { path: 'guard.js', content: Buffer.from('new guard') },
    { path: 'agent.js', content: Buffer.from('new agent') },
    { path: 'words/vi.json', content: Buffer.from('{}') },
  ];

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'loa-cuts-'));
    archive = join(folder, 'archive');
    packed = packArchive(files);
    writeFileSync(archive, packed);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  async function freshDisk(): Promise<ShadowDisk> {
    const disk = new ShadowDisk();
    const at = places(root);
    await disk.makeFolder('/var');
    await disk.makeFolder(at.release('1.0.0'));
    const old = Buffer.from('old guard');
    await disk.write(join(at.release('1.0.0'), 'guard.js'), [old]);
    const listed = [{ path: 'guard.js', bytes: old.length, sha256: sha256(old) }];
    await writeRecord(disk, join(at.release('1.0.0'), 'release.json'), { version: '1.0.0', counter: 1, files: listed });
    for (const each of [at.release('1.0.0'), at.releases, root, '/opt/loa', '/opt', '/', '/var']) await disk.syncFolder(each);
    await point(disk, at.current, '1.0.0');
    return disk;
  }

  function releaseOf(version: string, counter: number): Release {
    const parts: Release['parts'] = [{ name: 'app', sha256: sha256(packed), bytes: packed.length }];
    return {
      version,
      counter,
      architectures: ['x64'],
      parts,
      notes: { vi: 'Bản thử', en: '' },
      limits: { unpackedBytes: 1000, files: 10 },
    };
  }

  /** What is started has every byte that was signed. */
  async function isWholly(disk: ShadowDisk, version: string): Promise<void> {
    const expected = version === '1.0.0' ? [{ path: 'guard.js', content: Buffer.from('old guard') }] : files;
    for (const { path, content } of expected) {
      const found = await disk.read(join(places(root).release(version), path));
      expect(found && Buffer.from(found).toString(), `${version}/${path}`).toBe(content.toString());
    }
  }

  /** One life of the box: the launcher starts what it may, which carries the update on until it ends, restarts or loses its power. */
  async function live(disk: ShadowDisk, good: boolean, told: UpdateFact[], late: boolean): Promise<string | null> {
    const start = decideStart(await seeReleases(disk, root), late);
    await writeStart(disk, root, start, ['last line']);
    if (start.run === null) return null;
    await isWholly(disk, start.run);
    const counter = start.run === '1.0.0' ? 1 : 2;
    let restarts = false;
    const updater = new Updater({
      disk,
      root,
      stateFile,
      running: { version: start.run, counter },
      architecture: 'x64',
      fetch: async () => ok(archive),
      stopFetching: () => undefined,
      forget: async () => undefined,
      around: () => ({ nowMs: 0, quiet: true, mayFetch: true, healthy: good || start.run === '1.0.0' }),
      before: () => before,
      tell: async (fact) => {
        told.push(fact);
      },
      restart: () => {
        restarts = true;
      },
      warn: () => undefined,
    });
    await updater.start();
    updater.offer(ok(releaseOf('2.0.0', 2)));
    await updater.settled();
    if (disk.isCut) throw new PowerCut();
    return restarts ? null : start.run;
  }

  /** The version that rests in the end, with how many lives it took; throws where no release is whole after a cut. */
  async function story(good: boolean, cuts: readonly number[], seed: number) {
    const disk = await freshDisk();
    const told: UpdateFact[] = [];
    const random = seeded(seed);
    const left = [...cuts];
    let lateWaits = 0;
    for (let lives = 1; lives < 60; lives++) {
      const next = left.shift();
      if (next !== undefined) disk.cutAfter(next);
      let ran: string | null = null;
      try {
        ran = await live(disk, good, told, lateWaits === 2 && seed % 2 === 0);
      } catch {
        // The power went while the launcher wrote.
      }
      const wasCut = disk.isCut;
      const rest = disk.powered();
      if (wasCut) disk.restore(random);
      else if (ran === null && Number.isFinite(rest)) left.unshift(rest);
      const seen = await seeReleases(disk, root);
      expect(decideStart(seen).run, JSON.stringify(seen)).not.toBeNull();
      if (ran !== null && left.length === 0) {
        if (seen.pending === null) return { ran, told, seen };
        lateWaits++; // an unconfirmed version that hangs on: started again until its starts are used up
      }
    }
    throw new Error('no end within 60 lives');
  }

  test('without a cut a good one is committed and a bad one goes back', async () => {
    const good = await story(true, [], 1);
    expect(good.ran).toBe('2.0.0');
    expect(good.told.map(({ state }) => state)).toEqual(['downloaded', 'switched', 'committed']);
    const bad = await story(false, [], 1);
    expect(bad.ran).toBe('1.0.0');
    expect(bad.told.map(({ state }) => state)).toEqual(['downloaded', 'switched', 'rolled-back']);
    expect(bad.told.at(-1)).toMatchObject({ version: '2.0.0', from: '1.0.0', reason: 'starts' });
    const slow = await story(false, [], 2);
    expect(slow.told.at(-1)).toMatchObject({ version: '2.0.0', from: '1.0.0', reason: 'too-long' });
  });

  test('each act on the disk may be the last before a cut: one release is always whole, and a good one ends committed', async () => {
    const whole = await freshDisk();
    const acts = whole.acts;
    await live(whole, true, [], false);
    await live(whole, true, [], false);
    const all = whole.acts - acts;
    expect(all).toBeGreaterThan(60);
    for (let at = 1; at <= all; at++) for (const seed of [1, 2, 3]) expect((await story(true, [at], seed)).ran).toBe('2.0.0');
  });

  test('any number of cuts at any acts: always one to run, and it comes to an end that is told', async () => {
    const cuts = fc.array(fc.integer({ min: 1, max: 90 }), { minLength: 1, maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(cuts, fc.boolean(), fc.integer(), async (each, good, seed) => {
        const { ran, told, seen } = await story(good, each, seed);
        expect(seen.current).toBe(ran);
        expect(seen.pending).toBeNull();
        if (!good) expect(ran).toBe('1.0.0');
        if (told.some(({ state }) => state === 'committed')) expect(ran).toBe('2.0.0');
        const last = told.at(-1)?.state;
        expect(last).toBe(ran === '2.0.0' ? 'committed' : 'rolled-back');
      }),
      { numRuns: 300 },
    );
  });
});

function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
