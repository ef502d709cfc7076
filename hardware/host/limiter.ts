// A limiter that knows the whole sound: peaks are turned down smoothly from 5 ms before to 5 ms after, nothing else changes.
const reachFrames = 240;

/** Samples (full scale is 1) beyond the ceiling are brought under it: each gain is the mean of the least gains wanted nearby. */
export function limitPeaks(pcm: Float64Array, ceiling: number): Float64Array {
  const least = leastNearby(pcm.map((sample) => Math.min(1, ceiling / Math.max(Math.abs(sample), 1e-9))));
  const sums = new Float64Array(pcm.length + 1);
  for (let i = 0; i < pcm.length; i += 1) sums[i + 1] = (sums[i] ?? 0) + (least[i] ?? 1);
  return pcm.map((sample, i) => {
    const from = Math.max(0, i - reachFrames);
    const to = Math.min(pcm.length, i + reachFrames + 1);
    return sample * (((sums[to] ?? 0) - (sums[from] ?? 0)) / (to - from));
  });
}

/** Least of each value's neighbourhood, in one pass: candidates wait in a rising line. */
function leastNearby(values: Float64Array): Float64Array {
  const least = new Float64Array(values.length);
  const line = new Int32Array(values.length);
  let head = 0;
  let tail = 0;
  for (let i = 0; i < values.length + reachFrames; i += 1) {
    const value = values[i];
    if (value !== undefined) {
      while (tail > head && (values[line[tail - 1] ?? 0] ?? 1) >= value) tail -= 1;
      line[tail] = i;
      tail += 1;
    }
    const at = i - reachFrames;
    if (at < 0) continue;
    while (head < tail && (line[head] ?? 0) < at - reachFrames) head += 1;
    least[at] = values[line[head] ?? 0] ?? 1;
  }
  return least;
}
