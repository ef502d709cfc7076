// Opens and closes the box's own Wi-Fi as its rule says, one step after the other, and writes each step down.
import type { Hotspot, Network } from '../hardware/network.ts';
import { type HotspotEvent, type HotspotState, hotspotClosed, hotspotTurn } from './core/hotspot.ts';

export interface HotspotDoorOptions {
  readonly network: Pick<Network, 'openHotspot' | 'closeHotspot' | 'devices'>;
  readonly hotspot: Hotspot;
  readonly monoMs: () => number;
  readonly tell: (act: 'hotspot-on' | 'hotspot-off', detail: string) => void;
  /** The page listens there while it is open; false when it cannot. */
  readonly listen: (address: string) => Promise<boolean>;
  readonly unlisten: () => Promise<void>;
}

/** A timer is armed no further than this, so that a sleeping machine is not trusted. */
const armMaxMs = 30_000;

export class HotspotDoor {
  readonly #options: HotspotDoorOptions;
  #state: HotspotState = hotspotClosed;
  #timer: NodeJS.Timeout | undefined;
  #work: Promise<void> = Promise.resolve();
  #stopped = false;

  constructor(options: HotspotDoorOptions) {
    this.#options = options;
  }

  /** For the page; null while closed. */
  get open(): { readonly name: string; readonly address: string; readonly leftMs: number } | null {
    const { untilMonoMs } = this.#state;
    if (untilMonoMs === null) return null;
    const { hotspot, monoMs } = this.#options;
    return { name: hotspot.ssid, address: hotspot.address, leftMs: Math.max(0, untilMonoMs - monoMs()) };
  }

  tell(event: HotspotEvent): void {
    if (this.#stopped) return;
    const { state, do: act, row } = hotspotTurn(this.#state, event, this.#options.monoMs());
    this.#state = state;
    if (row) this.#options.tell(row.act, row.detail);
    const work = act === 'open' ? () => this.#open() : act === 'close' ? () => this.#close() : () => this.#openIfGone();
    if (act || event.is === 'asked') this.#work = this.#work.then(work).catch(() => undefined);
    this.#arm();
  }

  /** Resolves when all that was told is done. */
  settled(): Promise<void> {
    return this.#work;
  }

  async stop(): Promise<void> {
    const wasOpen = this.#state.untilMonoMs !== null;
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#work;
    if (wasOpen) await this.#close();
  }

  async #open(): Promise<void> {
    const { network, hotspot, listen } = this.#options;
    const opened = await network.openHotspot(hotspot);
    if (!opened.ok) return this.tell({ is: 'failed', detail: `${opened.problem.code} ${opened.problem.detail}` });
    if (!(await listen(hotspot.address))) {
      await network.closeHotspot();
      this.tell({ is: 'failed', detail: `the page cannot listen at ${hotspot.address}` });
    }
  }

  /** A Wi-Fi that was joined meanwhile has taken the only radio: whoever presses the button must not wait until its time is over. */
  async #openIfGone(): Promise<void> {
    const { network, hotspot } = this.#options;
    const devices = await network.devices();
    if (devices.ok && !devices.value.some(({ addresses }) => addresses.some((one) => one.startsWith(`${hotspot.address}/`))))
      await this.#open();
  }

  async #close(): Promise<void> {
    await this.#options.unlisten();
    await this.#options.network.closeHotspot();
  }

  #arm(): void {
    clearTimeout(this.#timer);
    const { untilMonoMs } = this.#state;
    if (untilMonoMs === null || this.#stopped) return;
    const leftMs = Math.min(armMaxMs, Math.max(1, untilMonoMs - this.#options.monoMs()));
    this.#timer = setTimeout(() => this.tell({ is: 'timePassed' }), leftMs);
  }
}
