// Rules of boards one by one: what is told and written, who takes over, what the beacon does.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { beaconPhase } from '../../agent/core/beacon-phase.ts';
import type { ShowAction } from '../../agent/core/model.ts';
import type { Item } from '../../schemas/programme.ts';
import { hashOf, hourMs, item, minuteMs, mondayMs, opened, order, plan, programme, schedule } from '../world/build.ts';
import { Rig } from './core-rig.ts';

const six = 6 * hourMs;
const both = [
  { id: 'main', kind: 'loudspeaker' as const },
  { id: 'board', kind: 'board' as const },
];
const page = (title: string, changes: Partial<Item> = {}) => item(title, minuteMs, { type: 'text/html', ...changes });
const pages = (rev: number, items: Item[], changes: Parameters<typeof schedule>[3] = {}) =>
  plan(rev, {
    settings: { outputs: both },
    programmes: [programme('bang', items, { form: 'bulletin' })],
    schedules: [schedule('bang', 'bang', mondayMs + six, { lastsMs: 2 * hourMs, class: 'filler', ...changes })],
  });

/** A box whose board shows its first page. */
function showing(items: Item[] = [page('a'), page('b')]): Rig {
  const rig = new Rig(six - 5_000).bootWith(pages(1, items));
  rig.pass(4_000);
  rig.pass(1_000);
  rig.starts();
  return rig;
}
/** The player says that it lives. */
function lives(rig: Rig): void {
  const attempt = rig.lastOf('play')?.attempt ?? 0;
  rig.tell({ is: 'playbackProgressed', output: 'board', attempt, audibleMs: 1, atMs: rig.wallMs });
}

const shows = (rig: Rig) => rig.actions.filter((action): action is ShowAction => action.do === 'show');
const titles = (rig: Rig) => shows(rig).map((one) => one.item?.title ?? '-');

describe('a page', () => {
  test('is told a pre-roll and a second ahead, and written before it is told', () => {
    const rig = new Rig(six - 5_000).bootWith(pages(1, [page('a'), page('b')]));
    const decision = rig.pass(3_600);
    expect(decision.commit).toBe('now');
    expect(decision.actions.map((action) => action.do)).toEqual(['play', 'show']);
    expect(decision.state.kept.screens.open).toMatchObject([{ output: 'board', showing: 1, paintedMs: null, of: { sha256: hashOf('a') } }]);
    expect(shows(rig)[0]).toMatchObject({ atMs: mondayMs + six, untilMs: mondayMs + six + minuteMs, last: false });
    rig.pass(1_400);
    rig.starts();
    rig.pass(minuteMs - 2_600);
    expect(titles(rig)).toEqual(['a']);
    rig.pass(200);
    expect(titles(rig)).toEqual(['a', 'b']);
  });

  test('with a film waits for both files, and fetches both', () => {
    const film = { sha256: hashOf('film'), bytes: 2_000 };
    const rig = new Rig(six - hourMs);
    rig.bootWith(pages(1, [page('a', { film }), page('b')]));
    rig.tell({ is: 'linkChanged', up: true });
    rig.tell({ is: 'cacheSeen', has: [page('b'), page('a')].map(({ sha256, bytes }) => ({ sha256, bytes })), freeBytes: 1e9 });
    const fetched = rig.actions.flatMap((action) => (action.do === 'fetch' ? [action.sha256] : []));
    expect(fetched).toContain(film.sha256);
    rig.pass(hourMs - 1_000);
    rig.pass(1_000);
    expect(titles(rig)[0]).not.toBe('a');
  });

  test('whose file is missing or rotten is passed over at once', () => {
    const rig = showing();
    const told = shows(rig).at(-1);
    rig.tell({
      is: 'cacheSeen',
      has: [...rig.state.live.cache.has].filter(([sha256]) => sha256 !== hashOf('a')).map(([sha256, bytes]) => ({ sha256, bytes })),
      freeBytes: 1e10,
    });
    const problem = { code: 'hash-mismatch', path: '', detail: '' } as const;
    rig.tell({
      is: 'showingEnded',
      output: 'board',
      attempt: told?.attempt ?? 0,
      showing: 1,
      how: 'failed',
      endedMs: rig.wallMs,
      shownMs: 0,
      darkMs: 0,
      frames: 0,
      problem,
    });
    expect(titles(rig)).toEqual(['a', 'b']);
    expect(shows(rig).at(-1)?.atMs).toBeLessThanOrEqual(rig.wallMs);
    expect(rig.actions.at(-1)?.do === 'fetch' || rig.actions.some((action) => action.do === 'fetch')).toBe(false);
  });

  test('of changed content begins where the one that is on ends', () => {
    const rig = showing();
    rig.pass(20_000);
    const next = pages(2, [page('c')]);
    rig.offer(next);
    const media = [page('a'), page('b'), page('c')];
    rig.tell({
      is: 'cacheSeen',
      has: [...rig.state.live.cache.has]
        .concat(media.map(({ sha256, bytes }) => [sha256, bytes] as [string, number]))
        .map(([sha256, bytes]) => ({ sha256, bytes }))
        .concat(wantParts(2)),
      freeBytes: 1e10,
    });
    rig.load(next);
    expect(titles(rig)).toEqual(['a']);
    lives(rig);
    rig.pass(38_000);
    expect(titles(rig)).toEqual(['a', 'c']);
    expect(shows(rig).at(-1)?.atMs).toBe(mondayMs + six + minuteMs);
  });

  test('of a withdrawn programme is told to leave at once', () => {
    const rig = showing();
    rig.pass(20_000);
    const next = plan(2, { settings: { outputs: both } });
    rig.offer(next);
    rig.tell({
      is: 'cacheSeen',
      has: [...rig.state.live.cache.has].map(([sha256, bytes]) => ({ sha256, bytes })).concat(wantParts(2)),
      freeBytes: 1e10,
    });
    rig.load(next);
    expect(rig.lastOf('stop')).toMatchObject({ output: 'board', leave: true });
  });
});

