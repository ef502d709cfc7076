// The register of equipment in shapes: what stands where, what it is, whether it works.
import * as v from 'valibot';
import { Id, Sha256 } from './ids.ts';
import type { Problem } from './problems.ts';
import { LocalDate } from './time.ts';

export const registerLimits = {
  entries: 20_000,
  /** Of one import. */
  rows: 5_000,
  csvLetters: 2_000_000,
  photos: 12,
  /** States of one entry. */
  versions: 1_000,
  imports: 200,
} as const;

/** Hữu tuyến, FM, hỗn hợp, IP: how sound comes to the loudspeakers. */
export const Technology = v.picklist(['wired', 'fm', 'mixed', 'ip']);
export type Technology = v.InferOutput<typeof Technology>;
export const EquipmentKind = v.picklist(['cluster', 'board', 'transmitter', 'computer', 'recorder']);
export type EquipmentKind = v.InferOutput<typeof EquipmentKind>;
/** What was removed stays in the register and counts no more. */
export const EquipmentState = v.picklist(['working', 'broken', 'removed']);
export type EquipmentState = v.InferOutput<typeof EquipmentState>;

const text = (max: number) => v.optional(v.nullable(v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(max))), null);
const digits = (pattern: RegExp, words: string) => v.optional(v.nullable(v.pipe(v.string(), v.regex(pattern, words))), null);
const number = (min: number, max: number) => v.optional(v.nullable(v.pipe(v.number(), v.minValue(min), v.maxValue(max))), null);
const day = v.optional(v.nullable(LocalDate), null);

export const EquipmentFacts = v.strictObject({
  name: v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(200)),
  unit: Id,
  kind: EquipmentKind,
  technology: Technology,
  state: v.optional(EquipmentState, 'working'),
  /** The box that drives it; old equipment has none. */
  box: v.optional(v.nullable(Id), null),
  officialCode: text(64),
  serial: text(64),
  imei: digits(/^\d{14,16}$/, 'must be 14 to 16 digits'),
  sim: digits(/^\+?\d{8,22}$/, 'must be 8 to 22 digits'),
  simUntil: day,
  latitude: number(-90, 90),
  longitude: number(-180, 180),
  pole: text(200),
  meter: text(64),
  contract: text(64),
  loudspeakers: v.optional(v.nullable(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(200))), null),
  /** Of one loudspeaker. */
  powerW: number(0, 10_000),
  installed: day,
  warrantyUntil: day,
  /** The place or office that answers for what is said there; never a person's telephone. */
  owner: text(200),
  /** Names of pictures by content. */
  photos: v.optional(v.pipe(v.array(Sha256), v.maxLength(registerLimits.photos)), []),
  note: text(500),
});
export type EquipmentFacts = v.InferOutput<typeof EquipmentFacts>;
export type EquipmentField = keyof EquipmentFacts;

/** `version`: what somebody has seen, 0 for what is new. `from`: since this day; today unless said. */
export const EquipmentRequest = v.strictObject({
  version: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(1_000_000)),
  from: v.optional(LocalDate),
  facts: EquipmentFacts,
});
export type EquipmentRequest = v.InferOutput<typeof EquipmentRequest>;

const Csv = v.pipe(v.string(), v.minLength(1), v.maxLength(registerLimits.csvLetters));
export const ImportPreviewRequest = v.strictObject({ csv: Csv, from: v.optional(LocalDate) });
export type ImportPreviewRequest = v.InferOutput<typeof ImportPreviewRequest>;
/** `looked`: of the preview, so that nothing else is done than was looked at. */
export const ImportRequest = v.strictObject({
  csv: Csv,
  from: v.optional(LocalDate),
  looked: Sha256,
  /** Refused rows are left out instead of refusing all. */
  leaveOut: v.optional(v.boolean(), false),
});
export type ImportRequest = v.InferOutput<typeof ImportRequest>;

// ── answered ─────────────────────────────────────────────────────────────────────────────────────

/** One state of an entry. */
export interface EquipmentVersion {
  readonly entry: string;
  /** 1, 2, 3 …; a state taken back keeps its number. */
  readonly n: number;
  /** It has been so since this day; never before the state before it. */
  readonly from: LocalDate;
  readonly atMs: number;
  readonly by: string;
  readonly imported: string | null;
  /** The state that this one takes back. */
  readonly undoes: number | null;
  /** `null`: it is not in the register. */
  readonly facts: EquipmentFacts | null;
}

/** An entry as it is now. */
export interface EquipmentAnswer extends EquipmentFacts {
  readonly id: string;
  readonly version: number;
  readonly from: LocalDate;
  readonly changedMs: number;
  readonly by: string;
}
/** A state in the history of its entry. */
export interface EquipmentStateAnswer extends EquipmentVersion {
  /** Taken back later. */
  readonly undone: boolean;
  /** In which it differs from the state before. */
  readonly fields: readonly EquipmentField[];
}
/** What runs out soon, or has. */
export interface ExpiringAnswer {
  readonly id: string;
  readonly name: string;
  readonly unit: string;
  readonly what: 'sim' | 'warranty';
  readonly date: LocalDate;
  readonly over: boolean;
}

export interface RegisterImport {
  readonly id: string;
  readonly atMs: number;
  readonly by: string;
  readonly added: number;
  readonly changed: number;
  readonly leftOut: number;
  readonly undoneMs: number | null;
  readonly undoneBy: string | null;
}

/** What an import would do with a line of the file. */
export interface ImportLook {
  readonly line: number;
  readonly id: string;
  readonly verdict: 'new' | 'changed' | 'unchanged' | 'refused';
  readonly fields: readonly EquipmentField[];
  readonly problem: Problem | null;
  /** The column that is refused, as the table names it. */
  readonly column: string | null;
}
/** `looked` names what was looked at, so that nothing else is done. */
export interface ImportPreviewAnswer {
  readonly looked: Sha256;
  readonly counts: Readonly<Record<ImportLook['verdict'], number>>;
  readonly rows: readonly ImportLook[];
}
export interface RegisterImportAnswer extends RegisterImport {
  readonly entries: number;
  /** Entries that were changed since: over them it is not taken back. */
  readonly changedSince: readonly string[];
}
