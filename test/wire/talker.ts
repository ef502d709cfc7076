// A person at a microphone, scripted: signs in over REST, opens a session, and sends real Opus frames in real time.
import { spawnSync } from 'node:child_process';
import { WebSocket } from 'ws';
import { OggPackets } from '../../controller/live/ogg-pages.ts';
import type { Operator } from './operator.ts';

const frameMs = 20;

/** Any sound ffmpeg can make, as 20 ms frames of 24 kbit/s. */
export function opusFrames(input: readonly string[], stdin?: Uint8Array): Uint8Array[] {
  const opus = ['-c:a', 'libopus', '-b:a', '24k', '-frame_duration', '20', '-page_duration', '20000', '-f', 'ogg', 'pipe:1'];
  const args = ['-v', 'error', ...input, '-ac', '1', '-ar', '48000', ...opus];
  const made = spawnSync('ffmpeg', args, { maxBuffer: 2 ** 28, ...(stdin && { input: stdin }) });
  if (made.status !== 0) throw new Error(`cannot make frames: ${made.stderr}`);
  return new OggPackets().push(made.stdout);
}

export class Talker {
  readonly socket: WebSocket;
  readonly said: Record<string, unknown>[] = [];
  closed: { readonly code: number; readonly reason: string } | undefined;
  #number = 0;
  #zeroMs = 0;
  #ticks: NodeJS.Timeout | undefined;

  constructor(console: string, session: string, operator: Operator, origin = new URL(console).origin) {
    const url = `${console.replace(/^http/, 'ws')}/api/live/${session}/voice`;
    this.socket = new WebSocket(url, { headers: { cookie: operator.cookie, origin } });
    this.socket.on('message', (bytes) => this.said.push(JSON.parse(String(bytes)) as Record<string, unknown>));
    this.socket.on('close', (code, reason) => {
      this.closed = { code, reason: reason.toString() };
    });
    this.socket.on('error', () => undefined);
  }

  /** Say who talks; resolves with the centre's answer, or with undefined when it hangs up. */
  async greet(csrf: string, form: 'frames' | 'stream' = 'frames'): Promise<Record<string, unknown> | undefined> {
    await new Promise<void>((resolve) => {
      this.socket.once('open', () => resolve());
      this.socket.once('close', () => resolve());
    });
    if (this.socket.readyState !== this.socket.OPEN) return undefined;
    this.socket.send(JSON.stringify({ csrf, form }));
    return new Promise((resolve) => {
      this.socket.once('message', (bytes) => {
        if (form === 'frames') this.#run();
        resolve(JSON.parse(String(bytes)) as Record<string, unknown>);
      });
      this.socket.once('close', () => resolve(undefined));
    });
  }

  talk(on: boolean): void {
    this.socket.send(JSON.stringify({ talk: on }));
  }

  /** Send frames as a microphone would: each when its last sample was taken. Answers the wall instant of the first sample. */
  async speak(frames: readonly Uint8Array[]): Promise<number> {
    clearInterval(this.#ticks);
    const first = Math.max(this.#number, this.#current() + 1);
    this.#number = first;
    this.talk(true);
    while (this.#number < first + frames.length && this.socket.readyState === this.socket.OPEN) {
      const dueMs = this.#zeroMs + (this.#number + 1) * frameMs;
      const waitMs = dueMs - wallMs();
      if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
      else this.#send(frames[this.#number - first]);
    }
    return this.#zeroMs + first * frameMs;
  }

  stop(): void {
    clearInterval(this.#ticks);
    this.socket.close();
  }

  /** The microphone runs from now on; while nobody talks, every fifth number is told. */
  #run(): void {
    this.#zeroMs = wallMs();
    this.#ticks = setInterval(() => {
      const at = this.#current();
      if (at < this.#number || this.socket.readyState !== this.socket.OPEN) return;
      this.#number = at;
      this.#send(undefined);
    }, 5 * frameMs);
  }

  /** The last frame that is whole. */
  #current(): number {
    return Math.floor((wallMs() - this.#zeroMs) / frameMs) - 1;
  }

  #send(frame: Uint8Array | undefined): void {
    const head = Buffer.alloc(4);
    head.writeUInt32BE(this.#number++);
    this.socket.send(frame ? Buffer.concat([head, frame]) : head);
  }
}

function wallMs(): number {
  return performance.timeOrigin + performance.now();
}
