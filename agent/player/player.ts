// The player of one loudspeaker output: keeps its device open and fed, turns play actions into voices, tells what really sounded.
//
// INVARIANTS: every `play` ends in exactly one `playbackEnded`; `audibleMs` counts only what has passed the converter.
import type { AudioOut } from '../../hardware/audio-out.ts';
import { problemOf } from '../../hardware/host/failure.ts';
import type { Problem, Result } from '../../schemas/problems.ts';
import type { Event, PlayAction, Sound } from '../core/model.ts';
import { Chain, type FineClock } from './chain.ts';
import { gainOf } from './mixer.ts';
import { LiveFeed } from '../live/feed.ts';
import { OrderSource } from './order-sound.ts';
import { CountdownSource } from './countdown.ts';
import { type DecoderTools, openFile } from './sources/decoder.ts';
import { GeneratedSource, toneWave } from './sources/generated.ts';
import { LiveSource } from './sources/live.ts';
import { openFrameDecoder } from './sources/opus-frames.ts';
import { SessionSource } from './sources/session.ts';
import type { Source } from './sources/source.ts';
import { prepareWords } from './speech-choice.ts';
import type { Voice } from './voice.ts';

type Tell = (event: Event) => void;

export interface PlayerOptions {
  readonly output: string;
  readonly audioOut: AudioOut;
  readonly clock: FineClock;
  readonly tools: DecoderTools;
  readonly pathOf: (sha256: string) => string | undefined;
  readonly speak: (text: string, language: string) => Promise<Result<Buffer>>;
  /** The sound of an open live session; without it none is heard. */
  readonly liveFeed?: (session: string) => LiveFeed | undefined;
  readonly log: { info(line: object): void; warn(line: object): void };
  readonly progressEveryMs: number;
  /** Runs `tick` after a while, answers how to call it off. Replaced in fake time. */
  readonly after?: (delayMs: number, tick: () => void) => () => void;
}

interface Playing {
  readonly action: PlayAction;
  readonly tell: Tell;
  readonly voice: Voice;
  readonly source: Source;
  started: boolean;
  stopping: boolean;
  toldMonoMs: number;
}

const slots: readonly PlayAction['slot'][] = ['emergency', 'live', 'priority', 'normal', 'idle'];
/** Odd, so that over time all phases of a pointer that steps by whole periods (5, 10, 20 ms) are seen. */
const pumpEveryMs = 21;
const idlePumpEveryMs = 59;
/** At once, faded and armed ones together. */
const playsMax = 8;
const liveLeadMsMin = 80;
const reopenMsMin = 100;
const reopenMsMax = 5_000;
/** An item may sound this much longer than its stated length. */
const overlengthMs = 2_000;

export class Player {
  readonly #options: PlayerOptions;
  readonly #chain: Chain;
  readonly #after: NonNullable<PlayerOptions['after']>;
  #playing: Playing[] = [];
  #tell: Tell | undefined;
  #open = false;
  #stopped = false;
  #reopenMs = reopenMsMin;
  #callOff: (() => void) | undefined;
  #xruns = 0;

