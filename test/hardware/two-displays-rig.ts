// Two displays under the hands of a test: each can be away, slow or stubborn, and knows whether its screen is lit.
import { vi } from 'vitest';
import { SimulatedDisplay } from '../../hardware/display/simulated-display.ts';
import { TwoDisplays } from '../../hardware/display/two-displays.ts';
import { type Frame, isDark, type Shown } from '../../hardware/display.ts';
import type { Problem } from '../../schemas/problems.ts';
import { page } from '../contract/display.ts';

const gone: Problem = { code: 'device-failed', path: '', detail: 'the browser ended' };
export const order = (id: string): Frame => ({ ...page(id, 'red'), kind: 'order' });
export const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

/** A simulated display that can be away, be slow, refuse, and that knows whether its screen is lit. */
class Side extends SimulatedDisplay {
  away = false;
  lateMs = 0;
  refuses = false;
  lit: string | null = null;
  shows = 0;
  #blanked = false;
  #frame: Frame | undefined;
  #kept: Frame | undefined;
  #fell: ((problem: Problem) => void)[] = [];
  readonly #onLit: () => void;

  constructor(onLit: () => void) {
    super({ now: Date.now });
    this.#onLit = onLit;
  }

  override async show(frame: Frame): Promise<Shown> {
    const turn = ++this.shows;
    if (this.refuses) return { problem: { code: 'page-refused', path: '', detail: 'black-listed' } };
    await new Promise((go) => setTimeout(go, this.lateMs));
    if (this.away) return { problem: gone };
    if (turn !== this.shows) return { problem: { code: 'conflict', path: '', detail: 'superseded' } };
    const shown = await super.show(frame);
    if ('paintedMs' in shown) this.#see(frame);
    return shown;
  }

  override async sample() {
    return this.away ? ('unmeasured' as const) : super.sample();
  }

  override async blank(on: boolean) {
    this.#blanked = on;
    this.#see(this.#frame);
    return this.away ? { problem: gone } : super.blank(on);
  }

  override async stop(): Promise<void> {
    await super.stop();
    this.#blanked = false;
    this.#see(undefined);
  }

  override onFailure(listener: (problem: Problem) => void): void {
    this.#fell.push(listener);
  }

  /** Lost, with what it showed. */
  fall(): void {
    this.away = true;
    this.#kept = this.#frame?.kind === 'order' ? undefined : (this.#frame ?? this.#kept);
    this.#see(undefined);
    for (const listener of this.#fell) listener(gone);
  }

  /** Able again, and with what it showed on its screen by itself, as a browser that was started again. */
  comeBack(): void {
    if (!this.away) return;
    this.away = false;
    this.#see(this.#kept);
  }

  #see(frame: Frame | undefined): void {
    this.#frame = frame;
    this.lit = frame && !isDark(this.#blanked, frame) ? frame.id : null;
    this.#onLit();
  }
}

export async function makeRig() {
  let both = 0;
  const seeBoth = () => {
    const lit = [front.lit, behind.lit];
    // An order does not wait until the other side is dark.
    if (!lit.includes(null) && !lit.some((id) => id?.startsWith('order'))) both++;
  };
  const front: Side = new Side(seeBoth);
  const behind: Side = new Side(seeBoth);
  const told: string[] = [];
  const display = new TwoDisplays({ front, behind, onTrouble: ({ detail }) => told.push(`trouble: ${detail}`) });
  display.onFailure(({ code }) => told.push(`failed: ${code}`));
  display.onReplaced((seen) => told.push(seen ? `replaced: ${seen.display} (${seen.problem.code})` : 'first again'));
  await display.start();
  /** The answer of a page that is asked for, once time allows it. */
  const show = async (frame: Frame, withinMs: number) => {
    let answer: Shown | undefined;
    void display.show(frame).then((shown) => {
      answer = shown;
    });
    await pass(withinMs);
    return answer;
  };
  return { front, behind, display, told, show, both: () => both };
}
