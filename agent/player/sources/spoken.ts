// An item's text as sound: spoken sentence by sentence, so that the first is heard while the rest is being made.
import type { Problem, Result } from '../../../schemas/problems.ts';
import { normaliseSpeech } from '../../../schemas/speech-text/normalise.ts';
import type { Tape } from '../tape.ts';
import type { RungSource } from './ladder.ts';

export type Speak = (text: string, language: string) => Promise<Result<Buffer>>;

/** A piece is at least this long where the text allows: single short sentences sound chopped. */
const pieceCharactersMin = 120;
const pieceCharactersMax = 600;
/** So much sound is made ahead. */
const aheadSamples = 30 * 48_000;
const samplesMax = 20 * 60 * 48_000;

export class SpokenSource implements RungSource {
  readonly #pieces: string[];
  readonly #language: string;
  readonly #speak: Speak;
  readonly #gain: number;
  #toSkip: number;
  #sound: Buffer[] = [];
  #at = 0;
  #held = 0;
  #made = 0;
  #taken = 0;
  #speaking = false;
  #done = false;
  #problem: Problem | undefined;

  constructor(
    text: string,
    language: string,
    speak: Speak,
    { gain, skipSamples }: { readonly gain: number; readonly skipSamples: number },
  ) {
    // Words first: the full stop of `TP. Tuyên Quang` ends no sentence.
    this.#pieces = piecesOf(normaliseSpeech(text, language));
    this.#language = language;
    this.#speak = speak;
    this.#gain = gain;
    this.#toSkip = skipSamples;
  }

  start(): void {
    void this.#sayNext();
  }

  ready(): boolean {
    return this.#done || this.#held > 0;
  }

  pour(tape: Tape, wanted: number): number {
    let poured = 0;
    for (let first = this.#sound[0]; first && poured < wanted; first = this.#sound[0]) {
      const samples = first.length >> 1;
      const count = Math.min(wanted - poured, samples - this.#at);
      for (let i = this.#at; i < this.#at + count; i += 1) tape.append((first.readInt16LE(i * 2) / 32_768) * this.#gain);
      poured += count;
      this.#at += count;
      if (this.#at < samples) break;
      this.#sound.shift();
      this.#at = 0;
    }
    this.#held -= poured;
    void this.#sayNext();
    return poured;
  }

  ended(): boolean {
    return this.#done && this.#held === 0;
  }

  soundUpTo(samples: number): number {
    return samples;
  }

  problem(): Problem | undefined {
    return this.#problem;
  }

  get held(): number {
    return this.#held;
  }

  get taken(): number {
    return this.#taken;
  }

  get hungry(): boolean {
    return this.#speaking && this.#held === 0;
  }

  get decoded(): boolean {
    return this.#done;
  }

  stop(): void {
    this.#done = true;
    this.#sound = [];
    this.#held = 0;
    this.#pieces.length = 0;
  }

  async #sayNext(): Promise<void> {
    if (this.#speaking || this.#done || this.#held >= aheadSamples) return;
    const piece = this.#pieces.shift();
    if (piece === undefined || this.#made >= samplesMax) {
      this.#done = true;
      return;
    }
    this.#speaking = true;
    const spoken = await this.#speak(piece, this.#language);
    this.#speaking = false;
    if (this.#done) return;
    this.#taken += 1;
    if (spoken.ok) this.#take(spoken.value);
    else {
      // What cannot be said makes the rest meaningless.
      this.#problem = spoken.problem.code === 'not-found' ? { ...spoken.problem, code: 'no-voice' } : spoken.problem;
      this.#done = true;
    }
    await this.#sayNext();
  }

  #take(pcm: Buffer): void {
    const samples = pcm.length >> 1;
    const skipped = Math.min(this.#toSkip, samples);
    this.#toSkip -= skipped;
    this.#made += samples;
    if (skipped === samples) return;
    this.#sound.push(pcm.subarray(skipped * 2, samples * 2));
    this.#held += samples - skipped;
  }
}

/** Whole sentences, gathered until a piece is worth speaking; what has no sentence end is cut at a space. */
export function piecesOf(text: string): string[] {
  const pieces: string[] = [];
  let piece = '';
  for (const sentence of text.trim().split(/(?<=[.!?…;:\n])\s+/u)) {
    for (const part of cutLong(sentence)) {
      if (piece !== '' && piece.length + part.length > pieceCharactersMax) {
        pieces.push(piece);
        piece = '';
      }
      piece = piece === '' ? part : `${piece} ${part}`;
      if (piece.length < pieceCharactersMin) continue;
      pieces.push(piece);
      piece = '';
    }
  }
  if (piece !== '') pieces.push(piece);
  return pieces;
}

function cutLong(sentence: string): string[] {
  const parts: string[] = [];
  let rest = sentence;
  while (rest.length > pieceCharactersMax) {
    const space = rest.lastIndexOf(' ', pieceCharactersMax);
    const at = space > 0 ? space : pieceCharactersMax;
    parts.push(rest.slice(0, at));
    rest = rest.slice(at).trimStart();
  }
  return rest === '' ? parts : [...parts, rest];
}
