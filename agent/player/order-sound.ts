// An emergency order as one source: siren at once, speech when it is ready, repeated with pauses. Never silence instead of sound.
import type { Order } from '../../schemas/order.ts';
import type { Problem } from '../../schemas/problems.ts';
import type { OrderLanguages, OrderVoice } from '../core/model.ts';
import { chimeMs, chimeWave, sirenOf, sirenWave } from './siren.ts';
import { GeneratedSource } from './sources/generated.ts';
import { Pauses } from './sources/pauses.ts';
import { PcmSource } from './sources/pcm.ts';
import type { Source } from './sources/source.ts';
import type { OrderWords } from './speech-choice.ts';
import type { Tape } from './tape.ts';

/** Where nothing can be said the siren alone sounds at least this long each time. */
const sirenAloneMs = 8_000;
const breathMs = 300;
const tailSamples = 960;

/** The siren's wave until `enough` says so, then a short tail. */
class Attention implements Source {
  readonly #wave: (sample: number) => number;
  readonly #enough: (samples: number) => boolean;
  #at = 0;
  #endAt = Number.POSITIVE_INFINITY;

  constructor(wave: (sample: number) => number, enough: (samples: number) => boolean) {
    this.#wave = wave;
    this.#enough = enough;
  }

  start(): void {}

  ready(): boolean {
    return true;
  }

  pour(tape: Tape, wanted: number): number {
    let poured = 0;
    for (; poured < wanted && this.#at < this.#endAt; poured += 1) {
      if (this.#endAt === Number.POSITIVE_INFINITY && this.#enough(this.#at + tailSamples)) this.#endAt = this.#at + tailSamples;
      const edge = Math.min(1, this.#at / tailSamples, (this.#endAt - this.#at) / tailSamples);
      tape.append(this.#wave(this.#at) * edge);
      this.#at += 1;
    }
    return poured;
  }

  ended(): boolean {
    return this.#at >= this.#endAt;
  }

  soundUpTo(samples: number): number {
    return samples;
  }

  problem(): Problem | undefined {
    return undefined;
  }

  stop(): void {}
}

type Part = Source | { silentSamples: number };

export class OrderSource implements Source {
  readonly #order: Order;
  readonly #prepare: () => Promise<OrderWords>;
  readonly #siren: (sample: number) => number;
  readonly #parts: Generator<Part, void>;
  readonly #pauses = new Pauses();
  #words: OrderWords | undefined;
  #started = false;
  #part: Part | undefined;
  #poured = 0;
  #ended = false;

  constructor(order: Order, prepare: () => Promise<OrderWords>, siren = sirenWave(sirenOf(order))) {
    this.#order = order;
    this.#prepare = prepare;
    this.#siren = siren;
    this.#parts = this.#script();
  }

  start(): void {
    if (this.#started) return;
    this.#started = true;
    const nothing: OrderWords = {
      spoken: [],
      languages: { heard: [], skipped: [] },
      first: undefined,
      last: undefined,
      problem: undefined,
    };
    this.#prepare().then(
      (words) => {
        this.#words = words;
      },
      (error: unknown) => {
        this.#words = { ...nothing, problem: { code: 'tool-failed', path: '', detail: String(error).slice(0, 300) } };
      },
    );
  }

  ready(): boolean {
    return true;
  }

  pour(tape: Tape, wanted: number): number {
    let poured = 0;
    while (poured < wanted && !this.#ended) {
      this.#part ??= this.#next();
      if (this.#part === undefined) break;
      poured += this.#pourPart(this.#part, tape, wanted - poured);
    }
    return poured;
  }

  ended(): boolean {
    return this.#ended;
  }

  soundUpTo(samples: number): number {
    return this.#pauses.soundUpTo(samples);
  }

  problem(): Problem | undefined {
    return this.#words?.problem;
  }

  /** What it spoke with, by the box's first language that had a voice. */
  voice(): OrderVoice {
    return this.#words?.spoken[0]?.voice ?? 'siren';
  }

  /** Which languages it spoke and which it had no voice for; unknown until its words are ready. */
  languages(): OrderLanguages | undefined {
    return this.#words?.languages;
  }

  stop(): void {
    this.#ended = true;
  }

  #next(): Part | undefined {
    const { value, done } = this.#parts.next();
    if (done) this.#ended = true;
    return value ?? undefined;
  }

  #pourPart(part: Part, tape: Tape, wanted: number): number {
    if ('silentSamples' in part) {
      const count = Math.min(wanted, part.silentSamples);
      tape.appendSilence(count);
      this.#pauses.note(this.#poured, count);
      part.silentSamples -= count;
      this.#poured += count;
      if (part.silentSamples === 0) this.#part = undefined;
      return count;
    }
    const count = part.pour(tape, wanted);
    this.#poured += count;
    if (part.ended()) this.#part = undefined;
    return count;
  }

  /** Asked for the next part only when the one before has been poured, so it sees what has become ready meanwhile. */
  *#script(): Generator<Part, void> {
    const { times, pauseMs } = this.#order;
    for (let round = 0; round < times; round += 1) {
      yield* this.#attention();
      if (round === 0 && this.#words?.first) yield* this.#say(this.#words.first);
      for (const { pcm } of this.#words?.spoken ?? []) yield* this.#say(pcm);
      if (round < times - 1 && pauseMs > 0) yield { silentSamples: pauseMs * 48 };
    }
    if (this.#words?.last) yield* this.#say(this.#words.last);
  }

  *#attention(): Generator<Part, void> {
    const { sirenMs } = this.#order;
    if (sirenMs === 0) yield new GeneratedSource(chimeWave, chimeMs);
    if (sirenMs === 0 && this.#words && this.#words.spoken.length > 0) return;
    yield new Attention(this.#siren, (samples) => this.#words !== undefined && samples >= this.#sirenMsWith(this.#words) * 48);
  }

  #sirenMsWith(words: OrderWords): number {
    return words.spoken.length > 0 ? this.#order.sirenMs : Math.max(this.#order.sirenMs, sirenAloneMs);
  }

  *#say(pcm: Int16Array): Generator<Part, void> {
    yield { silentSamples: breathMs * 48 };
    yield new PcmSource(pcm);
  }
}
