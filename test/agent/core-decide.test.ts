// Rules of the box one by one: what a single decision answers.
// LONG: one table of rules; each case is read beside its neighbours.
import { describe, expect, test } from 'vitest';
import { decide } from '../../agent/core/decide.ts';
import type { Event } from '../../agent/core/model.ts';
import { backoffMs } from '../../agent/core/retry.ts';
import { positionAfter } from '../../agent/core/session.ts';
import { processorMs } from '../processor-ms.ts';
import { hourMs, item, minuteMs, mondayMs, opened, order, plan, programme, schedule } from '../world/build.ts';
import { Rig } from './core-rig.ts';

const fiveThirty = 5.5 * hourMs;
const news = (rev = 1, changes: Parameters<typeof plan>[1] = {}) =>
  plan(rev, {
    programmes: [programme('news', [item('news', 10 * minuteMs)])],
    schedules: [schedule('news', 'news', mondayMs + fiveThirty)],
    ...changes,
  });

describe('a planned play', () => {
  test('switches the amplifier on a lead ahead, then plays at its very instant with the start written first', () => {
    const rig = new Rig(fiveThirty - 10_000).bootWith(news());
    rig.pass(8_400);
    expect(rig.lastOf('switchAmplifier')).toBeUndefined();
    rig.pass(100);
    expect(rig.lastOf('switchAmplifier')).toMatchObject({ output: 'main', on: true });
    const decision = rig.amplifierAnswers();
    expect(decision.commit).toBe('now');
    expect(decision.actions).toContainEqual(expect.objectContaining({ do: 'play', startAtMs: mondayMs + fiveThirty, slot: 'normal' }));
    expect(decision.state.kept.playing['main']).toMatchObject({ startedMs: null, plannedStartMs: mondayMs + fiveThirty });
  });

  test('waits with its first sample for the warm-up when the amplifier was late, and skips what was missed', () => {
    const rig = new Rig(fiveThirty - 10_000).bootWith(news(1, { settings: { warmUpMs: 2_000 } }));
    rig.pass(9_000);
    const { actions } = rig.amplifierAnswers(300);
    const play = actions.find((action) => action.do === 'play');
    expect(play).toMatchObject({ startAtMs: mondayMs + fiveThirty + 1_300, sound: { offsetMs: 1_300 } });
  });

  test('asks for a decision at the next instant that matters, and at none before', () => {
    const rig = new Rig(fiveThirty - hourMs).bootWith(news());
    rig.pass(6 * minuteMs);
    const { wakeAtMonoMs, actions, facts, commit } = rig.pass(1);
    expect(actions).toEqual([]);
    expect(facts).toEqual([]);
    expect(commit).toBe('none');
    expect(wakeAtMonoMs).not.toBeNull();
    expect((wakeAtMonoMs ?? 0) - rig.monoMs).toBeLessThanOrEqual(hourMs - 6 * minuteMs);
    expect((wakeAtMonoMs ?? 0) - rig.monoMs).toBeGreaterThan(50 * minuteMs);
  });

  test('obeys the ceiling of the policy and the gain of the box', () => {
    const quiet = plan(1, {
      settings: { gainDb: -3 },
      policy: { gainMaxDb: -6 },
      programmes: [programme('news', [item('news', minuteMs)])],
      schedules: [schedule('news', 'news', mondayMs + fiveThirty, { gainDb: 2 })],
    });
    const rig = new Rig(fiveThirty - 1_500).bootWith(quiet);
    rig.pass(1);
    rig.amplifierAnswers();
    expect(rig.lastOf('play')?.gainDb).toBe(-6);
  });

  test('that fails leaves one receipt, and is not tried again', () => {
    const rig = new Rig(fiveThirty - 1_500).bootWith(news());
    rig.pass(1);
    rig.amplifierAnswers();
    const attempt = rig.lastOf('play')?.attempt ?? 0;
    const problem = { code: 'tool-failed', path: '', detail: '' } as const;
    const ended: Event = { is: 'playbackEnded', output: 'main', attempt, how: 'failed', audibleMs: 0, endedMs: rig.wallMs, problem };
    rig.tell(ended);
    rig.tell(ended);
    rig.pass(minuteMs);
    const receipts = rig.facts.filter((fact) => fact.kind === 'receipt');
    expect(receipts).toHaveLength(1);
    expect(receipts[0]?.receipt).toMatchObject({ outcome: 'failed', reason: 'decoder-failed', audibleMs: 0 });
    expect(rig.actions.filter((action) => action.do === 'play')).toHaveLength(1);
  });

  test('whose device goes in mid-play turns the amplifier off at once, and goes on where it was when the device is back', () => {
    const rig = new Rig(fiveThirty - 1_500).bootWith(news());
    rig.pass(1);
    rig.amplifierAnswers();
    const attempt = rig.lastOf('play')?.attempt ?? 0;
    const startedMs = fiveThirty;
    rig.pass(2_000);
    rig.tell({ is: 'playbackStarted', output: 'main', attempt, startedMs, startErrorMs: 0 });
    rig.pass(10_000);
    const problem = { code: 'device-failed', path: '', detail: 'the output stands still' } as const;
    rig.tell({ is: 'playbackEnded', output: 'main', attempt, how: 'failed', audibleMs: 9_000, endedMs: rig.wallMs, problem });
    rig.tell({ is: 'outputFailed', output: 'main', problem });
    expect(rig.lastOf('switchAmplifier')).toMatchObject({ on: false });
    expect(rig.facts).toContainEqual(expect.objectContaining({ kind: 'fault', fault: 'output-main', state: 'raised' }));
    rig.amplifierAnswers();
    rig.pass(3_000);
    expect(rig.facts.filter((fact) => fact.kind === 'receipt')).toEqual([]);
    rig.tell({ is: 'outputReady', output: 'main' });
    rig.amplifierAnswers();
    rig.pass(1_000);
    expect(rig.lastOf('play')?.sound).toMatchObject({ of: 'items', offsetMs: 9_000 });
  });

  test('whose player says nothing more is taken from it, told as a fault and given a true receipt', () => {
    const rig = new Rig(fiveThirty - 1_500).bootWith(news());
    rig.pass(1);
    rig.amplifierAnswers();
    const attempt = rig.lastOf('play')?.attempt ?? 0;
    rig.pass(2_000);
    rig.tell({ is: 'playbackStarted', output: 'main', attempt, startedMs: fiveThirty, startErrorMs: 0 });
    rig.tell({ is: 'playbackProgressed', output: 'main', attempt, audibleMs: 5_000, atMs: fiveThirty + 5_000 });
    rig.pass(14_900);
    expect(rig.lastOf('stop')).toBeUndefined();
    rig.pass(200);
    expect(rig.lastOf('stop')).toBeUndefined();
    rig.pass(3_100);
    expect(rig.lastOf('stop')).toMatchObject({ attempt, fadeMs: 0 });
    expect(rig.facts).toContainEqual(expect.objectContaining({ kind: 'fault', fault: 'player-main', state: 'raised' }));
    const [receipt] = rig.facts.filter((fact) => fact.kind === 'receipt');
    expect(receipt?.receipt).toMatchObject({ outcome: 'partial', reason: 'decoder-failed', audibleMs: 5_000 });
  });

  test('whose file fails raises a fault, that ends with the next whole play; spoken words are told as such', () => {
    const rig = new Rig(fiveThirty - 1_500).bootWith(news());
    rig.pass(1);
    rig.amplifierAnswers();
    const attempt = rig.lastOf('play')?.attempt ?? 0;
    rig.pass(2_000);
    const problem = { code: 'tool-timeout', path: '', detail: 'mpg123 gave nothing for 4000 ms' } as const;
    rig.tell({ is: 'sourceFailed', output: 'main', attempt, item: 'a'.repeat(64), problem });
    rig.tell({ is: 'sourceFailed', output: 'main', attempt, item: 'a'.repeat(64), problem });
    const faults = () => rig.facts.filter((fact) => fact.kind === 'fault' && fact.fault === 'source-main');
    expect(faults()).toMatchObject([{ state: 'raised', detail: expect.stringContaining('tool-timeout') }]);
    rig.tell({ is: 'playbackStarted', output: 'main', attempt, startedMs: fiveThirty, startErrorMs: 0 });
    rig.pass(3_000);
    rig.tell({ is: 'playbackEnded', output: 'main', attempt, how: 'completed', audibleMs: 40_000, endedMs: rig.wallMs, voice: 'spoken' });
    expect(faults().map((fact) => fact.kind === 'fault' && fact.state)).toEqual(['raised', 'ended']);
    const [receipt] = rig.facts.filter((fact) => fact.kind === 'receipt');
    expect(receipt?.receipt).toMatchObject({ outcome: 'played', reason: 'spoken-instead', audibleMs: 40_000 });
  });
});

