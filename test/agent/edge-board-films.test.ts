// Films and interpreters on a board: begun where the schedule has them, left out where they would hold anything up.
import { afterEach, describe, expect, test, vi } from 'vitest';
import { BoardPlayer } from '../../agent/board-player.ts';
import type { Event, PlayAction, ShowAction, Sound } from '../../agent/core/model.ts';
import { SimulatedDisplay } from '../../hardware/display/simulated-display.ts';
import type { Frame } from '../../hardware/display.ts';
import { bad, ok, type Result } from '../../schemas/problems.ts';
import type { Item } from '../../schemas/programme.ts';
import { order } from './edge-authority.ts';

const wallMs = 1_800_000_000_000;
afterEach(() => void vi.useRealTimers());

const item = (name: string): Item => ({
  ...{ sha256: name.repeat(64), bytes: 10, type: 'text/html', title: name, language: 'vi', durationMs: 10_000, gainDb: 0 },
});
const words = (text: string) => ({ html: text, text: [text] });
const play = (sound: Sound = { of: 'pages' }, change: Partial<PlayAction> = {}): PlayAction => ({
  ...{ do: 'play', output: 'screen', attempt: 1, slot: 'normal', sound, startAtMs: wallMs + 2_000, fadeInMs: 0, gainDb: 0 },
  ...change,
});
const show = (name: string, fromMs: number, untilMs: number, change: Partial<ShowAction> = {}): ShowAction => ({
  ...{ do: 'show', output: 'screen', attempt: 1, showing: 1, last: false, item: item(name) },
  ...{ atMs: wallMs + fromMs, untilMs: wallMs + untilMs },
  ...change,
});

describe('films', () => {
  /** A player whose display would find films, and the frames that its display was shown. */
  async function filmRig(filmAt: (sha256: string) => Promise<Result<string>>) {
    vi.useFakeTimers({ now: wallMs, toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date'] });
    const display = new SimulatedDisplay({ now: Date.now });
    const frames: Frame[] = [];
    const paint = display.show.bind(display);
    display.show = (frame) => {
      frames.push(frame);
      return paint(frame);
    };
    const events: Event[] = [];
    const player = new BoardPlayer({
      output: 'screen',
      display,
      clock: { now: () => ({ wallMs: Date.now(), monoMs: Date.now() - wallMs, quality: 'signed' }) },
      readPage: async (sha256) => ok(words(`page ${sha256[0]}`)),
      filmAt,
      orderPage: ({ screen }, _languages, interpreted) => words(`order ${screen.title}${interpreted ? ' beside the interpreter' : ''}`),
      safePage: () => words('safe'),
      progressEveryMs: 1_000,
    });
    await player.start((event) => events.push(event));
    return { player, frames, events, tell: (event: Event) => void events.push(event) };
  }
  const url = 'http://127.0.0.1:1/s/f';
  const film = { sha256: 'f'.repeat(64), bytes: 5 };
  const signed: Sound = { of: 'order', id: 'o-1', order: { ...order(), signFilm: film }, languages: [], inline: [] };

  test('play over their page from where the schedule has them; one that is lost fails its page alone', async () => {
    const { player, frames, events, tell } = await filmRig(async (sha256) =>
      sha256 === film.sha256 ? ok(url) : bad('not-cached', 'gone'),
    );
    player.play(play(), tell);
    const told = show('a', 2_000, 5_000);
    player.show({ ...told, item: { ...item('a'), film } });
    player.show({
      ...show('b', 5_000, 7_000, { showing: 2, last: true }),
      item: { ...item('b'), film: { ...film, sha256: 'e'.repeat(64) } },
    });
    await vi.advanceTimersByTimeAsync(9_000);
    expect(frames.filter(({ kind }) => kind === 'bulletin')).toMatchObject([{ film: { url, place: 'whole', fromMs: told.atMs } }]);
    expect(events).toContainEqual(expect.objectContaining({ is: 'showingEnded', showing: 2, how: 'failed' }));
  });

  test('without a door of films a page stands as its still', async () => {
    const { player, frames, tell } = await filmRig(async () => bad('device-failed', 'films are not served here'));
    player.play(play(), tell);
    player.show({ ...show('a', 2_000, 5_000, { last: true }), item: { ...item('a'), film } });
    await vi.advanceTimersByTimeAsync(4_000);
    expect(frames.filter(({ kind }) => kind === 'bulletin')).toMatchObject([{ html: 'page a' }]);
    expect(frames.at(-1)).not.toHaveProperty('film');
  });

  test('an order has its interpreter where the film is ready, and is not kept waiting where it is not', async () => {
    const ready = await filmRig(async () => ok(url));
    ready.player.play(play(signed, { startAtMs: wallMs }), ready.tell);
    await vi.advanceTimersByTimeAsync(10);
    expect(ready.frames.at(-1)).toMatchObject({ html: expect.stringContaining('beside the interpreter'), film: { url, place: 'corner' } });
    const late = await filmRig(() => new Promise((go) => setTimeout(() => go(ok(url)), 5_000)));
    late.player.play(play(signed, { startAtMs: wallMs }), late.tell);
    await vi.advanceTimersByTimeAsync(100);
    expect(late.frames.at(-1)?.kind).toBe('order');
    expect(late.frames.at(-1)).not.toHaveProperty('film');
    expect(late.frames.at(-1)?.html).not.toContain('interpreter');
  });
});
