// What real lines must show, run inside the lab's guest on the kernel's GPIO simulator: contracts, inputs, and how soon an amplifier is off
// when the program that held it is killed or hangs. Prints one line a check, and the figures as JSON last. Needs gpio-sim; root.
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Board } from '../../hardware/board.ts';
import { type GpioSettings, makeBoard, openBoard } from '../../hardware/open-board.ts';
import { promiseBoard } from '../contract/board.ts';
import { GuardedAgent } from './guarded-agent.ts';
import { runCases } from './plain-vitest.ts';
import { keepOutputs, makeSimChip } from './sim-chip.ts';

const doors = ['gpio-chardev', 'gpio-sysfs'] as const;
type Door = (typeof doors)[number];

/** The emulator hesitates up to 0.2 s: the time between two relays has to be longer than that. */
const relayDelayMs = 800;
const pins = { relay1Pin: 3, relay2Pin: 4, button: 5, mains: 6, beacon: 7, fan: 8 } as const;
const kills = 5;
/** The kernel lets lines go as the process ends; what is left is the end of a process, and the emulator. */
const dropWithinMs = 1_000;
/** DESIGN §5: a sounding agent that hangs has its amplifier off within this. */
const hangWithinMs = 10_000;
const lines: string[] = [];
const failed: string[] = [];
const chip = makeSimChip('loa-lab', 16);

function check(title: string, held: boolean, detail = ''): void {
  lines.push(title);
  if (!held) failed.push(`${title} ${detail}`);
  process.stdout.write(`${held ? 'ok  ' : 'FAIL'} ${title}${detail === '' ? '' : ` · ${detail}`}\n`);
}

function settings(kind: Door, activeLow = false): GpioSettings {
  const { relay1Pin, relay2Pin } = pins;
  return {
    kind,
    chip: chip.label,
    activeLow,
    wirings: [{ output: 'main', relayDelayMs, relay1Pin, relay2Pin }],
    beacon: { pin: pins.beacon },
    fan: { pin: pins.fan },
  };
}

async function contract(door: Door, activeLow: boolean): Promise<void> {
  const made: Board[] = [];
  promiseBoard(async () => {
    const board = await makeBoard(settings(door, activeLow));
    made.push(board);
    return { board, output: 'main', relayDelayMs, beacon: true, fan: true, pass: (ms) => wait(ms) };
  });
  const results = await runCases(async () => {
    for (const board of made.splice(0)) await board.stop();
  });
  for (const { title, wrong } of results) check(`${door}${activeLow ? ', low closes' : ''}: ${title}`, wrong === undefined, wrong);
}

/** The lines themselves, not what the board says of them. */
async function levels(door: Door): Promise<void> {
  const opened = await openBoard(settings(door, true));
  if (!opened.ok) return check(`${door}: opens with relays that close on low`, false, opened.problem.detail);
  const board = opened.value;
  const open = chip.isHigh(pins.relay1Pin) && chip.isHigh(pins.relay2Pin);
  await board.switchAmplifier('main', true);
  const closed = !chip.isHigh(pins.relay1Pin) && !chip.isHigh(pins.relay2Pin);
  await board.stop();
  check(`${door}: a relay card that closes on low stands high while off and low while on`, open && closed);
}

async function inputs(door: Door): Promise<void> {
  for (const pin of [pins.button, pins.mains]) chip.pull(pin, pin === pins.button); // not pressed, mains gone
  const board = await makeBoard({
    ...settings(door),
    inputs: { button: { pin: pins.button, activeLow: true }, mains: { pin: pins.mains } },
  });
  const told: string[] = [];
  board.onInput((input, on) => told.push(`${input} ${on ? 'on' : 'off'}`));
  await board.start();
  await wait(400);
  const first = told.splice(0).sort();
  check(`${door}: at the start it tells what its inputs are`, first.join() === 'button off,mains off', first.join());
  chip.pull(pins.button, false);
  await wait(600);
  chip.pull(pins.mains, true);
  await wait(600);
  check(`${door}: an edge is told once, turned as wired`, told.join() === 'button on,mains on', told.join());
  told.length = 0;
  // A burst shorter than the debounce, on a line that was on.
  chip.pull(pins.mains, false);
  chip.pull(pins.mains, true);
  await wait(600);
  const bounced = told.join();
  if (door === 'gpio-chardev') check(`${door}: a bounce is not told`, bounced === '', bounced);
  await board.stop();
}

