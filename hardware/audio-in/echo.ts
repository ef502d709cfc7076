// Does a microphone hear what the loudspeaker was given? Loudness in bands over time, compared at every plausible delay. Pure.
// Level alone proves nothing: a street is loud. What must match is how the sound moves.
import { silenceDb } from './squelch.ts';

const rateHz = 48_000;
const frameMs = 20;
const frameSamples = (rateHz * frameMs) / 1_000;
/** Where horns carry and sirens and speech live. */
const bandsHz = [400, 600, 850, 1_200, 1_700, 2_400];
/** Compared at once. */
const windowFrames = 150;
/** From the converter to the microphone and through its buffer. */
const delayMsMax = 600;
const delays = delayMsMax / frameMs;
const matchMin = 0.6;
/** A band whose loudness hardly moves says nothing of who made it. */
const spreadMin = 1;

/** Loudness of the bands, frame by frame, dB; the first frame begins at `fromMonoMs`. */
export interface Bands {
  readonly fromMonoMs: number;
  readonly frames: readonly (readonly number[])[];
  readonly rest: Int16Array;
}

/** Put samples behind what is known; a gap of more than a frame begins anew. */
export function follow(before: Bands | undefined, atMonoMs: number, samples: Int16Array): Bands {
  const endMs = before && before.fromMonoMs + before.frames.length * frameMs + (before.rest.length * 1_000) / rateHz;
  const joined = before && endMs !== undefined && Math.abs(endMs - atMonoMs) <= 2 * frameMs ? before : undefined;
  const fresh = joined ?? { fromMonoMs: atMonoMs, frames: [], rest: new Int16Array(0) };
  const all = new Int16Array(fresh.rest.length + samples.length);
  all.set(fresh.rest);
  all.set(samples, fresh.rest.length);
  const added: number[][] = [];
  let at = 0;
  for (; at + frameSamples <= all.length; at += frameSamples) {
    const frame = all.subarray(at, at + frameSamples);
    added.push(bandsHz.map((hz) => loudnessDb(hz, frame)));
  }
  const frames = [...fresh.frames, ...added];
  const spare = Math.max(0, frames.length - windowFrames - 2 * delays);
  return { fromMonoMs: fresh.fromMonoMs + spare * frameMs, frames: frames.slice(spare), rest: all.slice(at) };
}

/** How well the newest window of what was given is found in what was captured: the best match, 0 to 1, and its delay. */
export function bestEcho(given: Bands, captured: Bands): { readonly match: number; readonly delayMs: number } {
  let best = { match: 0, delayMs: 0 };
  const endMs = captured.fromMonoMs + captured.frames.length * frameMs;
  for (let delay = 0; delay <= delays; delay++) {
    // The window ends where both are known.
    const to = Math.min(given.frames.length, Math.floor((endMs - delay * frameMs - given.fromMonoMs) / frameMs));
    const from = to - windowFrames;
    const shift = Math.round((given.fromMonoMs + (from + delay) * frameMs - captured.fromMonoMs) / frameMs);
    if (from < 0 || shift < 0 || shift + windowFrames > captured.frames.length) continue;
    const match = likeness(given.frames.slice(from, to), captured.frames.slice(shift, shift + windowFrames));
    if (match > best.match) best = { match, delayMs: delay * frameMs };
  }
  return best;
}

/** Two windows in a row that match at the same delay: chance does not do that. */
export function proves(before: { match: number; delayMs: number } | undefined, now: { match: number; delayMs: number }): boolean {
  return now.match >= matchMin && before !== undefined && before.match >= matchMin && Math.abs(before.delayMs - now.delayMs) <= 2 * frameMs;
}

/** Correlation over bands and time; each band's own mean is taken away, so that horn and microphone may colour the sound. */
function likeness(a: readonly (readonly number[])[], b: readonly (readonly number[])[]): number {
  let [both, first, second] = [0, 0, 0];
  for (let band = 0; band < bandsHz.length; band++) {
    const [meanA, meanB] = [meanOf(a, band), meanOf(b, band)];
    for (const [i, frame] of a.entries()) {
      const da = (frame[band] ?? silenceDb) - meanA;
      const db = (b[i]?.[band] ?? silenceDb) - meanB;
      both += da * db;
      first += da * da;
      second += db * db;
    }
  }
  const spread = Math.min(first, second) / (a.length * bandsHz.length);
  return spread < spreadMin ? 0 : both / Math.sqrt(first * second);
}

function meanOf(frames: readonly (readonly number[])[], band: number): number {
  return frames.reduce((sum, frame) => sum + (frame[band] ?? silenceDb), 0) / frames.length;
}

/** Goertzel, as a share of full scale; never below a floor, so that silence does not outweigh sound. */
function loudnessDb(hz: number, frame: Int16Array): number {
  const turn = 2 * Math.cos((2 * Math.PI * hz) / rateHz);
  let [last, before] = [0, 0];
  for (const sample of frame) [last, before] = [sample / 32_768 + turn * last - before, last];
  const power = (last * last + before * before - turn * last * before) / (frame.length * frame.length);
  return Math.max(-70, 10 * Math.log10(power + 1e-12));
}
