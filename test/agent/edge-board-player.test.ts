// Bulletins and orders on a board: counted while painted, ended once, the safe page in between.
import { afterEach, describe, expect, test, vi } from 'vitest';
import { BoardPlayer } from '../../agent/board-player.ts';
import type { Event, PlayAction, Sound } from '../../agent/core/model.ts';
import { SimulatedDisplay } from '../../hardware/display/simulated-display.ts';
import { bad, ok } from '../../schemas/problems.ts';
import type { Item } from '../../schemas/programme.ts';
import { order } from './edge-authority.ts';

const wallMs = 1_800_000_000_000;
afterEach(() => void vi.useRealTimers());

function item(name: string, durationMs: number): Item {
  return { sha256: name.repeat(64), bytes: 10, type: 'text/html', title: name, language: 'vi', durationMs, gainDb: 0 };
}

const words = (text: string) => ({ html: text, text: [text] });

function play(sound: Sound, change: Partial<PlayAction> = {}): PlayAction {
  return { do: 'play', output: 'screen', attempt: 1, slot: 'normal', sound, startAtMs: wallMs + 2_000, fadeInMs: 0, gainDb: 0, ...change };
}

async function makeRig() {
  vi.useFakeTimers({ now: wallMs, toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date'] });
  const display = new SimulatedDisplay({ now: Date.now });
  const events: Event[] = [];
  const shown: string[] = [];
  const show = display.show.bind(display);
  display.show = async (frame) => {
    const painted = await show(frame);
    if ('paintedMs' in painted) shown.push(frame.html);
    return painted;
  };
  const player = new BoardPlayer({
    output: 'screen',
    display,
    clock: { now: () => ({ wallMs: Date.now(), monoMs: Date.now() - wallMs, quality: 'signed' }) },
    readPage: async (sha256) => (sha256.startsWith('x') ? bad('not-cached', 'gone') : ok(words(`page ${sha256[0]}`))),
    orderPage: ({ screen }) => words(`order ${screen.title}`),
    safePage: () => words('safe'),
    progressEveryMs: 1_000,
  });
  const tell = (event: Event) => void events.push(event);
  await player.start(tell);
  return { display, player, events, shown, tell, ended: () => events.filter(({ is }) => is === 'playbackEnded') };
}

describe('the player of a board', () => {
  test('shows each page for its time from the planned instant and counts painted time', async () => {
    const { player, events, shown, tell, ended } = await makeRig();
    expect(events).toEqual([{ is: 'outputReady', output: 'screen' }]);
    player.play(play({ of: 'items', items: [item('a', 3_000), item('b', 2_000)], times: 2, gapMs: 1_000, offsetMs: 0 }), tell);
    await vi.advanceTimersByTimeAsync(1_900);
    expect(shown).toEqual(['safe']);
    await vi.advanceTimersByTimeAsync(14_000);
    expect(shown).toEqual(['safe', 'page a', 'page b', 'page a', 'page b', 'safe']);
    expect(events.find(({ is }) => is === 'playbackStarted')).toMatchObject({ startedMs: wallMs + 2_000, startErrorMs: 0 });
    expect(ended()).toEqual([
      { is: 'playbackEnded', output: 'screen', attempt: 1, how: 'completed', audibleMs: 11_000, endedMs: wallMs + 13_000 },
    ]);
    expect(events.filter(({ is }) => is === 'playbackProgressed').length).toBeGreaterThanOrEqual(10);
    await player.stop();
  });

  test('joins at its position', async () => {
    const { player, shown, tell, ended } = await makeRig();
    const items = [item('a', 3_000), item('b', 2_000)];
    player.play(play({ of: 'items', items, times: 1, gapMs: 0, offsetMs: 4_000 }, { startAtMs: wallMs - 1 }), tell);
    await vi.advanceTimersByTimeAsync(1_200);
    expect(shown).toEqual(['safe', 'page b']);
    expect(ended()).toMatchObject([{ how: 'completed', audibleMs: 1_000 }]);
    await player.stop();
  });

  test('an order takes over at once; the bulletin ends as stopped with what was seen', async () => {
    const { player, shown, tell, ended } = await makeRig();
    player.play(play({ of: 'items', items: [item('a', 60_000)], times: 1, gapMs: 0, offsetMs: 0 }, { startAtMs: wallMs }), tell);
    await vi.advanceTimersByTimeAsync(5_000);
    player.stopPlaying(1);
    const sound: Sound = { of: 'order', id: 'o-1', order: order(), inline: [], languages: ['vi'] };
    player.play(play(sound, { attempt: 2, startAtMs: wallMs }), tell);
    await vi.advanceTimersByTimeAsync(100);
    expect(shown).toEqual(['safe', 'page a', 'order DIỄN TẬP']);
    expect(ended()).toMatchObject([{ attempt: 1, how: 'stopped', audibleMs: 5_000 }]);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(ended()).toMatchObject([{ attempt: 1 }, { attempt: 2, how: 'completed', voice: 'screen' }]);
    await player.stop();
  });

  test('a page that cannot be had or painted fails the play, and the board comes back', async () => {
    const { display, player, shown, events, tell, ended } = await makeRig();
    player.play(play({ of: 'items', items: [item('x', 1_000)], times: 1, gapMs: 0, offsetMs: 0 }, { startAtMs: wallMs }), tell);
    await vi.advanceTimersByTimeAsync(10);
    expect(ended()).toMatchObject([{ how: 'failed', problem: { code: 'not-cached' } }]);
    display.failNext();
    player.play(play({ of: 'items', items: [item('a', 1_000)], times: 1, gapMs: 0, offsetMs: 0 }, { attempt: 2, startAtMs: wallMs }), tell);
    await vi.advanceTimersByTimeAsync(10);
    expect(ended()[1]).toMatchObject({ attempt: 2, how: 'failed' });
    expect(events.at(-2)?.is === 'outputFailed' || events.at(-1)?.is === 'outputFailed').toBe(true);
    await vi.advanceTimersByTimeAsync(6_000);
    expect(events.at(-1)).toEqual({ is: 'outputReady', output: 'screen' });
    expect(shown.at(-1)).toBe('safe');
    await player.stop();
  });

  test('sound is refused on a board', async () => {
    const { player, tell, ended } = await makeRig();
    player.play(play({ of: 'tone', hz: 440, durationMs: 1_000 }), tell);
    await vi.advanceTimersByTimeAsync(3_000);
    expect(ended()).toMatchObject([{ how: 'failed' }]);
    await player.stop();
  });
});
