// Random lives of a box: a plan or three, people and powers that interfere at any point. Plain JSON, so a failure can be read.
// LONG: the whole grammar of a life in one place, so that a new word cannot miss its shrinker.
import fc from 'fast-check';
import type { Rules } from '../../agent/core/rules.ts';
import type { Policy } from '../../schemas/policy.ts';
import type { Item, Level } from '../../schemas/programme.ts';
import type { PlayClass, Schedule } from '../../schemas/schedule.ts';
import type { BoxSettings } from '../../schemas/settings.ts';
import type { ClockQuality } from '../../schemas/time.ts';
import type { Plan } from '../../schemas/want.ts';
import { hourMs, item, liveSession, minuteMs, mondayMs, opened, order, plan, programme, schedule, secondMs } from './build.ts';
import { World } from './world.ts';

export interface SlotScript {
  readonly atS: number;
  readonly lengthsS: readonly number[];
  readonly class: PlayClass;
  readonly level: Level;
  readonly times: number;
  readonly gapS: number;
  readonly late: 'join' | 'skip';
  readonly withinS: number;
  readonly interrupted: Schedule['interrupted'];
  readonly board: boolean;
  /** Bulletins only: goes round for so long. */
  readonly lastsS: number | null;
  readonly share: number;
  /** Bulletins only: when the second item is valid. */
  readonly valid: { readonly fromS: number; readonly forS: number } | null;
  readonly staggered: boolean;
}

export type ActScript =
  | { readonly do: 'cut'; readonly offS: number }
  | { readonly do: 'centre'; readonly downS: number }
  | {
      readonly do: 'order';
      readonly level: Level;
      readonly severity: 'Extreme' | 'Minor';
      readonly class: 'actual' | 'exercise';
      readonly times: number;
      readonly validS: number;
    }
  | { readonly do: 'clear'; readonly which: number }
  | { readonly do: 'replay'; readonly which: number; readonly older: boolean }
  | { readonly do: 'plan'; readonly which: number }
  | { readonly do: 'output'; readonly downS: number }
  | { readonly do: 'relays'; readonly downS: number }
  | { readonly do: 'badPlay' }
  | { readonly do: 'mute'; readonly forS: number }
  | { readonly do: 'tone'; readonly held: boolean }
  | { readonly do: 'service'; readonly forS: number; readonly button: boolean }
  | { readonly do: 'mains'; readonly offS: number }
  | {
      readonly do: 'live';
      readonly level: Level;
      readonly forS: number;
      readonly speakAfterS: number;
      readonly speaksS: number;
      readonly closes: boolean;
    }
  | { readonly do: 'talk'; readonly forS: number }
  | { readonly do: 'step'; readonly byS: number };

export interface Script {
  readonly seed: number;
  /** Where the script begins, minutes after midnight. */
  readonly fromMinute: number;
  readonly clock: ClockQuality;
  readonly answersAfterS: number;
  readonly fetchFails: number;
  readonly settings: Pick<BoxSettings, 'warmUpMs' | 'holdMs' | 'preRollMs' | 'whenUnsure' | 'staggerMs'>;
  readonly policy: Pick<Policy, 'emergencyOverridesMute' | 'onBattery'>;
  readonly plans: readonly (readonly SlotScript[])[];
  readonly acts: readonly (ActScript & { readonly atS: number })[];
}

/** Plans and acts happen within this; then the box is left in peace until everything is settled. */
const livelyS = 7_200;
const peaceS = 4 * 3_600;

const level = fc.constantFrom<Level>('province', 'commune', 'hamlet');

const slot: fc.Arbitrary<SlotScript> = fc.record({
  atS: fc.integer({ min: 20, max: livelyS }),
  lengthsS: fc.array(fc.integer({ min: 5, max: 400 }), { minLength: 1, maxLength: 3 }),
  class: fc.constantFrom<PlayClass>('normal', 'normal', 'priority', 'filler', 'drill'),
  level,
  times: fc.integer({ min: 1, max: 3 }),
  gapS: fc.integer({ min: 0, max: 20 }),
  late: fc.constantFrom('join', 'skip'),
  withinS: fc.integer({ min: 0, max: 1_800 }),
  interrupted: fc.constantFrom('resume', 'restart', 'skip'),
  board: fc.boolean(),
  lastsS: fc.option(fc.integer({ min: 5, max: 3_000 })),
  share: fc.integer({ min: 1, max: 3 }),
  valid: fc.option(fc.record({ fromS: fc.integer({ min: 0, max: livelyS }), forS: fc.integer({ min: 1, max: 3_000 }) })),
  staggered: fc.boolean(),
});

