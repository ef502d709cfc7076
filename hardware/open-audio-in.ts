// Picks the audio input that local settings name.
import { pcmFolder, readDeviceName, writeDeviceName } from './alsa/device.ts';
import { loadLibasound } from './alsa/libasound.ts';
import { LibasoundPcm } from './alsa/libasound-pcm.ts';
import { AlsaIn } from './audio-in/alsa-in.ts';
import { SimulatedMicrophone, type SimulatedMicrophoneOptions } from './audio-in/simulated-microphone.ts';
import type { AudioIn } from './audio-in.ts';
import { Failure } from './host/failure.ts';

export type AudioInSettings =
  | ({ readonly kind: 'simulated' } & Omit<SimulatedMicrophoneOptions, 'now'>)
  | { readonly kind: 'alsa'; readonly device: string };

const bufferMs = 1_000;
const periodMs = 10;

/** The input, not yet open; what this machine lacks is told when it is opened. */
export function openAudioIn(settings: AudioInSettings): AudioIn {
  return settings.kind === 'simulated' ? new SimulatedMicrophone(settings) : makeAlsaIn(settings.device);
}

function makeAlsaIn(name: string): AudioIn {
  const openPcm = async () => {
    const device = readDeviceName(name);
    if (!device.ok) throw new Failure(device.problem.code, device.problem.detail);
    const lib = await loadLibasound();
    pcmFolder(device.value, 'capture'); // says which cards there are, where alsa-lib would only print
    return new LibasoundPcm(lib, { device: device.value, direction: 'capture', bufferMs, periodMs });
  };
  const device = readDeviceName(name);
  return new AlsaIn({ name: `alsa ${device.ok ? writeDeviceName(device.value) : name}`, openPcm });
}
