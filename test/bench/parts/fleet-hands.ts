// Hands of a box without hardware: relays that take their time, a player that starts on its instant and plays as long as the sound is.
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Action, Event, PlayAction } from '../../../agent/core/model.ts';
import type { CentreLink } from '../../../agent/link.ts';
import { loadPlan } from '../../../agent/plan-loader.ts';
import type { Clock, Hands } from '../../../agent/ports.ts';
import type { FleetPlace } from './fleet-box.ts';

type Tell = (event: Event) => void;
type Told<Kind extends Action['do']> = Extract<Action, { do: Kind }>;

export interface FleetHandsOptions {
  readonly place: FleetPlace;
  readonly clock: Clock;
  readonly link: () => CentreLink | undefined;
}

interface Playing {
  readonly attempt: number;
  readonly startedMs: number;
  readonly timers: readonly NodeJS.Timeout[];
}

export class FleetHands implements Hands {
  readonly #options: FleetHandsOptions;
  readonly #has = new Map<string, number>();
  readonly #playing = new Map<string, Playing>();
  readonly #relays = new Set<NodeJS.Timeout>();

  constructor(options: FleetHandsOptions) {
    this.#options = options;
  }

  perform(action: Action, tell: Tell): void {
    const link = this.#options.link();
    if (action.do === 'loadPlan') void this.#load(action, tell);
    else if (action.do === 'fetch') this.#fetch(action, tell);
    else if (action.do === 'switchAmplifier') this.#switch(action, tell);
    else if (action.do === 'play') this.#play(action, tell);
    else if (action.do === 'stop') this.#stop(action, tell);
    else if (action.do === 'publishReport') link?.publishReport(action.report);
    else if (action.do === 'publishPresence') link?.publishPresence(action.presence);
    else if (action.do === 'publishTelemetry') link?.publishTelemetry(action.telemetry);
    else if (action.do === 'ask') link?.ask(action.kind);
    else if (action.do === 'newEpoch') void link?.beginEpoch();
  }

  stop(): void {
    for (const { timers } of this.#playing.values()) for (const timer of timers) clearTimeout(timer);
    for (const timer of this.#relays) clearTimeout(timer);
  }

  async #load({ attempt, want }: Told<'loadPlan'>, tell: Tell): Promise<void> {
    const loaded = await loadPlan(want, (sha256) => this.#path(sha256));
    tell(
      loaded.ok
        ? { is: 'planLoaded', attempt, plan: loaded.value }
        : { is: 'planRefused', attempt, rev: want.rev, problem: loaded.problem },
    );
  }

  #fetch({ attempt, sha256 }: Told<'fetch'>, tell: Tell): void {
    const path = this.#path(sha256);
    if (path !== undefined) this.#has.set(sha256, statSync(path).size);
    tell({ is: 'cacheSeen', has: [...this.#has].map(([name, bytes]) => ({ sha256: name, bytes })), freeBytes: 2 ** 33 });
    const problem = { code: 'not-found', path: '', detail: sha256 } as const;
    tell({ is: 'fetchEnded', attempt, sha256, ...(path === undefined ? { problem } : {}) });
  }

  #path(sha256: string): string | undefined {
    const path = join(this.#options.place.blobs, sha256.slice(0, 2), sha256);
    return existsSync(path) ? path : undefined;
  }

  #switch({ output, attempt, on }: Told<'switchAmplifier'>, tell: Tell): void {
    const timer = setTimeout(() => {
      this.#relays.delete(timer);
      tell({ is: 'amplifierSwitched', output, attempt, on });
    }, this.#options.place.relayDelayMs);
    this.#relays.add(timer);
  }

  #play({ output, attempt, sound, startAtMs }: PlayAction, tell: Tell): void {
    const { wallMs } = this.#options.clock.now();
    const inMs = Math.max(0, startAtMs - wallMs);
    const startedMs = wallMs + inMs;
    const lengthMs = lengthOf(sound);
    const begun = setTimeout(() => tell({ is: 'playbackStarted', output, attempt, startedMs, startErrorMs: 0 }), inMs);
    const over = setTimeout(() => {
      this.#playing.delete(output);
      tell({ is: 'playbackEnded', output, attempt, how: 'completed', audibleMs: lengthMs, endedMs: startedMs + lengthMs, voice: 'inline' });
    }, inMs + lengthMs);
    this.#playing.set(output, { attempt, startedMs, timers: [begun, over] });
  }

  #stop({ output, attempt }: Told<'stop'>, tell: Tell): void {
    const playing = this.#playing.get(output);
    if (playing?.attempt !== attempt) return;
    for (const timer of playing.timers) clearTimeout(timer);
    this.#playing.delete(output);
    const endedMs = this.#options.clock.now().wallMs;
    tell({ is: 'playbackEnded', output, attempt, how: 'stopped', audibleMs: Math.max(0, endedMs - playing.startedMs), endedMs });
  }
}

function lengthOf(sound: PlayAction['sound']): number {
  if (sound.of !== 'order') return 60_000;
  return sound.order.sirenMs + sound.order.speech.reduce((sum, { audio }) => sum + (audio?.durationMs ?? 5_000), 0);
}
