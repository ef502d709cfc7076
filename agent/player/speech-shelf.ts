// Speech that was made once is kept for a while: repeats, resumed plays and exercises do not ask the engine again.
import type { Result } from '../../schemas/problems.ts';
import type { Speak } from './sources/spoken.ts';

const bytesMax = 24 * 1024 * 1024;

export class SpeechShelf {
  readonly #speak: Speak;
  /** By language and text, the least lately used first. */
  readonly #held = new Map<string, Buffer>();
  readonly #running = new Map<string, Promise<Result<Buffer>>>();
  #bytes = 0;

  constructor(speak: Speak) {
    this.#speak = speak;
  }

  /** Speak a text, or find it spoken. Failures are not kept: an engine may come back. */
  readonly speak: Speak = (text, language) => {
    const name = `${language}\n${text}`;
    const held = this.#held.get(name);
    if (held) {
      this.#held.delete(name);
      this.#held.set(name, held);
      return Promise.resolve({ ok: true, value: held });
    }
    const running = this.#running.get(name) ?? this.#make(name, text, language);
    this.#running.set(name, running);
    return running;
  };

  async #make(name: string, text: string, language: string): Promise<Result<Buffer>> {
    try {
      const spoken = await this.#speak(text, language);
      if (spoken.ok) this.#keep(name, spoken.value);
      return spoken;
    } finally {
      this.#running.delete(name);
    }
  }

  #keep(name: string, pcm: Buffer): void {
    if (pcm.length > bytesMax / 2) return;
    this.#held.set(name, pcm);
    this.#bytes += pcm.length;
    for (const [oldest, { length }] of this.#held) {
      if (this.#bytes <= bytesMax) return;
      this.#held.delete(oldest);
      this.#bytes -= length;
    }
  }
}
