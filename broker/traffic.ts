// How much is read from each identity: beyond its allowance its socket is paused, beyond all sense it is cut.
import { type Rate, RateTable } from './rates.ts';

export interface TrafficLimits {
  readonly packetRate: Rate;
  readonly byteRate: Rate;
  readonly floodPackets: number;
}

const namesMax = 50_000;

/** An identity keeps its buckets when it comes again: a new connection is no new allowance. */
export class Traffic {
  readonly #floodMs: number;
  readonly #packets: RateTable;
  readonly #bytes: RateTable;

  constructor({ packetRate, byteRate, floodPackets }: TrafficLimits) {
    this.#floodMs = (floodPackets * 1000) / packetRate.perSecond;
    this.#packets = new RateTable(packetRate, namesMax);
    this.#bytes = new RateTable(byteRate, namesMax);
  }

  /** Answers for how many ms its socket is to be paused; Infinity for a flood. */
  read(clientId: string, bytes: number, packets: number, nowMs: number): number {
    const forPackets = this.#packets.take(clientId, packets, nowMs);
    if (forPackets > this.#floodMs) return Number.POSITIVE_INFINITY;
    return Math.max(forPackets, this.#bytes.take(clientId, bytes, nowMs));
  }

  sweep(nowMs: number): void {
    this.#packets.sweep(nowMs);
    this.#bytes.sweep(nowMs);
  }
}