describe('outcomes', () => {
  test('of a stale attempt change nothing at all', () => {
    const rig = new Rig(fiveThirty - 1_500).bootWith(news());
    rig.pass(1);
    rig.amplifierAnswers();
    rig.pass(500);
    const before = rig.state;
    rig.tell({ is: 'playbackEnded', output: 'main', attempt: 99, how: 'completed', audibleMs: 5, endedMs: rig.wallMs });
    rig.tell({ is: 'playbackProgressed', output: 'main', attempt: 99, audibleMs: 5, atMs: rig.wallMs });
    rig.tell({ is: 'amplifierSwitched', output: 'main', attempt: 99, on: false });
    expect(rig.state.kept).toBe(before.kept);
    expect(rig.state.live.outputs).toBe(before.live.outputs);
  });

  test('that never come are given up: a hung relay is a fault, a hung decoder a failed play', () => {
    const rig = new Rig(fiveThirty - 1_500).bootWith(news());
    rig.pass(1);
    rig.pass(10_000);
    expect(rig.facts).toContainEqual(expect.objectContaining({ kind: 'fault', fault: 'amplifier-main', state: 'raised' }));
    const other = new Rig(fiveThirty - 1_500).bootWith(news());
    other.pass(1);
    other.amplifierAnswers();
    other.pass(12_000);
    expect(other.lastOf('stop')?.attempt).toBe(other.lastOf('play')?.attempt);
    expect(other.facts).toContainEqual(
      expect.objectContaining({ kind: 'receipt', receipt: expect.objectContaining({ outcome: 'failed' }) }),
    );
  });
});

