// Scenarios as text: prose on top, then what is done, then what must have happened.
import type { LocalReady } from '../../agent/core/model.ts';
import type { LiveSession } from '../../schemas/live.ts';
import type { Item, Level } from '../../schemas/programme.ts';
import type { PlayClass, Schedule } from '../../schemas/schedule.ts';
import type { LocalLive } from '../../schemas/settings.ts';
import type { ClockQuality } from '../../schemas/time.ts';
import type { Plan } from '../../schemas/want.ts';
import { hashOf, hourMs, item, liveSession, minuteMs, mondayMs, opened, order, plan, programme, schedule, secondMs } from './build.ts';
import { World } from './world.ts';

interface Line {
  readonly words: readonly string[];
  readonly options: Readonly<Record<string, string>>;
}

/** Everything a scenario may say, by its verb. */
interface Stage {
  readonly world: World;
  readonly programmes: Parameters<typeof programme>[];
  readonly schedules: Schedule[];
  windows: { from: string; to: string }[];
  localOrder: string[];
  board: boolean;
  readonly loudspeakers: readonly string[];
  readonly kind: 'loudspeaker' | 'bridge';
  readonly staggerMs: number;
  rev: number;
  counter: number;
  readonly sessions: Map<string, LiveSession>;
  readonly mandates: LocalLive[];
  readonly orders: Map<string, Parameters<World['offer']>[0]>;
}

const everyDay = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'] as const;

/** Play the script (the text above `---`) and answer the transcript. */
export function playScenario(script: string): string {
  const lines = script.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('#'));
  const settings = lines.filter((line) => line.startsWith('with ')).map(parseLine);
  const stage = openStage(settings);
  for (const text of lines.filter((line) => !line.startsWith('with '))) {
    const timed = /^(\+\d+d )?(\d\d:\d\d:\d\d)\s+(.*)$/.exec(text);
    if (timed) {
      const days = Number.parseInt(timed[1]?.slice(1) ?? '0', 10);
      stage.world.runUntil(mondayMs + days * 24 * hourMs + clockMs(timed[2] ?? ''));
    }
    say(stage, parseLine(timed?.[3] ?? text));
  }
  return stage.world.trace.lines.join('\n');
}

function openStage(settings: readonly Line[]): Stage {
  const options = Object.assign({}, ...settings.map((line) => line.options)) as Record<string, string>;
  const world = new World({ seed: Number(options['seed'] ?? 1), startMs: mondayMs });
  if (options['centre'] === 'down') world.setCentre(false);
  return {
    world,
    programmes: [],
    schedules: [],
    windows: [{ from: '04:30', to: '22:00' }],
    localOrder: [],
    board: options['board'] === 'yes',
    loudspeakers: (options['loudspeakers'] ?? 'main').split(','),
    kind: options['kind'] === 'bridge' ? 'bridge' : 'loudspeaker',
    staggerMs: durationOf(options['stagger'] ?? '0s'),
    rev: 0,
    counter: 0,
    sessions: new Map(),
    mandates: [],
    orders: new Map(),
  };
}

