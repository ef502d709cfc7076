// The broker's limits, each with its reason. Tests narrow them; products rarely should.
import type { ArrivalLimits } from './arrivals.ts';
import type { Rate } from './rates.ts';

export interface BrokerLimits {
  /** Whole CONNECT packet, will included. */
  readonly connectBytesMax: number;
  /** One packet from a box: a log batch of 32 KB as signed base64 fits. */
  readonly boxBytesMax: number;
  /** One packet from a centre: an order with its audio fits many times over. */
  readonly centreBytesMax: number;
  /** Bytes waiting for one reader before it is cut. */
  readonly queuedBytesMax: number;
  /** A reader that takes nothing for so long is cut. */
  readonly stallMs: number;
  /** From finished handshake to CONNECT. */
  readonly connectTimeoutMs: number;
  /** Longer than the connect time: when thousands return at once, handshakes queue for the one core. */
  readonly handshakeTimeoutMs: number;
  readonly keepaliveSecondsMax: number;
  readonly connectionsMax: number;
  readonly backlog: number;
  /** Subscriptions of one client, and of one SUBSCRIBE: a box has 6, and 3 for each of its 16 groups at most. */
  readonly filtersMax: number;
  /** Filters refused to one connection before it is cut. */
  readonly refusedFiltersMax: number;
  /** The longest topic of Loa has 52 bytes and 6 levels. */
  readonly topicBytesMax: number;
  readonly topicLevelsMax: number;
  /** What is read from one identity, whatever connection it comes by; the owner is not counted. */
  readonly packetRate: Rate;
  readonly byteRate: Rate;
  /** Packets of one gulp beyond the allowance before the socket is cut instead of paused: no honest client sends such small ones. */
  readonly floodPackets: number;
  readonly arrivals: ArrivalLimits;
  readonly retainedCountMax: number;
  readonly retainedBytesMax: number;
}

export const brokerLimits: BrokerLimits = {
  connectBytesMax: 16 * 1024,
  boxBytesMax: 64 * 1024,
  centreBytesMax: 512 * 1024,
  queuedBytesMax: 4 * 1024 * 1024,
  stallMs: 10_000,
  connectTimeoutMs: 5000,
  handshakeTimeoutMs: 30_000,
  keepaliveSecondsMax: 300,
  connectionsMax: 20_000,
  backlog: 16_384,
  filtersMax: 64,
  refusedFiltersMax: 16,
  topicBytesMax: 128,
  topicLevelsMax: 6,
  packetRate: { perSecond: 200, burst: 2000 },
  byteRate: { perSecond: 512 * 1024, burst: 4 * 1024 * 1024 },
  floodPackets: 4000,
  arrivals: {
    addressRate: { perSecond: 1000, burst: 20_000 },
    refusalRate: { perSecond: 10, burst: 200 },
    narrowRate: { perSecond: 100, burst: 100 },
    identityRate: { perSecond: 0.5, burst: 60 },
    takeOvers: { perMinuteMax: 6, holdMinMs: 5000, holdMaxMs: 60_000, calmMs: 300_000 },
  },
  retainedCountMax: 100_000,
  retainedBytesMax: 256 * 1024 * 1024,
};
