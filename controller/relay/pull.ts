// One connection to an upper station: fetched by ourselves (no redirects, addresses checked), decoded and re-framed by ffmpeg from a pipe.
import { lookup } from 'node:dns';
import { type ClientRequest, get as getHttp, type IncomingMessage } from 'node:http';
import { get as getHttps } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import type { Tool } from '../../hardware/host/processes.ts';
import { startReframe } from '../live/reframe.ts';
import { mayPullFrom } from './address.ts';

const answerWithinMs = 10_000;
const quietAfterMs = 1_000;
const quietBelow = '-50dB';

export interface PullOptions {
  readonly url: string;
  readonly ffmpeg: string;
  readonly demo: boolean;
  readonly onFrame: (frame: Uint8Array) => void;
  /** True when a second of sound has been near silence, false when sound is back. */
  readonly onQuiet: (quiet: boolean) => void;
  /** Called once: the connection is over, and why. */
  readonly onEnd: (why: string) => void;
}

export class Pull {
  readonly #options: PullOptions;
  #request: ClientRequest | undefined;
  #decoder: Tool | undefined;
  #over = false;

  constructor(options: PullOptions) {
    this.#options = options;
  }

  start(): void {
    const { url, demo } = this.#options;
    const address = new URL(url);
    const named = address.hostname.replace(/^\[|\]$/g, '');
    if (isIP(named) !== 0) {
      const allowed = mayPullFrom(named, demo);
      if (!allowed.ok) {
        this.#end(allowed.problem.detail);
        return;
      }
    }
    const get = address.protocol === 'https:' ? getHttps : getHttp;
    const headers = { 'user-agent': 'loa-relay', accept: 'audio/*, application/ogg' };
    this.#request = get(address, { headers, agent: false, lookup: guarded(demo), timeout: answerWithinMs }, (answer) => this.#take(answer));
    this.#request.on('timeout', () => this.#end('no sign of life'));
    this.#request.on('error', (error) => this.#end(error.message));
  }

  stop(): void {
    this.#end('stopped');
  }

  #take(answer: IncomingMessage): void {
    if (answer.statusCode !== 200) {
      this.#end(`answered ${answer.statusCode}; redirects are not followed`);
      return;
    }
    const { ffmpeg, onFrame, onQuiet } = this.#options;
    const guards = ['-protocol_whitelist', 'pipe', '-format_whitelist', 'mp3,ogg,aac,flac,matroska,webm'];
    const decoder = startReframe({
      ffmpeg,
      input: [...guards, '-probesize', '16384', '-analyzeduration', '500000', '-fflags', '+nobuffer', '-i', 'pipe:0'],
      filter: `aresample=48000,silencedetect=noise=${quietBelow}:d=${quietAfterMs / 1000}`,
      bitRate: '32k',
      onFrame,
      onLine: (line) => {
        if (line.includes('silence_start')) onQuiet(true);
        else if (line.includes('silence_end')) onQuiet(false);
      },
      onExit: ({ code, signal, problem }) => this.#end(problem?.detail ?? `decoder ended with ${code ?? signal}`),
    });
    this.#decoder = decoder;
    answer.pipe(decoder.stdin);
    answer.on('error', (error) => this.#end(error.message));
    answer.on('end', () => this.#end('the stream ended'));
  }

  #end(why: string): void {
    if (this.#over) return;
    this.#over = true;
    this.#request?.destroy();
    this.#decoder?.kill();
    this.#options.onEnd(why);
  }
}

/** Looks a name up as usual, and refuses what it leads to where the rules say so. */
export function guarded(demo: boolean): LookupFunction {
  return (hostname, options, done) => {
    lookup(hostname, { ...options, all: true }, (error, found) => {
      if (error) return done(error, '', 0);
      const refused = found.map(({ address }) => mayPullFrom(address, demo)).find((one) => !one.ok);
      const [first] = found;
      if (refused || !first) return done(new Error(refused && !refused.ok ? refused.problem.detail : 'no address'), '', 0);
      if (options.all) done(null, found);
      else done(null, first.address, first.family);
    });
  };
}