describe('an order', () => {
  const armed = () => {
    const rig = new Rig(fiveThirty - 1_500).bootWith(news());
    rig.pass(1);
    rig.amplifierAnswers();
    const attempt = rig.lastOf('play')?.attempt ?? 0;
    rig.pass(1_200);
    rig.starts();
    rig.pass(60_000);
    return { rig, attempt };
  };
  const offer = (rig: Rig, id: string, changes: Parameters<typeof order>[0] = {}, meta: Parameters<typeof opened>[2] = {}) =>
    rig.tell({
      is: 'orderOffered',
      opened: opened(id, rig.wallMs, { nbf: rig.wallMs, exp: rig.wallMs + hourMs, ...meta }),
      order: order(changes),
      inline: [],
    });

  test('over a sounding programme is played in the very decision that accepts it, before the programme fades', () => {
    const { rig, attempt } = armed();
    const { actions, commit, facts } = offer(rig, 'flood');
    expect(commit).toBe('now');
    expect(facts).toContainEqual({ kind: 'order', order: 'flood', state: 'accepted' });
    expect(actions.map((action) => action.do).filter((name) => name === 'play' || name === 'stop')).toEqual(['play', 'stop']);
    expect(actions.find((action) => action.do === 'play')).toMatchObject({ slot: 'emergency', startAtMs: rig.wallMs, fadeInMs: 0 });
    expect(actions.find((action) => action.do === 'stop')).toMatchObject({ attempt, fadeMs: 5 });
    expect(rig.state.kept.ledger.paused).toHaveLength(1);
  });

  const refusals: [string, Parameters<typeof order>[0], Parameters<typeof opened>[2], string][] = [
    ['that has expired', {}, { exp: mondayMs }, 'expired'],
    ['that is not yet valid', {}, { nbf: mondayMs + 24 * hourMs }, 'not-yet'],
    ['with an older counter', {}, { ctr: 1 }, 'replayed'],
    ['with the counter of another order', {}, { ctr: mondayMs, digest: 'f'.repeat(64) }, 'conflict'],
    ['for exercise outside the hours of the policy', { class: 'exercise' }, {}, 'policy-breach'],
  ];
  for (const [what, changes, meta, code] of refusals)
    test(`${what} is refused as ${code} and makes no sound`, () => {
      const rig = new Rig(2 * hourMs).bootWith(news());
      rig.tell({
        is: 'orderOffered',
        opened: opened('first', mondayMs, { exp: mondayMs + 3 * hourMs }),
        order: order({ times: 1 }),
        inline: [],
      });
      rig.tell({
        is: 'clearOffered',
        opened: opened('clear', mondayMs + 1, { aud: 'g/other', exp: rig.wallMs + hourMs }),
        clear: { ids: ['first'], level: 'ministry', reason: '' },
      });
      const before = rig.actions.length;
      offer(rig, 'second', changes, meta);
      rig.pass(minuteMs);
      expect(rig.facts).toContainEqual(
        expect.objectContaining({ kind: 'order', order: 'second', state: 'refused', problem: expect.objectContaining({ code }) }),
      );
      expect(rig.actions.slice(before).filter((action) => action.do === 'play')).toEqual([]);
    });

  test('that came again with the same bytes is passed over in silence', () => {
    const rig = new Rig(2 * hourMs).bootWith(news());
    const same: Event = {
      is: 'orderOffered',
      opened: opened('flood', mondayMs, { exp: mondayMs + 5 * hourMs }),
      order: order(),
      inline: [],
    };
    rig.tell(same);
    const before = { facts: rig.facts.length, kept: rig.state.kept };
    rig.tell(same);
    expect(rig.facts).toHaveLength(before.facts);
    expect(rig.state.kept).toBe(before.kept);
  });

  test('of a higher centre cannot be cleared from below, one of its own can', () => {
    const rig = new Rig(2 * hourMs).bootWith(news());
    offer(rig, 'province', { level: 'province' });
    rig.pass(1);
    offer(rig, 'commune', { level: 'commune' });
    rig.pass(1);
    rig.tell({
      is: 'clearOffered',
      opened: opened('clear-1', rig.wallMs, { exp: rig.wallMs + hourMs }),
      clear: { ids: ['province', 'commune'], level: 'commune', reason: '' },
    });
    expect(rig.state.kept.orders.active.map(({ id }) => id)).toEqual(['province']);
  });

  test('cleared before it came is refused when it comes', () => {
    const rig = new Rig(2 * hourMs).bootWith(news());
    rig.tell({
      is: 'clearOffered',
      opened: opened('clear-1', rig.wallMs, { exp: rig.wallMs + hourMs }),
      clear: { ids: ['late'], level: 'commune', reason: '' },
    });
    rig.pass(10);
    offer(rig, 'late');
    expect(rig.state.kept.orders.active).toEqual([]);
    expect(rig.facts).toContainEqual(
      expect.objectContaining({ order: 'late', state: 'refused', problem: expect.objectContaining({ code: 'cleared' }) }),
    );
  });

  test('without trusted time waits five seconds and asks, then does what the settings say', () => {
    for (const whenUnsure of ['refuse', 'sound'] as const) {
      const rig = new Rig(2 * hourMs).bootWith(news(1, { settings: { whenUnsure } }));
      rig.quality = 'floor';
      rig.tell({ is: 'linkChanged', up: true });
      offer(rig, 'flood');
      expect(rig.actions).toContainEqual({ do: 'ask', kind: 'time' });
      rig.pass(4_900);
      expect(rig.state.kept.orders.active).toEqual([]);
      rig.pass(200);
      expect(rig.state.kept.orders.active.map(({ id }) => id)).toEqual(whenUnsure === 'sound' ? ['flood'] : []);
      expect(rig.facts.some((fact) => fact.kind === 'order' && fact.state === 'refused')).toBe(whenUnsure === 'refuse');
      rig.quality = 'signed';
      rig.pass(1_000);
      expect(rig.state.kept.orders.active.map(({ id }) => id)).toEqual(['flood']);
    }
  });

  test('in earnest stands above every exercise, and equal ones take turns', () => {
    const rig = new Rig(6 * hourMs).bootWith(news());
    offer(rig, 'drill', { class: 'exercise', severity: 'Extreme' });
    rig.amplifierAnswers();
    rig.pass(500);
    offer(rig, 'real', { severity: 'Minor' });
    expect(rig.lastOf('play')?.sound).toMatchObject({ of: 'order', id: 'real', order: { times: 1 } });
    rig.pass(1_000);
    offer(rig, 'equal', { severity: 'Minor' });
    expect(rig.lastOf('play')?.sound).toMatchObject({ id: 'real' });
    const over = (rig: Rig) =>
      rig.tell({
        is: 'playbackEnded',
        output: 'main',
        attempt: rig.lastOf('play')?.attempt ?? 0,
        how: 'completed',
        audibleMs: 9_000,
        endedMs: rig.wallMs,
      });
    const heard: string[] = [];
    for (let turn = 0; turn < 4; turn++) {
      const play = rig.lastOf('play');
      if (play?.sound.of === 'order') heard.push(play.sound.id);
      rig.starts();
      rig.pass(9_000);
      over(rig);
      rig.pass(2_000);
    }
    expect(heard).toEqual(['real', 'equal', 'real', 'equal']);
  });
});

