// The microphone that stands at an output's horn, as the configuration names it.
import { join } from 'node:path';
import { airMs, lossDb, NearMicrophone } from '../../hardware/audio-in/near-microphone.ts';
import type { Heard } from '../../hardware/audio-out.ts';
import { openAudioIn } from '../../hardware/open-audio-in.ts';
import { type AgentConfig, audioInSettings } from '../config.ts';
import type { Logger } from '../log.ts';
import type { Clock } from '../ports.ts';
import { Calibrations } from './calibrations.ts';
import { Ear } from './ear.ts';
import type { Calibration } from './verdict.ts';

/** A simulated microphone stands where it stands. */
const nearby: Calibration = { atMs: 0, delayMs: airMs, gainDb: lossDb, noiseDb: -60 };

interface EarPlace {
  readonly config: AgentConfig;
  readonly dataDir: string;
  readonly clock: Clock;
  readonly log: Logger;
}

/** `undefined` where none is configured. `own` is what people would hear at this output, `heardAt` at another. */
export function earAt(
  id: string,
  { config, dataDir, clock, log }: EarPlace,
  own: Heard | undefined,
  heardAt: (output: string | undefined) => Heard | undefined,
): Ear | undefined {
  const line = config.proofs[id];
  const found = line === undefined ? undefined : config.audioIn[line];
  const settings = line === undefined ? undefined : audioInSettings(config, line);
  if (!found || !settings) return undefined;
  const near = found.kind === 'simulated' ? found.hears : undefined;
  const device = found.kind === 'simulated' ? 'simulated' : found.device;
  const calibrations = new Calibrations(join(dataDir, 'ear.json'), (problem) =>
    log.warn({ event: 'calibrationFailed', output: id, problem }),
  );
  return new Ear({
    openInput: () => {
      const heard = near === id ? own : heardAt(near);
      return near !== undefined && heard ? new NearMicrophone(heard) : openAudioIn(settings);
    },
    calibration: () => calibrations.of(id, device) ?? (near === undefined ? undefined : nearby),
    keep: (calibration) => calibrations.keep(id, device, calibration),
    wallMs: () => clock.now().wallMs,
    warn: (problem) => log.warn({ event: 'microphoneFailed', output: id, problem }),
  });
}
