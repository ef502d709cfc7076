// An order in one text message: 64 octets of Ed25519 signature and 76 that name an order lying ready in the box (DESIGN §4).
import { type Cryptography, counterMax, type Signer } from './envelope.ts';
import { type AreaPath, within } from './ids.ts';
import type { AuthorisedKey, KeyRing } from './keys.ts';
import { bad, ok, type Result } from './problems.ts';

export const smsOrderBytes = 140;
const signatureBytes = 64;
const bodyBytes = smsOrderBytes - signatureBytes;
const version = 1;
const classes = ['actual', 'exercise', 'test'] as const;
/** Not sent; binds the signature to this use. */
const domain = new TextEncoder().encode('loa-sms-order/1\n');
const lifeSecondsMax = 24 * 3600;

/** What the 76 octets say: names as digests, times in whole seconds. */
export interface SmsOrder {
  readonly class: (typeof classes)[number];
  /** 16 hex digits. */
  readonly keyid: string;
  /** Same space as the orders on `g/{group}`: max(last + 1, unix ms). */
  readonly ctr: number;
  /** First 12 octets of the area path's SHA-256, hex. */
  readonly area: string;
  /** First 16 octets of the SHA-256 of the id of the order that lies ready, hex. */
  readonly template: string;
  readonly issuedSeconds: number;
  readonly expirySeconds: number;
  /** First 12 octets of the group id's SHA-256, hex. */
  readonly group: string;
  /** First 10 octets of the SHA-256 of `ISSUER/EPOCH`, hex: the counter space. */
  readonly space: string;
}

type Hashes = Pick<Cryptography, 'sha256'>;
const digestDigits = { area: 24, template: 32, group: 24, space: 20 } as const;

/** The digest of a name as it stands in the message. */
export function smsDigest(field: keyof typeof digestDigits, name: string, crypto: Hashes): string {
  return crypto.sha256(new TextEncoder().encode(name)).slice(0, digestDigits[field]);
}

/** Exactly 140 octets. Throws on values that no message can hold: the sender made them. */
export function encodeSmsOrder(order: SmsOrder, signer: Pick<Signer, 'sign'>): Uint8Array {
  const body = new Uint8Array(bodyBytes);
  const view = new DataView(body.buffer);
  const classCode = classes.indexOf(order.class);
  const times = [order.issuedSeconds, order.expirySeconds];
  if (classCode < 0 || times.some((one) => !Number.isInteger(one) || one < 0 || one > 0xffffffff)) throw new RangeError('not an SMS order');
  if (!Number.isSafeInteger(order.ctr) || order.ctr < 1) throw new RangeError(`counter ${order.ctr}`);
  view.setUint8(0, version);
  view.setUint8(1, classCode);
  putHex(body, 2, order.keyid, 8);
  view.setBigUint64(10, BigInt(order.ctr));
  putHex(body, 18, order.area, 12);
  putHex(body, 30, order.template, 16);
  view.setUint32(46, order.issuedSeconds);
  view.setUint32(50, order.expirySeconds);
  putHex(body, 54, order.group, 12);
  putHex(body, 66, order.space, 10);
  const bytes = new Uint8Array(smsOrderBytes);
  bytes.set(signer.sign(signedBytes(body)));
  bytes.set(body, signatureBytes);
  return bytes;
}

/** Read without believing. Problems: bad-input. */
export function decodeSmsOrder(bytes: Uint8Array): Result<SmsOrder> {
  if (bytes.length !== smsOrderBytes) return bad('bad-input', `${bytes.length} octets, an order has ${smsOrderBytes}`);
  const body = bytes.subarray(signatureBytes);
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
  const kind = classes[view.getUint8(1)];
  if (view.getUint8(0) !== version || kind === undefined) return bad('bad-input', 'unknown version or class');
  const ctr = view.getBigUint64(10);
  if (ctr < 1n || ctr > BigInt(counterMax)) return bad('bad-input', 'counter out of range', '/ctr');
  return ok({
    class: kind,
    keyid: hex(body, 2, 8),
    ctr: Number(ctr),
    area: hex(body, 18, 12),
    template: hex(body, 30, 16),
    issuedSeconds: view.getUint32(46),
    expirySeconds: view.getUint32(50),
    group: hex(body, 54, 12),
    space: hex(body, 66, 10),
  });
}

