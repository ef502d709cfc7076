// What the signing desk signs and what it refuses, whoever asks: pure, judged anew from the installed delegation each time.
import * as v from 'valibot';
import { type Authorised, authorityOf } from '../../schemas/authority.ts';
import { Command } from '../../schemas/command.ts';
import type { Cryptography, Statement } from '../../schemas/envelope.ts';
import { Down } from '../../schemas/federation.ts';
import { within } from '../../schemas/ids.ts';
import { type KeyRing, Place, roleOf } from '../../schemas/keys.ts';
import { LiveSession, liveSessionMsMax } from '../../schemas/live.ts';
import { Clear, Order } from '../../schemas/order.ts';
import { Ack } from '../../schemas/outbox.ts';
import { parse, parseJson } from '../../schemas/parse.ts';
import { bad, ok, type Result } from '../../schemas/problems.ts';
import { type Level, levelOrder } from '../../schemas/programme.ts';
import { Answer, Heartbeat } from '../../schemas/report.ts';
import { Want } from '../../schemas/want.ts';
import { type AskedDraft, bodyCharactersMax, type CentreStatement, lifeMs, readyOrderMsMax } from './signing-statement.ts';

/** A told time may be so far from the desk's own. */
export const timeToleranceMs = 5_000;

/** Who this desk speaks for, verified from the pinned root down. */
export interface DeskFacts {
  readonly centre: string;
  readonly epoch: string;
  readonly level: Level;
  readonly area: string;
  readonly demo: boolean;
  readonly ring: KeyRing;
  /** When the chain down to this centre ends. */
  readonly untilMs: number;
  /** Key ids of the desk's own keys by type. */
  readonly keyOf: (typ: CentreStatement) => string;
}

export interface Allowed {
  readonly exp: number;
  readonly by?: Authorised;
}

type ReadDraft = Omit<AskedDraft, 'body'> & { readonly body: unknown };

/** To whom each type may speak: a box, a group, this centre's own topic. */
const audiences: Readonly<Record<CentreStatement, string>> = {
  place: 'd',
  want: 'd',
  ack: 'd',
  answer: 'd',
  command: 'dg',
  live: 'g',
  order: 'gd',
  drill: 'gd',
  clear: 'g',
  heartbeat: 'c',
  down: 'c',
};

/**
 * May this be signed now? Problems: role-missing (the key is not in the delegation; a level above one's own), wrong-audience,
 * expired (times), bad-input (shape), outside-area, demo-only, wrong-type, no-time and those of an order's authority.
 */
export function judgeDraft(draft: AskedDraft, facts: DeskFacts, nowMs: number, crypto: Cryptography): Result<Allowed> {
  const { typ, aud } = draft;
  const [kind = '', name = ''] = aud.split('/');
  const key = facts.ring.keys.get(facts.keyOf(typ));
  if (key?.centre !== facts.centre || !key.roles.includes(roleOf[typ]))
    return bad('role-missing', `the delegation names no ${roleOf[typ]} key of this desk`, '/typ');
  if (!audiences[typ].includes(kind) || (kind === 'c' && (name === facts.centre) === (typ === 'down')))
    return bad('wrong-audience', `${typ} to ${aud}`, '/aud');
  const exp = draft.expMs ?? nowMs + lifeMs[typ].usual;
  const most = kind === 'd' && (typ === 'order' || typ === 'drill') ? readyOrderMsMax : lifeMs[typ].most;
  if (exp <= nowMs || exp > nowMs + most) return bad('expired', `${typ} until ${exp}, now ${nowMs}, at most ${most} ms`, '/expMs');
  const said = parseJson(v.unknown(), draft.body, bodyCharactersMax);
  if (!said.ok) return said;
  // One meaning, one spelling: no second key of the same name, no figure that is read as another.
  if (JSON.stringify(said.value) !== draft.body) return bad('bad-input', 'the body is not JSON as JSON.stringify writes it', '/body');
  return judgeBody({ ...draft, body: said.value }, name, exp, facts, nowMs, crypto);
}