describe('a want', () => {
  test('is fetched part by part, loaded whole, and applied with its row before anything is played from it', () => {
    const rig = new Rig(fiveThirty - hourMs).boot();
    rig.tell({ is: 'cacheSeen', has: [], freeBytes: 2 ** 33 });
    rig.tell({ is: 'linkChanged', up: true });
    rig.offer(news());
    const fetches = () => rig.actions.filter((action) => action.do === 'fetch');
    expect(fetches()).toHaveLength(2);
    for (let n = 0; n < 3; n++) {
      const fetch = fetches()[n];
      if (fetch) rig.tell({ is: 'fetchEnded', attempt: fetch.attempt, sha256: fetch.sha256 });
    }
    const decision = rig.load(news());
    expect(decision.commit).toBe('now');
    expect(decision.facts).toContainEqual({ kind: 'want', rev: 1, state: 'applied' });
    expect(decision.actions.some((action) => action.do === 'fetch' && action.what === 'item')).toBe(true);
  });

  test('that is older than the one applied is refused with its row', () => {
    const rig = new Rig(fiveThirty - hourMs).bootWith(news(5));
    rig.offer(news(4), 6);
    expect(rig.facts).toContainEqual(expect.objectContaining({ kind: 'want', rev: 4, state: 'refused' }));
    expect(rig.state.kept.want.offered).toBeNull();
  });

  test('whose fetch fails is tried again after an ever longer wait that a seed repeats', () => {
    const waits = [1, 2, 3, 12].map((tries) => backoffMs('b1/part', tries));
    expect(waits).toEqual([1, 2, 3, 12].map((tries) => backoffMs('b1/part', tries)));
    expect(waits[0]).toBeGreaterThanOrEqual(500);
    expect(waits[0]).toBeLessThanOrEqual(1_000);
    expect(waits[2]).toBeGreaterThanOrEqual(2_000);
    expect(waits[3]).toBeLessThanOrEqual(300_000);
    expect(backoffMs('b2/part', 5)).not.toBe(backoffMs('b1/part', 5));
  });
});

