// A machine's networks in memory: one Wi-Fi, one cable, one modem, and neighbours that are heard.
import { bad, ok, type Result } from '../../schemas/problems.ts';
import type { Hotspot, Network, NetworkChange, NetworkDevice, Trial, WifiSeen } from '../network.ts';

export interface HeardWifi {
  readonly ssid: string;
  readonly signalPercent: number;
  /** None: open. */
  readonly passphrase?: string;
}

const standardWifis: readonly HeardWifi[] = [
  { ssid: 'UBND xã', signalPercent: 78, passphrase: 'mat-khau-thu' },
  { ssid: 'Nhà văn hóa thôn', signalPercent: 52 },
];

interface Profile {
  readonly device: string;
  readonly change: NetworkChange | null;
  kept: boolean;
}

export class SimulatedNetwork implements Network {
  readonly name = 'simulated';
  readonly #wifis: readonly HeardWifi[];
  readonly #profiles = new Map<string, Profile>([['Wired connection 1', { device: 'eth0', change: null, kept: true }]]);
  readonly #inUse = new Map<string, string>([['eth0', 'Wired connection 1']]);
  #hotspot: Hotspot | undefined;

  constructor(wifis: readonly HeardWifi[] = standardWifis) {
    this.#wifis = wifis;
  }

  /** The open hotspot, for tests and pages. */
  get hotspot(): Hotspot | undefined {
    return this.#hotspot;
  }

  async start(): Promise<Result<void>> {
    for (const [name, { kept }] of this.#profiles) if (!kept) this.#forget(name);
    return ok(undefined);
  }

  async devices(): Promise<Result<readonly NetworkDevice[]>> {
    const kinds = [
      ['eth0', 'ethernet'],
      ['wlan0', 'wifi'],
      ['cdc-wdm0', 'mobile'],
    ] as const;
    return ok(
      kinds.map(([name, kind]) => {
        const profile = name === 'wlan0' && this.#hotspot ? 'loa-hotspot' : (this.#inUse.get(name) ?? null);
        const change = this.#profiles.get(profile ?? '')?.change;
        const fixed = change?.kind === 'cable' ? change.fixed : null;
        const own = name === 'wlan0' ? this.#hotspot?.address : undefined;
        const addresses = own
          ? [`${own}/24`]
          : fixed
            ? [`${fixed.address}/${fixed.prefix}`]
            : profile
              ? [`192.168.${kinds.findIndex(([n]) => n === name) + 1}.20/24`]
              : [];
        const state = profile ? ('connected' as const) : ('disconnected' as const);
        return { name, kind, state, profile, addresses, gateway: fixed?.gateway ?? null, dns: fixed?.dns ?? [] };
      }),
    );
  }

  async scan(): Promise<Result<readonly WifiSeen[]>> {
    const { change } = this.#profiles.get(this.#inUse.get('wlan0') ?? '') ?? {};
    return ok(
      this.#wifis.map(({ ssid, signalPercent, passphrase }) => ({
        ssid,
        signalPercent,
        security: passphrase === undefined ? 'open' : 'passphrase',
        joined: change?.kind === 'wifi' && change.ssid === ssid,
      })),
    );
  }

  async try(change: NetworkChange): Promise<Result<Trial>> {
    const device = { wifi: 'wlan0', mobile: 'cdc-wdm0', cable: 'eth0' }[change.kind];
    if (change.kind === 'cable' && change.device !== device) return bad('not-found', `no ethernet device ${change.device} here`);
    if (change.kind === 'wifi' && !this.#opens(change)) return bad('device-failed', `${change.ssid} does not let us in`);
    const before = this.#inUse.get(device) ?? null;
    const profile = before === `loa-${change.kind}-1` ? `loa-${change.kind}-2` : `loa-${change.kind}-1`;
    this.#profiles.set(profile, { device, change, kept: false });
    // One radio: what joins a Wi-Fi opens none.
    if (change.kind === 'wifi') this.#hotspot = undefined;
    this.#inUse.set(device, profile);
    return ok({ kind: change.kind, device, before, profile });
  }

  async keep({ profile, before }: Trial): Promise<Result<void>> {
    const tried = this.#profiles.get(profile);
    if (!tried) return bad('tool-failed', `no profile ${profile}`);
    tried.kept = true;
    if (before?.startsWith('loa-')) this.#profiles.delete(before);
    return ok(undefined);
  }

  async revert({ profile, before, device }: Trial): Promise<Result<void>> {
    this.#forget(profile);
    if (before !== null) this.#inUse.set(device, before);
    return ok(undefined);
  }

  async openHotspot(hotspot: Hotspot): Promise<Result<{ readonly device: string }>> {
    this.#hotspot = hotspot;
    return ok({ device: 'wlan0' });
  }

  async closeHotspot(): Promise<Result<void>> {
    this.#hotspot = undefined;
    return ok(undefined);
  }

  #opens({ ssid, passphrase }: NetworkChange & { kind: 'wifi' }): boolean {
    const heard = this.#wifis.find((one) => one.ssid === ssid);
    return heard !== undefined && heard.passphrase === passphrase;
  }

  #forget(name: string): void {
    const device = this.#profiles.get(name)?.device;
    this.#profiles.delete(name);
    if (device !== undefined && this.#inUse.get(device) === name) this.#inUse.delete(device);
  }
}
