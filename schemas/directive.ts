// Directives (văn bản chỉ đạo): a plain text that goes down to units and is read there by name. In shapes.
import * as v from 'valibot';
import { AccountRole } from './api.ts';
import type { Freshness } from './federation.ts';
import { Id } from './ids.ts';
import { Level } from './programme.ts';
import type { UnitBrief } from './source.ts';
import { InstantMs } from './time.ts';

export const directiveLimits = {
  /** Units named at once, and units reached by that. */
  named: 500,
  reached: 5_000,
  bodyCharacters: 10_000,
  /** Kept in one centre. */
  kept: 20_000,
} as const;

/** One line, nothing that a screen would take for an instruction. */
export const DirectiveTitle = v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(200), v.regex(/^\P{Cc}*$/u, 'must be one line'));
/** Lines of plain text. */
export const DirectiveBody = v.pipe(
  v.string(),
  v.trim(),
  v.minLength(1),
  v.maxLength(directiveLimits.bodyCharacters),
  v.regex(/^(?:\P{Cc}|[\n\t])*$/u, 'must be plain lines of text'),
);
/** In each unit somebody of each of these roles must have read it. */
export const DirectiveReaders = v.pipe(
  v.array(AccountRole),
  v.minLength(1),
  v.maxLength(8),
  v.check((all) => new Set(all).size === all.length, 'names each once'),
);

export const DirectiveRequest = v.strictObject({
  /** In whose name. */
  unit: Id,
  title: DirectiveTitle,
  body: DirectiveBody,
  /** To be read by then. */
  dueMs: v.optional(v.nullable(InstantMs), null),
  readers: v.optional(DirectiveReaders, ['leader']),
  /** Each with all below it. */
  to: v.pipe(
    v.array(Id),
    v.minLength(1),
    v.maxLength(directiveLimits.named),
    v.check((all) => new Set(all).size === all.length, 'names each once'),
  ),
  /** Units of these levels get it. */
  levels: v.optional(v.pipe(v.array(Level), v.minLength(1), v.maxLength(5)), ['commune']),
});
export type DirectiveRequest = v.InferOutput<typeof DirectiveRequest>;
export const DirectiveWithdrawRequest = v.strictObject({ note: v.optional(v.pipe(v.string(), v.trim(), v.maxLength(500)), '') });

/** `waiting`: not read by all who must; `unknown`: the centre that answers is silent. */
export const directiveStates = ['waiting', 'read', 'overdue', 'withdrawn', 'unknown'] as const;
export type DirectiveState = (typeof directiveStates)[number];

/** đã đọc: who, for which role, when. */
export const Reading = v.strictObject({
  role: AccountRole,
  account: Id,
  title: v.pipe(v.string(), v.minLength(1), v.maxLength(200)),
  atMs: InstantMs,
});
export type Reading = v.InferOutput<typeof Reading>;

// ── answered ─────────────────────────────────────────────────────────────────────────────────────

export interface DirectiveFigures {
  readonly units: number;
  readonly read: number;
  readonly waiting: number;
  readonly overdue: number;
  /** No part of the share. */
  readonly unknown: number;
  /** Null: nothing is known. */
  readonly readShare: number | null;
}

export interface DirectiveAnswer {
  readonly id: Id;
  readonly unit: UnitBrief;
  readonly title: string;
  readonly body: string;
  readonly dueMs: number | null;
  readonly readers: readonly AccountRole[];
  readonly by: string;
  readonly atMs: number;
  readonly withdrawn: { readonly by: string; readonly atMs: number; readonly note: string } | null;
  /** The centre above has issued it, and what it is called there. */
  readonly from?: { readonly centre: Id; readonly directive: Id };
}

export interface DirectiveLine {
  readonly unit: UnitBrief;
  readonly state: DirectiveState;
  readonly readings: readonly Reading[];
  /** A centre below answers: how fresh its word is, and of when. */
  readonly told: { readonly centre: Id; readonly fresh: Freshness; readonly asOfMs: number | null } | null;
}

export interface DirectiveHandlingAnswer extends DirectiveAnswer {
  readonly asOfMs: number;
  readonly figures: DirectiveFigures;
  readonly lines: readonly DirectiveLine[];
}

/** What lies in the inbox of one unit. */
export interface DirectiveInboxLine extends DirectiveLine {
  readonly directive: DirectiveAnswer;
}
