// The loop: written before done, orders never dropped, every decision replayable from its record.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { decide } from '../../agent/core/decide.ts';
import type { Action, Event, Kept, State } from '../../agent/core/model.ts';
import { blankKept, blankLive } from '../../agent/core/start-state.ts';
import type { Journal } from '../../agent/ports.ts';
import { type FlightDecision, type FlightLine, Loop, orderCommitMs, queueMax } from '../../agent/run.ts';
import type { Entry } from '../../schemas/outbox.ts';
import { hourMs, item, minuteMs, mondayMs, opened, order, plan, programme, schedule, wantOf } from '../world/build.ts';

const news = plan(1, {
  programmes: [programme('news', [item('news', minuteMs)])],
  schedules: [schedule('news', 'news', mondayMs + 5.5 * hourMs)],
});

/** A journal that says when it writes, takes its time, and fails when told. */
class ScriptedJournal implements Journal {
  readonly said: string[];
  readonly entries: Entry[] = [];
  kept: Kept = blankKept();
  takesMs = 5;
  fails = false;

  constructor(said: string[]) {
    this.said = said;
  }

  async load() {
    return { kept: this.kept, epoch: 'e1', lastSeq: 0, ackedTo: 0 };
  }

  async commit(kept: Kept, entries: readonly Entry[]): Promise<void> {
    this.said.push('commit begins');
    await new Promise((resolve) => setTimeout(resolve, this.takesMs));
    if (this.fails) throw new Error('disk full');
    this.kept = kept;
    this.entries.push(...entries);
    this.said.push('commit done');
  }
}

function box() {
  const said: string[] = [];
  const lines: FlightLine[] = [];
  const actions: Action[] = [];
  const journal = new ScriptedJournal(said);
  const startedMs = Date.now();
  const loop = new Loop({
    clock: { now: () => ({ wallMs: Date.now(), monoMs: Date.now() - startedMs + 1, quality: 'signed' }) },
    journal,
    hands: {
      perform: (action, tell) => {
        said.push(action.do);
        actions.push(action);
        if (action.do === 'loadPlan') tell({ is: 'planLoaded', attempt: action.attempt, plan: news });
        if (action.do === 'switchAmplifier')
          setTimeout(() => tell({ is: 'amplifierSwitched', output: action.output, attempt: action.attempt, on: action.on }), 300);
      },
    },
    log: (line) => lines.push(line),
  });
  return { said, lines, actions, journal, loop };
}

const booted: Event = { is: 'booted', boot: 'b1', version: '1' };
const cache: Event = {
  is: 'cacheSeen',
  has: [...wantOf(news).parts, item('news', minuteMs)].map(({ sha256, bytes }) => ({ sha256, bytes })),
  freeBytes: 2 ** 33,
};
const want: Event = { is: 'wantOffered', opened: opened('want', 1, { aud: 'd/loa-1', exp: mondayMs + 100 * hourMs }), want: wantOf(news) };
const flood = (): Event => ({ is: 'orderOffered', opened: opened('flood', Date.now()), order: order(), inline: [] });

/** Its last commit takes its time too. */
async function stopped(loop: Loop): Promise<void> {
  const stopping = loop.stop();
  await vi.advanceTimersByTimeAsync(5_000);
  await stopping;
}

beforeEach(() => vi.useFakeTimers({ now: mondayMs + 5.5 * hourMs - 20_000 }));
afterEach(() => vi.useRealTimers());

async function withPlan() {
  const one = box();
  await one.loop.start();
  for (const event of [booted, cache, want]) one.loop.tell(event);
  await vi.advanceTimersByTimeAsync(2_000);
  return one;
}

test('a play is on the disk before the player hears of it, and its instant is kept by one timer', async () => {
  const { said, actions, loop, journal } = await withPlan();
  await vi.advanceTimersByTimeAsync(17_500);
  const at = said.indexOf('play');
  expect(said.slice(at - 2, at)).toEqual(['commit begins', 'commit done']);
  expect(actions.find((action) => action.do === 'play')).toMatchObject({ startAtMs: mondayMs + 5.5 * hourMs });
  expect(journal.kept.playing['main']).toBeDefined();
  await stopped(loop);
  expect(vi.getTimerCount()).toBe(0);
});

test('ordinary rows share one commit within a second', async () => {
  const { said, loop, journal } = await withPlan();
  const before = said.filter((word) => word === 'commit begins').length;
  for (let n = 0; n < 5; n++)
    loop.tell({
      is: 'envelopeRefused',
      topic: 'loa/1/g/a/order',
      id: `forged-${n}`,
      problem: { code: 'signature-wrong', path: '', detail: '' },
    });
  await vi.advanceTimersByTimeAsync(900);
  expect(said.filter((word) => word === 'commit begins')).toHaveLength(before);
  await vi.advanceTimersByTimeAsync(200);
  expect(said.filter((word) => word === 'commit begins')).toHaveLength(before + 1);
  expect(journal.entries.filter(({ fact }) => fact.kind === 'order')).toHaveLength(5);
  await stopped(loop);
});

