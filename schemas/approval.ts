// Approving away from the desk: the right to approve delegated for a time, and one-time links. In shapes.
import * as v from 'valibot';
import { FactorCode } from './duty.ts';
import { AreaPath, Id } from './ids.ts';
import type { Item } from './programme.ts';
import { InstantMs } from './time.ts';

export const approvalLimits = {
  /** Longer than somebody is away. */
  delegationMs: 92 * 86_400_000,
  /** In force or to come, of one giver. */
  delegations: 20,
  linkHours: 72,
  /** Open ones of one account; those of them that one person made. */
  links: 60,
  linksByOne: 10,
  /** Told at once. */
  colleagues: 2_000,
} as const;

const Note = v.optional(v.pipe(v.string(), v.trim(), v.maxLength(500)), '');
export const DelegationRequest = v.strictObject({
  holder: Id,
  area: AreaPath,
  fromMs: InstantMs,
  untilMs: InstantMs,
  /** The paper it stands on, or why. */
  note: Note,
});
export type DelegationRequest = v.InferOutput<typeof DelegationRequest>;
export const DelegationRevokeRequest = v.strictObject({ note: Note });

const ofSource = v.strictObject({
  source: Id,
  version: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(1_000_000)),
});
export const ApprovalLinkRequest = v.strictObject({
  account: Id,
  of: v.union([ofSource, v.strictObject({ programme: Id })]),
  hours: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(approvalLimits.linkHours)), 24),
});
export type ApprovalLinkRequest = v.InferOutput<typeof ApprovalLinkRequest>;
/** What sounds in place of a programme that nobody approved in time; `null`: silence. */
export const FillerRequest = v.strictObject({ programme: v.nullable(Id) });
const Token = v.pipe(v.string(), v.maxLength(128));
export const ApprovalLookRequest = v.strictObject({ token: Token });
/** The person's own sign-in again: the password, and the code where the account has an app. */
export const ApprovalDecideRequest = v.strictObject({
  token: Token,
  password: v.pipe(v.string(), v.minLength(1), v.maxLength(200)),
  code: v.optional(FactorCode),
  verdict: v.picklist(['approve', 'reject']),
  note: Note,
});
export type ApprovalDecideRequest = v.InferOutput<typeof ApprovalDecideRequest>;

// ── answered ─────────────────────────────────────────────────────────────────────────────────────

/** In whose stead: "đã duyệt theo ủy quyền của …". */
export interface Delegated {
  readonly id: Id;
  readonly by: string;
}
export interface DelegationAnswer {
  readonly id: Id;
  readonly giver: string;
  readonly holder: string;
  readonly area: AreaPath;
  readonly fromMs: number;
  readonly untilMs: number;
  readonly note: string;
  readonly madeMs: number;
  readonly revoked: { readonly by: string; readonly atMs: number; readonly note: string } | null;
  readonly state: 'to-come' | 'in-force' | 'over' | 'revoked';
}
/** Somebody to lend a right to, or to send a link to. */
export interface ColleagueAnswer {
  readonly account: string;
  readonly title: string;
  /** May approve somewhere by an own right. */
  readonly judges: boolean;
}
/** Shown this once; the link is `path` at the address of the page. */
export interface ApprovalLinkAnswer {
  readonly account: string;
  readonly path: string;
  readonly expMs: number;
}
export interface ApprovalLookAnswer {
  readonly account: string;
  readonly of: 'source' | 'programme';
  readonly title: string;
  readonly body: string;
  readonly author: string;
  readonly items: readonly Pick<Item, 'sha256' | 'title' | 'type' | 'language' | 'durationMs'>[];
  readonly expMs: number;
  /** What a decision asks for again. */
  readonly needs: 'password' | 'password-and-code';
}
export interface ApprovalDecidedAnswer {
  readonly state: 'approved' | 'rejected';
  readonly delegation: Delegated | null;
}
