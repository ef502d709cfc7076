// Fifty boxes with the agent's own line and rules against the real centre: every one is counted at every stage, and comes back.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { programPath } from '../tell.ts';

const bench = fileURLToPath(new URL('../../dist/bench/order-fleet.js', import.meta.url));
const boxes = 50;
const all = { confirmed: boxes, published: boxes, received: boxes, verified: boxes, sounding: boxes, committed: boxes };

interface Summary {
  readonly boxes: number;
  readonly runs: readonly { readonly kind: string; readonly stages: typeof all; readonly counts: Record<string, number> }[];
  readonly classes: Record<string, number>;
  readonly herdOnline: number;
  readonly herdMs: number;
}

test.skipIf(!programPath('ffmpeg') || !programPath('espeak-ng'))(
  'an order reaches, sounds and is receipted on all of fifty boxes, in earnest and as an exercise, and again after the centre died [needs ffmpeg, espeak-ng]',
  async () => {
    const said = await output([bench, '--boxes', String(boxes), '--runs', '1', '--json']);
    const summary = JSON.parse(said.trim().split('\n').at(-1) ?? '') as Summary;
    expect(summary.runs.map(({ kind }) => kind)).toEqual(['actual', 'actual', 'exercise']);
    for (const run of summary.runs) {
      expect(run.stages).toEqual(all);
      expect(run.counts).toMatchObject({ sounding: boxes, unanswered: 0, offline: 0, refused: 0 });
    }
    expect(summary).toMatchObject({ boxes, classes: { actual: 2, exercise: 1 }, herdOnline: boxes });
  },
);

function output(args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    let [out, err] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      out += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      err = `${err}${text}`.slice(-4_000);
    });
    child.on('close', (code) => (code === 0 ? resolve(out) : reject(new Error(`ended with ${code}: ${err}`))));
  });
}
