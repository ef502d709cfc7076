// The fuzz targets without their fuzzer: every seed keeps its property, what bends is the same each time, and a broken property is told.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { bent } from './bent-json.ts';
import { holds, judged, same } from './judged.ts';
import { Figures, type Target, targets } from './run.ts';

const corpus = join(import.meta.dirname, 'corpus');
const filesOf = (target: string) => readdirSync(join(corpus, target)).map((name) => join(corpus, target, name));
const load: Readonly<Record<Target, () => Promise<{ fuzz(data: Buffer): void }>>> = {
  envelope: () => import('./envelope.fuzz.ts'),
  want: () => import('./want.fuzz.ts'),
  order: () => import('./order.fuzz.ts'),
  cap: () => import('./cap.fuzz.ts'),
  mqtt: () => import('./mqtt.fuzz.ts'),
  sign: () => import('./sign.fuzz.ts'),
  at: () => import('./at.fuzz.ts'),
  boot: () => import('./boot.fuzz.ts'),
};

describe('fuzz targets', () => {
  it.each(targets)('%s keeps its property on every seed', async (target) => {
    const { fuzz } = await load[target]();
    expect(filesOf(target).length).toBeGreaterThan(3);
    for (const file of filesOf(target)) expect(() => fuzz(readFileSync(file)), file).not.toThrow();
  });

  it('has a target for every file and a small corpus', () => {
    const files = readdirSync(import.meta.dirname).filter((name) => name.endsWith('.fuzz.ts'));
    expect(files.map((name) => name.slice(0, -8)).sort()).toEqual([...targets].sort());
    const bytes = targets.flatMap(filesOf).reduce((sum, file) => sum + statSync(file).size, 0);
    expect(bytes).toBeLessThanOrEqual(64 * 1024);
  });

  it('bends alike from the same bytes, leaves the good value alone and never meets an end it cannot reach', () => {
    const good = { a: [1, { b: 'c' }], d: null, e: 'tiếng' };
    const before = structuredClone(good);
    const seen = new Set<string>();
    for (let seed = 0; seed < 3_000; seed++) {
      const bytes = Buffer.from(Array.from({ length: seed % 40 }, (_, at) => (seed * 31 + at * 17 + ((seed * at) >> 3)) & 255));
      const once = JSON.stringify(bent(good, bytes)) ?? 'nothing';
      expect(JSON.stringify(bent(good, bytes)) ?? 'nothing').toBe(once);
      seen.add(once);
    }
    expect(good).toEqual(before);
    expect(bent(good, Buffer.alloc(0))).toEqual(good);
    expect(seen.size).toBeGreaterThan(500);
  });

  it('tells of a property that does not hold, of slow work and of a changed prototype', () => {
    expect(() => judged(() => holds(false, 'broken'))).toThrow('broken');
    expect(() => judged(() => same({ a: 1 }, { a: 2 }, 'other'))).toThrow('other');
    expect(() => judged(() => same({ a: -0, b: undefined }, { a: 0 }, 'alike'))).not.toThrow();
    const polluted = Object.prototype as { strange?: number };
    try {
      expect(() => judged(() => Object.assign(polluted, { strange: 1 }))).toThrow('prototype');
    } finally {
      delete polluted.strange;
    }
    const busy = () => {
      const before = process.cpuUsage();
      for (let took = process.cpuUsage(before); took.user + took.system < 120_000; took = process.cpuUsage(before)) Math.sqrt(2);
    };
    expect(() => judged(busy, 100)).toThrow('of the processor');
    expect(() => judged(busy)).not.toThrow();
  });

  it('reads the figures of a run', () => {
    const figures = new Figures();
    for (const line of [
      '#42\tINITED cov: 264 ft: 431 corp: 21/2714b exec/s: 0 rss: 86Mb',
      '#2048\tNEW    cov: 300 ft: 500 corp: 33/4kb lim: 8192 exec/s: 512 rss: 90Mb L: 9/9 MS: 1 -',
      '#9000\tDONE   cov: 310 ft: 510 corp: 34/4kb lim: 8192 exec/s: 512 rss: 90Mb',
      'stat::number_of_executed_units: 9001',
      'stat::peak_rss_mb:              193',
    ])
      figures.read(line);
    expect(figures.result('mqtt', 10, [])).toEqual({
      target: 'mqtt',
      seconds: 10,
      runs: 9001,
      covFirst: 264,
      cov: 310,
      features: 510,
      corpus: 34,
      perSecond: 900,
      rssMb: 193,
      findings: [],
    });
  });
});
