// What every network door promises: devices are told, a change stands on trial, is kept or goes without a trace.
import { expect, test } from 'vitest';
import type { Network, Trial } from '../../hardware/network.ts';
import type { Result } from '../../schemas/problems.ts';

export function value<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(`${result.problem.code}: ${result.problem.detail}`);
  return result.value;
}

export const cable = (device: string) => ({
  kind: 'cable' as const,
  device,
  fixed: { address: '192.168.7.20', prefix: 24, gateway: '192.168.7.1', dns: ['192.168.7.1', '1.1.1.1'] },
});

/** `device`: a cable that is connected at first. */
export function cableSuite(make: () => Network | Promise<Network>, device: string): void {
  async function profileOf(network: Network): Promise<string | null> {
    return value(await network.devices()).find(({ name }) => name === device)?.profile ?? null;
  }

  test('a fixed address is in force while on trial, and goes without a trace when reverted', async () => {
    const network = await make();
    value(await network.start());
    const before = await profileOf(network);
    const trial = value(await network.try(cable(device)));
    expect(trial).toMatchObject({ kind: 'cable', device, before });
    const during = value(await network.devices()).find(({ name }) => name === device);
    expect(during).toMatchObject({ state: 'connected', addresses: ['192.168.7.20/24'], gateway: '192.168.7.1' });
    expect(during?.dns).toEqual(['192.168.7.1', '1.1.1.1']);
    value(await network.revert(trial));
    expect(await profileOf(network)).toBe(before);
  });

  test('a kept change stays, and the next one takes its place', async () => {
    const network = await make();
    value(await network.start());
    const first = value(await network.try(cable(device)));
    value(await network.keep(first));
    value(await network.start());
    expect(await profileOf(network)).toBe(first.profile);
    const second: Trial = value(await network.try({ ...cable(device), fixed: { ...cable(device).fixed, address: '192.168.7.21' } }));
    expect(second.profile).not.toBe(first.profile);
    expect(second.before).toBe(first.profile);
    value(await network.revert(second));
    expect(await profileOf(network)).toBe(first.profile);
    value(await network.start());
    expect(await profileOf(network)).toBe(first.profile);
  });

  test('the next start takes back what nobody kept', async () => {
    const network = await make();
    value(await network.start());
    const trial = value(await network.try(cable(device)));
    value(await network.start());
    expect(await profileOf(network)).not.toBe(trial.profile);
  });

  test('a cable that is not there is refused', async () => {
    const network = await make();
    expect(await network.try(cable('eth99'))).toMatchObject({ ok: false, problem: { code: 'not-found' } });
  });
}

/** Where there are a radio and a modem as well; `wifis` in the air as the simulation has them. */
export function radioSuite(make: () => Network | Promise<Network>): void {
  test('tells which Wi-Fi is heard, one line a name, strongest first', async () => {
    const network = await make();
    expect(value(await network.scan()).slice(0, 2)).toEqual([
      { ssid: 'UBND xã', signalPercent: 78, security: 'passphrase', joined: false },
      { ssid: 'Nhà văn hóa thôn', signalPercent: 52, security: 'open', joined: false },
    ]);
  });

  test('joins a Wi-Fi by its passphrase, and a wrong one leaves all as it was', async () => {
    const network = await make();
    const before = value(await network.devices());
    expect(await network.try({ kind: 'wifi', ssid: 'UBND xã', passphrase: 'mat-khau-sai' })).toMatchObject({
      problem: { code: 'device-failed' },
    });
    expect(value(await network.devices())).toEqual(before);
    const trial = value(await network.try({ kind: 'wifi', ssid: 'UBND xã', passphrase: 'mat-khau-thu' }));
    expect(value(await network.scan())[0]?.joined).toBe(true);
    value(await network.revert(trial));
    expect(value(await network.scan())[0]?.joined).toBe(false);
  });

  test('sets the APN of the modem', async () => {
    const network = await make();
    const trial = value(await network.try({ kind: 'mobile', apn: 'v-internet', user: 'u', password: 'p' }));
    expect(trial).toMatchObject({ device: 'cdc-wdm0', before: null });
    value(await network.keep(trial));
    expect(value(await network.devices()).find(({ kind }) => kind === 'mobile')?.profile).toBe(trial.profile);
  });

  test('opens the hotspot on the radio and closes it', async () => {
    const network = await make();
    const hotspot = { ssid: 'Loa-loa-1', passphrase: 'khoa-cua-hop', address: '10.84.0.1' };
    expect(value(await network.openHotspot(hotspot))).toEqual({ device: 'wlan0' });
    expect(value(await network.openHotspot(hotspot))).toEqual({ device: 'wlan0' });
    expect(value(await network.devices()).find(({ name }) => name === 'wlan0')?.profile).toBe('loa-hotspot');
    value(await network.closeHotspot());
    value(await network.closeHotspot());
    expect(value(await network.devices()).find(({ name }) => name === 'wlan0')?.profile).toBeNull();
  });
}
