// The centre's HTTPS door as a box goes to it: one pinned authority, dates judged by what is known of the time.
import { Agent, request } from 'node:https';
import type { Duplex } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import { type KnownTime, peerProblem } from '../broker/link/peer-certificate.ts';
import { bad, ok, type Result } from '../schemas/problems.ts';

const connectWithinMs = 20_000;
const answerWithinMs = 20_000;
const answerBytesMax = 256 * 1024;

export interface DoorTls {
  readonly ca: string;
  /** Who asks; absent before the enrolment. */
  readonly cert?: string;
  readonly key?: string;
}

export interface CentreDoorOptions {
  readonly url: string;
  readonly tls: DoorTls;
  readonly time: () => KnownTime;
}

export interface Asked {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface Answered {
  readonly status: number;
  readonly text: string;
}

export class CentreDoor {
  readonly url: string;
  readonly #time: () => KnownTime;
  #agent: PinnedAgent;

  constructor({ url, tls, time }: CentreDoorOptions) {
    this.url = url;
    this.#time = time;
    this.#agent = new PinnedAgent(tls, time);
  }

  /** For `node:https`; asked for at each request, since the certificate changes. */
  get agent(): Agent {
    return this.#agent;
  }

  /** The same door, by another certificate. */
  as(tls: DoorTls): CentreDoor {
    return new CentreDoor({ url: this.url, tls, time: this.#time });
  }

  /** Another certificate from now on; what is under way ends under the old one. */
  present(tls: DoorTls): void {
    this.#agent = new PinnedAgent(tls, this.#time);
  }

  /** One small question. Problem: offline. */
  ask({ method, path, headers = {}, body = '' }: Asked): Promise<Result<Answered>> {
    return new Promise((resolve) => {
      const length = method === 'POST' ? { 'content-length': String(Buffer.byteLength(body)) } : {};
      const how = { method, agent: this.#agent, headers: { ...headers, ...length } };
      const call = request(new URL(path, this.url), how, (response) => {
        const chunks: Buffer[] = [];
        let bytes = 0;
        response.on('data', (chunk: Buffer) => {
          bytes += chunk.length;
          if (bytes > answerBytesMax) response.destroy(new Error('answer too large'));
          else chunks.push(chunk);
        });
        response.on('error', (error) => resolve(bad('offline', error.message)));
        response.on('end', () => resolve(ok({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString('utf8') })));
      });
      call.setTimeout(answerWithinMs, () => call.destroy(new Error(`no answer within ${answerWithinMs} ms`)));
      call.on('error', (error) => resolve(bad('offline', error.message)));
      call.end(body);
    });
  }

  stop(): void {
    this.#agent.destroy();
  }
}

/** INVARIANT: nothing is written to a peer before its certificate was judged. */
class PinnedAgent extends Agent {
  readonly #tls: DoorTls;
  readonly #time: () => KnownTime;

  constructor(tls: DoorTls, time: () => KnownTime) {
    // A resumed session shows no certificate to judge.
    super({ ...tls, keepAlive: true, timeout: 60_000, minVersion: 'TLSv1.2', maxCachedSessions: 0, rejectUnauthorized: false });
    this.#tls = tls;
    this.#time = time;
  }

  override createConnection(
    options: Parameters<Agent['createConnection']>[0],
    callback: (error: Error | null, socket: Duplex) => void,
  ): null {
    const host = String(options.host ?? '').replace(/^\[|\]$/g, '');
    const socket = super.createConnection({ ...options, rejectUnauthorized: false }) as TLSSocket;
    let settled = false;
    const settle = (error: Error | null) => {
      if (settled) return;
      settled = true;
      clearTimeout(timer);
      if (error) socket.destroy();
      callback(error, socket);
    };
    const timer = setTimeout(() => settle(new Error(`no connection within ${connectWithinMs} ms`)), connectWithinMs);
    socket.on('error', settle);
    socket.once('close', () => settle(new Error('the connection was closed')));
    socket.once('secureConnect', () => {
      const problem = peerProblem(socket, host, this.#tls.ca, this.#time());
      settle(problem ? new Error(problem.detail) : null);
    });
    return null;
  }
}