function say(stage: Stage, { words, options }: Line) {
  const { world } = stage;
  const [verb, first = '', second = ''] = words;
  switch (verb) {
    case 'programme':
      stage.programmes.push([
        first,
        words
          .slice(2)
          .map((length, at) =>
            item(`${first} ${at + 1}`, durationOf(length), options['form'] === 'bulletin' ? bulletinOf(options, at) : {}),
          ),
        {
          level: (options['level'] ?? 'commune') as Level,
          form: options['form'] === 'bulletin' ? 'bulletin' : 'audio',
          tier: options['class'] === 'priority' ? 'priority' : 'normal',
        },
      ]);
      return;
    case 'schedule':
      stage.schedules.push(scheduleOf(first, second, options));
      return;
    case 'unschedule':
      stage.schedules.splice(0, stage.schedules.length, ...stage.schedules.filter(({ id }) => id !== first));
      return;
    case 'window':
      stage.windows = words.slice(1).map((span) => ({ from: span.slice(0, 5), to: span.slice(6) }));
      return;
    case 'order-of':
      stage.localOrder = words.slice(1);
      return;
    case 'publish':
      return world.offerPlan(planOf(stage));
    case 'boot':
      return world.boot();
    case 'cut':
      return world.crash();
    case 'centre':
      return world.setCentre(first === 'up');
    case 'clock':
      world.clock = { quality: first as ClockQuality, offMs: durationOf(options['off'] ?? '0s') };
      return;
    case 'answers':
      world.answersTime = first === 'yes';
      return;
    case 'step':
      return world.stepClock(durationOf(first));
    case 'order':
      return offerOrder(stage, first, options);
    case 'clear':
      return world.offer({
        is: 'clear',
        opened: opened(`clear-${++stage.counter}`, world.nextCounter()),
        clear: { ids: words.slice(1), level: (options['level'] ?? 'commune') as Level, reason: 'scripted' },
      });
    case 'again': {
      const offer = stage.orders.get(first);
      if (offer) world.offer(offer, false);
      return;
    }
    case 'mute':
    case 'unmute':
      return world.tell({ is: 'mutedHere', muted: verb === 'mute' });
    case 'tone':
      return world.askTone(first, durationOf(second), words[3] === 'held');
    case 'service':
      return world.tell({ is: 'serviceAsked', on: first === 'on', by: 'ky-thuat' });
    case 'button':
      return world.tell({ is: 'inputChanged', input: 'button', on: true });
    case 'mains':
      return world.tell({ is: 'inputChanged', input: 'mains', on: first === 'on' });
    case 'live':
      return openSession(stage, first, options);
    case 'close': {
      const session = stage.sessions.get(first);
      if (!session) throw new Error(`no session ${first}`);
      return world.announce(opened(`close-${first}`, world.nextCounter(), { exp: session.untilMs }), { ...session, state: 'closed' });
    }
    case 'speak':
    case 'hush':
      return world.speak(first, verb === 'speak');
    case 'mandate':
      stage.mandates.push({
        output: first,
        line: 'mic',
        windows: [{ days: [...everyDay], from: second.slice(0, 5), to: second.slice(6) }],
        maxMs: 300_000,
      });
      return;
    case 'talk':
      return world.tell({ is: 'talkAsked', output: first, on: second !== 'ends', by: 'truong-thon' });
    case 'ready':
      return world.tell({ is: 'localOrdersRead', orders: [readyOrder(stage, first)], contacts: [] });
    case 'start':
      return world.tell({ is: 'localStartAsked', order: first, by: 'truong-thon' });
    case 'stop-here':
      return world.tell({ is: 'localEndAsked', by: 'truong-thon' });
    case 'arrives':
      world.missing.delete(hashOf(words.slice(1).join(' ')));
      return;
    case 'missing':
      world.missing.add(hashOf(words.slice(1).join(' ')));
      return;
    case 'output':
      return world.horns.get(first)?.setWorking(second === 'works');
    case 'relays': {
      const horn = world.horns.get(first);
      if (horn) horn.relaysWork = second === 'work';
      return;
    }
    case 'end':
      return;
    default:
      throw new Error(`a scenario knows no ${verb}`);
  }
}

/** The last page of a programme may be valid for a part of the day, and stand more often than others. */
function bulletinOf(options: Line['options'], at: number): Partial<Item> {
  return {
    type: 'text/html',
    ...(options['share'] && at === 0 ? { share: Number(options['share']) } : {}),
    ...(options['from'] ? { validFromMs: mondayMs + clockMs(options['from']) } : {}),
    ...(options['until'] ? { validUntilMs: mondayMs + clockMs(options['until']) } : {}),
  };
}

/** An order that lies ready in the box. */
function readyOrder(stage: Stage, id: string): LocalReady {
  const { world } = stage;
  const ctr = world.nextCounter();
  return {
    offered: { opened: opened(id, ctr, { exp: world.nowMs() + 24 * hourMs, nbf: world.nowMs() }), order: order(), inline: [] },
    perHour: 3,
    maxMs: 20 * minuteMs,
    key: false,
  };
}

