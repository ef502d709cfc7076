// A bus that rooms may hold before the broker runs.
import type { Below } from '../schemas/introduction.ts';
import type { Family } from '../schemas/metrics-text.ts';
import type { Publish } from './dispatch.ts';
import type { Bus } from './start-centre.ts';

/** Rooms publish through this; what they say before the broker is there would be rebuilt anyway. */
export class LateBus {
  #bus: Bus | undefined;

  open(bus: Bus): void {
    this.#bus = bus;
  }

  admit(below: readonly Below[]): void {
    this.#bus?.admit?.(below);
  }

  cut(dev: string): void {
    this.#bus?.cut?.(dev);
  }

  families(): Family[] {
    return this.#bus?.families?.() ?? [];
  }

  async settled(): Promise<void> {
    await this.#bus?.settled?.();
  }

  publish(...[topic, payload, how]: Parameters<Publish>): Promise<void> {
    return this.#bus ? this.#bus.publish(topic, payload, how) : Promise.resolve();
  }
}
