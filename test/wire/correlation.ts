// Is what was heard what was meant? Normalised cross-correlation of two 48 kHz mono signals near an expected place.

export interface Match {
  /** Index in `heard` where `meant` begins. */
  readonly atFrame: number;
  /** Normalised correlation there, -1..1. */
  readonly peak: number;
}

const decimation = 6;

/** Search `meant` in `heard` within ± `searchFrames` of `expectedFrame`: coarse at 8 kHz, then exact. */
export function correlate(heard: Int16Array, meant: Int16Array, expectedFrame: number, searchFrames: number): Match {
  const coarse = best(decimate(heard), decimate(meant), Math.round(expectedFrame / decimation), Math.ceil(searchFrames / decimation));
  return best(heard, meant.subarray(0, Math.min(meant.length, 96_000)), coarse.atFrame * decimation, decimation * 2);
}

function best(heard: ArrayLike<number>, meant: ArrayLike<number>, around: number, search: number): Match {
  let meantPower = 0;
  for (let i = 0; i < meant.length; i++) meantPower += (meant[i] ?? 0) ** 2;
  let atFrame = around;
  let peak = -1;
  for (let start = Math.max(0, around - search); start <= around + search; start++) {
    let dot = 0;
    let power = 0;
    for (let i = 0; i < meant.length; i++) {
      const sample = heard[start + i] ?? 0;
      dot += sample * (meant[i] ?? 0);
      power += sample * sample;
    }
    const value = power === 0 || meantPower === 0 ? 0 : dot / Math.sqrt(power * meantPower);
    if (value > peak) {
      peak = value;
      atFrame = start;
    }
  }
  return { atFrame, peak };
}

/** Mean of each run of `decimation` samples: low-pass and thin in one. */
function decimate(frames: Int16Array): Float64Array {
  const thin = new Float64Array(Math.floor(frames.length / decimation));
  for (let i = 0; i < thin.length; i++) {
    let sum = 0;
    for (let j = 0; j < decimation; j++) sum += frames[i * decimation + j] ?? 0;
    thin[i] = sum / decimation;
  }
  return thin;
}
