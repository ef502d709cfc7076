// One item by whatever way works: a decoder, another decoder from the same sample on, its text spoken. What fails is told.
import type { Problem } from '../../../schemas/problems.ts';
import type { Tape } from '../tape.ts';
import type { ItemSource } from './session.ts';
import type { Source } from './source.ts';

/** A way to sound an item, under way. */
export interface RungSource extends Source {
  /** Samples that wait to be poured. */
  readonly held: number;
  /** Grows while the way works, even when it has nothing to pour yet. */
  readonly taken: number;
  /** It waits for its decoder, which has no excuse not to write. */
  readonly hungry: boolean;
  /** Nothing more comes beyond what is held. */
  readonly decoded: boolean;
}

export interface Rung {
  readonly name: string;
  /** A `file` is read by ourselves; `spoken` says the item's text, only in place of the whole item, never after half of it. */
  readonly kind: 'file' | 'decoder' | 'spoken';
  readonly open: (fromMs: number) => RungSource;
}

export interface LadderOptions {
  readonly rungs: readonly Rung[];
  readonly fromMs: number;
  /** Length it should have from there; 0 where unknown. */
  readonly restMs: number;
  /** Monotonic. */
  readonly nowMs: () => number;
  /** A way failed; `next` is the one that takes over, none when there is no other. */
  readonly onFault: (problem: Problem, failed: string, next: string | undefined) => void;
}

/** A program that is starting may be read from a slow card; one that has begun has no excuse. Both told within 5 s. */
const startWithinMs = 4_000;
const stallWithinMs = 1_200;
/** The text waits for a speech engine that takes its time. */
const speakWithinMs = 15_000;
/** Between two looks: more means that we ourselves were halted, and nobody else is to blame. */
const lookGapMs = 1_000;
/** So much may be missing at an item's end without being a fault. */
const slackMs = 1_000;
const slackShare = 0.02;
/** A join in the last moment of an item may find nothing left. */
const unheardMs = 200;

interface Open {
  readonly rung: Rung;
  readonly source: RungSource;
  given: number;
  taken: number;
  sinceMs: number;
  judged: boolean;
}

export class LadderSource implements ItemSource {
  readonly #options: LadderOptions;
  readonly #rungs: Rung[];
  /** The way being poured and, once it has failed, the one that takes over. */
  readonly #open: Open[] = [];
  #given = 0;
  #lookedMs: number;
  #problem: Problem | undefined;
  #spoke = false;

  constructor(options: LadderOptions) {
    this.#options = options;
    this.#rungs = [...options.rungs];
    this.#lookedMs = options.nowMs();
  }

  start(): void {
    if (this.#open.length === 0) this.#climb();
  }

  ready(): boolean {
    this.#look();
    const first = this.#open[0];
    return first === undefined || first.source.ready();
  }

  pour(tape: Tape, wanted: number): number {
    let poured = 0;
    for (let first = this.#open[0]; first && poured < wanted; first = this.#open[0]) {
      const count = first.source.pour(tape, wanted - poured);
      poured += count;
      first.given += count;
      this.#given += count;
      this.#look();
      if (count === 0 && this.#open[0] === first) break;
    }
    return poured;
  }

  ended(): boolean {
    this.#look();
    return this.#open.length === 0;
  }

  soundUpTo(samples: number): number {
    return samples;
  }

  /** What went wrong and was not made good by another way. */
  problem(): Problem | undefined {
    return this.#problem;
  }

  get given(): number {
    return this.#given;
  }

  get decoded(): boolean {
    this.#look();
    return this.#open.every(({ source }) => source.decoded);
  }

  /** True when the text was spoken in place of the recording. */
  get spoke(): boolean {
    return this.#spoke;
  }

  stop(): void {
    this.#rungs.length = 0;
    for (const { source } of this.#open) source.stop();
    this.#open.length = 0;
  }

  /** Judge the newest way; let go of those that are through. */
  #look(): void {
    const nowMs = this.#options.nowMs();
    const halted = nowMs - this.#lookedMs > lookGapMs;
    this.#lookedMs = nowMs;
    const last = this.#open.at(-1);
    if (last && !last.judged) this.#judge(last, nowMs, halted);
    while (this.#open[0]?.judged && this.#open[0].source.ended()) this.#open.shift()?.source.stop();
  }

  #judge(one: Open, nowMs: number, halted: boolean): void {
    const { source, rung } = one;
    if (source.decoded) {
      one.judged = true;
      const problem = source.problem() ?? this.#shortOf(one);
      if (problem) this.#fail(problem, rung);
      else this.#makeGood(rung);
      return;
    }
    if (halted || source.taken !== one.taken || !source.hungry || rung.kind === 'file') {
      one.taken = source.taken;
      one.sinceMs = nowMs;
      return;
    }
    const withinMs = rung.kind === 'spoken' ? speakWithinMs : one.taken === 0 ? startWithinMs : stallWithinMs;
    if (nowMs - one.sinceMs < withinMs) return;
    one.judged = true;
    source.stop();
    this.#fail({ code: 'tool-timeout', path: '', detail: `${rung.name} gave nothing for ${withinMs} ms` }, rung);
  }

  #makeGood({ kind }: Rung): void {
    this.#problem = undefined;
    this.#spoke = kind === 'spoken';
  }

  /** A file that ends long before its stated length is cut off or is not what it says. */
  #shortOf({ rung, source, given }: Open): Problem | undefined {
    if (rung.kind === 'spoken')
      return given + source.held > 0 ? undefined : { code: 'tool-failed', path: '', detail: 'nothing was spoken' };
    const { restMs } = this.#options;
    const missingMs = restMs - this.#made / 48;
    if (missingMs <= (this.#made === 0 ? unheardMs : Math.max(slackMs, restMs * slackShare))) return undefined;
    const detail =
      this.#made === 0 ? 'the decoder found no sound in the file' : `ended ${Math.round(missingMs)} ms before its stated length`;
    return { code: 'media-unreadable', path: '', detail };
  }

  #fail(problem: Problem, failed: Rung): void {
    this.#problem ??= problem;
    const next = this.#climb();
    this.#options.onFault(problem, failed.name, next?.name);
  }

  /** The next way, from the sample where the last one stopped. */
  #climb(): Rung | undefined {
    const made = this.#made;
    for (let rung = this.#rungs.shift(); rung; rung = this.#rungs.shift()) {
      if (rung.kind === 'spoken' && made > 0) continue;
      const source = rung.open(this.#options.fromMs + made / 48);
      source.start();
      this.#open.push({ rung, source, given: 0, taken: 0, sinceMs: this.#options.nowMs(), judged: false });
      return rung;
    }
    return undefined;
  }

  /** Samples of all ways together, poured or held. */
  get #made(): number {
    return this.#open.reduce((sum, { source }) => sum + source.held, this.#given);
  }
}
