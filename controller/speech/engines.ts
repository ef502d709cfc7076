// Port to whatever turns words into a voice at the centre: espeak-ng by default, another engine by HTTP where the operator names one.
import { writeFile } from 'node:fs/promises';
import type { AudioTools } from '../../hardware/host/audio-tools.ts';
import { listVoices, speak } from '../../hardware/host/speech.ts';
import { wavHead } from '../../hardware/host/wav.ts';
import { ok, type Result } from '../../schemas/problems.ts';

export interface SpeechEngine {
  /** For the answer and the log. */
  readonly name: string;
  /** Languages it speaks, as tags in lower case. */
  voices(): Promise<readonly string[]>;
  /** A sound file of the words, which are ready to be spoken. Problems: tool-missing, tool-failed, tool-timeout, not-found (no voice), too-large. */
  speak(words: string, language: string, path: string): Promise<Result<void>>;
}

const rateHz = 48_000;

export class EspeakEngine implements SpeechEngine {
  readonly name = 'espeak-ng';
  readonly #tools: AudioTools;

  constructor(tools: AudioTools) {
    this.#tools = tools;
  }

  voices(): Promise<readonly string[]> {
    return listVoices(this.#tools);
  }

  async speak(words: string, language: string, path: string): Promise<Result<void>> {
    const spoken = await speak(this.#tools, words, language);
    if (!spoken.ok) return spoken;
    await writeFile(path, Buffer.concat([wavHead(rateHz, spoken.value.length), spoken.value]), { mode: 0o600 });
    return ok(undefined);
  }
}
