// Door to the machine's networks: what is there, which Wi-Fi is heard, a change on trial, the box's own hotspot.
import * as v from 'valibot';
import type { Result } from '../schemas/problems.ts';

const Ipv4 = v.pipe(
  v.string(),
  v.regex(/^(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?!$)|$)){4}$/, 'must be an IPv4 address, e.g. 192.168.1.20'),
);
/** Kernel: IFNAMSIZ is 16 with its end; the first sign is never a dash. */
export const DeviceName = v.pipe(v.string(), v.regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,14}$/, 'must be an interface, e.g. wlan0'));
/** IEEE 802.11: at most 32 octets; control signs are refused. */
export const Ssid = v.pipe(
  v.string(),
  v.minLength(1),
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused
  v.regex(/^[^\u0000-\u001f\u007f]+$/, 'may not hold control characters'),
  v.check((text) => new TextEncoder().encode(text).length <= 32, 'at most 32 bytes'),
);
/** WPA2 (IEEE 802.11 Annex J): 8 to 63 printable ASCII. Spaces at the ends are always a slip. */
export const Passphrase = v.pipe(v.string(), v.regex(/^[\x21-\x7e][\x20-\x7e]{6,61}[\x21-\x7e]$/, 'must be 8 to 63 plain characters'));
/** 3GPP TS 23.003 §9.1: labels of letters, digits and dashes. */
const Apn = v.pipe(v.string(), v.regex(/^[A-Za-z0-9](?:[A-Za-z0-9.-]{0,98}[A-Za-z0-9])?$/, 'must be an APN, e.g. v-internet'));
const Login = v.pipe(v.string(), v.regex(/^[\x21-\x7e]{1,64}$/, 'must be 1 to 64 plain characters'));

export const FixedAddress = v.pipe(
  v.strictObject({
    address: Ipv4,
    /** Length of the network part, bits. */
    prefix: v.pipe(v.number(), v.integer(), v.minValue(8), v.maxValue(30)),
    gateway: Ipv4,
    dns: v.pipe(v.array(Ipv4), v.minLength(1), v.maxLength(3)),
  }),
  v.check(
    ({ address, prefix, gateway }) => sameNetwork(address, gateway, prefix) && address !== gateway,
    'the gateway must be another address of the same network',
  ),
);

/** What a person may change at the box. */
export const NetworkChange = v.variant('kind', [
  v.strictObject({ kind: v.literal('wifi'), ssid: Ssid, passphrase: v.optional(Passphrase) }),
  v.strictObject({ kind: v.literal('mobile'), apn: Apn, user: v.optional(Login), password: v.optional(Login) }),
  v.strictObject({ kind: v.literal('cable'), device: DeviceName, fixed: v.nullable(FixedAddress) }),
]);
export type NetworkChange = v.InferOutput<typeof NetworkChange>;

export type DeviceKind = 'wifi' | 'ethernet' | 'mobile' | 'usb' | 'other';

export interface NetworkDevice {
  readonly name: string;
  readonly kind: DeviceKind;
  readonly state: 'connected' | 'connecting' | 'disconnected' | 'unavailable' | 'unmanaged';
  /** The profile in use. */
  readonly profile: string | null;
  /** With their prefix, `192.168.1.20/24`. */
  readonly addresses: readonly string[];
  readonly gateway: string | null;
  readonly dns: readonly string[];
}

export interface WifiSeen {
  readonly ssid: string;
  readonly signalPercent: number;
  /** Open, one that a passphrase opens, or one that this page cannot join (802.1X, WEP). */
  readonly security: 'open' | 'passphrase' | 'other';
  readonly joined: boolean;
}

/** A change in force that goes by itself: at `revert`, at the next start of the machine, unless it is kept. */
export interface Trial {
  readonly kind: NetworkChange['kind'];
  readonly device: string;
  /** What was in force before; null: nothing. */
  readonly before: string | null;
  readonly profile: string;
}

export interface Hotspot {
  readonly ssid: string;
  readonly passphrase: string;
  /** The box's own address in it, `/24`. */
  readonly address: string;
}

export interface Network {
  /** Technique: `nmcli`, `simulated`. */
  readonly name: string;
  /** Takes back what a trial before the last start left behind. Problems: tool-missing, tool-failed, tool-timeout. */
  start(): Promise<Result<void>>;
  devices(): Promise<Result<readonly NetworkDevice[]>>;
  /** Strongest first, one line a name, at most 32. Problem: not-found (no Wi-Fi here). */
  scan(): Promise<Result<readonly WifiSeen[]>>;
  /** In force until kept or reverted; a change that does not come up is taken back at once. Problem: bad-input, not-found, device-failed. */
  try(change: NetworkChange): Promise<Result<Trial>>;
  keep(trial: Trial): Promise<Result<void>>;
  revert(trial: Trial): Promise<Result<void>>;
  /** Open with WPA2 and addresses for phones; an open one is opened anew. */
  openHotspot(hotspot: Hotspot): Promise<Result<{ readonly device: string }>>;
  closeHotspot(): Promise<Result<void>>;
}

export function sameNetwork(a: string, b: string, prefix: number): boolean {
  const size = 2 ** (32 - prefix);
  return Math.floor(number(a) / size) === Math.floor(number(b) / size);
}

function number(address: string): number {
  return address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
}
