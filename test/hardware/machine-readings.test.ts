// Readings of the board from files as kernels write them, and from tools as they print.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { TrafficMeter } from '../../agent/traffic-meter.ts';
import { clockOf, memoryOf, readMachine, throttledOf, wornOf } from '../../hardware/health/machine.ts';
import { addTraffic, monthOf, type TrafficMonth } from '../../hardware/health/traffic.ts';

const folders: string[] = [];
afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true });
});
async function rootWith(files: Readonly<Record<string, string>>): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'loa-root-'));
  folders.push(root);
  await put(root, files);
  return root;
}
async function put(root: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text);
  }
}

test.each<[string, readonly string[] | undefined]>([
  ['0\n', []],
  ['throttled=0x0\n', []],
  ['50005\n', ['under-voltage', 'throttled']],
  ['throttled=0x50000\n', []],
  ['0xe000a', ['frequency-capped', 'soft-limit']],
  ['error=1 error_msg="Command not registered"', undefined],
  ['', undefined],
])('firmware says %j', (text, flags) => {
  expect(throttledOf(text)).toEqual(flags);
});

test.each<[string, number | undefined]>([
  ['0x01 0x01\n', 10],
  ['0x02 0x09\n', 90],
  ['0x0b 0x01\n', 100],
  ['0x00 0x00\n', undefined],
  ['0x01\n', undefined],
  ['', undefined],
])('a card says %j', (text, percent) => {
  expect(wornOf(text)).toBe(percent);
});

test.each<[string, ReturnType<typeof clockOf>]>([
  [
    'A29FC87B,162.159.200.123,4,1732790400.123456789,-0.001234567,-0.000001234,0.000054,-12.345,0.001,0.123,0.012345678,0.000543210,64.2,Normal\n',
    { clockSource: '162.159.200.123', clockOffsetMs: -1.235 },
  ],
  ['00000000,,0,0.000000000,0.000000000,0.000000000,0.000000000,0.000,0.000,0.000,1.000000000,1.000000000,0.0,Not synchronised\n', {}],
  ['506 Cannot talk to daemon', {}],
])('chrony says %j', (text, clock) => {
  expect(clockOf(text)).toEqual(clock);
});

test('memory is what the kernel could give, not what lies free', () => {
  expect(memoryOf('MemTotal:         949444 kB\nMemFree:           52320 kB\nMemAvailable:     481200 kB\n')).toBe(481_200 * 1024);
  expect(memoryOf('MemFree: 1 kB')).toBeUndefined();
});

test('a board’s files are read from its root, and what is not there is no reading', async () => {
  expect(await readMachine(await rootWith({}))).toEqual({});
  const root = await rootWith({
    'proc/meminfo': 'MemTotal: 949444 kB\nMemAvailable:     481200 kB\n',
    'sys/devices/platform/soc/soc:firmware/get_throttled': '50001\n',
    'sys/block/mmcblk0/device/life_time': '0x02 0x03\n',
    'sys/block/mmcblk0boot0/device/life_time': '0x0b 0x0b\n',
    'sys/block/sda/device/life_time': '0x0b 0x0b\n',
  });
  expect(await readMachine(root)).toEqual({ memoryFreeBytes: 492_748_800, throttled: ['under-voltage'], diskWornPercent: 30 });
});

test('the machine under this test tells its memory', async () => {
  expect((await readMachine()).memoryFreeBytes).toBeGreaterThan(1_000_000);
});

const novMs = Date.UTC(2026, 10, 30, 16, 59);
test.each<[string, TrafficMonth | undefined, { counter: number; of?: string; card?: string | null }, number, number]>([
  ['the first reading counts what this boot brought', undefined, { counter: 500 }, novMs, 500],
  ['goes on', month(1_000, 400), { counter: 900 }, novMs, 1_500],
  ['a new boot counts from nothing', month(1_000, 400), { counter: 900, of: 'b2/wwan0' }, novMs, 1_900],
  ['a counter that went back is a new interface', month(1_000, 400), { counter: 100 }, novMs, 1_100],
  ['a new month in Vietnam begins at midnight there', month(1_000, 400), { counter: 900 }, novMs + 60_000, 500],
  ['another SIM has its own plan', month(1_000, 400), { counter: 900, card: 'bbbb' }, novMs, 500],
  ['a SIM that is not known yet is the one before', month(1_000, 400), { counter: 900, card: null }, novMs, 1_500],
])('data of the month: %s', (_, before, reading, atMs, bytes) => {
  expect(addTraffic(before, { of: 'b1/wwan0', card: 'aaaa', ...reading }, atMs).bytes).toBe(bytes);
});
function month(bytes: number, counter: number): TrafficMonth {
  return { month: monthOf(novMs), bytes, counter, of: 'b1/wwan0', card: 'aaaa' };
}

test('the month’s count survives a restart of the program and of the board', async () => {
  const net = (rx: number, tx: number) => ({
    'sys/class/net/wwan0/statistics/rx_bytes': `${rx}\n`,
    'sys/class/net/wwan0/statistics/tx_bytes': `${tx}\n`,
  });
  const root = await rootWith({
    ...net(1_000, 500),
    'sys/class/net/eth0/statistics/rx_bytes': '9\n',
    'proc/sys/kernel/random/boot_id': 'b1\n',
  });
  const meter = async () => {
    const one = new TrafficMeter({ dataDir: root, interface: undefined, root });
    await one.load();
    return one;
  };
  const first = await meter();
  expect(await first.read('aaaa', novMs, 0)).toBe(1_500);
  await put(root, net(2_000, 600));
  expect(await first.read('aaaa', novMs, 1_000)).toBe(2_600);
  await first.save();
  const again = await meter();
  expect(await again.read('aaaa', novMs, 0)).toBe(2_600);
  await put(root, { ...net(10, 10), 'proc/sys/kernel/random/boot_id': 'b2\n' });
  expect(await again.read('aaaa', novMs, 1_000)).toBe(2_620);
});
