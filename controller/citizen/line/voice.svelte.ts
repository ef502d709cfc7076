// Somebody's own voice, recorded on the phone: asked for by a touch, ended by a touch or when it is long enough.

const kinds = ['audio/webm;codecs=opus', 'audio/ogg;codecs=opus', 'audio/mp4'] as const;
const bitsPerSecond = 32_000;

export class Voice {
  state = $state<'quiet' | 'asking' | 'recording' | 'refused'>('quiet');
  /** How long it has gone on, s. */
  lengthS = $state(0);
  /** As a data address: so it is sent. */
  recorded = $state.raw<string>();
  /** Where the page itself hears it; its policy plays no data addresses. */
  heardAt = $state.raw<string>();
  readonly #longestMs: number;
  #recorder: MediaRecorder | undefined;

  constructor(longestMs: number) {
    this.#longestMs = longestMs;
  }

  static get possible(): boolean {
    return typeof MediaRecorder === 'function' && navigator.mediaDevices !== undefined;
  }

  async begin(): Promise<void> {
    this.state = 'asking';
    const stream = await navigator.mediaDevices.getUserMedia({ audio: true }).catch(() => undefined);
    if (!stream) {
      this.state = 'refused';
      return;
    }
    const mimeType = kinds.find((kind) => MediaRecorder.isTypeSupported(kind));
    const recorder = new MediaRecorder(stream, { audioBitsPerSecond: bitsPerSecond, ...(mimeType && { mimeType }) });
    const pieces: Blob[] = [];
    const begunMs = performance.now();
    const clock = setInterval(() => {
      const sinceMs = performance.now() - begunMs;
      this.lengthS = Math.floor(sinceMs / 1000);
      if (sinceMs >= this.#longestMs) this.end();
    }, 250);
    recorder.ondataavailable = ({ data }) => void pieces.push(data);
    recorder.onstop = async () => {
      clearInterval(clock);
      for (const track of stream.getTracks()) track.stop();
      // Without the codec: the centre finds out by itself what it is.
      const blob = new Blob(pieces, { type: (mimeType ?? 'audio/webm').split(';')[0] ?? '' });
      this.forget();
      this.heardAt = URL.createObjectURL(blob);
      this.recorded = await addressOf(blob);
      this.state = 'quiet';
    };
    this.#recorder = recorder;
    recorder.start();
    this.lengthS = 0;
    this.state = 'recording';
  }

  end(): void {
    if (this.#recorder?.state === 'recording') this.#recorder.stop();
  }

  forget(): void {
    if (this.heardAt !== undefined) URL.revokeObjectURL(this.heardAt);
    this.heardAt = undefined;
    this.recorded = undefined;
    this.lengthS = 0;
  }
}

function addressOf(blob: Blob): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result));
    reader.onerror = () => reject(reader.error ?? new Error('not read'));
    reader.readAsDataURL(blob);
  });
}
