// Plays bulletins and orders on a public board: a page is on when it is painted, and counts only while it is.
import type { Display, Frame, Page, Shown, Surround } from '../hardware/display.ts';
import type { Order } from '../schemas/order.ts';
import { bad, type Problem, type Result } from '../schemas/problems.ts';
import type { Event, PlayAction } from './core/model.ts';
import type { Clock } from './ports.ts';

export interface BoardPlayerOptions {
  readonly output: string;
  readonly display: Display;
  readonly clock: Clock;
  readonly readPage: (sha256: string) => Promise<Result<Page>>;
  readonly orderPage: (order: Order, languages: readonly string[]) => Page;
  readonly safePage: () => Page;
  /** Clock, connection and notices as they are now. */
  readonly surround?: () => Surround;
  readonly progressEveryMs: number;
}

type Tell = (event: Event) => void;
/** One page for a time; a gap keeps the page before it. */
interface Showing {
  readonly page: () => Promise<Result<Page>>;
  readonly kind: Frame['kind'];
  readonly durationMs: number;
}

/** Between two programmes the board is not changed to the safe page for so short a time. */
const lingerMs = 1_500;
const lookMs = 500;
const tryEveryMs = 5_000;
/** Reading speed assumed for an order without recorded length: characters a second of Vietnamese speech. */
const spokenPerSecond = 14;

/** INVARIANTS: at most one attempt is shown; each attempt ends in exactly one `playbackEnded`. */
export class BoardPlayer {
  readonly #options: BoardPlayerOptions;
  #running: { readonly attempt: number; readonly stop: AbortController } | undefined;
  #linger: NodeJS.Timeout | undefined;
  #started: Promise<void> | undefined;
  #frames = 0;
  #stopped = false;
  #working: boolean | undefined;
  #watch: NodeJS.Timeout | undefined;
  #shown: Frame | undefined;

  constructor(options: BoardPlayerOptions) {
    this.#options = options;
  }

  /** A display that fails comes back by itself; the board is ready when a page is painted again. */
  async start(tell: Tell): Promise<void> {
    const { display, output } = this.#options;
    display.onFailure((problem) => {
      if (!this.#working) return;
      this.#working = false;
      tell({ is: 'outputFailed', output, problem });
    });
    this.#started = display.start();
    await this.#started;
    if (this.#stopped) return;
    this.#surround();
    this.#watch = setInterval(() => {
      this.#surround();
      if (!this.#working) void this.#tryAgain(tell);
    }, tryEveryMs);
    await this.#tryAgain(tell);
  }

  play(action: PlayAction, tell: Tell): void {
    this.#running?.stop.abort();
    clearTimeout(this.#linger);
    const stop = new AbortController();
    const running = { attempt: action.attempt, stop };
    this.#running = running;
    void this.#run(action, tell, stop.signal).finally(() => {
      if (this.#running !== running) return;
      this.#running = undefined;
      this.#linger = setTimeout(() => void this.#showSafe(), lingerMs);
    });
  }

  /** What was painted last. */
  shown(): Frame | undefined {
    return this.#shown;
  }

  stopPlaying(attempt: number, _fadeMs: number): void {
    if (this.#running?.attempt === attempt) this.#running.stop.abort();
  }

  async stop(): Promise<void> {
    this.#running?.stop.abort();
    clearTimeout(this.#linger);
    clearInterval(this.#watch);
    this.#stopped = true;
    await this.#options.display.stop();
  }

  async #run(action: PlayAction, tell: Tell, signal: AbortSignal): Promise<void> {
    const { output, clock } = this.#options;
    const { attempt } = action;
    const done = { audibleMs: 0 };
    const end = (how: 'completed' | 'stopped' | 'failed', problem?: Problem) =>
      tell({
        is: 'playbackEnded',
        output,
        attempt,
        how,
        audibleMs: Math.round(done.audibleMs),
        endedMs: Math.round(clock.now().wallMs),
        ...(problem && { problem }),
        ...(action.sound.of === 'order' && { voice: 'screen' as const }),
      });
    const showings = this.#showings(action);
    const [first] = showings;
    if (!first) {
      end('failed', { code: 'bad-input', path: '', detail: `a board cannot play ${action.sound.of}` });
      return;
    }
    await this.#started;
    await this.#waitFor(action.startAtMs, signal);
    let untilMonoMs: number | undefined;
    for (const showing of showings) {
      if (signal.aborted) break;
      const painted = await this.#show(showing, attempt);
      if ('problem' in painted) {
        end(signal.aborted ? 'stopped' : 'failed', signal.aborted ? undefined : painted.problem);
        return;
      }
      if (untilMonoMs === undefined) {
        const startedMs = Math.round(painted.paintedMs);
        tell({ is: 'playbackStarted', output, attempt, startedMs, startErrorMs: startedMs - action.startAtMs });
        untilMonoMs = clock.now().monoMs;
      }
      untilMonoMs += showing.durationMs;
      await this.#hold(untilMonoMs, signal, done, () =>
        tell({ is: 'playbackProgressed', output, attempt, audibleMs: Math.round(done.audibleMs), atMs: Math.round(clock.now().wallMs) }),
      );
    }
    end(signal.aborted ? 'stopped' : 'completed');
  }

  async #show(showing: Showing, attempt: number): Promise<Shown> {
    const page = await showing.page();
    if (!page.ok) return { problem: page.problem };
    return this.#paint({ ...page.value, id: `${attempt}.${++this.#frames}`, kind: showing.kind });
  }

  #showings({ sound }: PlayAction): Showing[] {
    const { readPage, orderPage } = this.#options;
    if (sound.of === 'order') {
      const page = async (): Promise<Result<Page>> => ({ ok: true, value: orderPage(sound.order, sound.languages) });
      return [{ page, kind: 'order', durationMs: orderMs(sound.order) }];
    }
    if (sound.of !== 'items') return [];
    const all: Showing[] = [];
    for (let time = 0; time < sound.times; time++) {
      for (const [i, item] of sound.items.entries()) {
        const page = () =>
          item.type === 'text/html' ? readPage(item.sha256) : Promise.resolve(bad<Page>('wrong-type', `${item.type} on a board`));
        const last = i === sound.items.length - 1 && time < sound.times - 1;
        all.push({ page, kind: 'bulletin', durationMs: item.durationMs + (last ? sound.gapMs : 0) });
      }
    }
    return skip(all, sound.offsetMs);
  }

