// Bare Opus frames to samples in memory, by WASM in this process: no program is started for speech that must sound in 300 ms.
import { bad, ok, type Problem, type Result } from '../../../schemas/problems.ts';

export interface FrameDecoder {
  /** 48 kHz mono samples of frames in order; a frame that cannot be read is silence of its length. */
  decode(frames: readonly Uint8Array[]): Float32Array;
  free(): void;
}

/** A decoder of one stream, or that there is none on this machine. */
export async function openFrameDecoder(): Promise<Result<FrameDecoder>> {
  try {
    const { OpusDecoder } = await import('opus-decoder');
    const decoder = new OpusDecoder({ channels: 1, sampleRate: 48_000 });
    await decoder.ready;
    return ok({
      decode: (frames) => {
        const samples = new Float32Array(frames.length * 960);
        for (const [at, frame] of frames.entries()) {
          const { channelData, samplesDecoded } = decoder.decodeFrame(frame);
          const [mono] = channelData;
          if (mono && samplesDecoded > 0) samples.set(mono.subarray(0, Math.min(960, samplesDecoded)), at * 960);
        }
        return samples;
      },
      free: () => decoder.free(),
    });
  } catch (error) {
    return bad('driver-missing', `opus-decoder: ${(error as Error).message}`);
  }
}

/** Why this machine cannot decode live sound, if so. */
export async function frameDecoderProblem(): Promise<Problem | undefined> {
  const opened = await openFrameDecoder();
  if (!opened.ok) return opened.problem;
  opened.value.free();
  return undefined;
}
