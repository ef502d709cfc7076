// One file that a centre hands to another above or below it: who it is, where its broker stands, who vouches for its keys. No secrets.
import * as v from 'valibot';
import { Envelope } from './envelope.ts';
import type { Freshness } from './federation.ts';
import { AreaPath, Id } from './ids.ts';
import { TrustRoot } from './keys.ts';
import { Path } from './paths.ts';
import { Level } from './programme.ts';

/** Carried by hand; its fingerprints are compared aloud before anybody uses it. */
export const Introduction = v.strictObject({
  is: v.literal('loa-centre'),
  centre: Id,
  name: v.pipe(v.string(), v.minLength(1), v.maxLength(120)),
  level: Level,
  area: AreaPath,
  demo: v.boolean(),
  /** Its broker, as boxes reach it. */
  url: Path.entries.url,
  /** PEM of its authority: its broker's certificate and its boxes' come from there. */
  ca: Path.entries.ca,
  root: TrustRoot,
  roots: v.optional(v.pipe(v.array(Envelope), v.maxLength(32))),
  /** Links of keys from the root down to this centre. */
  chain: v.pipe(v.array(Envelope), v.minLength(1), v.maxLength(4)),
});
export type Introduction = v.InferOutput<typeof Introduction>;

/** A centre below, as the one above keeps it. */
export const Below = v.strictObject({
  centre: Id,
  name: Introduction.entries.name,
  ca: Path.entries.ca,
  /** Where it answers; absent where it was admitted before this was kept: nothing goes down to it until it is admitted again. */
  area: v.optional(AreaPath),
});
export type Below = v.InferOutput<typeof Below>;

/** How the line to another centre stands. */
export interface NeighbourLine {
  readonly fresh: Freshness;
  readonly heardMs: number | null;
  /** All that the other knew at this instant has come. */
  readonly asOfMs: number | null;
  /** Things from there that wait for something here (files, mostly), 500 at most. */
  readonly waiting: number;
}

export interface NeighboursAnswer {
  readonly above: readonly { readonly centre: Id; readonly url: string; readonly fingerprint: string; readonly line: NeighbourLine }[];
  readonly below: readonly { readonly centre: Id; readonly name: string; readonly fingerprint: string; readonly line: NeighbourLine }[];
  /** What another centre is handed. */
  readonly introduction: Introduction;
}
