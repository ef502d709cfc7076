// The box's heartbeat: told to whoever watches over this process, and only while its loop, its journal and its player answer.
import { Socket } from 'node:net';
import { systemdNotifier, type Watcher } from '../hardware/host/systemd.ts';

/** Names the descriptor that the guard reads beats from. */
export const heartbeatFdName = 'LOA_HEARTBEAT_FD';

const beatEveryMs = 1_000;
/** Asking the loop makes it write down what waits: seldom enough for a memory card. */
const askEveryMs = 5_000;
/** A card may stall for many seconds under an order that sounds, and ending the box would not mend it; this is no stall any more. */
const answerWithinMs = 20_000;
/** Beats that nobody reads are not piled up. */
const unreadBytesMax = 16;

export interface HeartbeatOptions {
  /** Resolves when all that was told so far is decided and on the disk. */
  readonly settled: () => Promise<void>;
  /** Is every open output being fed? */
  readonly pumps: () => boolean;
  readonly beat: () => void;
  readonly now?: () => number;
}

export class Heartbeat {
  readonly #options: HeartbeatOptions;
  readonly #now: () => number;
  #timer: NodeJS.Timeout | undefined;
  #askedMs = Number.NEGATIVE_INFINITY;
  #asking = false;

  constructor(options: HeartbeatOptions) {
    this.#options = options;
    this.#now = options.now ?? (() => performance.now());
  }

  start(): void {
    this.#timer = setInterval(() => this.look(), beatEveryMs);
    this.look();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** One look at all of it; its own timer calls it. */
  look(): void {
    const nowMs = this.#now();
    if (!this.#asking && nowMs - this.#askedMs >= askEveryMs) this.#ask(nowMs);
    const waitedMs = this.#asking ? nowMs - this.#askedMs : 0;
    if (waitedMs < answerWithinMs && this.#options.pumps()) this.#options.beat();
  }

  #ask(nowMs: number): void {
    this.#asking = true;
    this.#askedMs = nowMs;
    this.#options.settled().then(
      () => {
        this.#asking = false;
      },
      () => undefined, // never an answer again
    );
  }
}

/** What goes through the guard's pipe, a sign each. */
export const signs = { beat: '.', ready: '!' } as const;

/** Where beats go: the guard's pipe, systemd, or nowhere. `onGone` is called when the guard has gone. */
export async function openBeat(env: NodeJS.ProcessEnv, onGone: () => void): Promise<Watcher | undefined> {
  const fd = Number(env[heartbeatFdName] ?? Number.NaN);
  if (!Number.isInteger(fd)) return systemdNotifier(env);
  const pipe = new Socket({ fd, readable: false, writable: true });
  pipe.on('error', onGone);
  return {
    ready: () => void pipe.write(signs.ready),
    beat: () => void (pipe.writableLength < unreadBytesMax && pipe.write(signs.beat)),
  };
}
