// From bytes on a topic to what they mean to this box: verified, shaped, or refused with a reason. No effects.
import * as v from 'valibot';
import { type Authorised, authorityOf } from '../schemas/authority.ts';
import { Command } from '../schemas/command.ts';
import {
  type Cryptography,
  Envelope,
  fromBase64,
  type Opened,
  open,
  payloadTypeOf,
  type Statement,
  type StatementType,
} from '../schemas/envelope.ts';
import { decodeFrame } from '../schemas/frame.ts';
import { MessageId, within } from '../schemas/ids.ts';
import { authorise, type KeyRing } from '../schemas/keys.ts';
import { LiveSession } from '../schemas/live.ts';
import { Clear, Order, OrderHead, orderAudioBytesMax } from '../schemas/order.ts';
import { Ack } from '../schemas/outbox.ts';
import { parse, parseJson } from '../schemas/parse.ts';
import { bad, ok, type Problem, type Result } from '../schemas/problems.ts';
import { Answer, Heartbeat } from '../schemas/report.ts';
import { parseTopic } from '../schemas/topics.ts';
import { Want } from '../schemas/want.ts';

import type { Event, OfferedOrder, OpenedMeta } from './core/model.ts';
import { covers } from './core/ranks.ts';

export interface Reader {
  readonly ring: KeyRing;
  readonly crypto: Cryptography;
}

/** What a message is to the box. `events` go to the loop in order, after `attachments` were kept. */
export type Meaning =
  | { readonly is: 'events'; readonly events: readonly Event[]; readonly attachments: ReadonlyMap<string, Uint8Array> }
  | { readonly is: 'keys'; readonly document: unknown }
  | { readonly is: 'ack' }
  | { readonly is: 'answer'; readonly answer: Answer }
  | { readonly is: 'heartbeat'; readonly heartbeat: Heartbeat; readonly centre: string; readonly epoch: string; readonly ctr: number }
  | { readonly is: 'nothing'; readonly problem: Problem };

/** Only the JSON's size and depth are judged before the signature. */
const anything = v.unknown();
const noAttachments: ReadonlyMap<string, Uint8Array> = new Map();

/** Total: whatever the bytes, one meaning. */
export function readMessage(topic: string, payload: Uint8Array, reader: Reader): Meaning {
  const parsed = parseTopic(topic);
  if (!parsed) return nothing(bad('bad-input', 'no such topic'));
  if (parsed.of === 'group' && parsed.word !== 'cmd') return readOrders(topic, payload, reader);
  // An empty retained payload is how a broker says that a topic was cleared.
  if (payload.length === 0) return nothing(bad('bad-input', 'empty'));
  if (parsed.of === 'box' && parsed.direction === 'dn' && parsed.word === 'ack') return { is: 'ack' };
  const json = parseJson(anything, new TextDecoder().decode(payload));
  if (!json.ok) return refused(topic, payload, json.problem, reader);
  switch (parsed.word) {
    case 'keys':
      return { is: 'keys', document: json.value };
    case 'want':
      return one(topic, json.value, reader, 'want', Want, (opened, want) => ({ is: 'wantOffered', opened, want }));
    case 'cmd':
      return readCommand(topic, json.value, reader);
    case 'answer': {
      const opened = openFor(json.value, 'answer', Answer, reader);
      return opened.ok ? { is: 'answer', answer: opened.value.statement.body } : nothing(opened);
    }
    case 'on': {
      const opened = openFor(json.value, 'heartbeat', Heartbeat, reader);
      if (!opened.ok) return nothing(opened);
      const { body, iss, epoch, ctr } = opened.value.statement;
      return { is: 'heartbeat', heartbeat: { ...body, topics: heardHere(body.topics ?? {}, reader) }, centre: iss, epoch, ctr };
    }
    default:
      return nothing(bad('bad-input', `a box does not read ${topic}`));
  }
}

/** A heartbeat names the topics of every group; this box misses only what is said to its own. */
function heardHere(topics: NonNullable<Heartbeat['topics']>, { ring }: Reader): Record<string, number> {
  return Object.fromEntries(Object.entries(topics).filter(([topic]) => ring.place.groups.includes(topic.split('/')[1] ?? '')));
}

