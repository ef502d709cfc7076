// Bulletins and orders on a board: told page by page, painted at their instant, measured while they are on, the safe page in between.
import { afterEach, describe, expect, test, vi } from 'vitest';
import { BoardPlayer } from '../../agent/board-player.ts';
import type { Event, PlayAction, ShowAction, Sound } from '../../agent/core/model.ts';
import { SimulatedDisplay } from '../../hardware/display/simulated-display.ts';
import type { Behind, Display } from '../../hardware/display.ts';
import { bad, ok } from '../../schemas/problems.ts';
import type { Item } from '../../schemas/programme.ts';
import { order } from './edge-authority.ts';

const wallMs = 1_800_000_000_000;
afterEach(() => void vi.useRealTimers());

function item(name: string, durationMs = 10_000): Item {
  return { sha256: name.repeat(64), bytes: 10, type: 'text/html', title: name, language: 'vi', durationMs, gainDb: 0 };
}

const words = (text: string) => ({ html: text, text: [text] });

function play(sound: Sound = { of: 'pages' }, change: Partial<PlayAction> = {}): PlayAction {
  return { do: 'play', output: 'screen', attempt: 1, slot: 'normal', sound, startAtMs: wallMs + 2_000, fadeInMs: 0, gainDb: 0, ...change };
}

function show(name: string | null, fromMs: number, untilMs: number, change: Partial<ShowAction> = {}): ShowAction {
  const told = { do: 'show', output: 'screen', attempt: 1, showing: 1, last: false, ...change } as const;
  return { ...told, item: name === null ? null : item(name), atMs: wallMs + fromMs, untilMs: wallMs + untilMs };
}

