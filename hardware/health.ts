// How the machine is: memory, disk, load, temperature, network. One sample for telemetry.
import { readdir, readFile, statfs } from 'node:fs/promises';
import { loadavg, networkInterfaces, uptime } from 'node:os';
import { join } from 'node:path';
import type { Telemetry } from '../schemas/report.ts';

export type HealthSample = Omit<Telemetry, 'atMs' | 'clock' | 'health'>;

/** Sample the machine. `dataDir` names the disk that matters. */
export async function sampleHealth(dataDir: string, thermalRoot = '/sys/class/thermal'): Promise<HealthSample> {
  const [disk, temperatureC] = await Promise.all([statfs(dataDir), readTemperature(thermalRoot)]);
  return {
    upMs: Math.round(uptime() * 1000),
    rssBytes: process.memoryUsage.rss(),
    diskFreeBytes: disk.bavail * disk.bsize,
    load1: Math.round((loadavg()[0] ?? 0) * 100) / 100,
    temperatureC,
  };
}

/** True when any interface but loopback has an address. */
export function networkUp(interfaces = networkInterfaces()): boolean {
  return Object.values(interfaces).some((addresses) => addresses?.some(({ internal }) => !internal));
}

/** The hottest zone in degrees, `null` where the machine has no sensor. */
async function readTemperature(root: string): Promise<number | null> {
  const zones = (await readdir(root).catch(() => [])).filter((name) => name.startsWith('thermal_zone'));
  const texts = await Promise.all(zones.map((zone) => readFile(join(root, zone, 'temp'), 'utf8').catch(() => '')));
  const degrees = texts.filter((text) => /^-?\d+\s*$/.test(text)).map((text) => Number(text) / 1000);
  return degrees.length > 0 ? Math.max(...degrees) : null;
}
