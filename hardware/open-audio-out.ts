// Picks the audio output that local settings name.
import { pcmFolder, readDeviceName, writeDeviceName } from './alsa/device.ts';
import { type Libasound, loadLibasound } from './alsa/libasound.ts';
import { LibasoundPcm } from './alsa/libasound-pcm.ts';
import { AplayOut } from './audio-out/aplay-out.ts';
import { LibasoundOut } from './audio-out/libasound-out.ts';
import { VirtualDac, type VirtualDacOptions } from './audio-out/virtual-dac.ts';
import type { AudioOut } from './audio-out.ts';
import { Failure, problemOf } from './host/failure.ts';
import { findProgram } from './host/processes.ts';

export interface AlsaSettings {
  readonly kind: 'alsa';
  /** The card itself, by id or index: `hw:CARD=Device`. */
  readonly device: string;
  /** `auto`: libasound, or aplay where koffi or libasound is missing. */
  readonly driver?: 'auto' | 'libasound' | 'aplay';
  readonly leadMs?: number;
  /** Where aplay's cards are told of instead of /proc: for trials without a card. */
  readonly proc?: string;
}

export type VirtualSettings = { readonly kind: 'virtual' } & Omit<VirtualDacOptions, 'now'>;
export type AudioOutSettings = VirtualSettings | AlsaSettings;

/** More than the writer's lead, so that a late writer still finds the card playing. */
const bufferMs = 500;
const periodMs = 10;

/** The output, not yet open: its owner opens it, and again after a failure. Rejects with Failure: bad-input, driver-missing. */
export async function makeAudioOut(settings: AudioOutSettings, env: NodeJS.ProcessEnv = process.env): Promise<AudioOut> {
  return settings.kind === 'virtual' ? new VirtualDac(settings) : makeAlsaOut(settings, findAplay(env));
}

function findAplay(env: NodeJS.ProcessEnv): string | undefined {
  const named = env['APLAY_BIN'];
  return (named === undefined ? undefined : findProgram(named, env)) ?? findProgram('aplay', env);
}

async function makeAlsaOut({ device: name, driver = 'auto', leadMs, proc }: AlsaSettings, aplay: string | undefined): Promise<AudioOut> {
  const device = readDeviceName(name);
  if (!device.ok) throw new Failure(device.problem.code, device.problem.detail);
  const lead = leadMs === undefined ? {} : { leadMs };
  const lib = driver === 'aplay' ? undefined : await loaded(driver, aplay);
  if (lib) {
    const wish = { device: device.value, direction: 'playback', bufferMs: Math.max(bufferMs, 2 * (leadMs ?? 0)), periodMs } as const;
    const openPcm = () => {
      pcmFolder(device.value, 'playback'); // says which cards there are, where alsa-lib would only print
      return new LibasoundPcm(lib, wish);
    };
    return new LibasoundOut({ name: `alsa ${writeDeviceName(device.value)}`, openPcm, ...lead });
  }
  if (!aplay) throw new Failure('driver-missing', 'neither libasound (through koffi) nor aplay is on this machine');
  return new AplayOut({ device: device.value, program: aplay, ...lead, ...(proc !== undefined && { proc }) });
}

/** libasound; nothing where `auto` may use aplay in its place. */
async function loaded(driver: 'auto' | 'libasound', aplay: string | undefined): Promise<Libasound | undefined> {
  try {
    return await loadLibasound();
  } catch (error) {
    if (driver === 'auto' && aplay !== undefined) return undefined;
    throw new Failure('driver-missing', problemOf(error).detail, error);
  }
}
