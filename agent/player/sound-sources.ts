// From what a play asks for to a source that gives samples: files by any way that works, orders, live sound, tones.
import type { Problem } from '../../schemas/problems.ts';
import type { Item } from '../../schemas/programme.ts';
import type { Event, PlayAction, Sound } from '../core/model.ts';
import { sweepWave } from '../ear/sweep.ts';
import { LiveFeed } from '../live/feed.ts';
import { CountdownSource } from './countdown.ts';
import { gainOf } from './mixer.ts';
import { OrderSource } from './order-sound.ts';
import { SirenSet } from './siren-set.ts';
import { type DecoderTools, decoderRungs } from './sources/decoder.ts';
import { GeneratedSource, risingTone, toneWave } from './sources/generated.ts';
import { LadderSource, type Rung } from './sources/ladder.ts';
import { LiveSource } from './sources/live.ts';
import { openFrameDecoder } from './sources/opus-frames.ts';
import { type ItemSource, SessionSource } from './sources/session.ts';
import type { Source } from './sources/source.ts';
import { type Speak, SpokenSource } from './sources/spoken.ts';
import { prepareWords } from './speech-choice.ts';
import { SpeechShelf } from './speech-shelf.ts';

export interface SoundSourcesOptions {
  readonly tools: DecoderTools;
  readonly pathOf: (sha256: string) => string | undefined;
  /** Audio of orders that is in memory only. */
  readonly heldBytes?: ((sha256: string) => Uint8Array | undefined) | undefined;
  readonly speak: Speak;
  /** The sound of an open live session; without it none is heard. */
  readonly liveFeed?: (session: string) => LiveFeed | undefined;
  readonly nowMs: () => number;
  /** Replaces files by generated sound, in runs of fake time that no real decoder can follow. */
  readonly openItem?: (item: Item, fromMs: number) => ItemSource;
}

/** A way to sound an item failed; the next one takes over, or the next item. */
export type OnFault = (item: Item, problem: Problem, failed: string, next: string | undefined) => void;

/** An item may sound this much longer than its stated length. */
const overlengthMs = 2_000;

export class SoundSources {
  readonly #options: SoundSourcesOptions;
  readonly #shelf: SpeechShelf;
  readonly sirens: SirenSet;

  constructor(options: SoundSourcesOptions) {
    this.#options = options;
    this.#shelf = new SpeechShelf(options.speak);
    this.sirens = new SirenSet(options);
  }

  of({ sound, startAtMs }: Pick<PlayAction, 'sound' | 'startAtMs'>, onFault: OnFault): Source {
    const { tools, pathOf, heldBytes } = this.#options;
    const { speak } = this.#shelf;
    if (sound.of === 'sweep') return new GeneratedSource(sweepWave, sound.durationMs);
    if (sound.of === 'tone') return new GeneratedSource(sound.rises ? risingTone(sound.hz) : toneWave(sound.hz), sound.durationMs);
    if (sound.of === 'order')
      return new OrderSource(
        sound.order,
        () => prepareWords(sound, { tools, pathOf, speak, ...(heldBytes && { heldBytes }) }),
        this.sirens.waveFor(sound.order),
      );
    if (sound.of === 'countdown') return new CountdownSource(sound.durationMs, sound.languages, speak);
    if (sound.of === 'live') return this.#live(sound, startAtMs);
    if (sound.of === 'pages') throw new Error('pages are shown, not heard');
    return new SessionSource({ ...sound, open: this.#options.openItem ?? ((item, fromMs) => this.#ladder(item, fromMs, onFault)) });
  }

  #live({ session, delayMs }: Sound & { of: 'live' }, startAtMs: number): Source {
    return new LiveSource({ feed: this.#options.liveFeed?.(session) ?? new LiveFeed(), startAtMs, delayMs, openDecoder: openFrameDecoder });
  }

  /** Decoders for what is here, the text for what is not or cannot be read. */
  #ladder(item: Item, fromMs: number, onFault: OnFault): LadderSource {
    const { pathOf, tools, nowMs } = this.#options;
    const { sha256, type, gainDb, durationMs, speak: text, language } = item;
    const gain = gainOf(gainDb);
    const path = pathOf(sha256);
    const spoken: Rung[] =
      text === undefined
        ? []
        : [
            {
              name: 'speech',
              kind: 'spoken',
              // The gain was measured on the recording; a voice made here has its own level.
              open: (atMs) => new SpokenSource(text, language, this.#shelf.speak, { gain: 1, skipSamples: Math.round(atMs * 48) }),
            },
          ];
    const decoders =
      path === undefined && spoken.length > 0
        ? []
        : decoderRungs({ path: path ?? '', type, gain, durationMsMax: durationMs + overlengthMs }, tools);
    return new LadderSource({
      rungs: [...decoders, ...spoken],
      fromMs,
      restMs: durationMs - fromMs,
      nowMs,
      onFault: (problem, failed, next) => onFault(item, problem, failed, next),
    });
  }
}

/** Who said it, and in which languages. */
export function spokenBy(source: Source): Pick<Event & { is: 'playbackEnded' }, 'voice' | 'languages'> {
  if (source instanceof SessionSource && source.spoke) return { voice: 'spoken' };
  if (!(source instanceof OrderSource)) return {};
  const languages = source.languages();
  return { voice: source.voice(), ...(languages && { languages }) };
}
