// How long work takes the processor, whatever else the machine is doing meanwhile.

/** Milliseconds of this process in the fastest of some runs; the first ones also compile and collect. */
export async function processorMs(work: () => unknown, runs = 1): Promise<number> {
  let fastestMs = Infinity;
  for (let run = 0; run < runs; run++) {
    const before = process.cpuUsage();
    await work();
    const { user, system } = process.cpuUsage(before);
    fastestMs = Math.min(fastestMs, (user + system) / 1000);
  }
  return fastestMs;
}
