// The soak itself, short: a real centre under a small fleet is watched, judged and drawn, and a limit that is passed ends it with 1.
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import type { SoakVerdict } from './judge.ts';

const program = fileURLToPath(new URL('../../dist/soak.js', import.meta.url));

interface Told extends SoakVerdict {
  readonly rows: { readonly said: number; readonly lost: number; readonly twice: number };
  readonly churned: number;
}

test('watches a centre under rows, plays and comings and goings, loses no row and draws what it saw', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'loa-soak-'));
  const out = join(dir, 'soak.svg');
  const words = [
    '--json',
    '--mute',
    '--boxes',
    '10',
    '--rate',
    '20',
    '--churn',
    '1',
    '--hours',
    '0.006',
    '--sample-seconds',
    '1',
    '--out',
    out,
  ];
  try {
    const { code, said } = await run(words);
    const told = JSON.parse(said.trim().split('\n').at(-1) ?? '') as Told;
    expect(told.rows).toMatchObject({ lost: 0, twice: 0 });
    expect(told.rows.said).toBeGreaterThan(100);
    expect(told.acks).toBeGreaterThan(100);
    expect(told.samples).toBeGreaterThan(5);
    expect(told.churned).toBeGreaterThan(0);
    expect(told.rssKb.last).toBeGreaterThan(50_000);
    expect(told.fds.first).toBeGreaterThan(10);
    expect(told.walBytesMax).toBeGreaterThan(0);
    expect(code).toBe(told.exceeded.length === 0 ? 0 : 1);
    expect(await readFile(out, 'utf8')).toContain('<title>Soak: ');
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
});

function run(words: readonly string[]): Promise<{ readonly code: number | null; readonly said: string }> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [program, ...words], { stdio: ['ignore', 'pipe', 'inherit'] });
    let said = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
    child.on('close', (code) => resolve({ code, said }));
  });
}
