// Administrative units as data: a tree with dates, and the changes a state makes to it. What is asked, what is answered.
import * as v from 'valibot';
import { type AreaPath, Id } from './ids.ts';
import type { Problem } from './problems.ts';
import { Level } from './programme.ts';
import { LocalDate } from './time.ts';

export const unitLimits = {
  /** Units of a centre, ended ones too. */
  units: 20_000,
  /** Steps of an area path, and so levels of the tree. */
  depth: 6,
  /** Times that one unit may change. */
  periods: 64,
  merged: 64,
  parts: 32,
  /** Units or boxes named in one part of a split. */
  named: 500,
  /** Changes whose day has not come. */
  waiting: 500,
  /** Rows of a preview; its counts tell all. */
  listed: 500,
} as const;

const Text = v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(200));
const Code = v.pipe(v.string(), v.regex(/^[A-Za-z0-9.-]{1,20}$/, 'must be 1 to 20 of A-Z a-z 0-9 . -'));

export const UnitName = v.strictObject({ vi: Text, en: v.optional(Text) });
export type UnitName = v.InferOutput<typeof UnitName>;

/** How official codes of a kind look: `#` is a digit, anything else itself. `null`: this kind has none. */
export const UnitCodes = v.pipe(
  v.array(
    v.strictObject({
      kind: Id,
      pattern: v.nullable(v.pipe(v.string(), v.regex(/^[A-Za-z0-9.#-]{1,20}$/, 'must be 1 to 20 of # A-Z a-z 0-9 . -'))),
    }),
  ),
  v.maxLength(64),
  v.check((rules) => new Set(rules.map(({ kind }) => kind)).size === rules.length, 'names each kind once'),
);
export type UnitCodes = v.InferOutput<typeof UnitCodes>;

export const NewUnit = v.strictObject({
  id: Id,
  kind: Id,
  level: Level,
  name: UnitName,
  /** Unit above; `null` for one on top. */
  parent: v.nullable(Id),
  code: v.optional(v.nullable(Code), null),
  /** Its own step in area paths; the code, else the id, unless said. */
  step: v.optional(Id),
});
export type NewUnit = v.InferOutput<typeof NewUnit>;

/** A unit that is there already, or one that begins with the change. */
const Into = v.union([Id, NewUnit]);
const ids = (max: number) =>
  v.pipe(
    v.array(Id),
    v.maxLength(max),
    v.check((named) => new Set(named).size === named.length, 'names each once'),
  );

export const UnitChange = v.variant('do', [
  v.strictObject({ do: v.literal('open'), unit: NewUnit }),
  v.strictObject({ do: v.literal('rename'), unit: Id, name: v.optional(UnitName), code: v.optional(v.nullable(Code)) }),
  /** Another unit above. */
  v.strictObject({ do: v.literal('move'), unit: Id, parent: v.nullable(Id), step: v.optional(Id) }),
  /** Many become one; what lies in them goes along. */
  v.strictObject({ do: v.literal('merge'), units: v.pipe(ids(unitLimits.merged), v.minLength(1)), into: Into }),
  /** One becomes many; each part names the units below and the boxes it takes. A part may be the unit itself: then the rest stays there. */
  v.strictObject({
    do: v.literal('split'),
    unit: Id,
    parts: v.pipe(
      v.array(
        v.strictObject({
          into: Into,
          units: v.optional(ids(unitLimits.named), []),
          boxes: v.optional(ids(unitLimits.named), []),
        }),
      ),
      v.minLength(1),
      v.maxLength(unitLimits.parts),
    ),
  }),
  v.strictObject({ do: v.literal('close'), unit: Id }),
]);
export type UnitChange = v.InferOutput<typeof UnitChange>;

export const UnitChangeRequest = v.strictObject({
  /** First day of the new order, in the centre's zone. */
  date: LocalDate,
  change: UnitChange,
  /** The decision it follows. */
  note: v.optional(v.pipe(v.string(), v.trim(), v.maxLength(500)), ''),
});
export type UnitChangeRequest = v.InferOutput<typeof UnitChangeRequest>;

/** `failed`: its day came and it no longer fitted; nothing of it was done. */
export const unitChangeStates = ['waiting', 'in-force', 'undone', 'failed'] as const;
export type UnitChangeState = (typeof unitChangeStates)[number];

// ── answered ─────────────────────────────────────────────────────────────────────────────────────

export interface UnitAnswer {
  readonly id: Id;
  readonly kind: Id;
  readonly level: Level;
  readonly name: string;
  readonly nameEn: string | null;
  readonly code: string | null;
  readonly parent: Id | null;
  readonly area: AreaPath;
  /** First day of this state, `null` since ever; and the first day after it, `null` while it lasts. */
  readonly from: string | null;
  readonly until: string | null;
}

export interface UnitHistoryAnswer {
  readonly id: Id;
  readonly kind: Id;
  readonly level: Level;
  readonly states: readonly UnitAnswer[];
  /** What came after it. */
  readonly becomes: readonly Id[];
  readonly changes: readonly UnitChangeAnswer[];
}

export interface UnitCounts {
  readonly units: number;
  readonly boxes: number;
  readonly accounts: number;
}

export interface UnitChangeAnswer extends UnitChangeRequest {
  readonly id: Id;
  readonly state: UnitChangeState;
  readonly by: string;
  readonly madeMs: number;
  /** When it was done, or failed. */
  readonly doneMs: number | null;
  readonly undone: { readonly by: string; readonly atMs: number } | null;
  readonly problem: Problem | null;
  /** Of what was done. */
  readonly counts: UnitCounts | null;
  /** What people had to make anew when it was done. */
  readonly renew: readonly (UnitNotice & { readonly is: 'renew' })[];
}

/** What goes along with its place, besides boxes and rights. */
export type UnitCarried = 'delegation' | 'exchange' | 'report-mail' | 'token';

/** What somebody should know or do beside the change itself. */
export type UnitNotice =
  /** It names an area that is no more, or that became several: people make it anew. Of the register: no unit comes after its own. */
  | {
      readonly is: 'renew';
      readonly what: 'order' | 'ready-order' | 'mandate' | 'alert-source' | 'break-glass' | 'policy' | 'register' | UnitCarried;
      readonly id: string;
      readonly area: AreaPath;
    }
  /** A right reaches further than before. */
  | { readonly is: 'wider'; readonly account: Id; readonly role: string; readonly from: AreaPath; readonly to: AreaPath }
  /** So does what goes along; a foreign system is of the unit, however wide. */
  | {
      readonly is: 'wider';
      readonly what: Exclude<UnitCarried, 'exchange'>;
      readonly id: string;
      readonly from: AreaPath;
      readonly to: AreaPath;
    }
  /** A right ends with its unit. */
  | { readonly is: 'ends'; readonly account: Id; readonly role: string; readonly from: AreaPath };

export interface UnitPreviewAnswer {
  readonly waits: boolean;
  readonly counts: UnitCounts;
  /** `from: null` begins, `to: null` ends. */
  readonly units: readonly { readonly id: Id; readonly name: string; readonly from: AreaPath | null; readonly to: AreaPath | null }[];
  readonly boxes: readonly { readonly id: Id; readonly from: AreaPath; readonly to: AreaPath; readonly groups: readonly Id[] }[];
  readonly accounts: readonly { readonly account: Id; readonly from: readonly AreaPath[]; readonly to: readonly AreaPath[] }[];
  /** Of a foreign system its units, else areas. */
  readonly carried: readonly { readonly what: UnitCarried; readonly id: string; readonly from: string; readonly to: string }[];
  readonly notices: readonly UnitNotice[];
}

/** Plays of boxes by the unit in which each stood that day; those of units below count upward. */
export interface UnitPlaysAnswer {
  readonly fromMs: number;
  readonly toMs: number;
  readonly units: readonly {
    readonly id: Id;
    readonly name: string;
    readonly area: AreaPath;
    readonly boxes: number;
    readonly plays: Readonly<Record<string, number>>;
    readonly audibleMs: number;
  }[];
}

/** From this instant on the box stands there. */
export interface AreaSince {
  readonly fromMs: number;
  readonly area: AreaPath;
}
