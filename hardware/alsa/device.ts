// Names of ALSA devices: always the card itself (`hw:`), by its stable id or its index, found and explained from /proc.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { bad, ok, type Result } from '../../schemas/problems.ts';
import { Failure } from '../host/failure.ts';
import { findCards, procFolder } from '../host/sound-cards.ts';
import { readPcmStatus } from './proc-status.ts';

export interface Device {
  /** Card id (`Device`, `Headphones`) or index as text. */
  readonly card: string;
  readonly device: number;
  readonly subdevice: number | undefined;
}

export type Direction = 'playback' | 'capture';

const cardPattern = /^[A-Za-z0-9_-]{1,40}$/;

/** Read `hw:CARD=Device,DEV=0`, `hw:Device,0,0`, `hw:1` or `Device`. Problem: bad-input, for layers (`default`, `plughw:…`) too. */
export function readDeviceName(name: string): Result<Device> {
  const layered = name.includes(':') && !name.startsWith('hw:');
  if (layered || ['default', 'sysdefault', 'pulse', 'pipewire', 'null'].includes(name))
    return bad('bad-input', `${name} goes through a layer that hides the position; name the card itself: hw:CARD=ID`);
  const values: Record<string, string> = {};
  for (const [i, part] of name.replace(/^hw:/, '').split(',').entries()) {
    const [key, value] = part.includes('=') ? part.split('=', 2) : [['CARD', 'DEV', 'SUBDEV'][i] ?? 'too-many', part];
    values[key ?? ''] = value ?? '';
  }
  const { CARD: card = '', DEV: device = '0', SUBDEV: subdevice, ...rest } = values;
  const numbers = [device, subdevice ?? '0'].every((text) => /^\d{1,2}$/.test(text));
  if (!cardPattern.test(card) || !numbers || Object.keys(rest).length > 0)
    return bad('bad-input', `${name.slice(0, 100)} is no device name, expected hw:CARD=ID[,DEV=N]`);
  return ok({ card, device: Number(device), subdevice: subdevice === undefined ? undefined : Number(subdevice) });
}

/** The name that alsa-lib and aplay understand. */
export function writeDeviceName({ card, device, subdevice }: Device): string {
  return `hw:CARD=${card},DEV=${device}${subdevice === undefined ? '' : `,SUBDEV=${subdevice}`}`;
}

/** The folder of a PCM (`/proc/asound/card1/pcm0p`). Throws Failure device-failed when the card is not there. */
export function pcmFolder(device: Device, direction: Direction, proc = procFolder): string {
  const cards = findCards(proc);
  const card = cards.find(({ id, index }) => id === device.card || String(index) === device.card);
  if (!card) {
    const present = cards.map(({ id }) => id).join(', ') || 'none';
    throw new Failure('device-failed', `no sound card ${device.card}; present: ${present}`);
  }
  return join(proc, 'asound', `card${card.index}`, `pcm${device.device}${direction === 'playback' ? 'p' : 'c'}`);
}

/** The streams of a PCM with the process that holds each. */
export function streamsOf(folder: string): { readonly path: string; readonly ownerPid: number | undefined; readonly closed: boolean }[] {
  return subfolders(folder).map((path) => {
    const status = readPcmStatus(textOf(join(path, 'status')));
    const open = status.ok && status.value !== 'closed' ? status.value : undefined;
    return { path, ownerPid: open?.ownerPid, closed: status.ok && status.value === 'closed' };
  });
}

/** Who holds a busy device, in words: `pid 812 (mpv)`; undefined when nobody is found. */
export function holderOf(device: Device, direction: Direction, proc = procFolder): string | undefined {
  try {
    const pids = streamsOf(pcmFolder(device, direction, proc)).flatMap(({ ownerPid }) => (ownerPid ? [ownerPid] : []));
    const names = pids.map((pid) => `pid ${pid} (${textOf(join(proc, String(pid), 'comm')).trim() || 'gone'})`);
    return names.length > 0 ? names.join(', ') : undefined;
  } catch {
    return undefined;
  }
}

/** The failure of an open that met EBUSY. */
export function busyFailure(device: Device, direction: Direction, proc = procFolder): Failure {
  const holder = holderOf(device, direction, proc);
  return new Failure('device-busy', `${writeDeviceName(device)} is in use${holder ? ` by ${holder}` : ''}`);
}

function subfolders(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => /^sub\d+$/.test(name))
      .map((name) => join(folder, name));
  } catch {
    return [];
  }
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
