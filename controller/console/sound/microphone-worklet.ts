// Runs on the browser's sound thread: gathers the microphone into frames of 20 ms and hands them over, nothing else.
declare class AudioWorkletProcessor {
  readonly port: MessagePort;
}
declare function registerProcessor(name: string, kind: typeof AudioWorkletProcessor): void;

const frameSamples = 960;

class Frames extends AudioWorkletProcessor {
  #frame = new Float32Array(frameSamples);
  #filled = 0;

  process(inputs: readonly (readonly Float32Array[])[]): boolean {
    const samples = inputs[0]?.[0];
    for (let at = 0; samples && at < samples.length; ) {
      const count = Math.min(samples.length - at, frameSamples - this.#filled);
      this.#frame.set(samples.subarray(at, at + count), this.#filled);
      this.#filled += count;
      at += count;
      if (this.#filled < frameSamples) continue;
      this.port.postMessage(this.#frame, [this.#frame.buffer]);
      this.#frame = new Float32Array(frameSamples);
      this.#filled = 0;
    }
    return true;
  }
}

registerProcessor('frames', Frames);
