// People of a centre in shapes: accounts, invitations, sessions, second factors at sign-in, tokens; what is asked and what is answered.
import * as v from 'valibot';
import { AccountRole, NewPassword, Password } from './api.ts';
import { FactorCode } from './duty.ts';
import { AreaPath, Id } from './ids.ts';
import { InstantMs } from './time.ts';

const Title = v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(200));
const Word = v.pipe(v.string(), v.maxLength(128));
/** A role in an area and all below it. */
export const GrantWish = v.strictObject({ role: AccountRole, area: AreaPath });
const Grants = v.pipe(v.array(GrantWish), v.maxLength(24));

/**
 * What a program may be let do by a token. Orders, duty, mandates, live and relays, accounts and tokens are left out for ever: they are a
 * person's. So are judging programmes, policy and templates, where the rule is that somebody looked.
 */
export const tokenActs = [
  'read',
  'box.register',
  'box.settings',
  'box.claim',
  'box.command',
  'media.add',
  'programme.write',
  'programme.withdraw',
  'schedule.write',
  'source.write',
  'inbox.answer',
  'alert-source.read',
  'audit.read',
  'metrics.read',
] as const;
export const TokenAct = v.picklist(tokenActs);
export type TokenAct = v.InferOutput<typeof TokenAct>;
export const tokenLifeMsMax = 366 * 86_400_000;

/** By whose word a sign-in began: the password here, or an OpenID provider's. */
export type SignInWay = 'password' | 'oidc';

// ── asked ────────────────────────────────────────────────────────────────────────────────────────

export const AccountRequest = v.strictObject({ account: Id, title: Title, grants: Grants });
export const AccountChangeRequest = v.strictObject({ title: Title, grants: Grants });
export const InvitationLookRequest = v.strictObject({ token: Word });
export const InvitationRequest = v.strictObject({ token: Word, password: NewPassword });
export const PasswordChangeRequest = v.strictObject({ old: Password, password: NewPassword });
/** `code`: of the factor in force. */
export const RecoveryCodesRequest = v.strictObject({ password: Password, code: FactorCode });
export const TokenRequest = v.strictObject({
  name: Title,
  acts: v.pipe(v.array(TokenAct), v.minLength(1), v.maxLength(tokenActs.length)),
  area: AreaPath,
  expMs: InstantMs,
  /** Again: a page left open must not make a key for a year. */
  password: Password,
});
/** `subject`: the provider's own name (`sub`) of the person who has this account. */
export const IdentityRequest = v.strictObject({ subject: v.pipe(v.string(), v.minLength(1), v.maxLength(255)) });
/** `back`: the view to come back to, in this page alone. */
export const OidcBeginRequest = v.strictObject({
  back: v.optional(v.pipe(v.string(), v.regex(/^\/(#\/[a-z-]{1,40})?$/, 'a view of this page')), '/'),
});
const FactorRoles = v.pipe(v.array(AccountRole), v.maxLength(8));
/** Whose sign-in needs a code. Nobody: this centre asks for none at sign-in. */
export const SignInSettings = v.strictObject({ factorRoles: FactorRoles });
/** `seen`: the roles that somebody has seen: what changed meanwhile is not written over. */
export const SignInSettingsChange = v.strictObject({ ...SignInSettings.entries, seen: v.optional(FactorRoles) });
export type SignInSettings = v.InferOutput<typeof SignInSettings>;

// ── answered ─────────────────────────────────────────────────────────────────────────────────────

/** Only the password was given yet: a code, or first the code app. Nothing else can be asked with this session. */
export interface HalfSessionAnswer {
  readonly account: string;
  readonly title: string;
  readonly csrf: string;
  readonly needs: 'code' | 'enrol';
  readonly demo: boolean;
}
export interface SignInWays {
  readonly password: { readonly state: 'ready' };
  readonly oidc: { readonly state: 'not-set-up' } | { readonly state: 'ready'; readonly name: string };
}
/** Where the browser goes to sign in. */
export interface OidcBegunAnswer {
  readonly url: string;
}
export interface IdentityAnswer {
  readonly issuer: string;
  readonly subject: string;
  readonly madeMs: number;
  readonly by: string;
}
/** What the owner of an account should know when signing in. */
export interface SignInNotice {
  /** Refused tries on this account since the last sign-in. */
  readonly refusedTries: number;
  readonly lastRefusedMs: number | null;
  /** Null without a second factor. */
  readonly recoveryCodesLeft: number | null;
}
export interface AccountAnswer {
  /** To be sent along when name or rights are changed: a change by somebody else since is not written over. */
  readonly seen: string;
  readonly account: string;
  readonly title: string;
  readonly grants: readonly { readonly role: AccountRole; readonly area: string }[];
  readonly state: 'invited' | 'active' | 'disabled';
  readonly factor: 'none' | 'waiting' | 'active';
  readonly createdMs: number;
  readonly invitedUntilMs: number | null;
  /** Whom a provider vouches for, to sign in with this account. */
  readonly identity: IdentityAnswer | null;
}
/** Shown this once; the link is `path` at the address of the page. */
export interface InvitationAnswer {
  readonly account: string;
  readonly path: string;
  readonly expMs: number;
}
export interface InvitedAnswer extends AccountAnswer {
  readonly invitation: InvitationAnswer;
}
/** What somebody is called, for pages that show who did a thing. */
export interface PersonNameAnswer {
  readonly account: string;
  readonly title: string;
}
export interface SessionLine {
  readonly id: string;
  readonly beganMs: number;
  readonly seenMs: number;
  readonly expMs: number;
  /** A network, never a whole address. */
  readonly place: string;
  readonly device: string;
  /** `password`: the first step alone, whichever way it went. */
  readonly proof: 'password' | 'factor' | 'waiting';
  readonly way: SignInWay;
  /** The one that asks. */
  readonly own: boolean;
}
export interface OwnAccountAnswer {
  readonly account: string;
  readonly title: string;
  readonly grants: readonly { readonly role: AccountRole; readonly area: string }[];
  readonly factor: 'none' | 'waiting' | 'active';
  readonly recoveryCodesLeft: number;
  readonly identity: IdentityAnswer | null;
  readonly sessions: readonly SessionLine[];
}
export interface TokenAnswer {
  readonly id: string;
  readonly account: string;
  readonly name: string;
  readonly acts: readonly TokenAct[];
  readonly area: string;
  readonly createdMs: number;
  readonly expMs: number;
  readonly usedMs: number | null;
}
/** Shown this once. */
export interface NewTokenAnswer extends TokenAnswer {
  readonly token: string;
}
