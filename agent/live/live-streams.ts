// The streams of the open sessions: a socket to the centre or an input of the box each, its verified sound in a feed, its silence told.
import type { AudioIn } from '../../hardware/audio-in.ts';
import { problemOf } from '../../hardware/host/failure.ts';
import type { Cryptography } from '../../schemas/envelope.ts';
import { type LiveSession, livePath } from '../../schemas/live.ts';
import type { Problem, ProblemCode } from '../../schemas/problems.ts';
import type { CentreDoor } from '../centre-door.ts';
import type { Event } from '../core/model.ts';
import type { Clock } from '../ports.ts';
import { BatchGate } from './batch-gate.ts';
import { LiveFeed, type LivePiece } from './feed.ts';
import { LineStream } from './line-stream.ts';
import { StreamSocket, type StreamSocketOptions } from './socket.ts';

type Tell = (event: Event) => void;

/** Comfort silence after the last sound, before the schedule takes over. */
const comfortMs = 4_000;
const watchEveryMs = 250;
/** So much that cannot be believed in one connection ends it. */
const refusedMax = 100;

export interface LiveStreamsOptions {
  readonly door: Pick<CentreDoor, 'url' | 'agent'>;
  readonly crypto: Cryptography;
  readonly clock: Clock;
  readonly openLine: (line: string) => { readonly input: AudioIn; readonly squelchDb?: number | undefined } | undefined;
  /** What an input of the box puts on the air is kept here; absent: nowhere. */
  readonly recordingsDir?: string;
  /** Can Opus be decoded here? A problem ends the session before it sounds. */
  readonly decoderProblem: () => Promise<Problem | undefined>;
  readonly warn: (event: string, problem: Problem) => void;
  readonly socket?: Pick<StreamSocketOptions, 'silentMs' | 'backOff'>;
}

interface Running {
  readonly session: LiveSession;
  readonly feed: LiveFeed;
  readonly tell: Tell;
  /** Wall instant at which the last sound that came has been heard. */
  soundsUntilMs: number;
  receiving: boolean;
  stop: () => void;
}

export class LiveStreams {
  readonly #options: LiveStreamsOptions;
  readonly #running = new Map<string, Running>();
  #watch: NodeJS.Timeout | undefined;

  constructor(options: LiveStreamsOptions) {
    this.#options = options;
  }

  /** Listen to a session until it is closed; answers `liveReceiving` by what comes. A session already open goes on. */
  open(session: LiveSession, tell: Tell): void {
    if (this.#running.has(session.session)) return;
    const running: Running = { session, feed: new LiveFeed(), tell, soundsUntilMs: 0, receiving: false, stop: () => undefined };
    this.#running.set(session.session, running);
    running.stop = session.source === 'line' ? this.#openLine(running) : this.#openSocket(running);
    this.#watch ??= setInterval(() => this.#listen(), watchEveryMs);
  }

  close(session: string): void {
    this.#running.get(session)?.stop();
    this.#running.delete(session);
    if (this.#running.size > 0) return;
    clearInterval(this.#watch);
    this.#watch = undefined;
  }

  /** The sound of an open session. */
  feed(session: string): LiveFeed | undefined {
    return this.#running.get(session)?.feed;
  }

  stop(): void {
    for (const session of [...this.#running.keys()]) this.close(session);
  }

  #openSocket(running: Running): () => void {
    const { door, crypto, clock, decoderProblem, warn, socket: how } = this.#options;
    const { session } = running.session;
    const gate = new BatchGate(running.session, crypto);
    let refused = 0;
    const socket = new StreamSocket({
      url: new URL(livePath(session), door.url.replace(/^http/, 'ws')).href,
      agent: () => door.agent,
      ...how,
      onTrouble: (detail) => warn('liveStreamTrouble', { code: 'offline', path: session, detail: detail.slice(0, 300) }),
      onMessage: (bytes) => {
        const taken = gate.take(bytes, clock.now().wallMs);
        if (taken.ok) {
          refused = 0;
          socket.good();
          const { capturedMs, spanMs, ends, frames } = taken.value;
          this.#push(running, { capturedMs, spanMs, ends, sound: { frames } });
          return;
        }
        refused += 1;
        if (refused === 1 || refused === refusedMax) warn('liveBatchRefused', { ...taken.problem, path: session });
        if (refused % refusedMax === 0) socket.drop();
      },
    });
    void decoderProblem().then((problem) => {
      if (this.#running.get(session) !== running) return;
      if (problem) running.tell({ is: 'liveReceiving', session, receiving: false, problem });
      else socket.start();
    });
    return () => socket.stop();
  }

  #openLine(running: Running): () => void {
    const { openLine, clock, recordingsDir, warn } = this.#options;
    const { session, line = '' } = running.session;
    const fail = (problem: Problem) => running.tell({ is: 'liveReceiving', session, receiving: false, problem });
    const found = openLine(line);
    if (!found) {
      fail(problem('not-found', `no input ${line} on this box`));
      return () => undefined;
    }
    const stream = new LineStream({
      input: found.input,
      ...(found.squelchDb !== undefined && { squelchDb: found.squelchDb }),
      clock,
      session: running.session,
      ...(recordingsDir !== undefined && { recordingsDir }),
      onPiece: (piece) => this.#push(running, piece),
      onFailure: fail,
      warn,
    });
    stream.start().catch((error: unknown) => fail(problemOf(error)));
    return () => void stream.stop().catch((error: unknown) => warn('lineNotClosed', problemOf(error)));
  }

  #push(running: Running, piece: LivePiece): void {
    running.soundsUntilMs = piece.capturedMs + piece.spanMs + running.session.delayMs;
    running.feed.push(piece);
    this.#note(running, true);
  }

  /** Streams that went silent for longer than comfort allows. */
  #listen(): void {
    const { wallMs } = this.#options.clock.now();
    for (const running of this.#running.values()) if (wallMs > running.soundsUntilMs + comfortMs) this.#note(running, false);
  }

  #note(running: Running, receiving: boolean): void {
    if (running.receiving === receiving) return;
    running.receiving = receiving;
    running.tell({ is: 'liveReceiving', session: running.session.session, receiving });
  }
}

function problem(code: ProblemCode, detail: string): Problem {
  return { code, path: '', detail };
}
