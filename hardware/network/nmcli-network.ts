// The networks of a machine with NetworkManager, steered by its program `nmcli`.
import { bad, ok, type Result } from '../../schemas/problems.ts';
import { runTool } from '../host/processes.ts';
import type { Hotspot, Network, NetworkChange, NetworkDevice, Trial, WifiSeen } from '../network.ts';
import {
  hotspotProfile,
  hotspotWords,
  ownProfile,
  profileWords,
  readAddresses,
  readDevices,
  readProfiles,
  readWifis,
  secretLines,
} from './nmcli-words.ts';

const askWithinMs = 10_000;
const scanWithinMs = 20_000;
/** A modem needs half a minute to register. */
const upWithinS = 60;
const outputBytesMax = 256 * 1024;
const limits = { dataBytes: 128 * 1024 ** 2, cpuSeconds: 20, niceness: 5 } as const;

export interface NmcliOptions {
  /** Path or name of the program. */
  readonly program?: string;
}

export class NmcliNetwork implements Network {
  readonly name = 'nmcli';
  readonly #program: string;
  /** One change at a time. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor({ program = 'nmcli' }: NmcliOptions = {}) {
    this.#program = program;
  }

  start(): Promise<Result<void>> {
    return this.#inTurn(async () => {
      const named = await this.#ask(['-t', '-f', 'NAME,AUTOCONNECT', 'connection', 'show']);
      if (!named.ok) return named;
      const left = named.value.split('\n').filter((line) => line.endsWith(':no'));
      for (const name of readProfiles(left.join('\n'))) if (ownProfile.test(name) || name === hotspotProfile) await this.#forget(name);
      return ok(undefined);
    });
  }

  async devices(): Promise<Result<readonly NetworkDevice[]>> {
    const told = await this.#ask(['-t', '-f', 'DEVICE,TYPE,STATE,CONNECTION', 'device', 'status']);
    if (!told.ok) return told;
    const devices: NetworkDevice[] = [];
    for (const device of readDevices(told.value)) {
      const shown = device.state === 'connected' ? await this.#ask([...addressFields, 'device', 'show', device.name]) : ok('');
      devices.push({ ...device, ...readAddresses(shown.ok ? shown.value : '') });
    }
    return ok(devices);
  }

  async scan(): Promise<Result<readonly WifiSeen[]>> {
    const device = await this.#device('wifi');
    if (!device.ok) return device;
    const words = ['-t', '-f', 'IN-USE,SSID,SIGNAL,SECURITY', 'device', 'wifi', 'list', 'ifname', device.value.name, '--rescan', 'yes'];
    const heard = await this.#ask(words, { withinMs: scanWithinMs });
    return heard.ok ? ok(readWifis(heard.value)) : heard;
  }

  try(change: NetworkChange): Promise<Result<Trial>> {
    return this.#inTurn(() => this.#try(change));
  }

  keep({ kind, profile }: Trial): Promise<Result<void>> {
    return this.#inTurn(async () => {
      const kept = await this.#ask([
        'connection',
        'modify',
        profile,
        'connection.autoconnect',
        'yes',
        'connection.autoconnect-priority',
        '10',
      ]);
      if (!kept.ok) return kept;
      await this.#forget(other(kind, profile));
      return ok(undefined);
    });
  }

  revert({ profile, before, device }: Trial): Promise<Result<void>> {
    return this.#inTurn(() => this.#back(profile, before, device));
  }

  openHotspot(hotspot: Hotspot): Promise<Result<{ readonly device: string }>> {
    return this.#inTurn(async () => {
      const device = await this.#device('wifi');
      if (!device.ok) return device;
      const { name } = device.value;
      await this.#forget(hotspotProfile);
      const made = await this.#ask(hotspotWords(hotspot, name));
      if (!made.ok) return made;
      const up = await this.#secretAndUp(hotspotProfile, 'wifi-sec.psk', hotspot.passphrase, false);
      if (!up.ok) {
        await this.#forget(hotspotProfile);
        return up;
      }
      return ok({ device: name });
    });
  }

  /** The Wi-Fi that was joined before comes back by itself: its profile may. */
  closeHotspot(): Promise<Result<void>> {
    return this.#inTurn(async () => {
      await this.#forget(hotspotProfile);
      return ok(undefined);
    });
  }

  async #try(change: NetworkChange): Promise<Result<Trial>> {
    const device = await this.#device(
      change.kind === 'cable' ? 'ethernet' : change.kind,
      change.kind === 'cable' ? change.device : undefined,
    );
    if (!device.ok) return device;
    const { name, profile: before } = device.value;
    const profile = before === `loa-${change.kind}-1` ? `loa-${change.kind}-2` : `loa-${change.kind}-1`;
    await this.#forget(profile);
    const made = await this.#ask(profileWords(change, profile, name));
    if (!made.ok) return made;
    const [property, secret] =
      change.kind === 'wifi' ? (['wifi-sec.psk', change.passphrase] as const) : (['gsm.password', secretOf(change)] as const);
    const up = await this.#secretAndUp(profile, property, secret, true);
    if (up.ok) return ok({ kind: change.kind, device: name, before, profile });
    await this.#back(profile, before, name);
    return up.problem.code === 'tool-failed' ? bad('device-failed', up.problem.detail) : up;
  }

  async #secretAndUp(profile: string, property: 'wifi-sec.psk' | 'gsm.password', secret: string | undefined, stored: boolean) {
    if (secret !== undefined) {
      const told = await this.#ask(['connection', 'edit', profile], { input: secretLines(property, secret, stored) });
      if (!told.ok) return told;
    }
    return this.#ask(['--wait', String(upWithinS), 'connection', 'up', profile], { withinMs: (upWithinS + 5) * 1000 });
  }

  async #back(profile: string, before: string | null, device: string): Promise<Result<void>> {
    await this.#forget(profile);
    if (before === null) return ok(undefined);
    const words = ['--wait', String(upWithinS), 'connection', 'up', before, 'ifname', device];
    const up = await this.#ask(words, { withinMs: (upWithinS + 5) * 1000 });
    return up.ok ? ok(undefined) : up;
  }

  /** Deleting a profile takes it down. One that is not there is no problem. */
  async #forget(profile: string): Promise<void> {
    await this.#ask(['connection', 'delete', profile]);
  }

  async #device(kind: NetworkDevice['kind'], name?: string): Promise<Result<Pick<NetworkDevice, 'name' | 'profile'>>> {
    const told = await this.#ask(['-t', '-f', 'DEVICE,TYPE,STATE,CONNECTION', 'device', 'status']);
    if (!told.ok) return told;
    const fit = readDevices(told.value).filter((one) => one.kind === kind && one.state !== 'unmanaged' && (name ?? one.name) === one.name);
    const found = fit.find(({ state }) => state === 'connected') ?? fit[0];
    return found ? ok(found) : bad('not-found', `no ${kind} device${name === undefined ? '' : ` ${name}`} here`);
  }

  async #ask(words: readonly string[], how: { readonly withinMs?: number; readonly input?: string } = {}): Promise<Result<string>> {
    const env = { ...process.env, LC_ALL: 'C.UTF-8' };
    const { withinMs: timeoutMs = askWithinMs, input = '' } = how;
    const done = await runTool(this.#program, words, { timeoutMs, outputBytesMax, env, limits, input });
    return done.ok ? ok(done.value.stdout.toString('utf8')) : done;
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(work);
    this.#turn = done.catch(() => undefined);
    return done;
  }
}

const addressFields = ['-t', '-f', 'IP4.ADDRESS,IP4.GATEWAY,IP4.DNS'];

function secretOf(change: NetworkChange): string | undefined {
  return change.kind === 'mobile' ? change.password : undefined;
}

function other(kind: Trial['kind'], profile: string): string {
  return profile === `loa-${kind}-1` ? `loa-${kind}-2` : `loa-${kind}-1`;
}
