// The broker's limits, each with its reason. Tests narrow them; products rarely should.

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
  /** Subscriptions of one client: a box has 6, and 2 per group. */
  readonly filtersMax: number;
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
  retainedCountMax: 100_000,
  retainedBytesMax: 256 * 1024 * 1024,
};