  constructor(options: PlayerOptions) {
    this.#options = options;
    this.#chain = new Chain(options.audioOut, options.clock);
    this.#after = options.after ?? afterRealTime;
    options.audioOut.onFailure((problem) => this.#fail(problem));
  }

  /** Open the output and keep it fed; resolves after the first try. Failures and recoveries are told and retried for ever. */
  async start(tell?: Tell): Promise<void> {
    this.#tell = tell;
    await this.#openOutput();
  }

  /** Prepare a sound and begin it at its instant. */
  play(action: PlayAction, tell: Tell): void {
    this.#tell ??= tell;
    if (!this.#open) {
      const problem: Problem = { code: 'device-failed', path: '', detail: 'the output is not open' };
      tell({ ...this.#ending(action), how: 'failed', audibleMs: 0, problem });
      return;
    }
    const [oldest] = this.#playing;
    if (oldest && this.#playing.length >= playsMax) this.#end(oldest, 'stopped');
    const now = this.#options.clock.now();
    const source = this.#sourceOf(action);
    const live = action.sound.of === 'live';
    const voice = this.#chain.add({
      source,
      rank: slots.indexOf(action.slot),
      gain: gainOf(action.gainDb),
      fadeInMs: action.fadeInMs,
      startAtMs: action.startAtMs,
      // Live sound finds its own instants: it is late or early, never "at once".
      atOnce: !live && action.startAtMs <= now.wallMs,
      keepsStep: live || action.sound.of === 'items',
      ...(action.sound.of === 'live' && { leadMs: liveLeadMs(action.sound.delayMs) }),
    });
    this.#playing.push({ action, tell, voice, source, started: false, stopping: false, toldMonoMs: now.monoMs });
    source.start();
    this.#pump();
  }

  /** Fade an attempt out and end it; where the output rewinds, what is queued of it is dropped. Unknown attempts are over already. */
  stopPlaying(attempt: number, fadeMs: number): void {
    const one = this.#playing.find(({ action }) => action.attempt === attempt);
    if (!one || one.stopping || !this.#open) return;
    one.stopping = true;
    this.#chain.fade(one.voice, fadeMs);
    this.#pump();
  }

  /** Silence at once, every attempt ended, device closed. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#callOff?.();
    if (this.#open) this.#chain.pump();
    for (const one of [...this.#playing]) this.#end(one, 'stopped');
    this.#open = false;
    await this.#options.audioOut.close();
  }

  async #openOutput(): Promise<void> {
    const { audioOut, output, log } = this.#options;
    try {
      await audioOut.open();
    } catch (error) {
      this.#tellFailed(problemOf(error));
      this.#retryLater();
      return;
    }
    if (this.#stopped) return audioOut.close();
    this.#open = true;
    this.#reopenMs = reopenMsMin;
    this.#chain.opened();
    log.info({ event: 'outputReady', output, technique: audioOut.name, leadMs: audioOut.leadMs, rewinds: audioOut.rewinds });
    this.#tell?.({ is: 'outputReady', output });
    this.#pump();
  }

  #retryLater(): void {
    if (this.#stopped) return;
    this.#callOff?.();
    this.#callOff = this.#after(this.#reopenMs, () => void this.#openOutput());
    this.#reopenMs = Math.min(reopenMsMax, this.#reopenMs * 2);
  }

  #fail(problem: Problem): void {
    if (!this.#open) return;
    this.#open = false;
    for (const one of [...this.#playing]) this.#end(one, 'failed', problem);
    this.#tellFailed(problem);
    this.#options.audioOut.close().then(
      () => this.#retryLater(),
      () => this.#retryLater(),
    );
  }

  #tellFailed(problem: Problem): void {
    const { log, output } = this.#options;
    log.warn({ event: 'outputFailed', output, problem });
    this.#tell?.({ is: 'outputFailed', output, problem });
  }

  /** One round of the chain; arms the next. */
  #pump(): void {
    if (!this.#open || this.#stopped) return;
    this.#callOff?.();
    this.#chain.pump();
    if (this.#chain.xruns !== this.#xruns) this.#noteXruns();
    for (const one of [...this.#playing]) this.#report(one);
    this.#callOff = this.#after(this.#playing.length > 0 ? pumpEveryMs : idlePumpEveryMs, () => this.#pump());
  }

  #noteXruns(): void {
    this.#xruns = this.#chain.xruns;
    this.#options.log.warn({ event: 'outputStarved', output: this.#options.output, xruns: this.#xruns });
  }

  #report(one: Playing): void {
    const { voice } = one;
    const played = this.#chain.played;
    if (!one.started && voice.startFrame !== undefined && played > voice.startFrame) this.#tellStarted(one, voice.startFrame);
    if (voice.startFrame === undefined) {
      if (one.stopping) this.#end(one, 'stopped');
      else if (!voice.touched && one.source.ended()) this.#endUnheard(one);
      return;
    }
    if (voice.endFrame !== undefined && played >= voice.endFrame) this.#endAsHeard(one);
    else if (one.started) this.#maybeTellProgress(one);
  }

  #tellStarted(one: Playing, startFrame: number): void {
    one.started = true;
    const startedMs = this.#chain.wallAt(startFrame);
    const { output, attempt, startAtMs } = one.action;
    const startErrorMs = Math.round((startedMs - startAtMs) * 1000) / 1000;
    one.tell({ is: 'playbackStarted', output, attempt, startedMs: Math.round(startedMs), startErrorMs });
  }

  #maybeTellProgress(one: Playing): void {
    const now = this.#options.clock.now();
    if (now.monoMs - one.toldMonoMs < this.#options.progressEveryMs) return;
    one.toldMonoMs = now.monoMs;
    const { output, attempt } = one.action;
    one.tell({ is: 'playbackProgressed', output, attempt, audibleMs: this.#audibleMs(one), atMs: Math.round(now.wallMs) });
  }

  /** The source had nothing to give: no file, no decoder, a position beyond the end. */
  #endUnheard(one: Playing): void {
    const problem = one.source.problem();
    this.#end(one, problem ? 'failed' : 'completed', problem);
  }

  #endAsHeard(one: Playing): void {
    const { source, voice } = one;
    if (!voice.completed) this.#end(one, 'stopped');
    else if (source instanceof SessionSource && source.problem()) this.#end(one, 'failed', source.problem());
    else this.#end(one, 'completed');
  }

  #end(one: Playing, how: 'completed' | 'stopped' | 'failed', problem?: Problem): void {
    const { voice, source, action } = one;
    this.#playing = this.#playing.filter((other) => other !== one);
    this.#chain.remove(voice);
    const heard = voice.startFrame !== undefined && this.#chain.played > voice.startFrame;
    if (heard && !one.started) this.#tellStarted(one, voice.startFrame ?? 0);
    const ending = this.#ending(action, heard ? Math.min(this.#chain.played, voice.endFrame ?? this.#chain.played) : undefined);
    const spokeWith = source instanceof OrderSource ? spokenBy(source) : {};
    if (source instanceof LiveSource) this.#options.log.info({ event: 'liveHeard', output: action.output, attempt: action.attempt, ...source.faults });
    if (voice.gaps > 0) this.#options.log.warn({ event: 'soundHadGaps', output: action.output, attempt: action.attempt, gaps: voice.gaps });
    source.stop();
    one.tell({ ...ending, how, audibleMs: this.#audibleMs(one), ...(problem && { problem }), ...spokeWith });
  }

  #ending({ output, attempt }: PlayAction, lastFrame?: number) {
    const endedMs = Math.round(lastFrame === undefined ? this.#options.clock.now().wallMs : this.#chain.wallAt(lastFrame));
    return { is: 'playbackEnded', output, attempt, endedMs } as const;
  }

  #audibleMs({ voice }: Playing): number {
    return Math.round(voice.heardAt(this.#chain.played) / 48);
  }

  #sourceOf({ sound, startAtMs }: PlayAction): Source {
    const { tools, pathOf, speak } = this.#options;
    if (sound.of === 'tone') return new GeneratedSource(toneWave(sound.hz), sound.durationMs);
    if (sound.of === 'order') return new OrderSource(sound.order, () => prepareWords(sound, { tools, pathOf, speak }));
    if (sound.of === 'countdown') return new CountdownSource(sound.durationMs, sound.languages, speak);
    if (sound.of === 'live') return this.#liveSource(sound, startAtMs);
    return new SessionSource({
      ...sound,
      open: ({ sha256, type, gainDb, durationMs }, fromMs) =>
        openFile({ path: pathOf(sha256) ?? '', type, gain: gainOf(gainDb), fromMs, durationMsMax: durationMs + overlengthMs }, tools),
    });
  }

  #liveSource({ session, delayMs }: Sound & { of: 'live' }, startAtMs: number): Source {
    return new LiveSource({ feed: this.#options.liveFeed?.(session) ?? new LiveFeed(), startAtMs, delayMs, openDecoder: openFrameDecoder });
  }
}

function spokenBy(source: OrderSource): Pick<Event & { is: 'playbackEnded' }, 'voice' | 'languages'> {
  const languages = source.languages();
  return { voice: source.voice(), ...(languages && { languages }) };
}

/** Written no further ahead than leaves time for frames to come and be verified; never so little that a busy moment is heard. */
function liveLeadMs(delayMs: number): number {
  return Math.max(liveLeadMsMin, delayMs / 3);
}

function afterRealTime(delayMs: number, tick: () => void): () => void {
  const timer = setTimeout(tick, delayMs);
  return () => clearTimeout(timer);
}