function judgeBody(draft: ReadDraft, name: string, exp: number, facts: DeskFacts, nowMs: number, crypto: Cryptography): Result<Allowed> {
  const plain = (checked: Result<unknown>): Result<Allowed> => (checked.ok ? ok({ exp }) : checked);
  switch (draft.typ) {
    case 'order':
    case 'drill':
      return judgeOrder(draft, exp, facts, nowMs, crypto);
    case 'clear':
      return plain(read(Clear, draft, ({ level }) => notAbove(level, facts)));
    case 'live':
      return plain(read(LiveSession, draft, (session) => judgeLive(session, facts, nowMs)));
    case 'place':
      return plain(read(Place, draft, (place) => judgePlace(place, name, facts)));
    case 'ack':
      return plain(read(Ack, draft, ({ dev }) => (dev === name ? undefined : bad('wrong-audience', `ack of ${dev}`, '/body/dev'))));
    case 'answer':
      return plain(read(Answer, draft, ({ timeMs }) => nearNow(timeMs, nowMs)));
    case 'heartbeat':
      return plain(read(Heartbeat, draft, ({ timeMs }) => nearNow(timeMs, nowMs)));
    case 'down':
      return plain(read(Down, draft));
    case 'want':
      return plain(read(Want, draft));
    case 'command':
      return plain(read(Command, draft));
    default:
      return draft.typ satisfies never;
  }
}

/** As a box would judge it: whoever took over the web process cannot get a siren signed. */
function judgeOrder(draft: ReadDraft, exp: number, facts: DeskFacts, nowMs: number, crypto: Cryptography): Result<Allowed> {
  const order = read(Order, draft);
  if (!order.ok) return order;
  const { typ, aud, id } = draft;
  const said = order.value;
  if ((said.class === 'actual') !== (typ === 'order')) return bad('wrong-type', `class ${said.class} in type ${typ}`, '/body/class');
  if (facts.demo && typ === 'order') return bad('demo-only', 'a demo centre gives exercises only', '/body/class');
  if (id === undefined) return bad('bad-input', 'an order is named before it is signed', '/id');
  if (nowMs >= facts.untilMs) return bad('expired', `the delegation ended at ${facts.untilMs}; the root holders give a new one`, '/chain');
  if (!within(said.area, facts.area))
    return bad('outside-area', `order for ${said.area}, the centre’s area is ${facts.area}`, '/body/area');
  // It will be started with nobody asked: only officers lay it ready, no gateway and nobody alone in haste.
  if (aud.startsWith('d/') && said.class === 'actual' && said.authority?.by !== 'officers')
    return bad('role-missing', 'an order lies ready on the word of its officers only', '/body/authority');
  const { centre: iss, epoch } = facts;
  const statement: Statement<Order> = { typ, id, iss, epoch, aud, ctr: 1, iat: nowMs, nbf: 0, exp, body: said };
  const by = authorityOf({ statement, signedBy: [facts.keyOf(typ)], digest: '' }, facts.ring, crypto);
  return by.ok ? ok({ exp, by: by.value }) : by;
}

function judgePlace({ dev, centre, area }: Place, name: string, facts: DeskFacts): Result<never> | undefined {
  if (dev !== name) return bad('wrong-audience', `place of ${dev}`, '/body/dev');
  if (centre !== facts.centre) return bad('wrong-audience', `place under ${centre}`, '/body/centre');
  return within(area, facts.area) ? undefined : bad('outside-area', `place in ${area}`, '/body/area');
}

function judgeLive({ level, openMs, untilMs }: LiveSession, facts: DeskFacts, nowMs: number): Result<never> | undefined {
  if (untilMs > openMs + liveSessionMsMax || untilMs > nowMs + liveSessionMsMax + timeToleranceMs)
    return bad('expired', `session until ${untilMs}`, '/body/untilMs');
  return notAbove(level, facts);
}

function notAbove(level: Level, facts: DeskFacts): Result<never> | undefined {
  return levelOrder.indexOf(level) >= levelOrder.indexOf(facts.level)
    ? undefined
    : bad('role-missing', `${facts.level} speaks as ${level}`, '/body/level');
}

function nearNow(timeMs: number, nowMs: number): Result<never> | undefined {
  return Math.abs(timeMs - nowMs) <= timeToleranceMs
    ? undefined
    : bad('no-time', `told ${timeMs}, the desk’s clock says ${nowMs}`, '/body/timeMs');
}

function read<S extends v.GenericSchema>(
  schema: S,
  { body }: ReadDraft,
  judge: (value: v.InferOutput<S>) => Result<never> | undefined = () => undefined,
): Result<v.InferOutput<S>> {
  const value = parse(schema, body);
  if (!value.ok) return bad(value.problem.code, value.problem.detail, `/body${value.problem.path}`);
  return judge(value.value) ?? value;
}