/** What a box believes of a message: names in clear, and the order among those lying ready that it means. */
export interface VerifiedSms {
  readonly order: SmsOrder;
  readonly template: string;
  readonly area: AreaPath;
  /** As an envelope would say it: its counter is judged with those of `g/{group}` by `agent/core`. */
  readonly statement: {
    readonly id: string;
    readonly iss: string;
    readonly epoch: string;
    readonly aud: string;
    readonly ctr: number;
    readonly iat: number;
    readonly nbf: number;
    readonly exp: number;
  };
  readonly signedBy: readonly string[];
  readonly digest: string;
}

/**
 * Signature, role, epoch, group, area and template; whether the counter is new and the time right is judged where all orders are.
 * The words' own authority (officers, mandate) is that of the order lying ready. Problems: bad-input, key-unknown, role-missing,
 * signature-wrong, replayed, wrong-audience, outside-area, not-found, expired.
 */
export function verifySmsOrder(bytes: Uint8Array, ring: KeyRing, ready: readonly string[], crypto: Cryptography): Result<VerifiedSms> {
  const read = decodeSmsOrder(bytes);
  if (!read.ok) return read;
  const order = read.value;
  const signer = signerOf(order, bytes, ring, crypto);
  if (!signer.ok) return signer;
  const key = signer.value;
  const epoch = ring.links.get(key.centre)?.epoch ?? '';
  if (smsDigest('space', `${key.centre}/${epoch}`, crypto) !== order.space) return bad('replayed', 'another epoch or issuer', '/space');
  const group = ring.place.groups.find((id) => smsDigest('group', id, crypto) === order.group);
  if (group === undefined) return bad('wrong-audience', 'for a group this box is not in', '/group');
  const area = areasAround(ring.place.area).find((path) => smsDigest('area', path, crypto) === order.area);
  if (area === undefined || (key.area !== '' && !within(area, key.area))) return bad('outside-area', 'an area this box is not in', '/area');
  const template = ready.find((id) => smsDigest('template', id, crypto) === order.template);
  if (template === undefined) return bad('not-found', 'no such order lies ready here', '/template');
  const life = order.expirySeconds - order.issuedSeconds;
  if (life <= 0 || life > lifeSecondsMax) return bad('expired', `a life of ${life} s`, '/expirySeconds');
  const digest = crypto.sha256(bytes.subarray(signatureBytes));
  const [iat, exp] = [order.issuedSeconds * 1000, order.expirySeconds * 1000];
  const statement = {
    id: `sms-${order.ctr}-${digest.slice(0, 8)}`,
    iss: key.centre,
    epoch,
    aud: `g/${group}`,
    ctr: order.ctr,
    iat,
    nbf: iat,
    exp,
  };
  return ok({ order, template, area, statement, signedBy: [key.keyid], digest });
}

function signerOf(order: SmsOrder, bytes: Uint8Array, ring: KeyRing, crypto: Cryptography): Result<AuthorisedKey> {
  const key = ring.keys.get(order.keyid);
  if (key?.alg !== 'ed25519') return bad('key-unknown', `key ${order.keyid}`, '/keyid');
  if (!crypto.verify('ed25519', key.publicKey, signedBytes(bytes.subarray(signatureBytes)), bytes.subarray(0, signatureBytes)))
    return bad('signature-wrong', 'the signature does not verify');
  const role = order.class === 'actual' ? 'order' : 'drill';
  if (!key.roles.includes(role)) return bad('role-missing', `${order.keyid} lacks role ${role}`, '/keyid');
  return key.area === '' || within(ring.place.area, key.area) ? ok(key) : bad('outside-area', `key of ${key.area}`, '/keyid');
}

/** The place's own area and all around it, widest last. */
function areasAround(area: AreaPath): AreaPath[] {
  const levels = area.split('/');
  return levels.map((_, at) => levels.slice(0, levels.length - at).join('/'));
}

function signedBytes(body: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(domain.length + body.length);
  bytes.set(domain);
  bytes.set(body, domain.length);
  return bytes;
}

function putHex(bytes: Uint8Array, at: number, text: string, length: number): void {
  if (!/^[0-9a-f]+$/.test(text) || text.length !== length * 2) throw new RangeError(`${text} is not ${length} octets in hex`);
  for (let i = 0; i < length; i++) bytes[at + i] = Number.parseInt(text.slice(2 * i, 2 * i + 2), 16);
}

function hex(bytes: Uint8Array, at: number, length: number): string {
  return Array.from(bytes.subarray(at, at + length), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
