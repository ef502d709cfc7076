// The page of the benches: every bench stands in its catalogue, misses are told as misses, and the same lines make the same page.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { catalogue } from './parts/catalogue.ts';
import { barOf, valueAt } from './parts/figures.ts';
import type { Machine } from './parts/machine.ts';
import { type BenchRun, judgeFigure, merged, type Report, reportFiles } from './parts/report.ts';

const machine: Machine = {
  processor: 'A | B',
  cores: 2,
  memoryGb: 8,
  system: 'Debian',
  kernel: 'linux 6',
  node: 'v20.19.0',
  sqlite: '3.50',
  programs: { mosquitto: '2.0.21' },
};

function run(name: string, line: Record<string, unknown> | undefined, changes: Partial<BenchRun> = {}): BenchRun {
  const about = { startedAt: '2026-11-29T10:00:00.000Z', seconds: 3, words: ['--json'], quick: false, load: [0.1, 0.9] as const, machine };
  return { name, ...about, ...(line && { line }), ...changes };
}

describe('the page of the benches', () => {
  it('knows every bench there is, each once', () => {
    const files = readdirSync(import.meta.dirname).filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'));
    // The bench `data` is run from traffic.ts.
    const names = files.map((name) => name.slice(0, -3).replace(/^traffic$/, 'data')).filter((name) => name !== 'all');
    expect(catalogue.map(({ name }) => name).sort()).toEqual(names.sort());
  });

  it('finds figures by their place, also in lists, and bars that depend on others', () => {
    const line = {
      a: { b: 3 },
      rows: [
        { peer: 'x', ms: 1 },
        { peer: 'ffmpeg | aplay', ms: 7 },
      ],
      none: 'not measured',
    };
    expect(valueAt(line, 'a.b')).toBe(3);
    expect(valueAt(line, 'rows[peer=ffmpeg | aplay].ms')).toBe(7);
    expect([valueAt(line, 'none'), valueAt(line, 'a.b.c'), valueAt(undefined, 'a'), valueAt(line, 'rows[peer=y].ms')]).toEqual(
      Array(4).fill(undefined),
    );
    expect(barOf(line, { at: 'a.b', times: 2, plus: 1 })).toBe(7);
    expect(barOf(line, { at: 'nowhere' })).toBeUndefined();
    expect(judgeFigure(line, { says: '', at: 'a.b', unit: '', atMost: 2 })).toBe('missed');
    expect(judgeFigure(line, { says: '', at: 'a.b', unit: '', atLeast: 3 })).toBe('reached');
    expect(judgeFigure(line, { says: '', at: 'none', unit: '', atLeast: 3 })).toBe('not measured');
    expect(judgeFigure(line, { says: '', at: 'a.b', unit: '' })).toBe('no bar');
  });

  it('shows misses as missed, failures as failed and what was not run as not run', () => {
    const report = merged(undefined, [
      run('timeline', { p50Ms: 80 }),
      run('fanout', { lastMs: 20, mosquittoLastMs: 30, floorLastMs: 10, cpuUs: 9, floorCpuUs: 8, rssKb: 12 }, { quick: true }),
      run('herd', undefined, { failed: 'ended with 1: no room' }),
    ]);
    const files = reportFiles(report);
    const page = files.get('benchmarks.md') ?? '';
    expect(page).toContain('| [timeline](#timeline) | p50 | 80 ms | ≤ 50 ms | **missed** |');
    expect(page).toContain('| [fanout](#fanout) | the last of them has it, warm | 20 ms | ≤ 60 ms | ✓, quick |');
    expect(page).toContain('Mosquitto 30 ms, bare sockets 10 ms');
    expect(page).toContain('It failed: ended with 1: no room');
    expect(page).toContain('| [order](#order) | From an order to its first siren sample, one box | not run | | |');
    expect(page).toContain('A \\| B, 2 cores');
    expect([...files.keys()]).toEqual(['benchmarks/fanout.svg', 'benchmarks/timeline.svg', 'benchmarks.md']);
    expect(files.get('benchmarks/timeline.svg')).toContain('>missed<');
  });

  it('puts a newer run in the place of an older one and keeps the others', () => {
    const first = merged(undefined, [run('timeline', { p50Ms: 80 }), run('signing', { perSecond: 5 })]);
    const second = merged(first, [run('timeline', { p50Ms: 20 })]);
    expect(second.runs.map(({ name, line }) => [name, line])).toEqual([
      ['signing', { perSecond: 5 }],
      ['timeline', { p50Ms: 20 }],
    ]);
  });

  it('as it stands in the project is made of the lines beside it', () => {
    const folder = resolve(import.meta.dirname, '../../controller/docs');
    const lines = join(folder, 'benchmarks.json');
    expect(existsSync(lines)).toBe(true);
    const report = JSON.parse(readFileSync(lines, 'utf8')) as Report;
    for (const [name, text] of reportFiles(report)) expect(readFileSync(join(folder, name), 'utf8'), name).toBe(text);
  });
});
