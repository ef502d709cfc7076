// Who may act at a box: the way somebody comes by, what phones ask when they join, and how long guessers wait.
import { networkInterfaces } from 'node:os';
import { describe, expect, test } from 'vitest';
import { captiveAnswer } from '../../agent/page/captive.ts';
import { type InterfaceSeen, interfacesOf, mayActBy, type Way, wayOf } from '../../agent/page/way.ts';
import { hashPin, PinGate } from '../../agent/pin.ts';

const interfaces: readonly InterfaceSeen[] = [
  { name: 'wlan0', address: '10.84.0.1', prefix: 24, role: 'hotspot' },
  { name: 'usb0', address: '10.85.0.1', prefix: 24, role: 'usb' },
  { name: 'eth0', address: '192.168.1.20', prefix: 24, role: 'lan' },
];

const ways: readonly [what: string, local: string, remote: string, way: Way][] = [
  ['the box itself', '127.0.0.1', '127.0.0.1', 'loopback'],
  ['the box itself by IPv6', '::1', '::1', 'loopback'],
  ['a phone on the hotspot', '10.84.0.1', '10.84.0.23', 'hotspot'],
  ['a phone on the hotspot, IPv4 in IPv6', '::ffff:10.84.0.1', '::ffff:10.84.0.23', 'hotspot'],
  ['a laptop on the USB cable', '10.85.0.1', '10.85.0.2', 'usb'],
  ['a neighbour on the LAN', '192.168.1.20', '192.168.1.77', 'lan'],
  ['a neighbour who routes to the address of the hotspot', '10.84.0.1', '192.168.1.77', 'lan'],
  ['a phone on the hotspot that asks for the address of the LAN', '192.168.1.20', '10.84.0.23', 'lan'],
  ['somebody from far away', '192.168.1.20', '203.0.113.9', 'lan'],
  ['link-local IPv6', 'fe80::1%wlan0', 'fe80::2%wlan0', 'lan'],
  ['loopback as seen from elsewhere', '127.0.0.1', '192.168.1.77', 'lan'],
  ['no address at all', '', '', 'lan'],
  ['an address that is none', '10.84.0.1', '10.84.0.999', 'lan'],
];

describe('the way to the page', () => {
  test.each(ways)('%s', (_, local, remote, way) => expect(wayOf(local, remote, interfaces)).toBe(way));

  test('an address of a closed hotspot gives no right, and of two equal networks the lesser counts', () => {
    expect(wayOf('10.84.0.1', '10.84.0.23', interfaces.slice(1))).toBe('lan');
    const twice = [...interfaces, { name: 'eth1', address: '10.84.0.9', prefix: 24, role: 'lan' as const }];
    expect(wayOf('10.84.0.1', '10.84.0.23', twice)).toBe('lan');
  });

  test('a plain LAN only reads, unless the line is TLS', () => {
    expect((['loopback', 'hotspot', 'usb', 'lan'] as const).map((way) => mayActBy(way, false))).toEqual([true, true, true, false]);
    expect(mayActBy('lan', true)).toBe(true);
  });

  test('the machine’s own list is read, loopback left out', () => {
    const listed = {
      lo: [{ family: 'IPv4', address: '127.0.0.1', cidr: '127.0.0.1/8' }],
      wlan0: [
        { family: 'IPv4', address: '10.84.0.1', cidr: '10.84.0.1/24' },
        { family: 'IPv6', address: 'fe80::1', cidr: 'fe80::1/64' },
      ],
      usb0: [{ family: 'IPv4', address: '10.85.0.1', cidr: '10.85.0.1/24' }],
      eth0: [{ family: 'IPv4', address: '192.168.1.20', cidr: '192.168.1.20/24' }],
      odd: undefined,
    };
    expect(interfacesOf(listed, { hotspotAddress: '10.84.0.1', usb: ['usb0'] })).toEqual(interfaces);
    expect(interfacesOf(listed, { hotspotAddress: null, usb: [] }).every(({ role }) => role === 'lan')).toBe(true);
    expect(Array.isArray(interfacesOf(networkInterfaces(), { hotspotAddress: null, usb: [] }))).toBe(true);
  });
});

describe('what a phone asks when it joins', () => {
  const page = 'http://10.84.0.1/';
  test.each([
    ['Android', '/generate_204', 204],
    ['iOS', '/hotspot-detect.html', 200],
    ['Windows', '/connecttest.txt', 200],
    ['GNOME', '/check_network_status.txt', 200],
  ] as const)('%s is shown the page, then is content', (_, path, status) => {
    expect(captiveAnswer('GET', path, false, page)).toMatchObject({ status: 302, location: page });
    expect(captiveAnswer('GET', path, true, page)?.status).toBe(status);
  });

  test('any other address leads to the page, and nothing is taken', () => {
    expect(captiveAnswer('GET', '/news', true, page)).toMatchObject({ status: 302, location: page });
    expect(captiveAnswer('GET', '/constructor', true, page)).toMatchObject({ status: 302 });
    expect(captiveAnswer('POST', '/generate_204', true, page)).toBeNull();
  });
});

describe('the PIN', async () => {
  const stored = await hashPin('024680');

  function gate() {
    const clock = { monoMs: 1_000_000 };
    return { clock, pin: new PinGate(stored, () => clock.monoMs) };
  }

  test('a stranger who guesses waits himself, the technician does not', async () => {
    const { pin } = gate();
    for (let n = 0; n < 5; n += 1) expect(await pin.check('111111', 'stranger')).toEqual({ is: 'wrong' });
    expect(await pin.check('024680', 'stranger')).toMatchObject({ is: 'wait', waitMs: 30_000 });
    expect(await pin.check('024680', 'technician')).toEqual({ is: 'right' });
  });

  test('waits grow to a quarter of an hour and no further', async () => {
    const { pin, clock } = gate();
    const waits: number[] = [];
    for (let n = 0; n < 13; n += 1) {
      await pin.check('111111', 'stranger');
      const again = await pin.check('111111', 'stranger');
      if (again.is !== 'wait') continue;
      waits.push(again.waitMs / 1000);
      clock.monoMs += again.waitMs;
    }
    expect(waits.slice(0, 7)).toEqual([30, 60, 120, 240, 480, 900, 900]);
  });

  test('many addresses share a budget of forty an hour; known people and the button of the box need none of it', async () => {
    const { pin, clock } = gate();
    expect(await pin.check('024680', 'technician')).toEqual({ is: 'right' });
    let judged = 0;
    for (let n = 0; n < 60; n += 1) if ((await pin.check('111111', `stranger-${n}`)).is === 'wrong') judged += 1;
    expect(judged).toBe(40);
    expect(await pin.check('024680', 'technician')).toEqual({ is: 'right' });
    expect((await pin.check('024680', 'second technician')).is).toBe('wait');
    pin.handAtBox();
    expect(await pin.check('024680', 'second technician')).toEqual({ is: 'right' });
    clock.monoMs += 60 * 60_000;
    expect(await pin.check('111111', 'stranger-x')).toEqual({ is: 'wrong' });
  });
});
