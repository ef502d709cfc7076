// The network door: its simulation, and nmcli's words over a stand-in that speaks as nmcli does.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { NmcliNetwork } from '../../hardware/network/nmcli-network.ts';
import { readDevices, readWifis, splitTerse } from '../../hardware/network/nmcli-words.ts';
import { SimulatedNetwork } from '../../hardware/network/simulated-network.ts';
import { NetworkChange } from '../../hardware/network.ts';
import { parse } from '../../schemas/parse.ts';
import { cable, cableSuite, radioSuite, value } from './network.ts';

const folder = mkdtempSync(join(tmpdir(), 'loa-nmcli-'));
const program = fileURLToPath(new URL('../hardware/fake-nmcli.mjs', import.meta.url));
const state = join(folder, 'state.json');
afterAll(() => {
  delete process.env['NMCLI_STATE'];
  rmSync(folder, { recursive: true });
});
beforeEach(() => {
  process.env['NMCLI_STATE'] = state;
  rmSync(state, { force: true });
});

describe.each([
  ['simulated', () => new SimulatedNetwork()],
  ['nmcli', () => new NmcliNetwork({ program })],
] as const)('%s', (_, make) => {
  cableSuite(make, 'eth0');
  radioSuite(make);
});

describe('what nmcli is told', () => {
  const told = () => (JSON.parse(readFileSync(state, 'utf8')) as { readonly said: readonly string[] }).said;

  test('secrets never stand among its words', async () => {
    const network = new NmcliNetwork({ program });
    value(await network.try({ kind: 'wifi', ssid: 'UBND xã', passphrase: 'mat-khau-thu' }));
    value(await network.try({ kind: 'mobile', apn: 'v-internet', user: 'u', password: 'mat-khau-sim' }));
    value(await network.openHotspot({ ssid: 'Loa-loa-1', passphrase: 'khoa-cua-hop', address: '10.84.0.1' }));
    expect(told().join('\n')).not.toMatch(/mat-khau|khoa-cua-hop/);
    expect(readFileSync(state, 'utf8')).toContain('mat-khau-sim');
  });

  test('profiles of others are never deleted', async () => {
    const network = new NmcliNetwork({ program });
    value(await network.start());
    value(await network.keep(value(await network.try(cable('eth0')))));
    value(await network.keep(value(await network.try({ ...cable('eth0'), fixed: null }))));
    const deleted = told().filter((line) => line.startsWith('connection delete'));
    expect(deleted.every((line) => /^connection delete loa-cable-[12]$/.test(line))).toBe(true);
    expect(deleted.length).toBeGreaterThan(0);
  });

  test('a program that is not there is a named problem', async () => {
    expect(await new NmcliNetwork({ program: '/nowhere/nmcli' }).devices()).toMatchObject({ problem: { code: 'tool-missing' } });
  });
});

describe('what nmcli answers', () => {
  test('colons and backslashes within a value are kept', () => {
    expect(splitTerse('a\\:b\\\\c:78:')).toEqual(['a:b\\c', '78', '']);
    expect(splitTerse('')).toEqual(['']);
    expect(splitTerse('x\\')).toEqual(['x\\']);
  });

  test('devices that are no network of ours are left out, partial states are states', () => {
    const text =
      'wlan0:wifi:connected (externally):My\\:Net\nlo:loopback:unmanaged:\np2p-dev-wlan0:wifi-p2p:disconnected:\nusb0:ethernet:connecting (getting IP configuration):x\ncdc-wdm0:gsm:unavailable:--\n';
    expect(readDevices(text)).toEqual([
      { name: 'wlan0', kind: 'wifi', state: 'connected', profile: 'My:Net' },
      { name: 'usb0', kind: 'usb', state: 'connecting', profile: 'x' },
      { name: 'cdc-wdm0', kind: 'mobile', state: 'unavailable', profile: null },
    ]);
  });

  test('a street full of access points is cut to a list that a phone can show', () => {
    const text = Array.from({ length: 600 }, (_, n) => ` :net-${n}:${n % 101}:WPA2`).join('\n');
    const heard = readWifis(text);
    expect(heard).toHaveLength(32);
    expect(heard[0]?.signalPercent).toBe(100);
    expect(readWifis('*:x:999:WPA3\n :y:junk:WPA2 802.1X\n :z:5:WEP')).toEqual([
      { ssid: 'x', signalPercent: 100, security: 'passphrase', joined: true },
      { ssid: 'z', signalPercent: 5, security: 'other', joined: false },
      { ssid: 'y', signalPercent: 0, security: 'other', joined: false },
    ]);
  });
});

describe('what a person may ask', () => {
  const fixed = { address: '192.168.1.20', prefix: 24, gateway: '192.168.1.1', dns: ['192.168.1.1'] };
  test.each([
    [{ kind: 'wifi', ssid: 'UBND xã', passphrase: 'mat-khau-thu' }],
    [{ kind: 'wifi', ssid: 'open' }],
    [{ kind: 'mobile', apn: 'm-wap.vn' }],
    [{ kind: 'cable', device: 'eth0', fixed: null }],
    [{ kind: 'cable', device: 'eth0', fixed }],
  ])('%j is taken', (change) => expect(parse(NetworkChange, change).ok).toBe(true));

  test.each([
    ['a passphrase too short', { kind: 'wifi', ssid: 'x', passphrase: 'short' }],
    ['a line end in the passphrase', { kind: 'wifi', ssid: 'x', passphrase: 'mat-khau\nset connection.id y' }],
    ['a line end in the name', { kind: 'wifi', ssid: 'x\ny' }],
    ['a name of 33 bytes', { kind: 'wifi', ssid: 'ă'.repeat(17) }],
    ['an APN that is an option', { kind: 'mobile', apn: '--help' }],
    ['an APN with a space', { kind: 'mobile', apn: 'a b' }],
    ['a login with a line end', { kind: 'mobile', apn: 'a', user: 'u\nv' }],
    ['an interface that is an option', { kind: 'cable', device: '-x', fixed: null }],
    ['an interface that is a path', { kind: 'cable', device: '../eth0', fixed: null }],
    ['an address that is none', { kind: 'cable', device: 'eth0', fixed: { ...fixed, address: '192.168.1.256' } }],
    ['an address with a tail', { kind: 'cable', device: 'eth0', fixed: { ...fixed, address: '192.168.1.2/8' } }],
    ['a gateway elsewhere', { kind: 'cable', device: 'eth0', fixed: { ...fixed, gateway: '192.168.2.1' } }],
    ['a gateway that is the box', { kind: 'cable', device: 'eth0', fixed: { ...fixed, gateway: '192.168.1.20' } }],
    ['no name server', { kind: 'cable', device: 'eth0', fixed: { ...fixed, dns: [] } }],
    ['a word we do not know', { kind: 'cable', device: 'eth0', fixed: null, mtu: 1 }],
  ])('%s is refused', (_, change) => expect(parse(NetworkChange, change)).toMatchObject({ ok: false, problem: { code: 'bad-input' } }));
});
