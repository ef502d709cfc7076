// Twenty-four hours of a commune in fake time: real rules, real player and chain, real samples, judged by what an ear heard.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Programme } from '../../schemas/programme.ts';
import type { Schedule } from '../../schemas/schedule.ts';
import { AudibleHorn } from './audible-horn.ts';
import { hourMs, item, minuteMs, mondayMs, opened, order, plan, programme, schedule, secondMs } from './build.ts';
import { Horn } from './horn.ts';
import { violations } from './invariants.ts';
import type { Life, Offered } from './script.ts';
import { World } from './world.ts';

export interface DayOutcome {
  readonly hours: number;
  readonly boxes: number;
  readonly invariantBreaks: number;
  readonly heapDriftBytes: number;
  readonly soundMinutes: number;
  readonly receipts: number;
  readonly startErrorMaxMs: number;
  readonly startSkewMaxMs: number;
  readonly found: readonly string[];
}

/** Turns of the loop the world gets in its time: promises of the player move between them. */
const stepMs = 50;
const ppms = [-100, 100, 30, -30];

export async function liveDays(hours: number, boxes: number): Promise<DayOutcome> {
  const days: Day[] = [];
  for (let at = 0; at < boxes; at += 1)
    days.push(await liveDay(hours, { seed: at + 1, ppm: ppms[at % ppms.length] ?? 0, rewinds: at % 2 === 0 }));
  const found = days.flatMap(({ breaks }, at) => breaks.map((text) => `box ${at + 1}: ${text}`));
  const skews = skewsOf(days.map(({ starts }) => starts));
  return {
    hours,
    boxes,
    invariantBreaks: found.length,
    heapDriftBytes: Math.max(...days.map(({ heapDriftBytes }) => heapDriftBytes)),
    soundMinutes: Math.round(days.reduce((sum, { soundMs }) => sum + soundMs, 0) / minuteMs),
    receipts: days.reduce((sum, { receipts }) => sum + receipts, 0),
    startErrorMaxMs: round(Math.max(...days.flatMap(({ starts }) => [...starts.values()].map(Math.abs)))),
    startSkewMaxMs: round(Math.max(0, ...skews)),
    found: found.slice(0, 20),
  };
}

interface Day {
  readonly breaks: readonly string[];
  readonly heapDriftBytes: number;
  readonly soundMs: number;
  readonly receipts: number;
  /** First sample minus planned instant, ms, of plays that began on time. */
  readonly starts: ReadonlyMap<string, number>;
}

async function liveDay(
  hours: number,
  { seed, ppm, rewinds }: { readonly seed: number; readonly ppm: number; readonly rewinds: boolean },
): Promise<Day> {
  const horns: AudibleHorn[] = [];
  const world = new World({
    seed,
    startMs: mondayMs,
    makeHorn: (id, kind, made) => {
      if (kind === 'board') return new Horn(id, kind, made);
      const horn = new AudibleHorn(id, kind, made, { ppm, rewinds });
      horns.push(horn);
      return horn;
    },
  });
  world.offerPlan(dayPlan());
  world.boot();
  const offered: Offered[] = [];
  const acts = dayActs(world, horns, offered);
  let heapMs = 0;
  const endMs = mondayMs + hours * hourMs;
  for (let atMs = mondayMs; atMs < endMs; atMs += stepMs) {
    for (; acts[0] && mondayMs + acts[0].atMs <= atMs; acts.shift()) acts[0].run();
    world.runUntil(atMs);
    await undefined;
    if (atMs === mondayMs + hourMs) heapMs = heapNow();
  }
  const heapDriftBytes = heapNow() - heapMs;
  const { trace } = world;
  const life: Life = { world, offered, settings: { ...daySettings }, policy: {}, endMs };
  const breaks = [...violations(life).map(({ invariant, detail }) => `${invariant}: ${detail}`), ...horns.flatMap(({ ear }) => ear.breaks)];
  const soundMs = trace.heard.reduce((sum, { fromMs, toMs }) => sum + toMs - fromMs, 0);
  return {
    breaks,
    heapDriftBytes,
    soundMs,
    receipts: trace.rows.filter(({ fact }) => fact.kind === 'receipt').length,
    starts: startsOf(world),
  };
}

const daySettings = { warmUpMs: 500, holdMs: 10_000, preRollMs: 1_500, whenUnsure: 'refuse', staggerMs: 0 } as const;

