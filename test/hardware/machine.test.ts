import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'valibot';
import { expect, test } from 'vitest';
import { listGpioChips, pickGpioChip } from '../../hardware/board/gpio-numbers.ts';
import { networkUp, sampleHealth } from '../../hardware/health.ts';
import { makeAudioOut } from '../../hardware/open-audio-out.ts';
import { openBoard } from '../../hardware/open-board.ts';
import { makeDisplay } from '../../hardware/open-display.ts';
import { Telemetry } from '../../schemas/report.ts';

const folder = () => mkdtemp(join(tmpdir(), 'loa-machine-'));

test('a sample of the machine fits the telemetry it is sent as', async () => {
  const sample = await sampleHealth(tmpdir());
  const telemetry = parse(Telemetry, { ...sample, atMs: 1, clock: 'none', health: { state: 'ok', reasons: [] } });
  expect(telemetry.rssBytes).toBeGreaterThan(10_000_000);
  expect(telemetry.diskFreeBytes).toBeGreaterThan(0);
});

test('the hottest sensor counts, broken ones do not, and none is null', async () => {
  const root = await folder();
  expect((await sampleHealth(root, root)).temperatureC).toBeNull();
  for (const [zone, text] of [
    ['thermal_zone0', '48123\n'],
    ['thermal_zone1', '61500\n'],
    ['thermal_zone2', 'invalid\n'],
  ] as const) {
    await mkdir(join(root, zone));
    await writeFile(join(root, zone, 'temp'), text);
  }
  expect((await sampleHealth(root, root)).temperatureC).toBe(61.5);
});

test('the network is up when an interface beside loopback has an address', () => {
  const address = { address: '1', netmask: '1', family: 'IPv4', mac: '', cidr: null } as const;
  expect(networkUp({ lo: [{ ...address, internal: true }] })).toBe(false);
  expect(networkUp({ lo: [{ ...address, internal: true }], wlan0: [{ ...address, internal: false }] })).toBe(true);
  expect(networkUp({})).toBe(false);
});

test('GPIO numbers begin where the kernel says', async () => {
  const root = await folder();
  for (const [name, label, base, lines] of [
    ['gpiochip512', 'pinctrl-bcm2835', '512', '54'],
    ['gpiochip566', 'raspberrypi-exp-gpio', '566', '8'],
  ] as const) {
    await mkdir(join(root, name));
    await writeFile(join(root, name, 'label'), `${label}\n`);
    await writeFile(join(root, name, 'base'), `${base}\n`);
    await writeFile(join(root, name, 'ngpio'), `${lines}\n`);
  }
  await mkdir(join(root, 'gpiochip999'));
  const chips = await listGpioChips(root);
  expect(pickGpioChip(chips)).toEqual({ label: 'pinctrl-bcm2835', base: 512, lines: 54 });
  expect(pickGpioChip(chips, 'raspberrypi-exp-gpio')?.base).toBe(566);
  expect(pickGpioChip(chips, 'other')).toBeUndefined();
  expect(await listGpioChips(join(root, 'nowhere'))).toEqual([]);
});

test('sysfs relays on a machine without those lines are a named problem, not a crash', async () => {
  const opened = await openBoard({
    kind: 'gpio-sysfs',
    chip: 'no-such-chip',
    wirings: [{ output: 'main', relayDelayMs: 100, relay1Pin: 17, relay2Pin: 27 }],
  });
  expect(opened.ok).toBe(false);
  if (!opened.ok) expect(['device-failed', 'driver-missing']).toContain(opened.problem.code);
});

test('settings pick the simulated doors', async () => {
  const board = await openBoard({ kind: 'simulated', wirings: [{ output: 'main', relayDelayMs: 0 }] });
  expect(board.ok && board.value.name).toBe('simulated');
  if (board.ok) await board.value.stop();
  expect((await makeAudioOut({ kind: 'virtual', leadMs: 300 })).leadMs).toBe(300);
  expect((await makeDisplay({ kind: 'simulated' }, Date.now))?.name).toBe('simulated');
  expect((await makeDisplay({ kind: 'chromium' }, Date.now))?.name).toBe('chromium');
  expect(await makeDisplay({ kind: 'none' }, Date.now)).toBeUndefined();
});
