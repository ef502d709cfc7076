// The centre's voices in the order in which they are asked: the operator's engine first, the machine's own behind it.
import type { AudioTools } from '../../hardware/host/audio-tools.ts';
import type { Centre } from '../centre.ts';
import { EspeakEngine } from './engines.ts';
import { HttpEngine, type HttpEngineSettings } from './http-engine.ts';
import { SpeechDesk, type SpeechDeskOptions } from './speech-desk.ts';

export interface SpeechParts extends Omit<SpeechDeskOptions, 'engines' | 'warn'> {
  readonly tools: AudioTools;
  /** As the data folder names it. */
  readonly engine: HttpEngineSettings | undefined;
  readonly journal: Centre['journal'];
}

export function makeSpeech({ tools, engine, journal, ...desk }: SpeechParts): SpeechDesk {
  const engines = [...(engine ? [new HttpEngine(engine)] : []), new EspeakEngine(tools)];
  return new SpeechDesk({ ...desk, engines, warn: (name, problem) => journal.warn({ event: 'engine-failed', engine: name, ...problem }) });
}