function dayPlan() {
  let pitch = 400;
  const made: Programme[] = [];
  const schedules: Schedule[] = [];
  const add = (id: string, atMs: number, lengthsS: readonly number[], more: Partial<Schedule> = {}) => {
    const items = lengthsS.map((lengthS) => {
      pitch = pitch >= 3_300 ? 400 : pitch + 100;
      return item(`${id} ${made.length} ${pitch} Hz`, lengthS * secondMs);
    });
    made.push(programme(id, items));
    schedules.push(schedule(id, id, mondayMs + atMs, more));
  };
  add('sang', 5 * hourMs, [300, 300, 300, 300, 300, 300]);
  add('nhac', 7 * hourMs, [900, 900], { class: 'filler', interrupted: 'skip' });
  add('thong-bao', 9 * hourMs, [40, 20], { class: 'priority', repeat: { times: 3, gapMs: 8_000 } });
  add('trua', 11 * hourMs, [600, 600]);
  add('dau-gio-chieu', 14 * hourMs, [400, 300, 500]);
  add('chieu', 17 * hourMs, [240, 1_200], { interrupted: 'restart' });
  add('chen-ngang', 17 * hourMs + 10 * minuteMs, [45], { class: 'priority' });
  add('toi', 19 * hourMs, [900, 600]);
  add('khuya', 21 * hourMs + 55 * minuteMs, [600]);
  add('gio-im', 23 * hourMs, [60]);
  for (let hour = 5; hour < 22; hour += 1) add(`chuong-${hour}`, hour * hourMs + 45 * minuteMs, [20]);
  const outputs = [{ id: 'main', kind: 'loudspeaker' as const }];
  return plan(1, { settings: { ...daySettings, outputs }, policy: { sessionGapMs: minuteMs }, programmes: made, schedules });
}

/** What happens to the box: an order in mid-programme, power cuts, starved and unplugged outputs, a tone by hand. */
function dayActs(world: World, horns: readonly AudibleHorn[], offered: Offered[]): { readonly atMs: number; readonly run: () => void }[] {
  const acts: { atMs: number; run: () => void }[] = [];
  const at = (atMs: number, run: () => void) => acts.push({ atMs, run });
  for (let k = 1; k < 60; k += 1)
    at(k * 23 * minuteMs + 7_300, () => {
      for (const horn of horns) horn.starve();
    });
  at(11 * hourMs + 6 * minuteMs + 333, () => world.crash());
  at(11 * hourMs + 7 * minuteMs + 900, () => world.boot());
  at(3 * hourMs, () => world.crash());
  at(3 * hourMs + 20 * minuteMs, () => world.boot());
  at(14 * hourMs + 2 * minuteMs, () => say(world, offered, 'order-1', 'actual'));
  at(16 * hourMs, () => say(world, offered, 'order-2', 'exercise'));
  at(2 * hourMs, () => say(world, offered, 'order-3', 'actual'));
  at(19 * hourMs + 5 * minuteMs, () => {
    world.trouble('main device', true);
    for (const horn of horns) horn.unplug();
  });
  at(19 * hourMs + 5 * minuteMs + 2_000, () => world.trouble('main device', false));
  at(20 * hourMs + 30 * minuteMs, () => world.askTone('main', 3_000, true));
  return acts.sort((a, b) => a.atMs - b.atMs);
}

function say(world: World, offered: Offered[], id: string, what: 'actual' | 'exercise'): void {
  const ctr = world.nextCounter();
  const made = order({ class: what, times: 2 });
  const expMs = world.nowMs() + 10 * minuteMs;
  offered.push({ id, atMs: world.nowMs(), order: made, expMs, ctr, clearedAtMs: null, forged: false });
  world.offer({ is: 'order', opened: opened(id, ctr, { nbf: world.nowMs(), exp: expMs }), order: made });
}

/** Plays that began within a second of their instant: how far off their first sample was. */
function startsOf({ trace }: World): Map<string, number> {
  const starts = new Map<string, number>();
  for (const { voice, fromMs } of trace.heard) {
    if (voice.kind !== 'occurrence' || starts.has(voice.occurrence.id)) continue;
    const errorMs = fromMs - voice.occurrence.startMs;
    // Later ones had to wait for an amplifier, a device or another play: invariant 0 judges those.
    if (Math.abs(errorMs) < 100) starts.set(voice.occurrence.id, errorMs);
  }
  return starts;
}

function skewsOf(starts: readonly ReadonlyMap<string, number>[]): number[] {
  const [first, ...others] = starts;
  return others.flatMap((other) =>
    [...other].flatMap(([id, errorMs]) => (first?.has(id) ? [Math.abs(errorMs - (first.get(id) ?? 0))] : [])),
  );
}

function heapNow(): number {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  collect();
  collect();
  return process.memoryUsage().heapUsed;
}

function round(ms: number): number {
  return Math.round(ms * 1_000) / 1_000;
}
