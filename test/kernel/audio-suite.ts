// What real cards must show, run inside the lab's guest on snd-aloop: contracts, a captured sound, an unplugged card, what each driver costs.
// Prints one line a check, and the figures as JSON last. Needs the card `Loopback`; root, to unbind it.
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import type { AudioOut } from '../../hardware/audio-out.ts';
import { monoMs } from '../../hardware/host/system-clock.ts';
import { openAudioIn } from '../../hardware/open-audio-in.ts';
import { makeAudioOut } from '../../hardware/open-audio-out.ts';
import type { Problem } from '../../schemas/problems.ts';
import { promiseAudioIn } from '../contract/audio-in.ts';
import { promiseAudioOut } from '../contract/audio-out.ts';
import { PumpedChain, playAndCapture, preempt, round } from './loopback.ts';
import { runCases } from './plain-vitest.ts';

const drivers = ['libasound', 'aplay'] as const;
type Driver = (typeof drivers)[number];

const playDevice = 'hw:CARD=Loopback,DEV=0,SUBDEV=0';
const captureDevice = 'hw:CARD=Loopback,DEV=1,SUBDEV=0';
/** snd-aloop counts by the kernel's tick (4 ms); software emulation adds its own hesitations. */
const toleranceMs = 25;
const costMs = 10_000;
/** A run in which the emulator held us up for most of the lead says nothing about the card: another is made in its place. */
const hesitationMs = 150;
const plays = 3;
const disturbedMax = 6;
const busDriver = '/sys/bus/platform/drivers/snd_aloop';
const lines: string[] = [];
const failed: string[] = [];

function check(title: string, held: boolean, detail = ''): void {
  lines.push(title);
  if (!held) failed.push(`${title} ${detail}`);
  process.stdout.write(`${held ? 'ok  ' : 'FAIL'} ${title}${detail === '' ? '' : ` · ${detail}`}\n`);
}

const outputOf = (driver: Driver): Promise<AudioOut> => makeAudioOut({ kind: 'alsa', device: playDevice, driver });
const input = () => openAudioIn({ kind: 'alsa', device: captureDevice });

async function contracts(): Promise<void> {
  const opened: { close(): Promise<void> }[] = [];
  const closeAll = async () => {
    for (const one of opened.splice(0)) await one.close();
  };
  for (const driver of drivers) {
    const outs = await Promise.all(Array.from({ length: 12 }, () => outputOf(driver)));
    promiseAudioOut(() => {
      const out = outs.pop() ?? raiseNone();
      opened.push(out);
      return { out, pass: (ms) => wait(ms), toleranceFrames: toleranceMs * 48 };
    });
    for (const { title, wrong } of await runCases(closeAll)) check(`${driver}: ${title}`, wrong === undefined, wrong);
  }
  promiseAudioIn(() => {
    const one = input();
    opened.push(one);
    return { input: one, pass: (ms) => wait(ms), toleranceMs };
  });
  for (const { title, wrong } of await runCases(closeAll)) check(`capture: ${title}`, wrong === undefined, wrong);
}

function raiseNone(): never {
  throw new Error('the contract has more cases than outputs were made');
}

async function busy(): Promise<void> {
  const [first, second] = [await outputOf('libasound'), await outputOf('libasound')];
  await first.open();
  const problem = await second.open().then(
    () => undefined,
    (error: { problem?: Problem }) => error.problem,
  );
  await first.close();
  const named = problem?.code === 'device-busy' && problem.detail.includes(`pid ${process.pid} (`);
  check('a card in use is refused with the program that holds it', named, problem?.detail);
}

/** The whole process stands still for longer than the card's buffers hold. */
async function halted(): Promise<void> {
  const [out, line] = [await outputOf('libasound'), input()];
  const problems: Problem[] = [];
  for (const one of [out, line]) one.onFailure((problem) => problems.push(problem));
  await out.open();
  const pumped = new PumpedChain(out);
  await line.open();
  await wait(500);
  const { xruns } = out.position();
  const untilMs = monoMs() + 1_600;
  while (monoMs() < untilMs);
  await wait(1_500);
  const after = out.position();
  const late: number[] = [];
  const unhear = line.onBlock(({ atMonoMs, frames }) => late.push(monoMs() - atMonoMs - frames.length / 48));
  await wait(500);
  unhear();
  pumped.stop();
  await line.close();
  await out.close();
  const queued = after.writtenFrames - after.playedFrames;
  check(
    'after a halt of the process the output goes on, one underrun counted',
    after.xruns === xruns + 1 && queued > 4_800,
    `${queued} queued`,
  );
  const behindMs = Math.max(...late);
  check('after a halt of the process the input tells fresh sound again', late.length > 5 && behindMs < 200, `${round(behindMs)} ms old`);
  check('a halt of the process is no failure of the card', problems.length === 0, problems[0]?.detail);
}