const act: fc.Arbitrary<ActScript> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('cut' as const), offS: fc.integer({ min: 1, max: 900 }) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('centre' as const), downS: fc.integer({ min: 1, max: 3_000 }) }) },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('order' as const),
      level,
      severity: fc.constantFrom('Extreme' as const, 'Minor' as const),
      class: fc.constantFrom('actual' as const, 'actual' as const, 'exercise' as const),
      times: fc.integer({ min: 1, max: 4 }),
      validS: fc.integer({ min: 30, max: 3_600 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('clear' as const), which: fc.nat(9) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('replay' as const), which: fc.nat(9), older: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('plan' as const), which: fc.nat(9) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('output' as const), downS: fc.integer({ min: 1, max: 300 }) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('relays' as const), downS: fc.integer({ min: 1, max: 300 }) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('badPlay' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('mute' as const), forS: fc.integer({ min: 1, max: 600 }) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('tone' as const), held: fc.boolean() }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('service' as const),
      forS: fc.integer({ min: 1, max: 8_000 }),
      button: fc.constantFrom(true, true, false),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('mains' as const), offS: fc.integer({ min: 1, max: 900 }) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('live' as const),
      level,
      forS: fc.integer({ min: 5, max: 1_800 }),
      speakAfterS: fc.integer({ min: 0, max: 20 }),
      speaksS: fc.integer({ min: 1, max: 1_200 }),
      closes: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('talk' as const), forS: fc.integer({ min: 1, max: 400 }) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('step' as const), byS: fc.integer({ min: -5_400, max: 5_400 }) }) },
);

export const anyScript: fc.Arbitrary<Script> = fc.record({
  seed: fc.nat(),
  fromMinute: fc.constantFrom(270, 300, 900, 1_190, 1_280),
  clock: fc.constantFrom<ClockQuality>('rtc', 'rtc', 'none'),
  answersAfterS: fc.constantFrom(0, 0, 0, 600, 4_000),
  fetchFails: fc.constantFrom(0, 0, 0.3),
  settings: fc.record({
    warmUpMs: fc.constantFrom(500, 500, 2_000),
    holdMs: fc.constantFrom(10_000, 0, 3_000),
    preRollMs: fc.constantFrom(1_500, 200, 5_000),
    whenUnsure: fc.constantFrom('refuse' as const, 'sound' as const),
    staggerMs: fc.constantFrom(0, 0, 2_500, 10_000),
  }),
  policy: fc.record({
    emergencyOverridesMute: fc.constantFrom(true, true, false),
    onBattery: fc.constantFrom('emergency-only' as const, 'play' as const),
  }),
  plans: fc.array(fc.array(slot, { minLength: 1, maxLength: 6 }), { minLength: 1, maxLength: 3 }),
  acts: fc.array(
    fc.tuple(fc.integer({ min: 1, max: livelyS }), act).map(([atS, one]) => ({ ...one, atS })),
    { maxLength: 8 },
  ),
});

/** What the centre said, known from outside. */
export interface Offered {
  readonly id: string;
  readonly atMs: number;
  readonly order: ReturnType<typeof order>;
  readonly expMs: number;
  readonly ctr: number;
  clearedAtMs: number | null;
  /** A forgery: may never sound. */
  readonly forged: boolean;
}

export interface Life {
  readonly world: World;
  readonly offered: readonly Offered[];
  readonly settings: Script['settings'];
  readonly policy: Script['policy'];
  readonly endMs: number;
}

