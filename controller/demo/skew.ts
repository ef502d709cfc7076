// How far two loudspeakers are apart, measured from what was heard: pure arithmetic on two pieces of sound.
export const soundHz = 48_000;

/**
 * Lag of `b` behind `a` in milliseconds, by normalised cross-correlation with a parabola through the peak.
 * Both start at the same instant. Undefined when either is too quiet or they are not the same sound.
 */
export function lagMs(a: Int16Array, b: Int16Array, lagMsMax: number): number | undefined {
  const reach = Math.round((lagMsMax * soundHz) / 1000);
  const length = Math.min(a.length, b.length) - 2 * reach;
  if (length < soundHz / 20) return undefined;
  const base = a.subarray(reach, reach + length);
  const energy = energyOf(base);
  if (energy / length < 100 * 100) return undefined;
  const score = (lag: number): number => {
    const other = b.subarray(reach + lag, reach + lag + length);
    let sum = 0;
    for (let i = 0; i < length; i++) sum += (base[i] ?? 0) * (other[i] ?? 0);
    return sum / Math.sqrt(energy * energyOf(other) + 1);
  };
  const best = peakOf(score, reach);
  if (best.score < 0.6) return undefined;
  const [before, after] = [score(best.lag - 1), score(best.lag + 1)];
  const bend = before - 2 * best.score + after;
  const fraction = bend === 0 ? 0 : (0.5 * (before - after)) / bend;
  return ((best.lag + fraction) / soundHz) * 1000;
}

/** Coarse steps first: speech is smooth over a few samples at 48 kHz. */
function peakOf(score: (lag: number) => number, reach: number): { lag: number; score: number } {
  const best = { lag: 0, score: Number.NEGATIVE_INFINITY };
  const look = (lag: number) => {
    const value = score(lag);
    if (value > best.score) Object.assign(best, { lag, score: value });
  };
  for (let lag = -reach + 4; lag <= reach - 4; lag += 3) look(lag);
  const { lag: near } = best;
  for (let lag = near - 2; lag <= near + 2; lag++) look(lag);
  return best;
}

function energyOf(frames: Int16Array): number {
  let sum = 0;
  for (const frame of frames) sum += frame * frame;
  return sum;
}

/** Root mean square of a piece of sound, dB relative to full scale; −90 is silence. */
export function levelDb(frames: Int16Array): number {
  if (frames.length === 0) return -90;
  return Math.max(-90, 10 * Math.log10(energyOf(frames) / frames.length / (32_768 * 32_768) + 1e-9));
}