function wantParts(rev: number) {
  return (['settings', 'policy', 'schedules'] as const).map((kind) => ({ sha256: hashOf(`${kind} ${rev}`), bytes: 1_000 }));
}

describe('a takeover', () => {
  test('is one decision for board and loudspeaker: both are given the order for the same instant', () => {
    const rig = showing();
    rig.tell({ is: 'toneAsked', output: 'main', durationMs: 3_000, held: true });
    rig.amplifierAnswers();
    rig.pass(2_000);
    const decision = rig.tell({ is: 'orderOffered', opened: opened('lu', rig.wallMs), order: order(), inline: [hashOf('lu quet')] });
    const plays = decision.actions.flatMap((action) => (action.do === 'play' ? [action] : []));
    expect(plays.map(({ output }) => output).sort()).toEqual(['board', 'main']);
    expect(Math.max(...plays.map(({ startAtMs }) => startAtMs)) - Math.min(...plays.map(({ startAtMs }) => startAtMs))).toBeLessThanOrEqual(
      50,
    );
    expect(plays.every(({ startAtMs }) => startAtMs <= rig.wallMs + 50)).toBe(true);
    expect(decision.state.kept.screens.open.some(({ of }) => of.what === 'order')).toBe(true);
  });

  test('of an order that lies ready is laid on the board beforehand, once, and again when the display was away', () => {
    const rig = showing();
    const ready = { offered: { opened: opened('lu', rig.wallMs), order: order(), inline: [] }, perHour: 3, maxMs: hourMs, key: true };
    rig.tell({ is: 'localOrdersRead', orders: [ready], contacts: [] });
    rig.pass(1_000);
    const prepared = () => rig.actions.filter((action) => action.do === 'prepare').length;
    expect(rig.lastOf('prepare')).toMatchObject({ output: 'board', order: { screen: { title: 'LŨ QUÉT' } } });
    expect(prepared()).toBe(1);
    rig.tell({ is: 'outputFailed', output: 'board', problem: { code: 'device-failed', path: '', detail: '' } });
    rig.tell({ is: 'outputReady', output: 'board' });
    expect(prepared()).toBe(2);
  });

  test('hands back to what the schedule shows by then', () => {
    const rig = showing();
    rig.pass(10_000);
    rig.tell({ is: 'orderOffered', opened: opened('lu', rig.wallMs), order: order(), inline: [hashOf('lu quet')] });
    rig.pass(5 * minuteMs + 20_000);
    rig.tell({ is: 'clearOffered', opened: opened('clear', rig.wallMs + 1), clear: { ids: ['lu'], level: 'commune', reason: '' } });
    for (const attempt of new Set(
      rig.actions.flatMap((action) => (action.do === 'stop' && action.output === 'board' ? [action.attempt] : [])),
    ))
      rig.tell({ is: 'playbackEnded', output: 'board', attempt, how: 'stopped', audibleMs: 0, endedMs: rig.wallMs });
    const back = shows(rig).at(-1);
    // Five and a half minutes in: the sixth page of a, b, a, b … is on, from here to its planned end.
    expect(back).toMatchObject({ item: { title: 'b' }, untilMs: mondayMs + six + 6 * minuteMs });
  });
});

describe('the beacon', () => {
  test('flashes while an order in earnest is in force, and is dark otherwise', () => {
    const rig = showing();
    expect(rig.lastOf('flashBeacon')).toBeUndefined();
    rig.tell({ is: 'orderOffered', opened: opened('lu', rig.wallMs), order: order(), inline: [] });
    expect(rig.lastOf('flashBeacon')).toMatchObject({ pattern: 'actual' });
    rig.tell({ is: 'clearOffered', opened: opened('clear', rig.wallMs + 1), clear: { ids: ['lu'], level: 'commune', reason: '' } });
    expect(rig.lastOf('flashBeacon')).toMatchObject({ pattern: 'off' });
    rig.tell({ is: 'orderOffered', opened: opened('thu', rig.wallMs + 2), order: order({ class: 'test' }), inline: [] });
    expect(rig.lastOf('flashBeacon')).toMatchObject({ pattern: 'off' });
    rig.tell({ is: 'orderOffered', opened: opened('tap', rig.wallMs + 3), order: order({ class: 'exercise' }), inline: [] });
    expect(rig.lastOf('flashBeacon')).toMatchObject({ pattern: 'exercise' });
  });

  test('has at most two flashes in any second, whatever the pattern', () => {
    fc.assert(
      fc.property(fc.constantFrom('actual' as const, 'exercise' as const), fc.integer({ min: 0, max: 100_000 }), (pattern, fromMs) => {
        let flashes = 0;
        let lit = false;
        for (let ms = fromMs; ms < fromMs + 1_000; ms += 10) {
          const { on } = beaconPhase(pattern, ms);
          if (on && !lit) flashes++;
          lit = on;
        }
        expect(flashes).toBeLessThanOrEqual(2);
      }),
    );
    expect(beaconPhase('actual', 0)).toEqual({ on: true, forMs: 500 });
    expect(beaconPhase('actual', 700)).toEqual({ on: false, forMs: 300 });
    expect(beaconPhase('off', 5)).toEqual({ on: false, forMs: null });
  });
});
