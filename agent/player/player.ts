// The player of one loudspeaker output: keeps its device open and fed, turns play actions into voices, tells what really sounded.
//
// INVARIANTS: every `play` ends in exactly one `playbackEnded`; `audibleMs` counts only what has passed the converter.
import type { AudioOut } from '../../hardware/audio-out.ts';
import { problemOf } from '../../hardware/host/failure.ts';
import type { Problem } from '../../schemas/problems.ts';
import type { Item } from '../../schemas/programme.ts';
import type { PlayAction } from '../core/model.ts';
import { Chain, type FineClock } from './chain.ts';
import { gainOf } from './mixer.ts';
import type { Playing, Tell } from './playing.ts';
import type { OwnSirens } from './siren-set.ts';
import { SoundSources, type SoundSourcesOptions, spokenBy } from './sound-sources.ts';
import { LiveSource } from './sources/live.ts';
import { SessionSource } from './sources/session.ts';
import { Standstill } from './standstill.ts';
import { afterRealTime, timingOf } from './timing.ts';

export interface PlayerOptions extends Omit<SoundSourcesOptions, 'nowMs'> {
  readonly output: string;
  readonly audioOut: AudioOut;
  readonly clock: FineClock;
  /** A file could not be decoded: whoever keeps it may want to check its bytes. */
  readonly doubt?: (sha256: string) => void;
  readonly log: { info(line: object): void; warn(line: object): void };
  readonly progressEveryMs: number;
  /** Runs `tick` after a while, answers how to call it off. Replaced in fake time. */
  readonly after?: (delayMs: number, tick: () => void) => () => void;
}

/** Odd, so that over time all phases of a pointer that steps by whole periods (5, 10, 20 ms) are seen. */
const pumpEveryMs = 21;
const idlePumpEveryMs = 59;
/** At once, faded and armed ones together. */
const playsMax = 8;
const reopenMsMin = 100;
const reopenMsMax = 5_000;
/** An output that worked for so long is tried again at once when it fails. */
const steadyMs = 10_000;
/** A device that does not even close is left behind. */
const closeWithinMs = 3_000;
/** Beside fade and queue. */
const stopSlackMs = 1_000;

export class Player {
  readonly #options: PlayerOptions;
  readonly #chain: Chain;
  readonly #sources: SoundSources;
  readonly #standstill = new Standstill();
  readonly #after: NonNullable<PlayerOptions['after']>;
  #playing: Playing[] = [];
  #tell: Tell | undefined;
  #open = false;
  #stopped = false;
  #reopenMs = reopenMsMin;
  #openedMonoMs = 0;
  #callOff: (() => void) | undefined;
  #xruns = 0;

  constructor(options: PlayerOptions) {
    this.#options = options;
    this.#chain = new Chain(options.audioOut, options.clock);
    this.#sources = new SoundSources({ ...options, nowMs: () => options.clock.now().monoMs });
    this.#after = options.after ?? afterRealTime;
    options.audioOut.onFailure((problem) => this.#fail(problem));
  }

  /** Open the output and keep it fed; resolves after the first try. Failures and recoveries are told and retried for ever. */
  async start(tell?: Tell): Promise<void> {
    this.#tell = tell;
    const wrong = this.#sources.sirens.prepare();
    if (wrong.length > 0) this.#options.log.warn({ event: 'sirensDiffer', kinds: wrong });
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
    const source = this.#sources.of(action, (item, problem, failed, next) =>
      this.#noteFault(action, tell, { item, problem, failed, next }),
    );
    const voice = this.#chain.add({
      source,
      gain: gainOf(action.gainDb),
      fadeInMs: action.fadeInMs,
      startAtMs: action.startAtMs,
      ...timingOf(action, now.wallMs),
    });
    this.#playing.push({ action, tell, voice, source, started: false, stopByMonoMs: undefined, toldMonoMs: now.monoMs });
    source.start();
    this.#pump();
  }

  /** Fade an attempt out and end it; where the output rewinds, what is queued of it is dropped. Unknown attempts are over already. */
  stopPlaying(attempt: number, fadeMs: number): void {
    const one = this.#playing.find(({ action }) => action.attempt === attempt);
    if (!one || one.stopByMonoMs !== undefined || !this.#open) return;
    one.stopByMonoMs = this.#options.clock.now().monoMs + fadeMs + this.#options.audioOut.leadMs + stopSlackMs;
    this.#chain.fade(one.voice, fadeMs);
    this.#pump();
  }

  /** The amplifier goes off: whatever still sounds then is nobody's wish. */
  hush(): void {
    if (this.#playing.length === 0) return;
    this.#options.log.warn({
      event: 'soundWithoutAmplifier',
      output: this.#options.output,
      attempts: this.#playing.map(({ action }) => action.attempt),
    });
    for (const one of [...this.#playing]) {
      this.#chain.fade(one.voice, 0);
      this.#end(one, 'stopped');
    }
  }

  /** False when the device is open and nobody feeds it any more, which no other part of the process would notice. */
  pumps(): boolean {
    return !this.#open || this.#standstill.watched(this.#options.clock.now().monoMs);
  }

  /** Recordings that sound in place of the standard sirens. */
  replaceSirens(own: OwnSirens): void {
    this.#sources.sirens.replace(own);
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
    this.#openedMonoMs = this.#options.clock.now().monoMs;
    this.#chain.opened();
    this.#standstill.restart(this.#openedMonoMs);
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
    if (this.#options.clock.now().monoMs - this.#openedMonoMs >= steadyMs) this.#reopenMs = reopenMsMin;
    for (const one of [...this.#playing]) this.#end(one, 'failed', problem);
    this.#tellFailed(problem);
    let closed = false;
    const goOn = () => {
      if (!closed) this.#retryLater();
      closed = true;
    };
    this.#callOff = this.#after(closeWithinMs, goOn);
    this.#options.audioOut.close().then(goOn, goOn);
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
    if (this.#standstill.stands(this.#chain.played, this.#options.clock.now().monoMs)) {
      this.#fail({ code: 'device-failed', path: '', detail: `the output stands still at frame ${Math.round(this.#chain.played)}` });
      return;
    }
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
      if (one.stopByMonoMs !== undefined) this.#end(one, 'stopped');
      else if (!voice.touched && one.source.ended()) this.#endUnheard(one);
      return;
    }
    if (voice.endFrame !== undefined && played >= voice.endFrame) this.#endAsHeard(one);
    else if (one.stopByMonoMs !== undefined && this.#options.clock.now().monoMs > one.stopByMonoMs) this.#end(one, 'stopped');
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
    const spokeWith = spokenBy(source);
    const { log } = this.#options;
    const { output, attempt } = action;
    if (source instanceof LiveSource) log.info({ event: 'liveHeard', output, attempt, ...source.faults });
    if (voice.gaps > 0) log.warn({ event: 'soundHadGaps', output, attempt, gaps: voice.gaps });
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

  /** A way to sound an item failed: told while the next one is already at work. */
  #noteFault(
    { output, attempt }: PlayAction,
    tell: Tell,
    fault: { item: Item; problem: Problem; failed: string; next: string | undefined },
  ): void {
    const { item, problem, failed, next } = fault;
    this.#options.log.warn({ event: 'sourceFailed', output, attempt, item: item.sha256, by: failed, next: next ?? 'none', problem });
    tell({ is: 'sourceFailed', output, attempt, item: item.sha256, problem });
    if (failed !== 'speech') this.#options.doubt?.(item.sha256);
  }
}
