// Watches whether two machines speak as one box, from what boxes say when they connect.
import type { Presence } from '../schemas/report.ts';
import { type Heard, hear, nothingHeard, twinsAt, twinsText } from './core/clones.ts';
import type { Registry } from './registry.ts';

export class CloneWatch {
  readonly #registry: Pick<Registry, 'box'>;
  readonly #nowMs: () => number;
  readonly #heard = new Map<string, Heard>();

  constructor(registry: Pick<Registry, 'box'>, nowMs: () => number) {
    this.#registry = registry;
    this.#nowMs = nowMs;
  }

  saw(dev: string, { on, boot, machine }: Presence): void {
    if (!on) return;
    const spoken = { boot, machine, atMs: this.#nowMs() };
    this.#heard.set(dev, hear(this.#heard.get(dev) ?? nothingHeard, spoken, this.#registry.box(dev)?.hardware));
  }

  /** Both machines by name, while they take turns. */
  twins(dev: string): string | undefined {
    const found = twinsAt(this.#heard.get(dev) ?? nothingHeard, this.#nowMs());
    return found && twinsText(found);
  }
}
