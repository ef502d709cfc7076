// Chromium's DevTools protocol over its pipe: JSON messages ended by NUL. No port is opened for others to reach.
import type { Readable, Writable } from 'node:stream';
import { bad, ok, type Result } from '../../schemas/problems.ts';

export type CdpFields = Readonly<Record<string, unknown>>;

export interface CdpEvent {
  readonly method: string;
  readonly params: CdpFields;
  readonly sessionId: string | undefined;
}

interface Waiting {
  readonly resolve: (result: Result<CdpFields>) => void;
  readonly timer: NodeJS.Timeout;
}

export interface CdpCall {
  readonly sessionId?: string | undefined;
  readonly timeoutMs?: number;
}

const messageBytesMax = 128 * 1024 * 1024;
const answerWithinMs = 5_000;

export class CdpPipe {
  readonly #out: Writable;
  readonly #waiting = new Map<number, Waiting>();
  readonly #listeners = new Set<(event: CdpEvent) => void>();
  #chunks: Buffer[] = [];
  #bytes = 0;
  #lastId = 0;
  #closed = false;

  constructor(out: Writable, input: Readable) {
    this.#out = out;
    input.on('data', (chunk: Buffer) => this.#take(chunk));
    input.on('close', () => this.close());
  }

  /** Ask and wait for the answer. Problems: tool-timeout, tool-failed, device-failed (the browser is gone). */
  send(method: string, params: CdpFields = {}, call: CdpCall = {}): Promise<Result<CdpFields>> {
    if (this.#closed) return Promise.resolve(bad('device-failed', 'the browser is gone'));
    const id = ++this.#lastId;
    const timeoutMs = call.timeoutMs ?? answerWithinMs;
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.#end(id, bad('tool-timeout', `${method}: no answer in ${timeoutMs} ms`)), timeoutMs);
      this.#waiting.set(id, { resolve, timer });
      this.#out.write(
        `${JSON.stringify({ id, method, params, ...(call.sessionId === undefined ? {} : { sessionId: call.sessionId }) })}\0`,
      );
    });
  }

  onEvent(listener: (event: CdpEvent) => void): void {
    this.#listeners.add(listener);
  }

  /** Ends every question that waits. */
  close(): void {
    this.#closed = true;
    for (const id of [...this.#waiting.keys()]) this.#end(id, bad('device-failed', 'the browser is gone'));
  }

  #take(chunk: Buffer): void {
    let rest = chunk;
    for (let nul = rest.indexOf(0); nul >= 0; nul = rest.indexOf(0)) {
      const message = Buffer.concat([...this.#chunks, rest.subarray(0, nul)]);
      this.#chunks = [];
      this.#bytes = 0;
      rest = rest.subarray(nul + 1);
      this.#read(message.toString());
    }
    this.#bytes += rest.length;
    if (this.#bytes > messageBytesMax) this.close();
    else this.#chunks.push(rest);
  }

  #read(text: string): void {
    let message: { id?: number; method?: string; params?: CdpFields; result?: CdpFields; error?: { message?: string }; sessionId?: string };
    try {
      message = JSON.parse(text);
    } catch {
      return; // not ours to repair: the question behind it runs out of time
    }
    if (message.id !== undefined) {
      const { error } = message;
      this.#end(message.id, error ? bad('tool-failed', error.message ?? 'refused') : ok(message.result ?? {}));
    } else if (message.method !== undefined) {
      const event = { method: message.method, params: message.params ?? {}, sessionId: message.sessionId };
      for (const listener of this.#listeners) listener(event);
    }
  }

  #end(id: number, result: Result<CdpFields>): void {
    const waiting = this.#waiting.get(id);
    if (!waiting) return;
    this.#waiting.delete(id);
    clearTimeout(waiting.timer);
    waiting.resolve(result);
  }
}