async function busy(): Promise<void> {
  const first = await openBoard(settings('gpio-chardev'));
  const second = await openBoard(settings('gpio-chardev'));
  const said = second.ok ? '' : `${second.problem.code}: ${second.problem.detail}`;
  check('a line in use is refused with who holds it', said.startsWith('device-busy') && said.includes('loa relays'), said);
  if (first.ok) await first.value.stop();
}

function programPath(name: string): string {
  return fileURLToPath(new URL(`${name}.mjs`, import.meta.url));
}

async function startHolder(door: Door): Promise<ChildProcess> {
  const child = spawn(process.execPath, [programPath('holder'), JSON.stringify(settings(door))], { stdio: ['ignore', 'pipe', 'inherit'] });
  await new Promise<void>((resolve, reject) => {
    createInterface({ input: child.stdout }).once('line', () => resolve());
    child.once('exit', (code) => reject(new Error(`holder ended with ${code}`)));
  });
  return child;
}

/** Milliseconds until the speaker line is low, or `undefined` when it is not within `withinMs`. */
async function untilLow(withinMs: number): Promise<number | undefined> {
  const beganMs = performance.now();
  while (performance.now() - beganMs < withinMs) {
    if (!chip.isHigh(pins.relay2Pin)) return Math.round(performance.now() - beganMs);
    await wait(2);
  }
  return undefined;
}

function configFile(door: Door): string {
  const folder = join('/tmp', `lab-${door}`);
  mkdirSync(folder, { recursive: true });
  const config = {
    page: { port: 0 },
    board: { kind: door, chip: chip.label, relayDelayMs, relays: { main: { relay1: pins.relay1Pin, relay2: pins.relay2Pin } } },
    outputs: [{ id: 'main', kind: 'loudspeaker' }],
  };
  writeFileSync(join(folder, 'config.json'), JSON.stringify(config));
  return folder;
}

/** What systemd's ExecStopPost and the guard run. */
async function release(door: Door): Promise<void> {
  const child = spawn(process.execPath, [programPath('agent'), 'release', '--data', configFile(door)], { stdio: 'inherit' });
  await new Promise((resolve) => child.once('exit', resolve));
}

async function killed(door: Door, keeps: boolean) {
  keepOutputs(keeps);
  const falls = door === 'gpio-chardev' && !keeps;
  const name = `${door}${keeps ? ' on a chip that keeps its outputs' : ''}`;
  const lowMs: number[] = [];
  for (let i = 0; i < kills; i++) {
    const child = await startHolder(door);
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    if (!falls) {
      await ended;
      if (!chip.isHigh(pins.relay2Pin)) check(`${name}: after SIGKILL the line stays as it was, which is why the release exists`, false);
      void release(door);
    }
    lowMs.push((await untilLow(hangWithinMs)) ?? Number.NaN);
    await wait(falls ? 0 : 500);
  }
  const bound = falls ? dropWithinMs : hangWithinMs;
  const title = falls ? 'after SIGKILL the kernel opens the relays' : 'after SIGKILL the release opens the relays';
  check(
    `${name}: ${title}`,
    lowMs.every((ms) => ms <= bound),
    `${lowMs.join(', ')} ms`,
  );
  return { door, keeps, lowMs };
}

async function hung(door: Door, keeps: boolean) {
  keepOutputs(keeps);
  const name = `${door}${keeps ? ' on a chip that keeps its outputs' : ''}`;
  const agent = new GuardedAgent(programPath('guard'), configFile(door));
  try {
    const pid = await agent.startSounding(() => chip.isHigh(pins.relay2Pin));
    await wait(1_000);
    process.kill(pid, 'SIGSTOP');
    const lowMs = (await untilLow(hangWithinMs * 2)) ?? Number.NaN;
    check(`${name}: a sounding agent that hangs has its amplifier off`, lowMs <= hangWithinMs, `${lowMs} ms`);
    return { door, keeps, lowMs };
  } finally {
    await agent.stop();
  }
}

for (const door of doors) {
  await contract(door, false);
  await contract(door, true);
  await levels(door);
  await inputs(door);
}
await busy();
const sigkill = [await killed('gpio-chardev', false), await killed('gpio-chardev', true), await killed('gpio-sysfs', true)];
const sigstop = [await hung('gpio-chardev', false), await hung('gpio-chardev', true), await hung('gpio-sysfs', true)];
process.stdout.write(`${JSON.stringify({ suite: 'gpio', checks: lines.length, failed, sigkill, sigstop })}\n`);
process.exit(failed.length === 0 ? 0 : 1);
