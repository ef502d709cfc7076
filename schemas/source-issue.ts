// Source items on their way down: issued to units, answered by them, followed until they were heard. In shapes.
import * as v from 'valibot';
import { Id } from './ids.ts';
import { Level } from './programme.ts';
import { DeliveryForm, SourceContent, type SourceItemAnswer, type UnitBrief } from './source.ts';
import { InstantMs } from './time.ts';

export const issueLimits = {
  /** Units named at once, and units reached by that. */
  named: 500,
  reached: 5_000,
  /** Issues of one item. */
  issues: 200,
} as const;

const Note = v.optional(v.pipe(v.string(), v.trim(), v.maxLength(500)), '');

export const IssueRequest = v.strictObject({
  /** The version in force that somebody has seen. */
  version: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(1_000_000)),
  /** Each with all below it. */
  to: v.pipe(
    v.array(Id),
    v.minLength(1),
    v.maxLength(issueLimits.named),
    v.check((all) => new Set(all).size === all.length, 'names each once'),
  ),
  /** Units of these levels get it. */
  levels: v.optional(v.pipe(v.array(Level), v.minLength(1), v.maxLength(5)), ['commune']),
  disseminateByMs: v.optional(v.nullable(InstantMs), null),
  note: Note,
});
export type IssueRequest = v.InferOutput<typeof IssueRequest>;
export const IssueWithdrawRequest = v.strictObject({ note: Note });
/** With what it is used: a programme that names the item, one of its schedules, or a form of delivery beside boxes. */
export const InboxTakeRequest = v.strictObject({
  programme: v.optional(Id),
  schedule: v.optional(Id),
  form: v.optional(DeliveryForm),
  note: Note,
});
export type InboxTakeRequest = v.InferOutput<typeof InboxTakeRequest>;
export const InboxDeclineRequest = v.strictObject({ reason: v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(500)) });
/** Another language or other words; absent: as it is. */
export const InboxCopyRequest = v.strictObject({ content: v.optional(SourceContent) });

/** `inserted`: a priority item stands in the unit's day already; `copied`: made its own item of it. */
export const inboxAnswers = ['waiting', 'inserted', 'taken', 'declined', 'copied'] as const;
export type InboxAnswer = (typeof inboxAnswers)[number];

/**
 * What became of an item in a unit. `delivered`: by hand alone; `overdue`: not heard in time; `withdrawn`: taken back above; `unknown`: the centre that
 * answers is silent.
 */
export const handlingStates = [
  'waiting',
  'taken',
  'declined',
  'scheduled',
  'played',
  'delivered',
  'overdue',
  'withdrawn',
  'unknown',
] as const;
export type HandlingState = (typeof handlingStates)[number];

// ── answered ─────────────────────────────────────────────────────────────────────────────────────

export interface IssueAnswer {
  readonly id: Id;
  readonly item: Id;
  readonly by: string;
  readonly atMs: number;
  readonly tier: 'normal' | 'priority';
  readonly to: readonly Id[];
  readonly levels: readonly Level[];
  readonly disseminateByMs: number | null;
  readonly note: string;
  readonly withdrawn: { readonly by: string; readonly atMs: number; readonly note: string } | null;
  /** Units that got it. */
  readonly units: number;
  /** Of a priority item: units whose day it stands in, and those that have to place it themselves. */
  readonly inserted: number;
  /** The centre above has issued it, and what it is called there. */
  readonly from?: { readonly centre: Id; readonly issue: Id };
}

export interface InboxAnswerLine {
  readonly issue: Id;
  readonly unit: UnitBrief;
  readonly atMs: number;
  readonly disseminateByMs: number | null;
  readonly answer: InboxAnswer;
  readonly withdrawn: boolean;
  readonly by: string | null;
  readonly answeredMs: number | null;
  readonly note: string;
  readonly programme: Id | null;
  readonly schedule: Id | null;
  readonly form: DeliveryForm | null;
  readonly copy: Id | null;
  readonly item: SourceItemAnswer;
}

/** One unit's row of the table item × unit. */
export interface HandlingLine {
  readonly issue: Id;
  readonly unit: UnitBrief;
  readonly state: HandlingState;
  readonly answer: InboxAnswer;
  readonly by: string | null;
  readonly answeredMs: number | null;
  readonly note: string;
  /** By hand, by this form. */
  readonly form: DeliveryForm | null;
  readonly disseminateByMs: number | null;
  /** Plays to their end in the unit's area since it was issued, and when the first and last of them began. */
  readonly plays: number;
  readonly firstMs: number | null;
  readonly lastMs: number | null;
  /** Told by hand, in forms that no box proves: shown beside plays, never added to them. */
  readonly byHand: number;
  readonly byHandLastMs: number | null;
  /** When the unit was last reminded, and when who issued it was told; `null`: not. */
  readonly remindedAtMs: number | null;
  readonly escalatedAtMs: number | null;
  /** đã đọc: a notice was opened in the unit, or the item answered, whichever came first. */
  readonly readAtMs: number | null;
  /** Boxes that could play it, and those that did. */
  readonly clusters: number;
  readonly clustersPlayed: number;
  /** A centre below answers for the unit, or one further below (`beyond`): how fresh its word is, and of when. */
  readonly told?: {
    readonly centre: Id;
    readonly beyond: boolean;
    readonly fresh: 'current' | 'stale' | 'unknown';
    readonly asOfMs: number | null;
  };
}

/** Figures side by side (PRODUCT §1.12); a share is `null` where there is nothing to measure. */
export interface HandlingFigures {
  /** Communes with at least one full play. */
  readonly communes: number;
  readonly communesPlayed: number;
  readonly communesShare: number | null;
  /** Clusters that played it, weighed by the households that hear them; those that nobody has counted weigh nothing. */
  readonly households: number;
  readonly householdsPlayed: number;
  readonly householdsShare: number | null;
  readonly clustersUncounted: number;
  /** The same of all units it was issued to, and of clusters that count alike. */
  readonly units: number;
  readonly unitsPlayed: number;
  readonly unitsShare: number | null;
  /** Units that told it by hand: not a proof, and in no share. */
  readonly unitsByHand: number;
  /** Nobody knows of them now: they count neither as heard nor as not heard. */
  readonly unitsUnknown: number;
  readonly clusters: number;
  readonly clustersPlayed: number;
  readonly clustersShare: number | null;
  readonly states: Readonly<Record<HandlingState, number>>;
  /** Of what centres below have told, the oldest word that counts. */
  readonly oldestMs: number | null;
}

export interface HandlingAnswer {
  readonly item: Id;
  readonly title: string;
  readonly essential: boolean;
  readonly asOfMs: number;
  readonly figures: HandlingFigures;
  readonly lines: readonly HandlingLine[];
}
