// All that a box played over many lives of its process, and what its relays were meanwhile, on the machine's one monotonic clock.
import { setTimeout as pass } from 'node:timers/promises';
import type { PageState } from '../../../agent/page/view.ts';
import { Ear, monoNowMs } from '../../wire/ear.ts';
import { until } from '../../wire/waiting.ts';

const lookEachMs = 100;

export interface Life {
  readonly fromMs: number;
  toMs: number;
}

export interface RelaySeen {
  readonly atMs: number;
  readonly on: boolean;
}

export class Recording {
  readonly #ears: Ear[] = [];
  /** From when it is listened to, to its death. */
  readonly lives: Life[] = [];
  readonly relays: RelaySeen[] = [];
  #stopped = false;
  #deaths = 0;

  /** A new life of the process; rejects when it is over before there was anything to hear. */
  async listen(page: string): Promise<void> {
    const deaths = this.#deaths;
    const ear = new Ear();
    const heard = () =>
      ear.listen(page).then(
        () => true,
        (error) => deaths !== this.#deaths || Promise.reject(error),
      );
    await until('a loudspeaker', heard, 60_000);
    if (deaths !== this.#deaths) throw new Error('killed while it started');
    this.#ears.push(ear);
    const life = { fromMs: monoNowMs(), toMs: Number.POSITIVE_INFINITY };
    this.lives.push(life);
    void this.#watch(page, life);
  }

  killed(): void {
    this.#deaths++;
    const life = this.lives.at(-1);
    if (life && life.toMs === Number.POSITIVE_INFINITY) life.toMs = monoNowMs();
    this.#ears.at(-1)?.stop();
  }

  stop(): void {
    this.#stopped = true;
    this.killed();
  }

  heard(fromMs: number, toMs: number): Int16Array {
    const all = new Int16Array(Math.round((toMs - fromMs) * 48));
    for (const ear of this.#ears) {
      const part = ear.between(fromMs, toMs);
      for (let i = 0; i < Math.min(all.length, part.length); i++) if (part[i]) all[i] = part[i] ?? 0;
    }
    return all;
  }

  /** What was judged need not be kept. */
  forgetBefore(atMs: number): void {
    for (const ear of this.#ears) ear.forgetBefore(atMs);
    this.#ears.splice(0, this.#ears.length - 1);
    const old = this.relays.findIndex((one) => one.atMs >= atMs);
    this.relays.splice(0, old < 0 ? this.relays.length : old);
  }

  async #watch(page: string, life: Life): Promise<void> {
    while (!this.#stopped && life.toMs === Number.POSITIVE_INFINITY) {
      const state = (await fetch(`${page}/state.json`).then(
        (answer) => answer.json(),
        () => undefined,
      )) as PageState | undefined;
      const { relay1 = false, relay2 = false } = state?.relays['main'] ?? {};
      if (state) this.relays.push({ atMs: monoNowMs(), on: relay1 || relay2 });
      await pass(lookEachMs);
    }
  }
}
