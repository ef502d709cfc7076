// Is what the page shows fresh? The centre speaks at least every twenty seconds; a silent line is shown as such.
import { pulseEveryMs } from '../../../schemas/events.ts';
import { openEvents } from './events.ts';

/** Two pulses missed, and some time for the way. */
const staleAfterMs = 2 * pulseEveryMs + 5_000;
const lookEveryMs = 5_000;

export class Line {
  /** When the centre was last heard, ms of this computer's clock; undefined before the first time. */
  heardMs = $state<number>();
  stale = $state(false);
  #openedMs = 0;

  open(): void {
    this.#openedMs = Date.now();
    const stream = openEvents(() => {
      this.heardMs = Date.now();
      this.stale = false;
    });
    setInterval(() => {
      this.stale = Date.now() - (this.heardMs ?? this.#openedMs) > staleAfterMs;
      // Another page reads for this one, unless it sleeps.
      if (this.stale && !document.hidden) stream.seize();
    }, lookEveryMs);
    addEventListener('offline', () => {
      this.stale = true;
    });
  }
}