/** Live a script to its peaceful end. */
export function live(script: Script, rules?: Rules): Life {
  const startMs = mondayMs + script.fromMinute * minuteMs;
  const world = new World({
    seed: script.seed,
    startMs,
    clock: { quality: script.clock, offMs: 0 },
    answersTime: script.answersAfterS === 0,
    fetchFails: script.fetchFails,
    ...(rules ? { rules } : {}),
  });
  const offered: Offered[] = [];
  const plans = script.plans.map((slots, at) => planOf(script, slots, at + 1, startMs));
  let rev = plans.length;
  const publish = (one: Plan | undefined) => one && world.offerPlan({ ...one, rev: ++rev });
  publish(plans[0]);
  world.boot();
  const steps: { atMs: number; run: () => void }[] = [
    {
      atMs: script.answersAfterS * secondMs,
      run: () => {
        world.answersTime = true;
      },
    },
  ];
  for (const one of script.acts)
    steps.push({
      atMs: one.atS * secondMs,
      run: () => doAct(world, one, { offered, steps, publish: (which) => publish(plans[which % plans.length]), startMs }),
    });
  for (let next = earliest(steps); next; next = earliest(steps)) {
    world.runUntil(startMs + next.atMs);
    next.run();
  }
  const endMs = startMs + (livelyS + peaceS) * secondMs;
  world.runUntil(endMs);
  return { world, offered, settings: script.settings, policy: script.policy, endMs };
}

function earliest(steps: { atMs: number; run: () => void }[]): { atMs: number; run: () => void } | undefined {
  if (steps.length === 0) return undefined;
  const best = steps.reduce((first, one) => (one.atMs < first.atMs ? one : first));
  steps.splice(steps.indexOf(best), 1);
  return best;
}

interface Acting {
  readonly offered: Offered[];
  readonly steps: { atMs: number; run: () => void }[];
  readonly publish: (which: number) => void;
  readonly startMs: number;
}

function doAct(world: World, one: ActScript & { atS: number }, acting: Acting) {
  const { offered, steps, startMs } = acting;
  const after = (seconds: number, run: () => void) => steps.push({ atMs: (one.atS + seconds) * secondMs, run });
  const horn = world.horns.get('main');
  switch (one.do) {
    case 'cut':
      if (!world.up) return;
      // Somewhere within the second, so that commits are met in every state.
      world.runUntil(startMs + one.atS * secondMs + Math.floor(world.luck() * 120));
      world.crash();
      after(one.offS, () => world.up || world.boot());
      return;
    case 'centre':
      world.setCentre(false);
      after(one.downS, () => world.setCentre(true));
      return;
    case 'order':
      return offerOrder(world, offered, one);
    case 'clear':
      return offerClear(world, offered[one.which % Math.max(1, offered.length)]);
    case 'replay':
      return replay(world, offered, one);
    case 'plan':
      return acting.publish(one.which);
    case 'output':
      horn?.setWorking(false);
      after(one.downS, () => horn?.setWorking(true));
      return;
    case 'relays':
      if (horn) horn.relaysWork = false;
      world.trouble('relays', true);
      after(one.downS, () => {
        if (horn) horn.relaysWork = true;
        world.trouble('relays', false);
      });
      return;
    case 'badPlay':
      if (horn) horn.failNextPlay = true;
      return;
    case 'mute':
      world.tell({ is: 'mutedHere', muted: true });
      after(one.forS, () => world.tell({ is: 'mutedHere', muted: false }));
      return;
    case 'tone':
      return world.askTone('main', 3_000, one.held);
    case 'service':
      world.tell({ is: 'serviceAsked', on: true, by: 'script' });
      if (!one.button) return;
      after(2, () => world.tell({ is: 'inputChanged', input: 'button', on: true }));
      after(one.forS, () => world.tell({ is: 'serviceAsked', on: false, by: 'script' }));
      return;
    case 'mains':
      world.tell({ is: 'inputChanged', input: 'mains', on: false });
      after(one.offS, () => world.tell({ is: 'inputChanged', input: 'mains', on: true }));
      return;
    case 'live':
      return openLive(world, one, after);
    case 'talk':
      world.tell({ is: 'talkAsked', output: 'main', on: true, by: 'script' });
      after(one.forS, () => world.tell({ is: 'talkAsked', output: 'main', on: false, by: 'script' }));
      return;
    case 'step':
      return world.stepClock(one.byS * secondMs);
    default:
      one satisfies never;
  }
}

