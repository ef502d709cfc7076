// Bytes that went through one network interface, counted by the kernel, added up by month and SIM.
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** What is remembered between readings. */
export interface TrafficMonth extends TrafficReading {
  /** YYYY-MM in Vietnam, where plans are paid by the calendar month. */
  readonly month: string;
  readonly bytes: number;
}

export interface TrafficReading {
  /** The kernel's counter, of which boot and interface. */
  readonly counter: number;
  readonly of: string;
  /** Which SIM; null while nobody knows. */
  readonly card: string | null;
}

const eastMs = 7 * 3_600_000;

export function monthOf(wallMs: number): string {
  return new Date(wallMs + eastMs).toISOString().slice(0, 7);
}

/** One more reading. A counter that went back belongs to a new interface, and all of it is new; another SIM begins at nothing. Pure. */
export function addTraffic(before: TrafficMonth | undefined, reading: TrafficReading, wallMs: number): TrafficMonth {
  const month = monthOf(wallMs);
  const goesOn = before?.of === reading.of && reading.counter >= before.counter;
  const added = goesOn ? reading.counter - before.counter : reading.counter;
  const card = reading.card ?? before?.card ?? null;
  const same = before?.month === month && (before.card === null || before.card === card);
  return { ...reading, card, month, bytes: (same ? before.bytes : 0) + added };
}

/** The interface that a modem's data goes through: the one that is named, else the first that looks like one. */
export async function findInterface(named: string | undefined, root = '/'): Promise<string | undefined> {
  if (named !== undefined) return named;
  const names = await readdir(join(root, 'sys/class/net')).catch(() => []);
  return names.filter((name) => /^(wwan|wwp|ppp|usb)/.test(name)).sort()[0];
}

/** Received and sent, as the kernel counts; undefined while there is no such interface. */
export async function readCounter(name: string, root = '/'): Promise<number | undefined> {
  const one = (what: string) => readFile(join(root, 'sys/class/net', name, 'statistics', what), 'utf8').catch(() => '');
  const texts = await Promise.all([one('rx_bytes'), one('tx_bytes')]);
  return texts.every((text) => /^\d{1,16}\s*$/.test(text)) ? texts.reduce((sum, text) => sum + Number(text), 0) : undefined;
}
