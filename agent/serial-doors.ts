// Modem and meter of one box: opened, listened to, and what they tell brought to the loop.
import { cryptography } from '../hardware/host/crypto.ts';
import { ModbusMeter } from '../hardware/serial/meter.ts';
import { AtModem, type Modem, type ModemStatus } from '../hardware/serial/modem.ts';
import { openSerial } from '../hardware/serial.ts';
import type { Problem } from '../schemas/problems.ts';
import type { Cache } from './cache.ts';
import type { AgentConfig } from './config.ts';
import type { HeldKeys } from './held-keys.ts';
import { Inlet } from './inlet.ts';
import type { Clock } from './ports.ts';
import type { Loop } from './run.ts';
import { meterMapOf } from './serial-config.ts';
import { SmsOrders } from './sms-orders.ts';
import { TrafficMeter } from './traffic-meter.ts';

const trafficEveryMs = 10_000;

export interface SerialDoorsOptions {
  readonly config: AgentConfig;
  readonly dataDir: string;
  readonly clock: Clock;
  readonly cache: Pick<Cache, 'storeOrderAudio'>;
  readonly keys: Pick<HeldKeys, 'ring'>;
  readonly loop: Pick<Loop, 'tell' | 'settled' | 'snapshot'>;
  /** How loud the outputs are fed now, dBFS. */
  readonly levels: { levelDb(): number };
  readonly warn: (event: string, problem: Problem) => void;
}

export class SerialDoors {
  readonly #options: SerialDoorsOptions;
  readonly #sms: SmsOrders;
  #modem: Modem | undefined;
  #meter: ModbusMeter | undefined;
  #traffic: TrafficMeter | undefined;
  #card: string | null = null;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: SerialDoorsOptions) {
    this.#options = options;
    const { clock, cache, keys, loop, warn } = options;
    const settled = () => loop.settled();
    const inlet = new Inlet({ clock, cache, tell: (event) => loop.tell(event), settled, warn });
    this.#sms = new SmsOrders({ inlet, ring: () => keys.ring(), crypto: cryptography, state: () => loop.snapshot(), settled });
  }

  async start(): Promise<void> {
    const { modem, meter } = this.#options.config;
    if (modem) await this.#startModem(modem);
    if (meter) this.#startMeter(meter);
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await Promise.all([this.#modem?.stop(), this.#meter?.stop()]);
    await this.#traffic?.save().catch(() => undefined);
  }

  async #startModem({ port, baudRate, pin, interface: named, budgetMb }: NonNullable<AgentConfig['modem']>): Promise<void> {
    const { dataDir, loop, warn } = this.#options;
    const modem = new AtModem({ open: () => openSerial({ path: port, baudRate }), ...(pin !== undefined && { pin }) });
    this.#modem = modem;
    modem.onStatus((status) => {
      this.#card = status.card ?? this.#card;
      loop.tell({ is: 'modemSeen', modem: seenOf(status) });
    });
    modem.onMessage((message) => this.#sms.take(message));
    modem.onProblem((problem) => warn('modemTrouble', problem));
    modem.start();
    const traffic = new TrafficMeter({ dataDir, interface: named });
    this.#traffic = traffic;
    await traffic.load();
    const budgetBytes = budgetMb === undefined ? null : budgetMb * 1e6;
    this.#timer = setInterval(() => void this.#count(traffic, budgetBytes), trafficEveryMs);
    await this.#count(traffic, budgetBytes);
  }

  #startMeter(config: NonNullable<AgentConfig['meter']>): void {
    const { loop, levels, warn } = this.#options;
    const { port, baudRate, parity, address } = config;
    const meter = new ModbusMeter({ open: () => openSerial({ path: port, baudRate, parity }), map: meterMapOf(config), address });
    this.#meter = meter;
    let troubled = false;
    meter.onMeasured((measured, detail) => {
      if (!measured && !troubled) warn('meterTrouble', { code: 'device-failed', path: '', detail });
      troubled = measured === null;
      loop.tell({ is: 'meterSeen', measured, detail: detail.slice(0, 200), levelDb: levels.levelDb() });
    });
    meter.start();
  }

  async #count(traffic: TrafficMeter, budgetBytes: number | null): Promise<void> {
    const { clock, loop } = this.#options;
    const { wallMs, monoMs } = clock.now();
    const monthBytes = await traffic.read(this.#card, wallMs, monoMs).catch(() => undefined);
    if (monthBytes !== undefined) loop.tell({ is: 'trafficSeen', monthBytes, budgetBytes });
  }
}

function seenOf({ line, sim, registration, operator, signal }: ModemStatus) {
  return { line, sim, registration, operator, signalDbm: signal?.dbm ?? null };
}
