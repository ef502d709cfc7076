// By whose authority an order sounds: two officers, a mandate signed in advance, or one officer who breaks the glass (DESIGN §4).
import * as v from 'valibot';
import { canonicalJson } from './canonical.ts';
import { type Cryptography, type Envelope, type Opened, open, type Statement } from './envelope.ts';
import { AreaPath, Id, MessageId, Sha256, within } from './ids.ts';
import type { AuthorisedKey, KeyRing, Role } from './keys.ts';
import { Hazard, type Order } from './order.ts';
import { bad, ok, type Result } from './problems.ts';
import { DurationMs, InstantMs } from './time.ts';

/** A break-glass order holds this long at most, whatever the key says. */
export const breakGlassMsMax = 10 * 60_000;
/** An approval stands this long at most; an order is given within it. */
export const approvalMsMax = 15 * 60_000;
/** A correction is signed together with the order it takes back, and lies ready as long as that order may live. */
export const correctionMsMax = 25 * 3600_000;

/** One officer's word (or a gateway's) for exactly this order: its content, its groups, its end. */
export const Approval = v.pipe(
  v.strictObject({
    order: MessageId,
    /** `orderContent` of the order. */
    content: Sha256,
    /** Empty only for an order that lies ready in one box. */
    groups: v.pipe(v.array(Id), v.maxLength(64)),
    /** The one box that may start it by hand. */
    dev: v.optional(Id),
    untilMs: InstantMs,
    /** Said with open eyes: no second officer could be had. */
    breakGlass: v.boolean(),
  }),
  v.check(({ groups, dev }) => groups.length > 0 || dev !== undefined, 'names groups or one box'),
);
export type Approval = v.InferOutput<typeof Approval>;

/** What two officers allow a gateway to start without them; it ends with its envelope. */
export const Mandate = v.strictObject({
  /** Key that approves in their place, role `gateway`. */
  gateway: v.pipe(v.string(), v.minLength(8), v.maxLength(64)),
  /** Where the alert comes from: a CAP sender, a webhook, a contact of the box. */
  feed: Id,
  hazards: v.pipe(v.array(Hazard), v.minLength(1), v.maxLength(20)),
  areas: v.pipe(v.array(AreaPath), v.minLength(1), v.maxLength(32)),
  /** `templateContent` of each order that may be given: nobody can change a word. */
  templates: v.pipe(v.array(Sha256), v.minLength(1), v.maxLength(64)),
  /** Starts within an hour at most. */
  perHour: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(20)),
  /** Longest life of one order. */
  maxMs: v.pipe(DurationMs, v.maxValue(24 * 3600_000)),
});
export type Mandate = v.InferOutput<typeof Mandate>;

/** What the box found: kept with the order and told in its row. */
export interface Authorised {
  readonly by: 'drill' | 'officers' | 'mandate' | 'breakGlass';
  readonly persons: readonly string[];
  /** Every key it stands on; when one is revoked the order ends. */
  readonly keyids: readonly string[];
  readonly mandate?: { readonly id: string; readonly perHour: number };
}

type Hashes = Pick<Cryptography, 'sha256'>;

/** Digest of all that an order says, without who allowed it. */
export function orderContent({ authority: _, ...said }: Order, crypto: Hashes): string {
  return crypto.sha256(new TextEncoder().encode(canonicalJson(said)));
}

/** Digest of what people hear and see, whatever the place and whatever stood before. */
export function templateContent(order: Order, crypto: Hashes): string {
  const { area: _area, level: _level, authority: _authority, updates: _updates, ...said } = order;
  return crypto.sha256(new TextEncoder().encode(canonicalJson(said)));
}

/** How many officers an order for this area needs at a box: beyond the box's own commune two. */
export function officersNeeded(area: AreaPath, ring: Pick<KeyRing, 'commune'>): 1 | 2 {
  return ring.commune !== null && within(area, ring.commune) ? 1 : 2;
}

/**
 * May this opened order sound here? Signature, role and audience were judged by `keys`; counters and times are the core's.
 * Problems: role-missing, outside-area, one-officer, wrong-content, outside-mandate, expired, replayed and those of `open`.
 */
