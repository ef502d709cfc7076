// Who may come in now: connections per address before the handshake, per identity behind it, and clones that push each other out.
import { isIPv6 } from 'node:net';
import { type Rate, RateTable } from './rates.ts';
import { type TakeOverRules, type TakeOvers, takeOver } from './take-overs.ts';

export interface ArrivalLimits {
  /** Connections of one address; behind one address of a mobile network there may be a whole province. */
  readonly addressRate: Rate;
  /** Those of them that came to nothing. */
  readonly refusalRate: Rate;
  /** What an address with more of those than that is still let: its honest boxes come by it, only slower. */
  readonly narrowRate: Rate;
  readonly identityRate: Rate;
  readonly takeOvers: TakeOverRules;
}

/** Addresses or identities remembered at once; some 100 bytes each. */
const namesMax = 50_000;

/** All times are the caller's own monotonic ms. */
export class Arrivals {
  readonly #limits: ArrivalLimits;
  readonly #addresses: RateTable;
  readonly #refusals: RateTable;
  readonly #narrow: RateTable;
  readonly #identities: RateTable;
  readonly #takeOvers = new Map<string, TakeOvers>();

  constructor(limits: ArrivalLimits) {
    this.#limits = limits;
    this.#addresses = new RateTable(limits.addressRate, namesMax);
    this.#refusals = new RateTable(limits.refusalRate, namesMax);
    this.#narrow = new RateTable(limits.narrowRate, namesMax);
    this.#identities = new RateTable(limits.identityRate, namesMax);
  }

  /** A socket was accepted; false: drop it before it costs a handshake. */
  mayKnock(address: string | undefined, nowMs: number): boolean {
    const name = networkOf(address);
    if (this.#addresses.waitMs(name, nowMs) > 0) return false;
    if (this.#refusals.waitMs(name, nowMs) > 0) {
      if (this.#narrow.waitMs(name, nowMs) > 0) return false;
      this.#narrow.take(name, 1, nowMs);
    }
    this.#addresses.take(name, 1, nowMs);
    return true;
  }

  /** A socket from there came to nothing. A stranger may share the address with a whole commune: it is never shut for that. */
  wasRefused(address: string | undefined, nowMs: number): void {
    this.#refusals.take(networkOf(address), 1, nowMs);
  }

  /** An identity has shown its certificate. */
  mayEnter(clientId: string, nowMs: number): boolean {
    if (this.#identities.waitMs(clientId, nowMs) > 0) return false;
    this.#identities.take(clientId, 1, nowMs);
    return true;
  }

  /** The identity has a living connection, and another one wants its place. */
  mayTakeOver(clientId: string, nowMs: number): { welcome: boolean; loopBegins: boolean } {
    const { state, welcome, loopBegins } = takeOver(this.#takeOvers.get(clientId), nowMs, this.#limits.takeOvers);
    this.#takeOvers.delete(clientId);
    this.#takeOvers.set(clientId, state);
    if (this.#takeOvers.size > namesMax) this.#takeOvers.delete(this.#takeOvers.keys().next().value as string);
    return { welcome, loopBegins };
  }

  sweep(nowMs: number): void {
    this.#addresses.sweep(nowMs);
    this.#refusals.sweep(nowMs);
    this.#narrow.sweep(nowMs);
    this.#identities.sweep(nowMs);
    for (const [clientId, { lastTryMs }] of this.#takeOvers) {
      if (nowMs - lastTryMs > this.#limits.takeOvers.calmMs) this.#takeOvers.delete(clientId);
    }
  }
}

/** One IPv4 address, or the /64 that one subscriber of IPv6 has as a whole (RFC 6177). */
export function networkOf(address: string | undefined): string {
  if (address === undefined) return '';
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped !== undefined || !isIPv6(address)) return mapped ?? address;
  const [left = '', right] = address.replace(/%.*$/, '').split('::');
  const groups = left === '' ? [] : left.split(':');
  const tail = right === undefined || right === '' ? [] : right.split(':');
  const filled = right === undefined ? groups : [...groups, ...Array<string>(8 - groups.length - tail.length).fill('0'), ...tail];
  return `${filled.slice(0, 4).join(':')}::/64`;
}
