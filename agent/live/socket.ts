// One WebSocket to a session's stream under mutual TLS, opened again and again until it is stopped. Whoever speaks there, only bytes come out.
import type { Agent } from 'node:https';
import WebSocket from 'ws';
import { waitMs } from '../../broker/link/back-off.ts';
import { batchBytesMax } from '../../schemas/live-batch.ts';

/** The first return is quick; thousands of boxes spread over the longest wait. */
const backOff = { baseMs: 500, maxMs: 10_000 };
const handshakeMs = 5_000;
/** No sign of life (message or pong) for this long: the line is dead although nobody said so. */
const silentMs = 6_000;
const pingEveryMs = 2_000;

export interface StreamSocketOptions {
  readonly url: string;
  /** Of the centre's door: pinned, with the certificate in force. */
  readonly agent: () => Agent;
  readonly onMessage: (bytes: Uint8Array) => void;
  readonly onTrouble: (detail: string) => void;
  readonly silentMs?: number;
  readonly backOff?: { readonly baseMs: number; readonly maxMs: number };
}

/** INVARIANT: at most one socket at a time. */
export class StreamSocket {
  readonly #options: StreamSocketOptions;
  #socket: WebSocket | undefined;
  #timer: NodeJS.Timeout | undefined;
  #tries = 0;
  #stopped = false;

  constructor(options: StreamSocketOptions) {
    this.#options = options;
  }

  start(): void {
    if (this.#stopped || this.#socket) return;
    const { url, agent, onMessage, onTrouble } = this.#options;
    const socket = new WebSocket(url, {
      agent: agent(),
      handshakeTimeout: handshakeMs,
      maxPayload: batchBytesMax,
      perMessageDeflate: false,
      followRedirects: false,
    });
    this.#socket = socket;
    const calm = this.#watch(socket);
    socket.on('message', (bytes: Buffer, binary) => {
      if (binary && !this.#stopped) onMessage(bytes);
      else if (!binary) socket.terminate();
    });
    socket.on('error', (error) => onTrouble(error.message));
    socket.on('close', () => {
      calm();
      if (this.#socket === socket) this.#again();
    });
  }

  /** What came was believable: the next loss is followed by a quick return. */
  good(): void {
    this.#tries = 0;
  }

  /** Whoever speaks there is not to be listened to; come back later. */
  drop(): void {
    this.#socket?.terminate();
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
    this.#socket?.terminate();
  }

  #again(): void {
    this.#socket = undefined;
    if (this.#stopped) return;
    this.#timer = setTimeout(() => this.start(), waitMs(this.#tries, Math.random(), this.#options.backOff ?? backOff));
    this.#tries += 1;
  }

  /** Ping, and end a line without a sign of life. Answers how to stop. */
  #watch(socket: WebSocket): () => void {
    const most = this.#options.silentMs ?? silentMs;
    let heardAt = performance.now();
    const alive = () => {
      heardAt = performance.now();
    };
    for (const sign of ['open', 'message', 'ping', 'pong'] as const) socket.on(sign, alive);
    const timer = setInterval(
      () => {
        if (performance.now() - heardAt > most) socket.terminate();
        else if (socket.readyState === WebSocket.OPEN) socket.ping();
      },
      Math.min(pingEveryMs, most / 3),
    );
    return () => clearInterval(timer);
  }
}
