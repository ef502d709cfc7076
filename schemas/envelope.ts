// Signed documents: exact bytes, their type, signatures over both (DSSE v1, PAE of its protocol document).
import * as v from 'valibot';
import { Id, MessageId } from './ids.ts';
import { parse, parseJson } from './parse.ts';
import { bad, ok, type Result } from './problems.ts';
import { InstantMs } from './time.ts';

/** Bytes of one signed body at most; attachments travel beside it. */
export const envelopeBytesMax = 256 * 1024;
export const counterMax = 2 ** 53 - 1;

export const StatementType = v.picklist([
  'root',
  'delegation',
  'place',
  'want',
  'command',
  'order',
  'drill',
  'clear',
  'approval',
  'mandate',
  'ack',
  'answer',
  'heartbeat',
  'log',
  'claim',
  'live',
  'widget',
  'release',
  'down',
  'acceptance',
]);
export type StatementType = v.InferOutput<typeof StatementType>;

/**
 * Base64 (RFC 4648 §4), canonical: unused bits are zero, so one meaning has one spelling. Own pattern, because a case-insensitive
 * one under Unicode lets letters in that `atob` throws at; one class with the length beside it is six times as fast as groups of four.
 */
export const Base64 = v.pipe(
  v.string(),
  v.regex(/^[A-Za-z0-9+/]*(?:[AQgw]==|[AEIMQUYcgkosw048]=)?$/, 'must be canonical base64'),
  v.check((text) => text.length % 4 === 0, 'must be canonical base64'),
);

export const Envelope = v.strictObject({
  payloadType: v.pipe(v.string(), v.regex(/^application\/vnd\.loa\.[a-z]+\+json$/, 'must be application/vnd.loa.TYPE+json')),
  /** Base64 of the exact signed bytes. */
  payload: v.pipe(Base64, v.maxLength(Math.ceil((envelopeBytesMax * 4) / 3) + 4)),
  signatures: v.pipe(
    v.array(v.strictObject({ keyid: v.pipe(v.string(), v.maxLength(64)), sig: v.pipe(Base64, v.maxLength(200)) })),
    v.minLength(1),
    v.maxLength(4),
  ),
});
export type Envelope = v.InferOutput<typeof Envelope>;

/** To whom a statement speaks: a box, a group of boxes, a centre and all it owns. */
export const Audience = v.pipe(v.string(), v.regex(/^[dgc]\/[a-z0-9-]{1,32}$/, 'must be d/ID, g/ID or c/ID'));

/** What every signed payload holds around its body (DESIGN §4). */
export const Statement = v.strictObject({
  typ: StatementType,
  id: MessageId,
  /** The signer's unit: a centre, a box, or `root`. */
  iss: Id,
  /** Counter space: a new one is begun by a higher role, never by the counter's own key. */
  epoch: Id,
  aud: Audience,
  /** Strictly grows per (iss, typ, aud, epoch): `max(last + 1, unix ms)`. */
  ctr: v.pipe(v.number(), v.safeInteger(), v.minValue(1)),
  iat: InstantMs,
  nbf: InstantMs,
  exp: InstantMs,
  body: v.unknown(),
});
export type Statement<Body = unknown> = Omit<v.InferOutput<typeof Statement>, 'body'> & { readonly body: Body };

export interface Signer {
  readonly keyid: string;
  sign(bytes: Uint8Array): Uint8Array;
}

export type KeyAlgorithm = 'ed25519' | 'p256';

/** The one cryptographic door (implemented by hardware/host/crypto). Synchronous, total: a bad key or signature is `false`. */
export interface Cryptography {
  verify(alg: KeyAlgorithm, publicKey: Uint8Array, bytes: Uint8Array, signature: Uint8Array): boolean;
  sha256(bytes: Uint8Array): string;
}

/** The same door where signatures are verified in other threads. Total as well. */
export interface CryptographyBeside extends Pick<Cryptography, 'sha256'> {
  verifyBeside(alg: KeyAlgorithm, publicKey: Uint8Array, bytes: Uint8Array, signature: Uint8Array): Promise<boolean>;
}

export function nextCounter(last: number, nowMs: number): number {
  return Math.min(counterMax, Math.max(last + 1, nowMs));
}

export function payloadTypeOf(typ: StatementType): string {
  return `application/vnd.loa.${typ}+json`;
}

/** DSSE pre-authentication encoding: `DSSEv1 LEN(type) type LEN(body) body`, lengths in ASCII decimal bytes. */
export function preAuthEncoding(payloadType: string, body: Uint8Array): Uint8Array {
  const type = new TextEncoder().encode(payloadType);
  const head = new TextEncoder().encode(`DSSEv1 ${type.length} ${payloadType} ${body.length} `);
  const bytes = new Uint8Array(head.length + body.length);
  bytes.set(head);
  bytes.set(body, head.length);
  return bytes;
}

/** Sign a statement with each signer. The body must survive JSON unchanged. */
export function seal(statement: Statement, signers: readonly Signer[]): Envelope {
  const payloadType = payloadTypeOf(statement.typ);
  const body = new TextEncoder().encode(JSON.stringify(statement));
  const bytes = preAuthEncoding(payloadType, body);
  return {
    payloadType,
    payload: toBase64(body),
    signatures: signers.map((signer) => ({ keyid: signer.keyid, sig: toBase64(signer.sign(bytes)) })),
  };
}