async function makeRig(change: (display: Display) => void = () => undefined) {
  vi.useFakeTimers({ now: wallMs, toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date'] });
  const display = new SimulatedDisplay({ now: Date.now });
  change(display);
  const events: Event[] = [];
  const shown: string[] = [];
  const paint = display.show.bind(display);
  display.show = async (frame) => {
    const painted = await paint(frame);
    if ('paintedMs' in painted) shown.push(frame.html);
    return painted;
  };
  const player = new BoardPlayer({
    output: 'screen',
    display,
    clock: { now: () => ({ wallMs: Date.now(), monoMs: Date.now() - wallMs, quality: 'signed' }) },
    readPage: async (sha256) => (sha256.startsWith('x') ? bad('hash-mismatch', 'rotten') : ok(words(`page ${sha256[0]}`))),
    orderPage: ({ screen }) => words(`order ${screen.title}`),
    safePage: () => words('safe'),
    progressEveryMs: 1_000,
  });
  const tell = (event: Event) => void events.push(event);
  await player.start(tell);
  const of = <Is extends Event['is']>(is: Is) => events.filter((event): event is Extract<Event, { is: Is }> => event.is === is);
  return { display, player, events, shown, tell, of };
}

describe('the player of a board', () => {
  test('shows each page at its instant and tells what the screen had of it', async () => {
    const { player, events, shown, tell, of } = await makeRig();
    expect(events).toEqual([{ is: 'outputReady', output: 'screen' }]);
    player.play(play(), tell);
    player.show(show('a', 2_000, 5_000));
    player.show(show('b', 5_000, 7_000, { showing: 2, last: true }));
    await vi.advanceTimersByTimeAsync(1_900);
    expect(shown).toEqual(['safe']);
    await vi.advanceTimersByTimeAsync(8_000);
    expect(shown).toEqual(['safe', 'page a', 'page b', 'safe']);
    expect(of('playbackStarted')).toEqual([
      { is: 'playbackStarted', output: 'screen', attempt: 1, startedMs: wallMs + 2_000, startErrorMs: 0 },
    ]);
    expect(of('showingPainted').map(({ showing, paintedMs }) => [showing, paintedMs - wallMs])).toEqual([
      [1, 2_000],
      [2, 5_000],
    ]);
    expect(of('showingEnded')).toMatchObject([
      { showing: 1, how: 'completed', shownMs: 3_000, darkMs: 0, endedMs: wallMs + 5_000 },
      { showing: 2, how: 'completed', shownMs: 2_000 },
    ]);
    for (const { frames } of of('showingEnded')) expect(frames).toBeGreaterThanOrEqual(2);
    expect(of('playbackEnded')).toMatchObject([{ attempt: 1, how: 'completed', audibleMs: 5_000, endedMs: wallMs + 7_000 }]);
    await player.stop();
  });

  test('a screen that is blanked or stands still shows nothing, and the time says so', async () => {
    const { display, player, tell, of } = await makeRig();
    player.play(play(), tell);
    player.show(show('a', 2_000, 22_000));
    player.show(show('b', 22_000, 42_000, { showing: 2, last: true }));
    await vi.advanceTimersByTimeAsync(10_000);
    await display.blank(true);
    await vi.advanceTimersByTimeAsync(14_000);
    await display.blank(false);
    await vi.advanceTimersByTimeAsync(6_000);
    display.freeze(true);
    await vi.advanceTimersByTimeAsync(20_000);
    const [first, second] = of('showingEnded');
    expect(first?.darkMs).toBeGreaterThan(10_000);
    expect((first?.shownMs ?? 0) + (first?.darkMs ?? 0)).toBeGreaterThan(19_000);
    expect(second?.shownMs).toBeLessThan(8_500);
    await player.stop();
  });

  test('a display that cannot be asked leaves it unmeasured, never zero', async () => {
    const { display, player, tell, of } = await makeRig();
    display.sample = async () => 'unmeasured';
    player.play(play(), tell);
    player.show(show('a', 2_000, 5_000, { last: true }));
    await vi.advanceTimersByTimeAsync(8_000);
    expect(of('showingEnded')).toMatchObject([{ how: 'completed', frames: null, shownMs: 3_000 }]);
    await player.stop();
  });

  test('an order takes over at once, prepared or not; the bulletin ends as stopped with what was seen', async () => {
    const { display, player, shown, tell, of } = await makeRig();
    await player.prepareOrder(order(), ['vi']);
    const [ready] = display.prepared();
    expect(ready).toMatch(/^order\./);
    player.play(play(undefined, { startAtMs: wallMs }), tell);
    player.show(show('a', 0, 60_000));
    await vi.advanceTimersByTimeAsync(5_000);
    const sound: Sound = { of: 'order', id: 'o-1', order: order(), inline: [], languages: ['vi'] };
    player.play(play(sound, { attempt: 2, startAtMs: wallMs }), tell);
    player.stopPlaying(1);
    await vi.advanceTimersByTimeAsync(100);
    expect(shown).toEqual(['safe', 'page a', 'order DIỄN TẬP']);
    expect(display.shown()).toBe(ready);
    expect(of('playbackEnded')).toMatchObject([{ attempt: 1, how: 'stopped' }]);
    expect(of('playbackEnded')[0]?.audibleMs).toBeGreaterThan(4_900);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(of('playbackEnded')).toMatchObject([{ attempt: 1 }, { attempt: 2, how: 'completed', voice: 'screen' }]);
    await player.stop();
  });

  test('a page that is not what its name says never reaches the display; the attempt goes on with the next', async () => {
    const { player, shown, tell, of } = await makeRig();
    player.play(play(undefined, { startAtMs: wallMs }), tell);
    player.show(show('x', 0, 60_000));
    await vi.advanceTimersByTimeAsync(300);
    expect(of('showingEnded')).toMatchObject([{ how: 'failed', problem: { code: 'hash-mismatch' } }]);
    expect(of('playbackEnded')).toEqual([]);
    player.show(show('b', 300, 2_000, { showing: 2, last: true }));
    await vi.advanceTimersByTimeAsync(4_000);
    expect(shown).toEqual(['safe', 'safe', 'page b', 'safe']);
    await player.stop();
  });

  test('a display that fails ends the attempt, and the board comes back', async () => {
    const { display, player, shown, events, tell, of } = await makeRig();
    display.failNext();
    player.play(play(undefined, { startAtMs: wallMs }), tell);
    player.show(show('a', 0, 60_000));
    await vi.advanceTimersByTimeAsync(300);
    expect(of('playbackEnded')).toMatchObject([{ how: 'failed', problem: { code: 'device-failed' } }]);
    expect(of('outputFailed')).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(6_000);
    expect(events.at(-1)).toEqual({ is: 'outputReady', output: 'screen' });
    expect(shown.at(-1)).toBe('safe');
    await player.stop();
  });

  test('the next attempt is told while the one before is still on, and takes the screen at its instant', async () => {
    const { player, shown, tell, of } = await makeRig();
    player.play(play(undefined, { startAtMs: wallMs }), tell);
    player.show(show('a', 0, 10_000, { last: true }));
    await vi.advanceTimersByTimeAsync(8_000);
    player.play(play(undefined, { attempt: 2, startAtMs: wallMs + 10_000 }), tell);
    player.show(show('b', 10_000, 12_000, { attempt: 2, last: true }));
    await vi.advanceTimersByTimeAsync(6_000);
    expect(shown).toEqual(['safe', 'page a', 'page b', 'safe']);
    expect(of('playbackEnded')).toMatchObject([
      { attempt: 1, how: 'completed', audibleMs: 10_000 },
      { attempt: 2, how: 'completed', audibleMs: 2_000 },
    ]);
    await player.stop();
  });

  test('what is withdrawn leaves at once; what merely ends lingers for the next', async () => {
    const { player, shown, tell } = await makeRig();
    player.play(play(undefined, { startAtMs: wallMs }), tell);
    player.show(show('a', 0, 60_000));
    await vi.advanceTimersByTimeAsync(3_000);
    player.stopPlaying(1, true);
    await vi.advanceTimersByTimeAsync(50);
    expect(shown).toEqual(['safe', 'page a', 'safe']);
    await player.stop();
  });

  test('what is valid no more does not linger', async () => {
    const { player, shown, tell } = await makeRig();
    player.play(play(undefined, { startAtMs: wallMs }), tell);
    player.show({ ...show('a', 0, 3_000, { last: true }), item: { ...item('a'), validUntilMs: wallMs + 3_000 } });
    await vi.advanceTimersByTimeAsync(3_100);
    expect(shown).toEqual(['safe', 'page a', 'safe']);
    await player.stop();
  });

  test('the safe page in a slot of an item that is not valid is nobody’s programme', async () => {
    const { player, tell, of } = await makeRig();
    player.play(play(undefined, { startAtMs: wallMs }), tell);
    player.show(show(null, 0, 3_000, { last: true }));
    await vi.advanceTimersByTimeAsync(5_000);
    expect(of('playbackEnded')).toMatchObject([{ how: 'completed', audibleMs: 0 }]);
    await player.stop();
  });

  test('sound is refused on a board', async () => {
    const { player, tell, of } = await makeRig();
    player.play(play({ of: 'tone', hz: 440, durationMs: 1_000 }), tell);
    await vi.advanceTimersByTimeAsync(3_000);
    expect(of('playbackEnded')).toMatchObject([{ how: 'failed' }]);
    await player.stop();
  });

  test('a screen that is lost in the middle of a page ends the attempt and is ready again by itself, an order’s page too', async () => {
    const { display, player, events, shown, tell, of } = await makeRig();
    player.play(play(undefined, { startAtMs: wallMs }), tell);
    player.show(show('a', 0, 60_000));
    await vi.advanceTimersByTimeAsync(3_000);
    display.breakDown();
    await vi.advanceTimersByTimeAsync(100);
    expect(events.slice(-4).map(({ is }) => is)).toEqual(['outputFailed', 'showingEnded', 'playbackEnded', 'outputReady']);
    expect(of('playbackEnded')).toMatchObject([{ attempt: 1, how: 'failed', problem: { code: 'device-failed' } }]);
    player.play(
      play({ of: 'order', id: 'o-1', order: order(), inline: [], languages: [] }, { attempt: 2, startAtMs: wallMs + 3_200 }),
      tell,
    );
    await vi.advanceTimersByTimeAsync(1_000);
    expect(shown.at(-1)).toMatch(/^order /);
    display.breakDown();
    await vi.advanceTimersByTimeAsync(100);
    expect(events.at(-1)).toEqual({ is: 'outputReady', output: 'screen' });
    await player.stop();
  });

  test('an order that takes over leaves its page lying ready', async () => {
    const { display, player, tell } = await makeRig();
    await player.prepareOrder(order(), []);
    player.play(play(undefined, { startAtMs: wallMs }), tell);
    player.show(show('a', 0, 10_000));
    await vi.advanceTimersByTimeAsync(8_000);
    player.show(show('b', 10_000, 20_000, { showing: 2 }));
    await vi.advanceTimersByTimeAsync(10);
    const before = display.prepared().length;
    let again = 0;
    const prepare = display.prepare.bind(display);
    display.prepare = (frame) => {
      again++;
      return prepare(frame);
    };
    player.play(
      play({ of: 'order', id: 'o-1', order: order(), inline: [], languages: [] }, { attempt: 2, startAtMs: wallMs + 8_010 }),
      tell,
    );
    player.stopPlaying(1);
    await vi.advanceTimersByTimeAsync(500);
    expect([before, again]).toEqual([2, 0]);
    await player.stop();
  });

  test('a page that is refused costs its own time and no more', async () => {
    const { display, player, shown, tell, of } = await makeRig();
    const paint = display.show.bind(display);
    display.show = async (frame) =>
      frame.html === 'page a' ? { problem: { code: 'page-refused', path: '', detail: 'black-listed' } } : paint(frame);
    player.play(play(undefined, { startAtMs: wallMs + 1_000 }), tell);
    player.show(show('a', 1_000, 5_000));
    player.show(show('b', 5_000, 7_000, { showing: 2, last: true }));
    await vi.advanceTimersByTimeAsync(9_000);
    expect(shown).toEqual(['safe', 'safe', 'page b', 'safe']);
    expect(of('showingEnded')).toMatchObject([
      { showing: 1, how: 'failed', problem: { code: 'page-refused' } },
      { showing: 2, how: 'completed' },
    ]);
    expect(of('playbackEnded')).toMatchObject([{ attempt: 1, how: 'completed', audibleMs: 2_000 }]);
    await player.stop();
  });
});

test('a display that is replaced by the one behind it is told as ready and interrupts nothing', async () => {
  let replace: (behind: Behind | undefined) => void = () => undefined;
  const { player, events, tell, of } = await makeRig((display) => {
    display.onReplaced = (listener) => {
      replace = listener;
    };
  });
  player.play(play(undefined, { startAtMs: wallMs }), tell);
  player.show(show('a', 0, 5_000, { last: true }));
  await vi.advanceTimersByTimeAsync(2_000);
  const behind = { display: 'image', problem: { code: 'device-failed', path: '', detail: 'the browser ended' } } as const;
  replace(behind);
  expect(events.at(-1)).toEqual({ is: 'outputReady', output: 'screen', behind });
  replace(undefined);
  expect(events.at(-1)).toEqual({ is: 'outputReady', output: 'screen' });
  await vi.advanceTimersByTimeAsync(4_000);
  expect(of('playbackEnded')).toMatchObject([{ how: 'completed', audibleMs: 5_000 }]);
  await player.stop();
});
