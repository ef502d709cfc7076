// Plays both loudspeakers as one stereo sound: pieces of 100 ms from the supervisor, set end to end on the audio clock.

const rateHz = 48_000;
const framesPerPiece = 4_800;
/** Enough to ride over a hiccup of the network; heard sound is old already, so nobody misses it. */
const cushionSeconds = 0.35;

export class Ears {
  #context: AudioContext | undefined;
  #stop: AbortController | undefined;
  #nextAt = 0;

  get listening(): boolean {
    return this.#stop !== undefined;
  }

  /** MUST be called from a click, or browsers keep silent. */
  async start(onEnd: () => void): Promise<void> {
    const context = new AudioContext({ sampleRate: rateHz });
    const stop = new AbortController();
    this.#context = context;
    this.#stop = stop;
    this.#nextAt = 0;
    await context.resume();
    this.#follow(context, stop.signal)
      .catch(() => undefined)
      .finally(() => {
        if (this.#stop === stop) this.stop();
        onEnd();
      });
  }

  stop(): void {
    this.#stop?.abort();
    this.#stop = undefined;
    this.#context?.close().catch(() => undefined);
    this.#context = undefined;
  }

  async #follow(context: AudioContext, signal: AbortSignal): Promise<void> {
    const response = await fetch('/stage/sound', { signal });
    const reader = response.body?.getReader();
    if (!response.ok || !reader) return;
    let rest = new Uint8Array(0);
    const pieceBytes = framesPerPiece * 4;
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      const all = new Uint8Array(rest.length + value.length);
      all.set(rest);
      all.set(value, rest.length);
      let at = 0;
      for (; at + pieceBytes <= all.length; at += pieceBytes) this.#play(context, new DataView(all.buffer, at, pieceBytes));
      rest = all.slice(at);
    }
  }

  #play(context: AudioContext, piece: DataView): void {
    const buffer = context.createBuffer(2, framesPerPiece, rateHz);
    for (const ear of [0, 1]) {
      const samples = buffer.getChannelData(ear);
      for (let i = 0; i < framesPerPiece; i++) samples[i] = piece.getInt16(i * 4 + ear * 2, true) / 32_768;
    }
    const source = context.createBufferSource();
    source.buffer = buffer;
    source.connect(context.destination);
    if (this.#nextAt < context.currentTime + 0.02) this.#nextAt = context.currentTime + cushionSeconds;
    source.start(this.#nextAt);
    this.#nextAt += framesPerPiece / rateHz;
  }
}