/** A key as a verifier knows it. The algorithm belongs to the key, never to the message. */
export interface KnownKey {
  readonly keyid: string;
  readonly alg: KeyAlgorithm;
  readonly publicKey: Uint8Array;
}

export interface Opened<Body = unknown> {
  readonly statement: Statement<Body>;
  /** Ids of the distinct known keys whose signature holds, at least one. */
  readonly signedBy: readonly string[];
  /** SHA-256 of the exact signed bytes: equal counter with equal digest is the same statement again. */
  readonly digest: string;
}

/**
 * Verify, then read exactly the verified bytes. Checks type binding and shape; who may say it, to whom and
 * when are rules of the caller (`keys`, `agent/core`).
 * Problems: unsigned, key-unknown, signature-wrong, wrong-type, not-json, bad-input.
 */
export function open<S extends v.GenericSchema>(
  input: unknown,
  typ: StatementType,
  body: S,
  keyOf: (keyid: string) => KnownKey | undefined,
  crypto: Cryptography,
): Result<Opened<v.InferOutput<S>>> {
  const sealed = sealedIn(input, typ, keyOf);
  if (!sealed.ok) return sealed;
  const { message, signed } = sealed.value;
  const holds = signed.map(({ key, signature }) => crypto.verify(key.alg, key.publicKey, message, signature));
  return readSealed(sealed.value, holds, typ, body, crypto);
}

/** As `open`, with signatures verified beside this thread: whoever opens thousands a second does other things meanwhile. */
export async function openBeside<S extends v.GenericSchema>(
  input: unknown,
  typ: StatementType,
  body: S,
  keyOf: (keyid: string) => KnownKey | undefined,
  crypto: CryptographyBeside,
): Promise<Result<Opened<v.InferOutput<S>>>> {
  const sealed = sealedIn(input, typ, keyOf);
  if (!sealed.ok) return sealed;
  const { message, signed } = sealed.value;
  const verified = signed.map(({ key, signature }) => crypto.verifyBeside(key.alg, key.publicKey, message, signature));
  return readSealed(sealed.value, await Promise.all(verified), typ, body, crypto);
}

/** Bytes, and their signatures by keys that are known. */
interface SealedBytes {
  readonly bytes: Uint8Array;
  readonly message: Uint8Array;
  readonly signed: readonly { readonly key: KnownKey; readonly signature: Uint8Array }[];
}

function sealedIn(input: unknown, typ: StatementType, keyOf: (keyid: string) => KnownKey | undefined): Result<SealedBytes> {
  const shaped = parse(Envelope, input);
  if (!shaped.ok) return shaped;
  const { payloadType, payload, signatures } = shaped.value;
  if (payloadType !== payloadTypeOf(typ))
    return bad('wrong-type', `payloadType ${payloadType}, expected ${payloadTypeOf(typ)}`, '/payloadType');
  const signed = signatures.flatMap(({ keyid, sig }) => {
    const key = keyOf(keyid);
    return key ? [{ key: { ...key, keyid }, signature: fromBase64(sig) }] : [];
  });
  if (signed.length === 0)
    return bad('key-unknown', `no signature by a known key (${signatures.map((s) => s.keyid).join(', ')})`, '/signatures');
  const bytes = fromBase64(payload);
  return ok({ bytes, message: preAuthEncoding(payloadType, bytes), signed });
}

function readSealed<S extends v.GenericSchema>(
  { bytes, signed }: SealedBytes,
  holds: readonly boolean[],
  typ: StatementType,
  body: S,
  crypto: Pick<Cryptography, 'sha256'>,
): Result<Opened<v.InferOutput<S>>> {
  const signedBy = new Set(signed.flatMap(({ key }, i) => (holds[i] ? [key.keyid] : [])));
  if (signedBy.size === 0) return bad('signature-wrong', 'no signature verifies', '/signatures');
  const statement = parseJson(Statement, new TextDecoder().decode(bytes), envelopeBytesMax);
  if (!statement.ok) return statement;
  if (statement.value.typ !== typ) return bad('wrong-type', `statement typ ${statement.value.typ}, expected ${typ}`, '/typ');
  const read = parse(body, statement.value.body);
  if (!read.ok) return bad(read.problem.code, read.problem.detail, `/body${read.problem.path}`);
  return ok({ statement: { ...statement.value, body: read.value }, signedBy: [...signedBy], digest: crypto.sha256(bytes) });
}

export function toBase64(bytes: Uint8Array): string {
  let text = '';
  for (let i = 0; i < bytes.length; i += 0x8000) text += String.fromCharCode(...bytes.subarray(i, i + 0x8000));
  return btoa(text);
}

/** Base64 (RFC 4648 §4) to bytes; the shape was checked before. */
export function fromBase64(text: string): Uint8Array {
  const raw = atob(text);
  const bytes = new Uint8Array(raw.length);
  for (let i = 0; i < raw.length; i++) bytes[i] = raw.charCodeAt(i);
  return bytes;
}
