// One open session at work: voice in, batches out to every listener and into the recording. Owns its own tick.
import type { WebSocket } from 'ws';
import type { LiveSession } from '../../schemas/live.ts';
import type { Result } from '../../schemas/problems.ts';
import { BatchChain } from './batch-chain.ts';
import { CaptureClock } from './capture-clock.ts';
import { Listeners } from './listeners.ts';
import { LiveLine } from './live-line.ts';
import type { Recorded, Recording } from './recording.ts';

const tickMs = 20;
/** A microphone that says nothing for so long is not talking, whatever its button. */
const talkingWithinMs = 2_000;

export interface RoomOptions {
  readonly session: LiveSession;
  readonly privateKeyPem: string;
  readonly chime: readonly Uint8Array[];
  readonly talkFromMs: number;
  readonly chimeMs: number;
  readonly recording: Recording;
  /** Wall time with fractions. */
  readonly nowMs: () => number;
  readonly onOver: () => void;
  readonly onTalk: () => void;
}

export class LiveRoom {
  readonly session: LiveSession;
  readonly #options: RoomOptions;
  readonly #chain: BatchChain;
  readonly #line: LiveLine;
  readonly #listeners = new Listeners();
  #timer: NodeJS.Timeout | undefined;
  #clock = new CaptureClock();
  #talks = false;
  #heardMs = 0;
  #microphone: WebSocket | undefined;

  constructor(options: RoomOptions) {
    const { session, privateKeyPem, chime, chimeMs, recording } = options;
    this.session = session;
    this.#options = options;
    this.#chain = new BatchChain(session.session, privateKeyPem);
    this.#line = new LiveLine({
      startMs: session.openMs,
      delayMs: session.delayMs,
      chime,
      chimeMs,
      onCut: (cut) => {
        recording.write(cut.frames);
        this.#listeners.send(this.#chain.seal(cut));
      },
    });
  }

  start(): void {
    this.#timer = setInterval(() => this.#tick(), tickMs);
  }

  get listeners(): number {
    return this.#listeners.count;
  }

  /** Listeners let go because they did not read, and voice that came too late to be sent. */
  get losses(): { readonly dropped: number; readonly late: number } {
    return { dropped: this.#listeners.dropped, late: this.#line.late };
  }

  get talking(): boolean {
    return this.#talks && this.#options.nowMs() - this.#heardMs < talkingWithinMs;
  }

  join(dev: string, socket: WebSocket): boolean {
    return this.#listeners.join(dev, socket);
  }

  /** One microphone at a time; false when another holds the session. A new one counts its frames anew. */
  take(microphone: WebSocket): boolean {
    if (this.#microphone) return false;
    this.#microphone = microphone;
    this.#clock = new CaptureClock();
    return true;
  }

  leave(microphone: WebSocket): void {
    if (this.#microphone !== microphone) return;
    this.#microphone = undefined;
    this.talk(false);
  }

  talk(on: boolean): void {
    if (on === this.#talks) return;
    this.#talks = on;
    this.#heardMs = this.#options.nowMs();
    this.#options.onTalk();
  }

  /** A numbered frame of the microphone; without sound it only says how far the microphone is. */
  hear(number: number, frame: Uint8Array | undefined): void {
    const nowMs = this.#options.nowMs();
    const heard = frame !== undefined && this.#talks;
    const capturedMs = this.#clock.take(number, nowMs, heard);
    if (!heard) return;
    this.#heardMs = nowMs;
    this.#line.voice(frame, capturedMs);
  }

  /** A frame whose instant is known: of a relay, which is paced by the centre. */
  sound(frame: Uint8Array, capturedMs: number): void {
    this.#talks = true;
    this.#heardMs = this.#options.nowMs();
    this.#line.voice(frame, capturedMs);
  }

  /** Say the last batch, let everybody go; answers the finished recording. */
  async end(): Promise<Result<Recorded>> {
    clearInterval(this.#timer);
    this.#line.fill(this.#options.nowMs(), false);
    const last = this.#line.end();
    this.#options.recording.write(last.frames);
    this.#listeners.send(this.#chain.seal(last, true));
    this.#listeners.close();
    this.#microphone?.close(1000, 'closed');
    return this.#options.recording.finish();
  }

  #tick(): void {
    const nowMs = this.#options.nowMs();
    this.#line.fill(nowMs, this.talking);
    if (nowMs >= this.session.untilMs) this.#options.onOver();
  }
}
