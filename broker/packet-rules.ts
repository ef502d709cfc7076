// What a client's packet must look like before anybody parses it: MQTT 3.1.1 to the letter, and the broker's own bounds. Pure.
import { isUtf8 } from 'node:buffer';

export type Flaw = 'malformed' | 'bad-text' | 'second-connect' | 'protocol' | 'qos-2' | 'topic-limit' | 'filters-limit';

export interface PacketBounds {
  /** Longest topic or filter, in bytes of UTF-8. */
  readonly topicBytesMax: number;
  readonly topicLevelsMax: number;
  /** Filters of one SUBSCRIBE or UNSUBSCRIBE. */
  readonly filtersMax: number;
}

export const packetType = { connect: 1, publish: 3, puback: 4, subscribe: 8, unsubscribe: 10, pingreq: 12, disconnect: 14 } as const;

/** Bytes of a packet's body that `flawOf` must see: all but the payload of a PUBLISH. */
export function headBytes(type: number, bodyBytes: number, bounds: PacketBounds): number {
  return type === packetType.publish ? Math.min(bodyBytes, 2 + bounds.topicBytesMax + 2) : bodyBytes;
}

/** Most bytes the body of such a packet can need; Infinity where only the byte limits of the connection count. */
export function bodyBytesMax(type: number, { filtersMax, topicBytesMax }: PacketBounds): number {
  switch (type) {
    case packetType.connect:
    case packetType.publish:
      return Number.POSITIVE_INFINITY;
    case packetType.subscribe:
    case packetType.unsubscribe:
      return 2 + filtersMax * (2 + topicBytesMax + 1);
    default:
      return 2;
  }
}

/** Why the connection must end over this packet, if it must. `head`: as many bytes of the body as `headBytes` says. */
export function flawOf(firstByte: number, head: Uint8Array, bodyBytes: number, bounds: PacketBounds): Flaw | undefined {
  const type = firstByte >> 4;
  const flags = firstByte & 0x0f;
  switch (type) {
    case packetType.connect:
      return flags === 0 ? connectFlaw(head) : 'malformed';
    case packetType.publish:
      return publishFlaw(flags, head, bodyBytes, bounds);
    case packetType.puback:
      return flags === 0 && bodyBytes === 2 && idOf(head, 0) !== 0 ? undefined : 'malformed';
    // PUBREC, PUBREL, PUBCOMP: nothing of QoS 2 was ever granted.
    case 5:
    case 6:
    case 7:
      return 'qos-2';
    case packetType.subscribe:
      return flags === 2 ? filtersFlaw(head, true, bounds) : 'malformed';
    case packetType.unsubscribe:
      return flags === 2 ? filtersFlaw(head, false, bounds) : 'malformed';
    case packetType.pingreq:
    case packetType.disconnect:
      return flags === 0 && bodyBytes === 0 ? undefined : 'malformed';
    // Reserved types, and those only a server sends.
    default:
      return 'malformed';
  }
}

/** §3.1. Every field is walked to the last byte, so nothing is left for a parser to guess. */
function connectFlaw(body: Uint8Array): Flaw | undefined {
  const name = field(body, 0);
  if (name === undefined) return 'malformed';
  const known = Buffer.from(name).toString('latin1');
  if (known !== 'MQTT' && known !== 'MQIsdp') return 'malformed';
  let at = 2 + name.length;
  const level = body[at++];
  const flags = body[at++];
  if (level === undefined) return 'malformed';
  if (known !== 'MQTT' || level !== 4) return 'protocol';
  if (flags === undefined || flags & 1 || at + 2 > body.length) return 'malformed';
  at += 2;
  const hasWill = (flags & 0x04) !== 0;
  const hasName = (flags & 0x80) !== 0;
  const hasPassword = (flags & 0x40) !== 0;
  const willQos = (flags >> 3) & 3;
  if (willQos === 3 || (!hasWill && flags & 0x38) || (hasPassword && !hasName)) return 'malformed';
  const wanted = ['text', ...(hasWill ? ['topic', 'bytes'] : []), ...(hasName ? ['text'] : []), ...(hasPassword ? ['bytes'] : [])];
  for (const kind of wanted) {
    const part = field(body, at);
    if (part === undefined) return 'malformed';
    if (kind !== 'bytes' && !isText(part)) return 'bad-text';
    if (kind === 'topic' && (part.length === 0 || hasWildcard(part))) return 'malformed';
    at += 2 + part.length;
  }
  return at === body.length ? undefined : 'malformed';
}

/** §3.3. */
function publishFlaw(flags: number, head: Uint8Array, bodyBytes: number, bounds: PacketBounds): Flaw | undefined {
  const qos = (flags >> 1) & 3;
  const isAgain = (flags & 8) !== 0;
  if (qos === 3 || (isAgain && qos === 0) || head.length < 2) return 'malformed';
  const topicBytes = idOf(head, 0);
  if (2 + topicBytes + (qos > 0 ? 2 : 0) > bodyBytes) return 'malformed';
  if (topicBytes > bounds.topicBytesMax) return 'topic-limit';
  const topic = head.subarray(2, 2 + topicBytes);
  if (!isText(topic)) return 'bad-text';
  if (topicBytes === 0 || hasWildcard(topic)) return 'malformed';
  if (levelsOf(topic) > bounds.topicLevelsMax) return 'topic-limit';
  return qos > 0 && idOf(head, 2 + topicBytes) === 0 ? 'malformed' : undefined;
}

/** §3.8 and §3.10. */
function filtersFlaw(body: Uint8Array, withQos: boolean, bounds: PacketBounds): Flaw | undefined {
  if (body.length < 5 || idOf(body, 0) === 0) return 'malformed';
  let at = 2;
  for (let count = 1; at < body.length; count++) {
    if (count > bounds.filtersMax) return 'filters-limit';
    const filter = field(body, at);
    if (filter === undefined || filter.length === 0) return 'malformed';
    if (filter.length > bounds.topicBytesMax || levelsOf(filter) > bounds.topicLevelsMax) return 'topic-limit';
    if (!isText(filter)) return 'bad-text';
    if (!hasFitWildcards(filter)) return 'malformed';
    at += 2 + filter.length;
    if (withQos && (body[at++] ?? 3) > 2) return 'malformed';
  }
  return undefined;
}

/** The bytes behind a two-byte length; undefined when they reach beyond the packet. */
function field(body: Uint8Array, at: number): Uint8Array | undefined {
  if (at + 2 > body.length) return undefined;
  const end = at + 2 + idOf(body, at);
  return end > body.length ? undefined : body.subarray(at + 2, end);
}

function idOf(bytes: Uint8Array, at: number): number {
  return ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
}

/** §1.5.3: well-formed UTF-8, which has no surrogates, and no U+0000. */
function isText(bytes: Uint8Array): boolean {
  return isUtf8(bytes) && !bytes.includes(0);
}

const slash = 0x2f;
const plus = 0x2b;
const hash = 0x23;

function hasWildcard(topic: Uint8Array): boolean {
  return topic.includes(plus) || topic.includes(hash);
}

function levelsOf(topic: Uint8Array): number {
  let levels = 1;
  for (const byte of topic) if (byte === slash) levels++;
  return levels;
}

/** §4.7.1: `#` alone in the last level, `+` alone in its level. */
function hasFitWildcards(filter: Uint8Array): boolean {
  const last = filter.length - 1;
  return filter.every((byte, at) => {
    if (byte !== plus && byte !== hash) return true;
    const alone = (at === 0 || filter[at - 1] === slash) && (at === last || filter[at + 1] === slash);
    return alone && (byte === plus || at === last);
  });
}