test('settled waits until all that was told is decided and on the disk', async () => {
  const { loop, journal } = await withPlan();
  loop.tell({ is: 'mutedHere', muted: true });
  loop.tell({ is: 'envelopeRefused', topic: 'loa/1/g/a/order', id: 'forged', problem: { code: 'unsigned', path: '', detail: '' } });
  let settled = false;
  const waiting = loop.settled().then(() => {
    settled = true;
  });
  expect(settled).toBe(false);
  await vi.advanceTimersByTimeAsync(50);
  await waiting;
  expect(journal.kept.muted).toBe(true);
  expect(journal.entries.some(({ fact }) => fact.kind === 'order' && fact.order === 'forged')).toBe(true);
  await stopped(loop);
});

/** Lies ready in the box and is started at its page. */
const lying = {
  offered: { opened: opened('lu', 1, { aud: 'd/loa-1', nbf: 0, exp: Number.MAX_SAFE_INTEGER }), order: order(), inline: [] },
  perHour: 2,
  maxMs: 10 * minuteMs,
  key: true,
};

test.each<[string, () => Event]>([
  ['of the centre', flood],
  ['started at the box', () => ({ is: 'localStartAsked', order: 'lu', by: 'page' })],
])('a siren %s waits for a slow disk a quarter of a second and no longer, and the row says so', async (_, asked) => {
  const { said, loop, journal } = await withPlan();
  loop.tell({ is: 'localOrdersRead', orders: [lying], contacts: [] });
  await vi.advanceTimersByTimeAsync(50);
  journal.takesMs = 2_000;
  const before = said.length;
  loop.tell(asked());
  await vi.advanceTimersByTimeAsync(orderCommitMs - 1);
  expect(said.slice(before)).not.toContain('switchAmplifier');
  await vi.advanceTimersByTimeAsync(2);
  expect(said.slice(before)).toContain('switchAmplifier');
  await vi.advanceTimersByTimeAsync(10_000);
  expect(journal.entries.some(({ fact }) => fact.kind === 'order' && fact.unpersisted === true)).toBe(true);
  await stopped(loop);
});

test('a disk that refuses does not silence the box; its rows are written once it takes them', async () => {
  const { said, lines, loop, journal } = await withPlan();
  journal.fails = true;
  loop.tell(flood());
  await vi.advanceTimersByTimeAsync(1_500);
  expect(said).toContain('play');
  expect(lines.some((line) => 'trouble' in line && line.trouble === 'commit-failed')).toBe(true);
  expect(journal.entries.some(({ fact }) => fact.kind === 'order')).toBe(false);
  journal.fails = false;
  await vi.advanceTimersByTimeAsync(2_500);
  expect(journal.entries.filter(({ fact }) => fact.kind === 'order' && fact.state === 'accepted')).toHaveLength(1);
  await stopped(loop);
});

test('a full queue gives up mirrors of the outside and never an order', async () => {
  const { loop, journal } = await withPlan();
  for (let n = 0; n < queueMax + 50; n++) loop.tell({ is: 'playbackProgressed', output: 'main', attempt: 99, audibleMs: n, atMs: n });
  loop.tell(flood());
  expect(loop.dropped()).toBeGreaterThanOrEqual(50);
  await vi.advanceTimersByTimeAsync(2_000);
  expect(journal.kept.orders.active.map(({ id }) => id)).toEqual(['flood']);
  await stopped(loop);
});

test('the record of a run, read back from its lines, replays to the same decisions', async () => {
  const { lines, loop } = await withPlan();
  await vi.advanceTimersByTimeAsync(19_000);
  loop.tell(flood());
  loop.tell({ is: 'linkChanged', up: true });
  await vi.advanceTimersByTimeAsync(60_000);
  await stopped(loop);
  const read = lines.map((line) => JSON.parse(JSON.stringify(line)) as FlightLine);
  const [start, ...rest] = read;
  if (!start || !('start' in start)) throw new Error('a record begins with its start');
  let state: State = { kept: start.start.kept, live: { ...blankLive(), rows: { epoch: start.start.epoch, acked: start.start.acked } } };
  const recorded = rest.filter((line): line is FlightDecision => 'event' in line);
  expect(recorded.length).toBeGreaterThan(20);
  for (const { now, event, actions, facts, wakeAtMonoMs } of recorded) {
    const again = decide(now, state, event);
    expect(JSON.parse(JSON.stringify({ actions: again.actions, facts: again.facts, wakeAtMonoMs: again.wakeAtMonoMs }))).toEqual({
      actions,
      facts,
      wakeAtMonoMs,
    });
    state = again.state;
  }
});
