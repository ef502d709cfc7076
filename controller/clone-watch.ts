// Watches whether two machines speak as one box, from what boxes say when they connect.
import type { Presence } from '../schemas/report.ts';
import { type Heard, hear, isForeign, nothingHeard, twinsAt, twinsText } from './core/clones.ts';
import type { Registry } from './registry.ts';

export class CloneWatch {
  readonly #registry: Pick<Registry, 'box'>;
  readonly #cut: (dev: string) => void;
  readonly #nowMs: () => number;
  readonly #heard = new Map<string, Heard>();

  /** `cut` ends the connection that speaks for a box. */
  constructor(registry: Pick<Registry, 'box'>, cut: (dev: string) => void, nowMs: () => number) {
    this.#registry = registry;
    this.#cut = cut;
    this.#nowMs = nowMs;
  }

  saw(dev: string, { on, boot, machine }: Presence): void {
    if (!on) return;
    const spoken = { boot, machine, atMs: this.#nowMs() };
    const registered = this.#registry.box(dev)?.hardware;
    this.#heard.set(dev, hear(this.#heard.get(dev) ?? nothingHeard, spoken, registered));
    // The genuine one comes back by itself; a copy that was made to ignore its own serial stays out.
    if (isForeign(spoken, registered)) this.#cut(dev);
  }

  /** Both machines by name, while they take turns. */
  twins(dev: string): string | undefined {
    const found = twinsAt(this.#heard.get(dev) ?? nothingHeard, this.#nowMs());
    return found && twinsText(found);
  }
}
