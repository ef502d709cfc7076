// How the board itself is: supply and heat as its firmware tells, wear of its card, memory, the clock's source. Nothing where nobody tells.
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Readings, throttleFlags } from '../../schemas/readings.ts';
import { findProgram, runTool } from '../host/processes.ts';

export type MachineReadings = Pick<Readings, 'memoryFreeBytes' | 'diskWornPercent' | 'throttled' | 'clockSource' | 'clockOffsetMs'>;

/** Where Raspberry Pi kernels tell it; `vcgencmd` asks the same of the firmware. */
const throttledFile = 'sys/devices/platform/soc/soc:firmware/get_throttled';
const toolWithinMs = 3_000;
const toolBytesMax = 4_096;

/** `root` stands in for `/` in tests. Tools are asked only of the real root. */
export async function readMachine(root = '/'): Promise<MachineReadings> {
  const [memory, worn, throttled, clock] = await Promise.all([
    readText(root, 'proc/meminfo'),
    readWorn(root),
    readThrottled(root),
    root === '/' ? ask('chronyc', ['-c', 'tracking']) : undefined,
  ]);
  const memoryFreeBytes = memoryOf(memory ?? '');
  return {
    ...(memoryFreeBytes !== undefined && { memoryFreeBytes }),
    ...(worn !== undefined && { diskWornPercent: worn }),
    ...(throttled && { throttled }),
    ...clockOf(clock ?? ''),
  };
}

/** `MemAvailable` of /proc/meminfo, bytes. */
export function memoryOf(text: string): number | undefined {
  const kibibytes = /^MemAvailable:\s+(\d{1,12}) kB$/m.exec(text)?.[1];
  return kibibytes === undefined ? undefined : Number(kibibytes) * 1024;
}

/** `50005`, `0x50005` or `throttled=0x50005`: bits 0…3 are now, 16…19 since the board's start. */
export function throttledOf(text: string): NonNullable<Readings['throttled']> | undefined {
  const digits = /^(?:throttled=)?(?:0x)?([0-9a-f]{1,8})\s*$/i.exec(text)?.[1];
  if (digits === undefined) return undefined;
  const bits = Number.parseInt(digits, 16);
  return throttleFlags.filter((_, bit) => ((bits >> bit) & 1) === 1);
}

/** eMMC `life_time` (JEDEC JESD84-B51 §7.4.62): two estimates `0x01`…`0x0b`, each a tenth of its life; the worse counts. */
export function wornOf(text: string): number | undefined {
  const found = /^(0x[0-9a-f]{2}) (0x[0-9a-f]{2})\s*$/i.exec(text);
  const tenths = Math.max(...(found?.slice(1) ?? []).map((one) => Number.parseInt(one, 16)));
  return tenths >= 1 && tenths <= 11 ? Math.min(100, tenths * 10) : undefined; // 0: the card does not say
}

/** `chronyc -c tracking`: reference, name, stratum, …, offset in seconds as the fifth field, leap status as the last. */
export function clockOf(text: string): Pick<Readings, 'clockSource' | 'clockOffsetMs'> {
  const fields = text.trim().split(',');
  const [, name = '', , , offset = ''] = fields;
  if (fields.length !== 14 || name === '' || fields[13] === 'Not synchronised' || !/^-?\d{1,10}(\.\d{1,12})?$/.test(offset)) return {};
  return { clockSource: name.slice(0, 64), clockOffsetMs: Math.round(Number(offset) * 1e6) / 1e3 };
}

/** The most worn card; SD cards do not tell and are no reading. */
async function readWorn(root: string): Promise<number | undefined> {
  const names = (await readdir(join(root, 'sys/block')).catch(() => [])).filter((name) => /^mmcblk\d+$/.test(name));
  const texts = await Promise.all(names.map((name) => readText(root, `sys/block/${name}/device/life_time`)));
  const worn = texts.flatMap((text) => wornOf(text ?? '') ?? []);
  return worn.length > 0 ? Math.max(...worn) : undefined;
}

async function readThrottled(root: string): Promise<Readings['throttled']> {
  const text = await readText(root, throttledFile);
  if (text !== undefined) return throttledOf(text);
  return root === '/' ? throttledOf((await ask('vcgencmd', ['get_throttled'])) ?? '') : undefined;
}

async function ask(program: string, args: readonly string[]): Promise<string | undefined> {
  if (findProgram(program) === undefined) return undefined;
  const told = await runTool(program, args, { timeoutMs: toolWithinMs, outputBytesMax: toolBytesMax });
  return told.ok ? Buffer.from(told.value.stdout).toString('utf8') : undefined;
}

async function readText(root: string, path: string): Promise<string | undefined> {
  return readFile(join(root, path), 'utf8').catch(() => undefined);
}
