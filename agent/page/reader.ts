// Gathers what the local page shows from the running parts, and passes on what a person at the box asks.
import type { Event, State } from '../core/model.ts';
import type { HeldKeys } from '../held-keys.ts';
import type { Identity } from '../identity.ts';
import type { CentreLink } from '../link.ts';
import type { Outputs } from '../outputs.ts';
import type { Clock, OutboxJournal } from '../ports.ts';
import type { UpperLink } from '../upper-link.ts';
import { eventOf, type PageAct } from './acts.ts';
import { LevelMeter } from './level.ts';
import type { Site } from './site.ts';
import { type PageState, viewOf } from './view.ts';

const receiptsShown = 5;

export interface PageReaderOptions {
  readonly identity: Pick<Identity, 'dev' | 'trustRoot'>;
  readonly keys: HeldKeys;
  readonly version: string;
  /** The board behind the relays is a simulation: its inputs can be worked from the page. */
  readonly simulatedBoard: boolean;
  readonly rtc: boolean;
  readonly site: Pick<Site, 'measured' | 'network'>;
  readonly pin: { readonly set: boolean };
  readonly loop: { snapshot(): State; tell(event: Event): void };
  readonly clock: Clock;
  readonly link: Pick<CentreLink, 'status'>;
  readonly upper: Pick<UpperLink, 'status'>;
  readonly journal: Pick<OutboxJournal, 'recentReceipts'>;
  readonly outputs: Pick<Outputs, 'loudspeakers' | 'ears' | 'heard' | 'relays' | 'shown' | 'press'>;
}

export class PageReader {
  readonly #options: PageReaderOptions;
  readonly #meters = new Map<string, LevelMeter>();

  constructor(options: PageReaderOptions) {
    this.#options = options;
  }

  async state(mayAct: boolean): Promise<PageState> {
    const { identity, keys, version, simulatedBoard, rtc, site, pin, loop, clock, link, upper, journal, outputs } = this.#options;
    const { place } = keys.ring();
    const ids = outputs.loudspeakers();
    const { problem, upSinceMonoMs: _, ...status } = link.status();
    const receipts = await journal.recentReceipts(receiptsShown);
    return viewOf(loop.snapshot(), clock.now(), {
      dev: identity.dev,
      demo: identity.trustRoot.demo,
      centre: place.centre,
      area: place.area,
      version,
      link: { ...status, problem: problem?.code ?? null },
      upper: upper.status(),
      receipts,
      levels: Object.fromEntries(ids.map((id) => [id, this.#meter(id)?.read() ?? null])),
      relays: Object.fromEntries(ids.map((id) => [id, outputs.relays(id) ?? { relay1: false, relay2: false }])),
      ears: outputs.ears(),
      boardFrame: outputs.shown()?.id ?? null,
      mayAct,
      pinSet: pin.set,
      simulatedBoard,
      enrolled: true,
      rtc,
      measured: await site.measured(),
      network: await site.network(),
    });
  }

  /** Pass on what a person at the box asks. False when there is no such loudspeaker, or no such input to simulate. */
  act(act: PageAct, subject: string | undefined, reason = ''): boolean {
    if (act === 'local-start' || act === 'local-end') return this.#local(act, subject);
    const ids = this.#options.outputs.loudspeakers();
    const id = subject ?? ids[0];
    if (act === 'button' || act === 'mains-off' || act === 'mains-on') return this.#press(act);
    if (act === 'screen-test' && id === undefined) return this.#tell(eventOf(act, ''));
    if (id === undefined || !ids.includes(id)) return false;
    return this.#tell(eventOf(act, id, reason));
  }

  #tell(event: Event): true {
    this.#options.loop.tell(event);
    return true;
  }

  #local(act: 'local-start' | 'local-end', order = ''): boolean {
    const { loop } = this.#options;
    const ready = loop.snapshot().live.local.orders.some(({ offered }) => offered.opened.id === order);
    if (act === 'local-start' && !ready) return false;
    loop.tell(eventOf(act, order));
    return true;
  }

  #press(act: 'button' | 'mains-off' | 'mains-on'): boolean {
    const { outputs } = this.#options;
    if (act !== 'button') return outputs.press('mains', act === 'mains-on');
    return outputs.press('button', true) && outputs.press('button', false);
  }

  #meter(id: string): LevelMeter | undefined {
    const known = this.#meters.get(id);
    const heard = this.#options.outputs.heard(id);
    if (known || !heard) return known;
    const meter = new LevelMeter(heard, () => this.#options.clock.now().monoMs);
    this.#meters.set(id, meter);
    return meter;
  }
}