test('eviction makes room within the budget and spares parts and what the next days need', () => {
  const wanted = news(1, { settings: { cacheBytes: 16 * 1024 * 1024 } });
  const rig = new Rig(fiveThirty - hourMs).bootWith(wanted);
  const needed = [...rig.state.live.cache.has].map(([sha256, bytes]) => ({ sha256, bytes }));
  const old = { sha256: 'e'.repeat(64), bytes: 20 * 1024 * 1024 };
  rig.tell({ is: 'cacheSeen', has: [...needed, old], freeBytes: 2 ** 33 });
  expect(rig.actions.filter((action) => action.do === 'evict')).toEqual([{ do: 'evict', sha256: old.sha256 }]);
});

describe('films of orders to come', () => {
  const mebi = 1024 * 1024;
  const film = (name: string, bytes: number) => ({ sha256: name.repeat(64), bytes });
  const withFilms = (films: { sha256: string; bytes: number }[]) => ({
    ...news(1, { settings: { cacheBytes: 16 * mebi } }),
    orderAudio: { audio: [], films },
  });

  test('give way to what the plan plays, the last first', () => {
    const wanted = withFilms([film('a', 9 * mebi), film('b', 7 * mebi)]);
    const rig = new Rig(fiveThirty - hourMs).bootWith(wanted);
    const [sound] = wanted.schedules.programmes.flatMap(({ items }) => items);
    const parts = [...rig.state.live.cache.has].filter(([name]) => name !== sound?.sha256).map(([sha256, bytes]) => ({ sha256, bytes }));
    rig.actions.length = 0;
    rig.tell({ is: 'cacheSeen', has: [...parts, film('a', 9 * mebi), film('b', 7 * mebi - 1)], freeBytes: 2 ** 33 });
    expect(rig.actions.filter((action) => action.do === 'evict')).toEqual([{ do: 'evict', sha256: 'b'.repeat(64) }]);
    // The sound has not come yet, and the film may not fetch itself into its room.
    rig.tell({ is: 'linkChanged', up: true });
    for (let minute = 0; minute < 20; minute++) rig.pass(60_000);
    const fetched = rig.actions.flatMap((action) => (action.do === 'fetch' ? action.sha256 : []));
    expect(fetched).toContain(sound?.sha256);
    expect(fetched).not.toContain('b'.repeat(64));
  });

  test('leave a line free for what cannot wait', () => {
    const rig = new Rig(fiveThirty - hourMs).bootWith(withFilms([film('a', mebi), film('b', mebi), film('c', mebi)]));
    rig.tell({ is: 'linkChanged', up: true });
    expect(rig.actions.filter((action) => action.do === 'fetch' && action.bytes === mebi)).toHaveLength(1);
  });
});