  /** In short steps, so that a stepped clock is noticed. */
  async #waitFor(startAtMs: number, signal: AbortSignal): Promise<void> {
    for (;;) {
      const leftMs = startAtMs - this.#options.clock.now().wallMs;
      if (leftMs <= 0 || signal.aborted) return;
      await pause(Math.min(leftMs, lookMs), signal);
    }
  }

  /** Hold what is painted, counting its time. */
  async #hold(untilMonoMs: number, signal: AbortSignal, done: { audibleMs: number }, progress: () => void): Promise<void> {
    const { clock, progressEveryMs } = this.#options;
    let atMonoMs = clock.now().monoMs;
    while (!signal.aborted && atMonoMs < untilMonoMs) {
      await pause(Math.min(untilMonoMs - atMonoMs, progressEveryMs), signal);
      const nowMonoMs = clock.now().monoMs;
      done.audibleMs += nowMonoMs - atMonoMs;
      atMonoMs = nowMonoMs;
      progress();
    }
  }

  #surround(): void {
    const { display, surround } = this.#options;
    if (surround) void display.surround?.(surround());
  }

  async #tryAgain(tell: Tell): Promise<void> {
    if (this.#running || this.#stopped) return;
    const painted = await this.#paint({ ...this.#options.safePage(), id: `safe.${++this.#frames}`, kind: 'safe' });
    const { output } = this.#options;
    const was = this.#working;
    this.#working = 'paintedMs' in painted;
    if (this.#working && !was) tell({ is: 'outputReady', output });
    else if ('problem' in painted && was === undefined) tell({ is: 'outputFailed', output, problem: painted.problem });
  }

  async #showSafe(): Promise<void> {
    await this.#paint({ ...this.#options.safePage(), id: `safe.${++this.#frames}`, kind: 'safe' });
  }

  async #paint(frame: Frame): Promise<Shown> {
    const painted = await this.#options.display.show(frame);
    if ('paintedMs' in painted) this.#shown = frame;
    return painted;
  }
}

/** As long as loudspeakers sound the whole order. */
function orderMs(order: Order): number {
  const speechMs = order.speech.reduce((sum, { audio, speak }) => sum + (audio?.durationMs ?? (speak.length / spokenPerSecond) * 1000), 0);
  return Math.round(order.times * (order.sirenMs + speechMs) + (order.times - 1) * order.pauseMs);
}

function skip(showings: readonly Showing[], offsetMs: number): Showing[] {
  let left = offsetMs;
  return showings.flatMap((showing) => {
    const skipped = Math.min(left, showing.durationMs);
    left -= skipped;
    return skipped < showing.durationMs ? [{ ...showing, durationMs: showing.durationMs - skipped }] : [];
  });
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener('abort', end);
  });
}
