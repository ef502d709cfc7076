// The zone of the process must not matter: the same questions in child processes under several TZ give the same bytes.
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, test } from 'vitest';

const run = promisify(execFile);
let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'loa-zones-'));
  await build({
    entryPoints: [resolve(import.meta.dirname, 'zone-questions.ts')],
    bundle: true,
    platform: 'node',
    format: 'esm',
    outfile: join(folder, 'questions.mjs'),
    logLevel: 'error',
  });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function under(zone: string): Promise<{ processOffset: number; answers: unknown[] }> {
  const { stdout } = await run(process.execPath, [join(folder, 'questions.mjs')], { env: { ...process.env, TZ: zone } });
  return JSON.parse(stdout);
}

test('starts, verdicts and timelines are the same under every process time zone', async () => {
  const plain = await under('UTC');
  expect(plain.processOffset).toBe(0);
  expect(plain.answers.length).toBeGreaterThan(5);
  for (const [zone, offset] of [
    ['Asia/Ho_Chi_Minh', -420],
    ['America/New_York', 240],
    ['Pacific/Kiritimati', -840],
    ['Australia/Lord_Howe', -630],
  ] as const) {
    const other = await under(zone);
    expect(other.processOffset, `the child really runs in ${zone}`).toBe(offset);
    expect(other.answers, zone).toEqual(plain.answers);
  }
});