/** Commands and announcements share a topic; what the envelope says it is decides, and its signature binds that. */
function readCommand(topic: string, input: unknown, reader: Reader): Meaning {
  if (parseTopic(topic)?.of === 'group' && isLive(input))
    return one(topic, input, reader, 'live', LiveSession, (opened, session) => ({ is: 'liveOffered', opened, session }));
  return one(topic, input, reader, 'command', Command, (opened, command) => ({ is: 'commandOffered', opened, command }));
}

function isLive(input: unknown): boolean {
  return (input as { payloadType?: unknown } | null)?.payloadType === payloadTypeOf('live');
}

/** For the outbox: an acknowledgement that this box may believe. */
export function openAck(input: unknown, reader: Reader): Result<Statement<Ack>> {
  const opened = openFor(input, 'ack', Ack, reader);
  return opened.ok ? ok(opened.value.statement) : opened;
}

function readOrders(topic: string, payload: Uint8Array, reader: Reader): Meaning {
  if (payload.length === 0) return { is: 'events', events: [], attachments: noAttachments };
  const frame = decodeFrame(payload, reader.crypto);
  if (!frame.ok) return refused(topic, payload, frame.problem, reader);
  const head = parseJson(OrderHead, frame.value.head);
  if (!head.ok) return refused(topic, payload, head.problem, reader);
  const attachments = new Map<string, Uint8Array>();
  const events = head.value.orders.flatMap((envelope): Event[] => {
    if (envelope.payloadType.includes('.clear+')) {
      const opened = openFor(envelope, 'clear', Clear, reader);
      return [
        opened.ok
          ? { is: 'clearOffered', opened: meta(opened.value, topic, reader), clear: opened.value.statement.body }
          : refusal(topic, envelope, opened.problem, reader),
      ];
    }
    const read = readOrder(envelope, wordOf(topic), reader);
    if (!read.ok) return [came(refusal(topic, envelope, read.problem, reader), envelope, topic, reader)];
    const { opened, authorised } = read.value;
    // What lies ready in a box is started there by hand: whoever carries messages cannot start it from afar.
    if (opened.statement.aud.startsWith('d/'))
      return [
        refusal(topic, envelope, { code: 'wrong-audience', path: '/aud', detail: 'an order for one box is started at that box' }, reader),
      ];
    const order = opened.statement.body;
    const inline = inlineOf(order, frame.value.attachments);
    for (const [sha256, bytes] of inline) attachments.set(sha256, bytes);
    return [{ is: 'orderOffered', opened: meta(opened, topic, reader), order, inline: [...inline.keys()], authorised }];
  });
  return { is: 'events', events, attachments };
}

function wordOf(topic: string): 'order' | 'drill' {
  return parseTopic(topic)?.word === 'drill' ? 'drill' : 'order';
}

/** What a centre truly sent counts as come, though it is not for this box: only what is withheld is missed. */
function came(event: Event, envelope: Envelope, topic: string, reader: Reader): Event {
  const opened = openFor(envelope, wordOf(topic), v.unknown(), reader);
  return opened.ok && event.is === 'envelopeRefused' ? { ...event, opened: meta(opened.value, topic, reader) } : event;
}

/** An order that lies ready in this box, as its officers signed it; started by hand, never by what arrives. */
export function readLocalOrder(envelope: Envelope, reader: Reader): Result<OfferedOrder> {
  const typ = envelope.payloadType === payloadTypeOf('drill') ? 'drill' : 'order';
  const read = readOrder(envelope, typ, reader);
  if (!read.ok) return read;
  const { opened, authorised } = read.value;
  const { aud } = opened.statement;
  if (aud !== `d/${reader.ring.place.dev}`) return bad('wrong-audience', `a local order is for ${aud}`, '/aud');
  return ok({ opened: meta(opened, 'local', reader), order: opened.statement.body, inline: [], authorised });
}

