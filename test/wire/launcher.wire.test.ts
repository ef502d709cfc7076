// The launcher with real small programs: what it starts, when it goes back, what it writes down; its ten minutes pass by hand.
import { mkdirSync, mkdtempSync, readFileSync, readlinkSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { realDisk } from '../../agent/update/disk.ts';
import { Launcher } from '../../agent/update/launcher-run.ts';
import { confirmWithinMs } from '../../agent/update/start-rule.ts';
import { until } from './waiting.ts';

interface Scene {
  readonly root: string;
  readonly launcher: Launcher;
  readonly said: Record<string, unknown>[];
  readonly ends: number[];
  /** Let the ten minutes of the unconfirmed version be over. */
  readonly late: () => void;
}

const scenes: Scene[] = [];
afterEach(async () => {
  for (const { launcher, root, ends } of scenes.splice(0)) {
    if (ends.length === 0) launcher.stop();
    await until('the end of the launcher', async () => (ends.length > 0 ? true : undefined));
    rmSync(root, { recursive: true, force: true });
  }
});

/** Releases by version: what their program does. */
function scene(programs: Readonly<Record<string, string>>, current: string | null, pending?: object): Scene {
  const root = mkdtempSync(join(tmpdir(), 'loa-launcher-'));
  for (const [version, text] of Object.entries(programs)) {
    mkdirSync(join(root, 'releases', version), { recursive: true });
    writeFileSync(join(root, 'releases', version, 'guard.js'), text);
  }
  if (current !== null) symlinkSync(join('releases', current), join(root, 'current'));
  if (pending) writeFileSync(join(root, 'pending.json'), JSON.stringify(pending));
  const [said, ends]: [Record<string, unknown>[], number[]] = [[], []];
  const waiting: (() => void)[] = [];
  const launcher = new Launcher({
    ...{ disk: realDisk, root, words: ['--data', 'x'], node: process.execPath, flags: [] },
    say: (line) => void said.push(line),
    onEnd: (code) => void ends.push(code),
    after: (ms, act) => {
      if (ms === confirmWithinMs) waiting.push(act);
      return setTimeout(act, ms === confirmWithinMs ? 2 ** 31 - 1 : ms);
    },
  });
  const made = { root, launcher, said, ends, late: () => waiting.at(-1)?.() };
  scenes.push(made);
  return made;
}

const stays = 'setInterval(() => undefined, 1000);';
const unconfirmed = {
  ...{ version: '1.1.0', counter: 2, previous: '1.0.0' },
  before: { connected: false, plan: false, outputs: [] },
};
const started = (said: Scene['said']) => said.filter(({ event }) => event === 'start').map(({ version }) => version);
const recordOf = (root: string) => JSON.parse(readFileSync(join(root, 'launcher.json'), 'utf8'));

test('what is named runs; a release that is asked for by the code 83 takes its place at once', async () => {
  const turn = "const fs = require('node:fs'); fs.unlinkSync('current'); fs.symlinkSync('releases/1.1.0', 'current'); process.exit(83);";
  const { root, launcher, said } = scene({ '1.0.0': `process.chdir(__dirname + '/../..'); ${turn}`, '1.1.0': stays }, '1.0.0');
  await launcher.start();
  await until('the second release', async () => (started(said).length === 2 ? true : undefined));
  expect(started(said)).toEqual(['1.0.0', '1.1.0']);
  expect(readlinkSync(join(root, 'current'))).toBe('releases/1.1.0');
});

test('three starts of one that does not come up, then the one before; its last lines are kept for the agent', async () => {
  const { root, launcher, said } = scene(
    { '1.0.0': stays, '1.1.0': "console.error('no such card'); process.exit(1);" },
    '1.1.0',
    unconfirmed,
  );
  await launcher.start();
  await until('the one before', async () => (started(said).includes('1.0.0') ? true : undefined), 20_000);
  expect(started(said)).toEqual(['1.1.0', '1.1.0', '1.1.0', '1.0.0']);
  expect(recordOf(root)).toEqual({
    version: '1.1.0',
    counter: 2,
    to: '1.0.0',
    reason: 'starts',
    lines: ['no such card', 'no such card', 'no such card'],
  });
  expect(readlinkSync(join(root, 'current'))).toBe(join('releases', '1.0.0'));
});

test('one that is up and never confirmed is ended after its ten minutes, one that was confirmed stays', async () => {
  const { root, launcher, said, late } = scene({ '1.0.0': stays, '1.1.0': stays }, '1.1.0', unconfirmed);
  await launcher.start();
  late();
  await until('the one before', async () => (started(said).includes('1.0.0') ? true : undefined));
  expect(recordOf(root)).toMatchObject({ version: '1.1.0', reason: 'too-long' });
  const kept = scene({ '1.0.0': stays, '1.1.0': stays }, '1.1.0', unconfirmed);
  await kept.launcher.start();
  rmSync(join(kept.root, 'pending.json'));
  kept.late();
  await realDisk.list(kept.root);
  expect(started(kept.said)).toEqual(['1.1.0']);
});

test('a missing or dangling `current` means what is there; nothing at all is told and ends', async () => {
  const dangling = scene({ '1.0.0': stays }, '9.9.9');
  await dangling.launcher.start();
  expect(started(dangling.said)).toEqual(['1.0.0']);
  expect(recordOf(dangling.root)).toMatchObject({ version: '9.9.9', to: '1.0.0', reason: 'broken' });
  const empty = scene({}, null);
  await empty.launcher.start();
  expect(empty.ends).toEqual([1]);
});

test('a confirmed release that cannot begin is a mistake to be told', async () => {
  const { launcher, ends } = scene({ '1.0.0': 'process.exit(3);' }, '1.0.0');
  await launcher.start();
  await until('the end', async () => (ends.length > 0 ? true : undefined));
  expect(ends).toEqual([3]);
});