/** Milliseconds of processor and KiB of memory, ours and aplay's, while silence is played. */
async function cost(driver: Driver) {
  const out = await outputOf(driver);
  await out.open();
  const pumped = new PumpedChain(out);
  await wait(1_000);
  const child = childOf('aplay');
  const ours = process.cpuUsage();
  const childTicks = child === undefined ? 0 : ticksOf(child);
  await wait(costMs);
  const used = process.cpuUsage(ours);
  const childMs = child === undefined ? 0 : (ticksOf(child) - childTicks) * 10;
  const childKib = child === undefined ? 0 : memoryKibOf(child);
  const figures = {
    cpuPercent: round(((used.user + used.system) / 1_000 + childMs) / (costMs / 100)),
    childKib,
    xruns: out.position().xruns,
  };
  pumped.stop();
  await out.close();
  return figures;
}

async function unplug(driver: Driver) {
  const out = await outputOf(driver);
  const problems: Problem[] = [];
  let toldMs = Number.NaN;
  await out.open();
  const pumped = new PumpedChain(out);
  await wait(500);
  const beganMs = monoMs();
  out.onFailure((problem) => {
    problems.push(problem);
    toldMs = monoMs() - beganMs;
    pumped.stop();
    void out.close();
  });
  await write('snd_aloop.0', 'unbind'); // returns only when nobody holds the card any more
  const freedMs = monoMs() - beganMs;
  await wait(300);
  const refused = await out.open().then(
    () => false,
    () => true,
  );
  await write('snd_aloop.0', 'bind');
  const backMs = monoMs();
  let opened = false;
  for (let i = 0; i < 50 && !opened; i++) opened = await openAgain(out);
  const again = new PumpedChain(out);
  await wait(500);
  const plays = out.position().playedFrames > 4_800;
  again.stop();
  await out.close();
  const told = problems.length === 1 && problems[0]?.code === 'device-failed' && toldMs < 1_000;
  check(`${driver}: a card pulled out while it plays is told once, within a second`, told, `${round(toldMs)} ms, ${problems[0]?.detail}`);
  check(`${driver}: no open while it is gone, and it plays again when it is back`, refused && plays);
  return { toldMs: round(toldMs), freedMs: round(freedMs), backMs: round(monoMs() - backMs - 500) };
}

async function openAgain(out: AudioOut): Promise<boolean> {
  try {
    await out.open();
    return true;
  } catch {
    await wait(100);
    return false;
  }
}

/** From another process: the kernel keeps the writer waiting until our own hands are off the card. */
function write(word: string, file: string): Promise<void> {
  return new Promise((resolve) => {
    spawn('/bin/sh', ['-c', `echo ${word} > ${busDriver}/${file}`], { stdio: 'inherit' }).once('exit', () => resolve());
  });
}

function childOf(name: string): number | undefined {
  const pids = readdirSync('/proc').filter((entry) => /^\d+$/.test(entry));
  return pids.map(Number).find((pid) => textOf(`/proc/${pid}/comm`).trim() === name);
}

function ticksOf(pid: number): number {
  const fields = textOf(`/proc/${pid}/stat`).split(') ')[1]?.split(' ') ?? [];
  return Number(fields[11] ?? 0) + Number(fields[12] ?? 0);
}

function memoryKibOf(pid: number): number {
  return Number(/VmRSS:\s+(\d+)/.exec(textOf(`/proc/${pid}/status`))?.[1] ?? 0);
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

async function measure(driver: Driver) {
  const openedMs = [];
  for (let i = 0; i < 3; i++) {
    const out = await outputOf(driver);
    const beganMs = monoMs();
    await out.open();
    openedMs.push(monoMs() - beganMs);
    await out.close();
  }
  const heard = [];
  let disturbed = 0;
  for (; heard.length < plays && disturbed < disturbedMax; ) {
    const one = await playAndCapture(await outputOf(driver), input());
    if (one.latestPumpMs < hesitationMs) heard.push(one);
    else disturbed++;
  }
  const starts = [];
  for (let i = 0; i < 3; i++) starts.push((await preempt(await outputOf(driver), input())).toFirstFrameMs);
  check(
    `${driver}: what the other end captures is what was played`,
    heard.every(({ correlation }) => correlation > 0.97),
    JSON.stringify(heard),
  );
  const instants = heard.every(({ startErrorMs, pointerErrorMs }) => Math.abs(startErrorMs) <= 20 && Math.abs(pointerErrorMs) <= 20);
  check(`${driver}: it begins at its instant, and the pointer knows it`, instants);
  return { disturbed, openMs: openedMs.map((ms) => round(ms)), heard, preemptMs: starts, cost: await cost(driver) };
}

await contracts();
await busy();
await halted();
const figures = { libasound: await measure('libasound'), aplay: await measure('aplay') };
const unplugged = { libasound: await unplug('libasound'), aplay: await unplug('aplay') };
const rssKib = Math.round(process.memoryUsage().rss / 1024);
process.stdout.write(`${JSON.stringify({ suite: 'audio', checks: lines.length, failed, figures, unplugged, rssKib })}\n`);
process.exit(failed.length === 0 ? 0 : 1);