export function authorityOf(opened: Opened<Order>, ring: KeyRing, crypto: Cryptography): Result<Authorised> {
  const { statement, signedBy } = opened;
  const { body: order, iss } = statement;
  const link = ring.links.get(iss);
  if (link?.level !== order.level) return bad('role-missing', `${iss} speaks as ${link?.level ?? 'nobody'}`, '/body/level');
  if (order.class !== 'actual') return ok({ by: 'drill', persons: [], keyids: signedBy });
  const { authority } = order;
  if (!authority) return bad('role-missing', 'an actual order names its authority', '/body/authority');
  switch (authority.by) {
    case 'officers':
      return byOfficers(opened, authority.approvals, ring, crypto);
    case 'breakGlass':
      return byBreakingGlass(opened, authority.approval, ring, crypto);
    case 'mandate':
      return byMandate(opened, authority, ring, crypto);
    default:
      return authority satisfies never;
  }
}

function byOfficers(opened: Opened<Order>, approvals: readonly Envelope[], ring: KeyRing, crypto: Cryptography): Result<Authorised> {
  const keys: AuthorisedKey[] = [];
  for (const [at, envelope] of approvals.entries()) {
    const approved = approvedBy(opened, envelope, 'officer', ring, crypto);
    if (!approved.ok) return bad(approved.problem.code, approved.problem.detail, `/body/authority/approvals/${at}${approved.problem.path}`);
    if (approved.value.approval.breakGlass) return bad('wrong-content', 'a break-glass approval stands alone', '/body/authority');
    keys.push(approved.value.key);
  }
  const persons = personsBehind(keys);
  const needed = officersNeeded(opened.statement.body.area, ring);
  if (persons.includes('') || persons.length < needed)
    return bad('one-officer', `${persons.length} of ${needed} officers`, '/body/authority/approvals');
  return ok({ by: 'officers', persons, keyids: [...opened.signedBy, ...keys.map(({ keyid }) => keyid)] });
}

function byBreakingGlass(opened: Opened<Order>, envelope: Envelope, ring: KeyRing, crypto: Cryptography): Result<Authorised> {
  const approved = approvedBy(opened, envelope, 'officer', ring, crypto);
  if (!approved.ok) return approved;
  const { key, approval } = approved.value;
  const { body: order, iat, exp } = opened.statement;
  const path = '/body/authority';
  if (!approval.breakGlass || !key.breakGlass) return bad('role-missing', `${key.keyid} may not break the glass`, path);
  if (!within(order.area, key.breakGlass.area)) return bad('outside-area', `break-glass holds in ${key.breakGlass.area}`, path);
  if (exp - iat > Math.min(key.breakGlass.maxMs, breakGlassMsMax)) return bad('expired', 'a break-glass order is short', '/exp');
  if (order.severity !== 'Extreme' || order.urgency !== 'Immediate') return bad('role-missing', 'only Extreme and Immediate', path);
  return ok({ by: 'breakGlass', persons: [key.person ?? ''], keyids: [...opened.signedBy, key.keyid] });
}

function byMandate(
  opened: Opened<Order>,
  authority: { readonly mandate: Envelope; readonly approval: Envelope },
  ring: KeyRing,
  crypto: Cryptography,
): Result<Authorised> {
  const path = '/body/authority/mandate';
  const read = openMandate(authority.mandate, ring, crypto);
  if (!read.ok) return bad(read.problem.code, read.problem.detail, path + read.problem.path);
  const { statement, persons, keyids } = read.value;
  const { body: order, iat, exp, iss } = opened.statement;
  if (statement.iss !== iss) return bad('role-missing', `mandate of ${statement.iss}`, path);
  if (iat < statement.nbf || iat >= statement.exp) return bad('expired', 'given outside the mandate', path);
  const outside = outsideMandate(order, statement.body, exp - iat, crypto);
  if (outside) return outside;
  const approved = approvedBy(opened, authority.approval, 'gateway', ring, crypto);
  if (!approved.ok) return approved;
  if (approved.value.key.keyid !== statement.body.gateway) return bad('role-missing', 'not the gateway the mandate names', path);
  const mandate = { id: statement.id, perHour: statement.body.perHour };
  return ok({ by: 'mandate', persons, keyids: [...opened.signedBy, approved.value.key.keyid, ...keyids], mandate });
}

