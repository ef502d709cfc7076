// A screen in memory: paints at once, keeps what it shows, repaints each second, fails, goes away and hangs on demand.
import { ok, type Problem, type Result } from '../../schemas/problems.ts';
import { type Display, type DisplayAbilities, type Frame, htmlBytesMax, isDark, preparedMax, type Sample, type Shown } from '../display.ts';

export interface SimulatedDisplayOptions {
  /** Wall time of the box. */
  readonly now?: () => number;
}

const repaintEveryMs = 1_000;
const stopped: Problem = { code: 'device-failed', path: '', detail: 'the display is stopped' };

export class SimulatedDisplay implements Display {
  readonly name = 'simulated';
  readonly can: DisplayAbilities = {
    html: true,
    picture: false,
    columns: 1280,
    rows: 720,
    colours: 256 ** 3,
    prepare: true,
    readBack: true,
  };
  readonly #now: () => number;
  readonly #failureListeners = new Set<(problem: Problem) => void>();
  readonly #prepared = new Map<string, Frame>();
  #running = false;
  #frame: Frame | undefined;
  #next: Problem | undefined;
  #blanked = false;
  #paints = 0;
  #paintedMs = 0;
  #frozenMs: number | undefined;

  constructor(options: SimulatedDisplayOptions = {}) {
    this.#now = options.now ?? Date.now;
  }

  async start(): Promise<void> {
    this.#running = true;
    this.#paint();
  }

  async prepare(frame: Frame): Promise<Result<void>> {
    const refused = this.#refusal(frame);
    if (refused) return { ok: false, problem: refused };
    this.#prepared.delete(frame.id);
    this.#prepared.set(frame.id, frame);
    const [oldest = ''] = this.#prepared.keys();
    if (this.#prepared.size > preparedMax) this.#prepared.delete(oldest);
    return ok(undefined);
  }

  async show(frame: Frame): Promise<Shown> {
    const refused = this.#refusal(frame);
    if (refused) return { problem: refused };
    const problem = this.#next;
    this.#next = undefined;
    if (problem) {
      for (const listener of this.#failureListeners) listener(problem);
      return { problem };
    }
    this.#prepared.delete(frame.id);
    this.#frame = frame;
    this.#paint();
    const dark = isDark(this.#blanked, frame);
    return { paintedMs: Math.round(this.#now()), ...(dark && { dark }) };
  }

  async blank(on: boolean): ReturnType<Display['blank']> {
    if (!this.#running) return { problem: stopped };
    this.#blanked = on;
    this.#paint();
    return { sent: true, confirmed: this.#frozenMs === undefined };
  }

  async sample(): Promise<Sample | 'unmeasured'> {
    if (!this.#running) return 'unmeasured';
    const repaints = this.#repaints();
    return {
      shown: this.shown(),
      dark: isDark(this.#blanked, this.#frame),
      paintedFrames: this.#paints + repaints,
      lastPaintMs: Math.round(this.#paintedMs + repaints * repaintEveryMs),
    };
  }

  shown(): string | null {
    return this.#frame?.id ?? null;
  }

  /** The ids that lie ready, oldest first. */
  prepared(): string[] {
    return [...this.#prepared.keys()];
  }

  /** What is on the screen, `''` when nothing was shown yet. */
  html(): string {
    return this.#frame?.html ?? '';
  }

  async screenshot(): Promise<Uint8Array | undefined> {
    return undefined;
  }

  onFailure(listener: (problem: Problem) => void): void {
    this.#failureListeners.add(listener);
  }

  async stop(): Promise<void> {
    this.#running = false;
    this.#frame = undefined;
    this.#blanked = false;
    this.#prepared.clear();
  }

  /** Fail the next showing; the screen keeps what it shows. */
  failNext(): void {
    this.#next = { code: 'device-failed', path: '', detail: 'asked to fail' };
  }

  /** The screen is lost while it shows something, and can be shown on again. */
  breakDown(): void {
    this.#frame = undefined;
    this.#prepared.clear();
    for (const listener of this.#failureListeners) listener({ code: 'device-failed', path: '', detail: 'asked to break down' });
  }

  /** The picture stands still from now on, as behind a hung compositor; or moves again. */
  freeze(on: boolean): void {
    this.#frozenMs = on ? this.#now() : undefined;
  }

  #paint(): void {
    if (this.#frozenMs !== undefined) return;
    this.#paints += this.#repaints() + 1;
    this.#paintedMs = this.#now();
  }

  #repaints(): number {
    if (this.#paints === 0) return 0;
    return Math.max(0, Math.floor(((this.#frozenMs ?? this.#now()) - this.#paintedMs) / repaintEveryMs));
  }

  #refusal({ html }: Frame): Problem | undefined {
    if (!this.#running) return stopped;
    if (Buffer.byteLength(html) <= htmlBytesMax) return undefined;
    return { code: 'too-large', path: '', detail: `HTML of more than ${htmlBytesMax} bytes` };
  }
}
