// The microphone that stands at an output's horn, and proves that an order was heard there.
import { NearMicrophone } from '../hardware/audio-in/near-microphone.ts';
import type { Heard } from '../hardware/audio-out.ts';
import { openAudioIn } from '../hardware/open-audio-in.ts';
import { type AgentConfig, audioInSettings } from './config.ts';
import type { Logger } from './log.ts';
import { SoundProof } from './sound-proof.ts';

/** `undefined` where none is configured. `own` is what people would hear at this output, `heardAt` at another. */
export function proofAt(
  id: string,
  { config, log }: { readonly config: AgentConfig; readonly log: Logger },
  own: Heard | undefined,
  heardAt: (output: string | undefined) => Heard | undefined,
): SoundProof | undefined {
  const line = config.proofs[id];
  const found = line === undefined ? undefined : config.audioIn[line];
  const settings = line === undefined ? undefined : audioInSettings(config, line);
  if (!found || !settings) return undefined;
  const near = found.kind === 'simulated' ? found.hears : undefined;
  return new SoundProof({
    openInput: () => {
      const heard = near === id ? own : heardAt(near);
      return near !== undefined && heard ? new NearMicrophone(heard) : openAudioIn(settings);
    },
    warn: (problem) => log.warn({ event: 'proofFailed', output: id, problem }),
  });
}
