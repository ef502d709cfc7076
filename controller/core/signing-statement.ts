// What the signing desk is asked and what it says: one text of a statement, composed alike by who asks and by who signs.
import * as v from 'valibot';
import { Audience, type StatementType } from '../../schemas/envelope.ts';
import { MessageId } from '../../schemas/ids.ts';
import { roleOf } from '../../schemas/keys.ts';
import { liveSessionMsMax } from '../../schemas/live.ts';
import { InstantMs } from '../../schemas/time.ts';

/** Delegations are the root holders' to sign, widgets and releases those of whoever makes the programs: their key is never here. */
export type CentreStatement = Exclude<keyof typeof roleOf, 'delegation' | 'widget' | 'release'>;
const types = Object.keys(roleOf).filter((typ) => typ !== 'delegation' && typ !== 'widget' && typ !== 'release') as [
  CentreStatement,
  ...CentreStatement[],
];

/** A body as JSON text: what is judged is to the letter what is signed. */
export const bodyCharactersMax = 192 * 1024;
export const AskedDraft = v.strictObject({
  typ: v.picklist(types),
  aud: Audience,
  body: v.pipe(v.string(), v.maxLength(bodyCharactersMax)),
  /** Same thing said to several audiences keeps one id. */
  id: v.optional(MessageId),
  expMs: v.optional(InstantMs),
});
export type AskedDraft = v.InferOutput<typeof AskedDraft>;

/** The rest of the statement, and the signature over all of it. */
export const Sealed = v.strictObject({
  id: MessageId,
  ctr: v.pipe(v.number(), v.safeInteger()),
  iat: InstantMs,
  exp: InstantMs,
  keyid: v.string(),
  sig: v.string(),
});
export type Sealed = v.InferOutput<typeof Sealed>;

const minuteMs = 60_000;
const dayMs = 24 * 3600_000;

/** How long each kind holds unless said, and at most. What a box keeps must outlive a long outage; what answers a question need not. */
export const lifeMs: Readonly<Record<CentreStatement, { readonly usual: number; readonly most: number }>> = {
  place: { usual: 20 * 365 * dayMs, most: 20 * 365 * dayMs },
  want: { usual: 5 * 365 * dayMs, most: 5 * 365 * dayMs },
  ack: { usual: dayMs, most: dayMs },
  command: { usual: 10 * minuteMs, most: 10 * minuteMs },
  /** Said again to the end of the longest session. */
  live: { usual: liveSessionMsMax + 10 * minuteMs, most: liveSessionMsMax + 10 * minuteMs },
  order: { usual: 15 * minuteMs, most: dayMs },
  drill: { usual: 15 * minuteMs, most: dayMs },
  /** Outlives its orders a little. */
  clear: { usual: dayMs, most: dayMs + 60 * minuteMs },
  answer: { usual: 10 * minuteMs, most: 10 * minuteMs },
  heartbeat: { usual: 10 * minuteMs, most: 10 * minuteMs },
  /** Asked for again until it has come. */
  down: { usual: dayMs, most: dayMs },
};

/** An order that lies ready in one box is started there by hand, within a year. */
export const readyOrderMsMax = 366 * dayMs;

export interface Speaker {
  readonly centre: string;
  readonly epoch: string;
}

/** Orders and clears share a space, so a box can tell their order; exercises too, since a group's tables name its envelopes by counter. */
export function spaceOf({ typ, aud }: Pick<AskedDraft, 'typ' | 'aud'>, { centre, epoch }: Speaker): string {
  return `${typ === 'clear' || typ === 'drill' ? 'order' : typ} ${centre} ${epoch} ${aud}`;
}

/** The text that is signed. Its parts stand as in every statement of this project, the body last. */
export function statementText(draft: AskedDraft, { centre, epoch }: Speaker, sealed: Omit<Sealed, 'keyid' | 'sig'>): string {
  const { typ, aud, body } = draft;
  const { id, ctr, iat, exp } = sealed;
  const head = { typ: typ satisfies StatementType, id, iss: centre, epoch, aud, ctr, iat, nbf: Math.max(0, iat - dayMs), exp };
  return `${JSON.stringify(head).slice(0, -1)},"body":${body}}`;
}

/** What must not wait behind other work: the real thing, its end, and exercises, which prove the way. */
export function isUrgent(typ: CentreStatement): boolean {
  return typ === 'order' || typ === 'clear' || typ === 'drill';
}