function openLive(world: World, one: ActScript & { do: 'live' }, after: (seconds: number, run: () => void) => void): void {
  const openMs = world.nowMs();
  const ctr = world.nextCounter();
  const session = liveSession(`live-${ctr}`, openMs, { level: one.level, untilMs: openMs + one.forS * secondMs });
  world.announce(opened(`open-${ctr}`, ctr, { exp: session.untilMs + minuteMs }), session);
  after(one.speakAfterS, () => world.speak(session.session, true));
  after(one.speakAfterS + one.speaksS, () => {
    world.speak(session.session, false);
    if (one.closes)
      world.announce(opened(`close-${ctr}`, world.nextCounter(), { exp: session.untilMs + minuteMs }), { ...session, state: 'closed' });
  });
}

function offerOrder(world: World, offered: Offered[], one: ActScript & { do: 'order' }) {
  const id = `order-${offered.length}`;
  const ctr = world.nextCounter();
  const made = order({ class: one.class, level: one.level, severity: one.severity, times: one.times });
  const expMs = world.nowMs() + one.validS * secondMs;
  offered.push({ id, atMs: world.nowMs(), order: made, expMs, ctr, clearedAtMs: null, forged: false });
  world.offer({ is: 'order', opened: opened(id, ctr, { nbf: world.nowMs(), exp: expMs }), order: made });
}

function offerClear(world: World, which: Offered | undefined) {
  if (!which || which.forged || which.clearedAtMs !== null) return;
  which.clearedAtMs = world.nowMs();
  const clear = { ids: [which.id], level: which.order.level, reason: '' };
  world.offer({ is: 'clear', opened: opened(`clear-${which.id}`, world.nextCounter()), clear });
}

/** What an attacker with a copy can do: the same bytes again, or an old counter under another name. */
function replay(world: World, offered: Offered[], { which, older }: ActScript & { do: 'replay' }) {
  const known = offered.filter((one) => !one.forged);
  const one = known[which % Math.max(1, known.length)];
  if (!one) return;
  if (!older) {
    world.offer({ is: 'order', opened: opened(one.id, one.ctr, { exp: one.expMs }), order: one.order }, false);
    return;
  }
  if (!world.state.kept.orders.counters['xa/e1/g/xa-all']) return;
  const id = `forged-${offered.length}`;
  const ctr = Math.min(...known.map((other) => other.ctr)) - 1;
  offered.push({ id, atMs: world.nowMs(), order: one.order, expMs: one.expMs, ctr, clearedAtMs: null, forged: true });
  world.offer({ is: 'order', opened: opened(id, ctr, { exp: world.nowMs() + hourMs }), order: one.order }, false);
}

function boundsOf({ share, valid }: SlotScript, at: number, startMs: number): Partial<Item> {
  const shared = { type: 'text/html' as const, ...(at === 0 ? { share } : {}) };
  if (at !== 1 || !valid) return shared;
  const validFromMs = startMs + valid.fromS * secondMs;
  return { ...shared, validFromMs, validUntilMs: validFromMs + valid.forS * secondMs };
}

function planOf(script: Script, slots: readonly SlotScript[], at: number, startMs: number): Plan {
  return plan(at, {
    policy: script.policy,
    settings: {
      ...script.settings,
      outputs: [
        { id: 'main', kind: 'loudspeaker' },
        { id: 'board', kind: 'board' },
      ],
      localLive: [
        {
          output: 'main',
          line: 'mic',
          windows: [{ days: ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'], from: '00:00', to: '00:00' }],
          maxMs: 300_000,
        },
      ],
    },
    programmes: slots.map((one, n) =>
      programme(
        `p${n}`,
        one.lengthsS.map((lengthS, k) => item(`${at} ${n} ${k}`, lengthS * secondMs, one.board ? boundsOf(one, k, startMs) : {})),
        { level: one.level, form: one.board ? 'bulletin' : 'audio' },
      ),
    ),
    schedules: slots.map((one, n) =>
      // Plans share their first schedule, so that some plays stand in both.
      schedule(n === 0 ? 's0' : `s${at}-${n}`, `p${n}`, startMs + (n === 0 ? (script.plans[0]?.[0]?.atS ?? one.atS) : one.atS) * secondMs, {
        class: one.class,
        ...(one.board && one.lastsS !== null
          ? { lastsMs: one.lastsS * secondMs }
          : { repeat: { times: one.times, gapMs: one.gapS * secondMs } }),
        missedStart: { rule: one.late, withinMs: one.withinS * secondMs },
        interrupted: one.interrupted,
        neighbours: one.staggered ? 'staggered' : 'together',
      }),
    ),
  });
}