/** Exercises have a key, a type and a topic of their own, so that nothing of theirs can pass for the real thing, or the reverse. */
function readOrder(envelope: Envelope, typ: 'order' | 'drill', reader: Reader): Result<{ opened: Opened<Order>; authorised: Authorised }> {
  const opened = openFor(envelope, typ, Order, reader);
  if (!opened.ok) return opened;
  const order = opened.value.statement.body;
  if ((order.class === 'actual') !== (typ === 'order')) return bad('wrong-type', `class ${order.class} in type ${typ}`, '/body/class');
  const { area } = reader.ring.place;
  if (!within(area, order.area) && !within(order.area, area))
    return bad('outside-area', `order for ${order.area}, this box stands in ${area}`, '/body/area');
  const authorised = authorityOf(opened.value, reader.ring, reader.crypto);
  return authorised.ok ? ok({ opened: opened.value, authorised: authorised.value }) : authorised;
}

/** Only what the signed order names, in the size it names. */
function inlineOf(order: Order, attachments: ReadonlyMap<string, Uint8Array>): Map<string, Uint8Array> {
  const inline = new Map<string, Uint8Array>();
  for (const { audio } of order.speech) {
    const bytes = audio && attachments.get(audio.sha256);
    if (bytes && bytes.length === audio.bytes && bytes.length <= orderAudioBytesMax) inline.set(audio.sha256, bytes);
  }
  return inline;
}

function one<S extends v.GenericSchema>(
  topic: string,
  input: unknown,
  reader: Reader,
  typ: StatementType,
  body: S,
  event: (opened: OpenedMeta, body: v.InferOutput<S>) => Event,
): Meaning {
  const opened = openFor(input, typ, body, reader);
  const found = opened.ok
    ? event(meta(opened.value, topic, reader), opened.value.statement.body)
    : refusal(topic, input, opened.problem, reader);
  return { is: 'events', events: [found], attachments: noAttachments };
}

function openFor<S extends v.GenericSchema>(
  input: unknown,
  typ: StatementType,
  body: S,
  { ring, crypto }: Reader,
): Result<Opened<v.InferOutput<S>>> {
  const opened = open(input, typ, body, (keyid) => ring.keys.get(keyid), crypto);
  if (!opened.ok) return opened;
  const allowed = authorise(opened.value, ring);
  if (!allowed.ok) return allowed;
  return speaksAbove(opened.value.statement, ring) ?? opened;
}

/** Whoever says a level speaks with it: a commune's key never ends what the province ordered (an order's level: `authority`). */
function speaksAbove({ typ, iss, body }: Statement, { links }: KeyRing): Result<never> | undefined {
  if (typ !== 'clear' && typ !== 'live') return undefined;
  const said = (body as Clear | LiveSession).level;
  const own = links.get(iss)?.level;
  if (own && covers(own, said)) return undefined;
  return bad('role-missing', `${iss} speaks as ${own ?? 'nobody'}, not as ${said}`, '/body/level');
}

function meta({ statement, signedBy, digest }: Opened, topic: string, { ring }: Reader): OpenedMeta {
  const { id, iss, epoch, aud, ctr, iat, nbf, exp } = statement;
  const link = ring.links.get(iss);
  return { signedBy, digest, id, iss, epoch, aud, ctr, iat, nbf, exp, topic, ...(link && { keysUntilMs: link.untilMs }) };
}

function refused(topic: string, payload: Uint8Array, problem: Problem, reader: Reader): Meaning {
  const id = reader.crypto.sha256(payload).slice(0, 32);
  return { is: 'events', events: [{ is: 'envelopeRefused', topic, id, problem }], attachments: noAttachments };
}

/** The id that the forged text claims, if it is shaped like one, so that an operator can find it. */
function refusal(topic: string, input: unknown, problem: Problem, reader: Reader): Event {
  const envelope = parse(Envelope, input);
  const bytes = envelope.ok ? fromBase64(envelope.value.payload) : new TextEncoder().encode(JSON.stringify(input));
  const claimed = envelope.ok ? parseJson(anything, new TextDecoder().decode(bytes)) : undefined;
  const id = claimed?.ok ? parse(MessageId, (claimed.value as { id?: unknown } | null)?.id) : undefined;
  return { is: 'envelopeRefused', topic, id: id?.ok ? id.value : reader.crypto.sha256(bytes).slice(0, 32), problem };
}

function nothing(result: Result<unknown>): Meaning {
  if (result.ok) throw new Error('not a problem');
  return { is: 'nothing', problem: result.problem };
}
