// What goes out to a broker elsewhere: a window in flight, what waits behind it bounded, orders before all else.
import type { Problem, Result } from '../schemas/problems.ts';
import { parseTopic } from '../schemas/topics.ts';

export interface Word {
  readonly topic: string;
  readonly payload: Uint8Array | string;
  readonly qos: 0 | 1;
  readonly retain: boolean;
}

export interface OutletLimits {
  /** Publications that await their PUBACK; below those that a line allows (broker/link). */
  readonly flightMax: number;
  readonly flightBytesMax: number;
  /** What waits behind them. More means that the broker takes nothing. */
  readonly waitingMax: number;
  readonly waitingBytesMax: number;
}

/** Wants and keys of 10,000 boxes are some 50 MB; whoever says them all waits in between (`settled`). */
export const outletLimits: OutletLimits = {
  flightMax: 200,
  flightBytesMax: 4 * 1024 * 1024,
  waitingMax: 50_000,
  waitingBytesMax: 64 * 1024 * 1024,
};

export interface OutletOptions {
  readonly send: (word: Word) => Promise<Result<void>>;
  /** The broker takes nothing any more: the line has to be made anew, and all that is retained said again. */
  readonly onStuck: (problem: Problem) => void;
  readonly limits?: OutletLimits;
}

export interface OutletFigures {
  readonly sent: number;
  /** Words of the moment that nobody could be told; boxes ask again. */
  readonly dropped: number;
  readonly waiting: number;
  readonly waitingBytes: number;
}

/** INVARIANT: of what is retained only the last word of a topic waits; while shut nothing does, for the tables say all of it again. */
export class Outlet {
  readonly #options: OutletOptions;
  readonly #limits: OutletLimits;
  /** Orders and commands of groups, then the rest; each by its topic, or a name of its own. */
  readonly #lanes = [new Map<string, Word>(), new Map<string, Word>()] as const;
  #open = false;
  /** Lines so far: what comes back of an older one counts no more. */
  #line = 0;
  #flight = 0;
  #flightBytes = 0;
  #waitingBytes = 0;
  #sent = 0;
  #dropped = 0;
  #count = 0;
  #settling: (() => void)[] = [];

  constructor(options: OutletOptions) {
    this.#options = options;
    this.#limits = options.limits ?? outletLimits;
  }

  get figures(): OutletFigures {
    return { sent: this.#sent, dropped: this.#dropped, waiting: this.#waiting, waitingBytes: this.#waitingBytes };
  }

  /** The line is up. */
  open(): void {
    this.#open = true;
    this.#line++;
  }

  /** The line is gone, and with it all that waited. */
  shut(): void {
    this.#open = false;
    for (const lane of this.#lanes) {
      for (const { retain } of lane.values()) if (!retain) this.#dropped++;
      lane.clear();
    }
    [this.#flight, this.#flightBytes, this.#waitingBytes] = [0, 0, 0];
    this.#tellSettled();
  }

  /** Taken to be sent, which proves nothing; never waits, so that whoever reads may speak. */
  put(word: Word): void {
    if (!this.#open) {
      if (!word.retain) this.#dropped++;
      return;
    }
    const isFirst = parseTopic(word.topic)?.of === 'group';
    const lane = this.#lanes[isFirst ? 0 : 1];
    const name = word.retain ? word.topic : `${++this.#count} ${word.topic}`;
    const before = lane.get(name);
    if (before) {
      lane.delete(name);
      this.#waitingBytes -= bytesOf(before);
    }
    const bytes = bytesOf(word);
    if (this.#isFull(isFirst, bytes)) {
      if (!word.retain) this.#dropped++;
      else this.#stuck(`${this.#waiting} words wait`);
      return;
    }
    lane.set(name, word);
    this.#waitingBytes += bytes;
    this.#pump();
  }

  /** Resolves when little waits, or the line is gone. */
  settled(): Promise<void> {
    if (this.#isSettled()) return Promise.resolve();
    return new Promise((resolve) => void this.#settling.push(resolve));
  }

  #pump(): void {
    const { flightMax, flightBytesMax } = this.#limits;
    while (this.#open && this.#flight < flightMax && this.#flightBytes < flightBytesMax) {
      const lane = this.#lanes.find(({ size }) => size > 0);
      const first = lane?.entries().next().value;
      if (!lane || !first) return;
      const [name, word] = first;
      lane.delete(name);
      this.#waitingBytes -= bytesOf(word);
      void this.#send(word, this.#line);
    }
  }

  async #send(word: Word, line: number): Promise<void> {
    const bytes = bytesOf(word);
    this.#flight++;
    this.#flightBytes += bytes;
    const result = await this.#options.send(word);
    if (result.ok) this.#sent++;
    else if (!word.retain) this.#dropped++;
    if (!this.#open || line !== this.#line) return;
    this.#flight--;
    this.#flightBytes -= bytes;
    if (!result.ok) return this.#stuck(result.problem.detail);
    this.#pump();
    this.#tellSettled();
  }

  #stuck(detail: string): void {
    this.shut();
    this.#options.onStuck({ code: 'offline', path: '', detail: `the broker takes nothing: ${detail}` });
  }

  /** An order is not turned away for what waits behind it: only its own kind counts against it. */
  #isFull(isFirst: boolean, bytes: number): boolean {
    const { waitingMax, waitingBytesMax } = this.#limits;
    if (isFirst) return this.#lanes[0].size >= waitingMax;
    return this.#waiting >= waitingMax || this.#waitingBytes + bytes > waitingBytesMax;
  }

  get #waiting(): number {
    return this.#lanes[0].size + this.#lanes[1].size;
  }

  #isSettled(): boolean {
    return !this.#open || this.#waiting <= this.#limits.flightMax / 2;
  }

  #tellSettled(): void {
    if (!this.#isSettled()) return;
    for (const resolve of this.#settling.splice(0)) resolve();
  }
}

function bytesOf({ payload }: Word): number {
  return payload.length;
}
