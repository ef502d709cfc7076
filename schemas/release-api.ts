// Releases and their roll-outs as a centre answers and is asked (controller/docs/releases).
import * as v from 'valibot';
import { Envelope } from './envelope.ts';
import { AreaPath, type Id } from './ids.ts';
import { type Release, type UpdateFact, Version } from './release.ts';
import { DurationMs } from './time.ts';

const hourMs = 3600_000;

/** The parts are here already, by their hash. */
export const ReleaseRequest = v.strictObject({ manifest: Envelope });
export type ReleaseRequest = v.InferOutput<typeof ReleaseRequest>;

/** A release as it is kept; `manifest` is what boxes are given. */
export interface StoredRelease {
  readonly release: Release;
  readonly manifest: Envelope;
  /** The centre that signed it. */
  readonly issuer: string;
  readonly addedMs: number;
  readonly addedBy: string;
}

export const RolloutRequest = v.strictObject({
  version: Version,
  area: v.optional(AreaPath),
  /** Per cent of the boxes that have it after each stage; the last is 100. */
  stages: v.optional(
    v.pipe(
      v.array(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(100))),
      v.minLength(1),
      v.maxLength(6),
      v.check((all) => all.at(-1) === 100 && all.every((one, at) => at === 0 || one > (all[at - 1] ?? 0)), 'must rise to 100'),
    ),
    [1, 10, 100],
  ),
  /** More failures than this of the boxes that were offered it, and the roll-out is called off. */
  abortPercent: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(50)), 10),
  /** A box that has not committed so long after the offer counts as failed. */
  silentMs: v.optional(v.pipe(DurationMs, v.minValue(hourMs), v.maxValue(30 * 24 * hourMs)), 24 * hourMs),
  /** Between the last commit of a stage and the next stage. */
  soakMs: v.optional(v.pipe(DurationMs, v.maxValue(7 * 24 * hourMs)), hourMs),
});
export type RolloutRequest = v.InferOutput<typeof RolloutRequest>;

export const rolloutStates = ['running', 'paused', 'stopped', 'called-off', 'done'] as const;
export type RolloutState = (typeof rolloutStates)[number];

export const RolloutAct = v.strictObject({ act: v.picklist(['pause', 'resume', 'stop']) });

export interface Rollout extends Omit<RolloutRequest, 'area'> {
  readonly area: AreaPath;
  readonly id: string;
  readonly counter: number;
  readonly state: RolloutState;
  /** Index into `stages`. */
  readonly stage: number;
  readonly stageSinceMs: number;
  readonly beganMs: number;
  readonly beganBy: string;
  /** When it came to its end. */
  readonly endedMs: number | null;
}

/** `offered`: nothing heard yet; `silent`: for too long. */
export type BoxProgress = 'offered' | UpdateFact['state'] | 'silent';

export interface RolloutBox {
  readonly dev: Id;
  readonly stage: number;
  readonly offeredMs: number;
  readonly progress: BoxProgress;
  readonly atMs: number;
  readonly reason: UpdateFact['reason'] | null;
  readonly detail: string;
  readonly lines: readonly string[];
}

export interface RolloutAnswer extends Rollout {
  /** Boxes that it is meant for, and how many of each stage stand where. */
  readonly candidates: number;
  readonly counts: readonly {
    readonly stage: number;
    readonly percent: number;
    readonly offered: number;
    readonly committed: number;
    readonly failed: number;
  }[];
}

export interface RolloutDetail extends RolloutAnswer {
  readonly boxes: readonly RolloutBox[];
}

/** What a box said of a release, with when it was so there and when it came here. */
export interface StoredUpdate {
  readonly dev: string;
  readonly fact: UpdateFact;
  readonly atMs: number;
  readonly receivedMs: number;
}