function scheduleOf(id: string, at: string, options: Line['options']): Schedule {
  const startMs = mondayMs + clockMs(at);
  return schedule(id, options['programme'] ?? id, startMs, {
    class: (options['class'] ?? 'normal') as PlayClass,
    ...(options['every'] ? { rrule: options['every'] === 'day' ? 'FREQ=DAILY' : options['every'] } : {}),
    repeat: { times: Number(options['times'] ?? 1), gapMs: durationOf(options['gap'] ?? '0s') },
    missedStart: { rule: options['late'] === 'skip' ? 'skip' : 'join', withinMs: durationOf(options['within'] ?? '10m') },
    interrupted: (options['interrupted'] ?? 'resume') as Schedule['interrupted'],
    ...(options['lasts'] ? { lastsMs: durationOf(options['lasts']) } : {}),
    ...(options['neighbours'] ? { neighbours: 'staggered' as const } : {}),
  });
}

function planOf(stage: Stage): Plan {
  return plan(++stage.rev, {
    settings: {
      outputs: [
        ...stage.loudspeakers.map((id) => ({ id, kind: stage.kind })),
        ...(stage.board ? [{ id: 'board', kind: 'board' as const }] : []),
      ],
      localLive: stage.mandates,
      staggerMs: stage.staggerMs,
    },
    policy: { windows: stage.windows.map((span) => ({ days: [...everyDay], ...span })) },
    programmes: stage.programmes.map((parts) => programme(...parts)),
    schedules: [...stage.schedules],
    localOrder: stage.localOrder,
  });
}

function openSession(stage: Stage, id: string, options: Line['options']): void {
  const { world } = stage;
  const openMs = world.nowMs();
  const untilMs = openMs + durationOf(options['for'] ?? '10m');
  const session = liveSession(id, openMs, { level: (options['level'] ?? 'commune') as Level, untilMs });
  stage.sessions.set(id, session);
  world.announce(opened(`live-${id}`, world.nextCounter(), { exp: untilMs + minuteMs }), session);
}

function offerOrder(stage: Stage, id: string, options: Line['options']): void {
  const { world } = stage;
  const ctr = options['ctr'] ? Number(options['ctr']) : world.nextCounter();
  const offer = {
    is: 'order' as const,
    opened: opened(id, ctr, { exp: world.nowMs() + durationOf(options['valid'] ?? '1h'), nbf: world.nowMs() }),
    order: order({
      class: (options['class'] ?? 'actual') as 'actual',
      level: (options['level'] ?? 'commune') as Level,
      severity: (options['severity'] ?? 'Severe') as 'Severe',
      times: Number(options['times'] ?? 2),
    }),
  };
  stage.orders.set(id, offer);
  world.offer(offer);
}

function parseLine(text: string): Line {
  const words: string[] = [];
  const options: Record<string, string> = {};
  for (const word of text.trim().split(/\s+/)) {
    const option = /^([a-z]+)=(.+)$/.exec(word);
    if (option?.[1] && option[2]) options[option[1]] = option[2];
    else words.push(word);
  }
  return { words, options };
}

/** `05:30:00` to ms of the day. */
function clockMs(text: string): number {
  const [hours = 0, minutes = 0, seconds = 0] = text.split(':').map(Number);
  return hours * hourMs + minutes * minuteMs + seconds * secondMs;
}

/** `90s`, `10m`, `-1h`. */
function durationOf(text: string): number {
  const parts = /^([+-]?\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(text);
  if (!parts) throw new Error(`not a duration: ${text}`);
  const unit = { ms: 1, s: secondMs, m: minuteMs, h: hourMs, d: 24 * hourMs }[parts[2] as 'ms' | 's' | 'm' | 'h' | 'd'];
  return Number(parts[1]) * unit;
}
