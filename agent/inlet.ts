// What every line brings in: audio kept, refusals told once, events decided and committed before the message counts as taken.
import type { Problem } from '../schemas/problems.ts';
import type { Cache } from './cache.ts';
import type { Event } from './core/model.ts';
import type { Meaning } from './messages.ts';
import type { Clock } from './ports.ts';
import { Refusals } from './refusals.ts';

/** An order may not wait longer than this for its audio to reach the disk (DESIGN §4). */
const attachmentsWithinMs = 250;

export interface InletOptions {
  readonly clock: Clock;
  readonly cache: Pick<Cache, 'storeOrderAudio'>;
  readonly tell: (event: Event) => void;
  /** Resolves when every event told so far has been decided and committed. */
  readonly settled: () => Promise<void>;
  readonly warn: (event: string, problem: Problem) => void;
}

export class Inlet {
  readonly #options: InletOptions;
  readonly #refusals = new Refusals();
  readonly #ignored = new Refusals();

  constructor(options: InletOptions) {
    this.#options = options;
  }

  async take({ events, attachments }: Extract<Meaning, { is: 'events' }>): Promise<void> {
    if (attachments.size > 0) await this.#store(attachments);
    let told = events.length === 0;
    for (const event of events) {
      if (event.is === 'envelopeRefused') {
        const name = `${event.topic} ${event.id} ${event.problem.code}`;
        if (!this.#refusals.tell(name, this.#options.clock.now().monoMs)) continue;
        this.#options.warn('envelopeRefused', { ...event.problem, path: `${event.topic}#${event.id}` });
      }
      this.#options.tell(event);
      told = true;
    }
    // What was passed over leaves nothing to write down, and a flood of it must not stand before an order.
    if (told) await this.#options.settled();
  }

  /** A hostile broker can send rubbish for ever: the log takes some of it. */
  ignore(event: string, problem: Problem): void {
    if (this.#ignored.tell(`${event} ${problem.path} ${problem.detail}`, this.#options.clock.now().monoMs))
      this.#options.warn(event, problem);
  }

  async #store(attachments: ReadonlyMap<string, Uint8Array>): Promise<void> {
    const stored = [...attachments].map(async ([sha256, bytes]) => {
      const kept = await this.#options.cache.storeOrderAudio(sha256, bytes);
      if (!kept.ok) this.#options.warn('orderAudioNotKept', kept.problem);
    });
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((go) => {
      timer = setTimeout(go, attachmentsWithinMs);
    });
    await Promise.race([Promise.all(stored), late]);
    clearTimeout(timer);
  }
}