test('positions within a session pass over the gaps between rounds', () => {
  const session = { items: [item('a', 10_000), item('b', 5_000)], repeat: { times: 3, gapMs: 4_000 } };
  expect(positionAfter(session, 0, 0)).toBe(0);
  expect(positionAfter(session, 0, 14_999)).toBe(14_999);
  expect(positionAfter(session, 0, 16_000)).toBe(20_000);
  expect(positionAfter(session, 20_000, 1_000)).toBe(21_000);
  expect(positionAfter(session, 0, 99_000)).toBe(53_000);
});

test('a decision of an idle box costs no more with 200 schedules than with two, and changes no reference', async () => {
  const idleWith = (many: number) => {
    const schedules = Array.from({ length: many }, (_, n) =>
      schedule(`s${n}`, 'news', mondayMs + 6 * hourMs + n * minuteMs, { rrule: 'FREQ=DAILY' }),
    );
    const rig = new Rig(fiveThirty - hourMs).bootWith(plan(1, { programmes: [programme('news', [item('news', 10_000)])], schedules }));
    rig.pass(1);
    return rig;
  };
  const [few, many] = [idleWith(2), idleWith(200)];
  const { state } = many;
  const batchMs = (rig: Rig) =>
    processorMs(() => {
      for (let n = 0; n < 500; n++) decide(rig.now(), rig.state, { is: 'timePassed' });
    }, 10);
  // The first two warm the rules up.
  const [, , fewMs, manyMs] = [await batchMs(few), await batchMs(many), await batchMs(few), await batchMs(many)];
  expect(many.pass(1).state).toBe(state);
  // Looking through all of them would cost a hundred times as much.
  expect(manyMs).toBeLessThan(10 * fewMs);
});