/** Does a mandate allow this order? Undefined when it does. */
export function outsideMandate(order: Order, mandate: Mandate, lifeMs: number, crypto: Hashes): Result<never> | undefined {
  const path = '/body/authority/mandate';
  if (!mandate.hazards.includes(order.hazard)) return bad('outside-mandate', `hazard ${order.hazard}`, path);
  if (!mandate.areas.some((area) => within(order.area, area))) return bad('outside-mandate', `area ${order.area}`, path);
  if (!mandate.templates.includes(templateContent(order, crypto))) return bad('outside-mandate', 'other words than were allowed', path);
  if (lifeMs > mandate.maxMs) return bad('outside-mandate', `longer than ${mandate.maxMs} ms`, path);
  return undefined;
}

/** A mandate with two officers of different persons behind it, each covering all its areas. */
export function openMandate(
  envelope: Envelope,
  ring: KeyRing,
  crypto: Cryptography,
): Result<{ readonly statement: Statement<Mandate>; readonly persons: readonly string[]; readonly keyids: readonly string[] }> {
  const opened = open(envelope, 'mandate', Mandate, (id) => ring.keys.get(id), crypto);
  if (!opened.ok) return opened;
  const { statement, signedBy } = opened.value;
  if (statement.epoch !== ring.links.get(statement.iss)?.epoch) return bad('replayed', 'mandate of another epoch', '/epoch');
  const keys = signedBy
    .flatMap((id) => ring.keys.get(id) ?? [])
    .filter((key) => key.roles.includes('officer') && statement.body.areas.every((area) => coversArea(key.area, area)));
  const persons = personsBehind(keys);
  if (persons.includes('') || persons.length < 2) return bad('one-officer', `${persons.length} of 2 officers`, '/signatures');
  return ok({ statement, persons, keyids: keys.map(({ keyid }) => keyid) });
}

/** Distinct persons with distinct keys: one key under two names is one person, whoever enrolled it so; '' is a key of nobody. */
function personsBehind(keys: readonly AuthorisedKey[]): readonly string[] {
  const byKey = new Map(keys.map(({ publicKey, person }) => [publicKey.join(), person ?? '']));
  return [...new Set(byKey.values())];
}

/** The key behind an approval that says exactly this order. */
function approvedBy(
  opened: Opened<Order>,
  envelope: Envelope,
  role: Role,
  ring: KeyRing,
  crypto: Cryptography,
): Result<{ readonly key: AuthorisedKey; readonly approval: Approval }> {
  const read = open(envelope, 'approval', Approval, (id) => ring.keys.get(id), crypto);
  if (!read.ok) return read;
  const { id, aud, iat, exp, iss, body: order } = opened.statement;
  const { statement, signedBy } = read.value;
  const said = statement.body;
  if (statement.epoch !== ring.links.get(iss)?.epoch || statement.iss !== iss)
    return bad('replayed', 'approval of another epoch', '/epoch');
  if (said.order !== id || said.content !== orderContent(order, crypto)) return bad('wrong-content', `approval of ${said.order}`, '/body');
  const named = aud.startsWith('g/') ? said.groups.includes(aud.slice(2)) : said.dev !== undefined && aud === `d/${said.dev}`;
  if (!named) return bad('wrong-audience', `not approved for ${aud}`, '/body/groups');
  if (iat < statement.iat || iat > Math.min(statement.exp, statement.iat + standsMs(order)) || exp > said.untilMs)
    return bad('expired', 'given outside its approval', '/exp');
  const key = signedBy
    .flatMap((keyid) => ring.keys.get(keyid) ?? [])
    .find((one) => one.roles.includes(role) && coversArea(one.area, order.area) && coversArea(one.area, ring.place.area));
  return key ? ok({ key, approval: said }) : bad('role-missing', `no ${role} key covers ${order.area}`, '/signatures');
}

/** It says nothing but that the orders it names were wrong: whoever could misuse it could end those orders anyway. */
function standsMs({ hazard, updates = [] }: Order): number {
  return hazard === 'correction' && updates.length > 0 ? correctionMsMax : approvalMsMax;
}

function coversArea(outer: AreaPath | '', inner: AreaPath): boolean {
  return outer === '' || within(inner, outer);
}
