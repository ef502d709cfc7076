// A forger with everything but the keys: genuine orders bent in every way a hostile broker, a stolen box or an old card allows.
import fc from 'fast-check';
import { generateSigningKey, signerFrom } from '../../hardware/host/crypto.ts';
import { type Envelope, fromBase64, type Signer, toBase64 } from '../../schemas/envelope.ts';
import { encodeFrame } from '../../schemas/frame.ts';
import type { Order } from '../../schemas/order.ts';
import type { SmallCentre } from './small-centre.ts';

export interface Edit {
  readonly how: 'flip' | 'insert' | 'delete' | 'repeat';
  /** Where, as a part of the whole. */
  readonly at: number;
  readonly byte: number;
}

type Part = 'frame' | 'head' | 'payload' | 'sig' | 'keyid' | 'payloadType';
type Wrong =
  | 'audience'
  | 'expired'
  | 'not-yet'
  | 'lower-counter'
  | 'equal-counter'
  | 'cleared-id'
  | 'ended-id'
  | 'role'
  | 'area'
  | 'issuer'
  | 'stranger'
  | 'other-demo'
  | 'extra-field'
  | 'replay';

export type Forgery =
  | { readonly is: 'bent'; readonly part: Part; readonly edits: readonly Edit[] }
  /** The statement says something else; the signature stays. */
  | { readonly is: 'said'; readonly field: string; readonly value: unknown }
  | { readonly is: 'swapped'; readonly give: 'payload' | 'signatures' | 'payloadType' }
  | { readonly is: 'malleable' }
  | { readonly is: 'wrong'; readonly how: Wrong };

const edit: fc.Arbitrary<Edit> = fc.record({
  how: fc.constantFrom('flip', 'insert', 'delete', 'repeat'),
  at: fc.noBias(fc.integer({ min: 0, max: 9_999 })).map((part) => part / 10_000),
  byte: fc.integer({ min: 1, max: 255 }),
});
const said: fc.Arbitrary<readonly [string, unknown]> = fc.oneof(
  fc.tuple(fc.constant('aud'), fc.constantFrom('g/xa-9', 'd/loa-1', 'c/xa-1', 'g/../xa-1', '')),
  fc.tuple(fc.constant('epoch'), fc.constantFrom('c0', 'c2', '__proto__', 'constructor')),
  fc.tuple(fc.constantFrom('ctr', 'exp', 'iat', 'nbf'), fc.oneof(fc.maxSafeInteger(), fc.double(), fc.constantFrom('1', null, [], {}))),
  fc.tuple(fc.constant('id'), fc.constantFrom('o-new', 'x'.repeat(200), '', '<script>')),
  fc.tuple(fc.constant('iss'), fc.constantFrom('root', 'xa-9', 'loa-1')),
  fc.tuple(fc.constant('typ'), fc.constantFrom('clear', 'want', 'command', 'place')),
  fc.tuple(fc.constant('body'), fc.jsonValue({ maxDepth: 40 })),
  fc.tuple(fc.constant('__proto__'), fc.constant({ typ: 'order' })),
);

export const forgery: fc.Arbitrary<Forgery> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      is: fc.constant('bent' as const),
      part: fc.constantFrom<Part>('frame', 'head', 'payload', 'sig', 'keyid', 'payloadType'),
      edits: fc.array(edit, { minLength: 1, maxLength: 4 }),
    }),
  },
  { weight: 3, arbitrary: said.map(([field, value]) => ({ is: 'said', field, value }) as const) },
  {
    weight: 1,
    arbitrary: fc.record({ is: fc.constant('swapped' as const), give: fc.constantFrom('payload', 'signatures', 'payloadType') }),
  },
  { weight: 1, arbitrary: fc.constant({ is: 'malleable' as const }) },
  {
    weight: 4,
    arbitrary: fc.record({
      is: fc.constant('wrong' as const),
      how: fc.constantFrom<Wrong>(
        'audience',
        'expired',
        'not-yet',
        'lower-counter',
        'equal-counter',
        'cleared-id',
        'ended-id',
        'role',
        'area',
        'issuer',
        'stranger',
        'other-demo',
        'extra-field',
        'replay',
      ),
    }),
  },
);

/** What the forger found on the wire and in stolen places. */
export interface Loot {
  readonly centre: SmallCentre;
  /** Trusts another root: same names, other demo flag. */
  readonly otherWorld: SmallCentre;
  readonly wantOnly: Signer;
  readonly ended: Envelope;
  readonly cleared: Envelope;
  readonly order: (change?: Partial<Order>) => Order;
}

const aud = 'g/xa-1';

/** The frame this forgery puts on the wire, or undefined when it would be the genuine order after all. */
export function forge(one: Forgery, loot: Loot): Uint8Array | undefined {
  const { centre, order } = loot;
  if (one.is === 'wrong') return frameOf(wrong(one.how, loot));
  const genuine = centre.sign('order', aud, order());
  switch (one.is) {
    case 'bent':
      return bend(genuine, one.part, one.edits);
    case 'said': {
      const statement = JSON.parse(Buffer.from(genuine.payload, 'base64').toString()) as object;
      const changed = Buffer.from(JSON.stringify({ ...statement, [one.field]: one.value }));
      const payload = toBase64(changed);
      return payload === genuine.payload ? undefined : frameOf({ ...genuine, payload });
    }
    case 'swapped': {
      const clear = centre.sign('clear', aud, { ids: ['o-x'], level: 'commune', reason: '' });
      const other = one.give === 'payloadType' ? clear : centre.sign('order', aud, order({ times: 2 }));
      return frameOf({ ...genuine, [one.give]: other[one.give] });
    }
    case 'malleable':
      return frameOf({ ...genuine, signatures: genuine.signatures.map(({ keyid, sig }) => ({ keyid, sig: addGroupOrder(sig) })) });
  }
}

function wrong(how: Wrong, { centre, otherWorld, wantOnly, ended, cleared, order }: Loot): Envelope {
  const nowMs = Date.now();
  const { id: endedId, ctr: endedCtr } = statementOf(ended);
  switch (how) {
    case 'audience':
      return centre.sign('order', 'g/xa-9', order());
    case 'expired':
      return centre.sign('order', aud, order(), { exp: nowMs - 1 });
    case 'not-yet':
      return centre.sign('order', aud, order(), { nbf: nowMs + 3600_000 });
    case 'lower-counter':
      return centre.sign('order', aud, order(), { ctr: endedCtr - 1 });
    case 'equal-counter':
      return centre.sign('order', aud, order({ times: 3 }), { ctr: endedCtr });
    case 'cleared-id':
      return centre.sign('order', aud, order(), { id: statementOf(cleared).id });
    case 'ended-id':
      return centre.sign('order', aud, order(), { id: endedId });
    case 'role':
      return centre.sign('order', aud, order(), { signer: wantOnly });
    case 'area':
      return centre.sign('order', aud, order({ area: '08/09999' }));
    case 'issuer':
      return centre.sign('order', aud, order(), { iss: 'tinh-1' });
    case 'stranger': {
      // A stranger who claims the centre's key id.
      const { sign } = signerFrom(generateSigningKey().privateKeyPem);
      return centre.sign('order', aud, order(), { signer: { keyid: centre.signer.keyid, sign } });
    }
    case 'other-demo':
      return otherWorld.sign('order', aud, order());
    case 'extra-field':
      return centre.sign('order', aud, { ...order(), louder: true });
    case 'replay':
      return ended;
  }
}

export function statementOf(envelope: Envelope): { readonly id: string; readonly ctr: number } {
  return JSON.parse(Buffer.from(envelope.payload, 'base64').toString()) as { id: string; ctr: number };
}

function frameOf(envelope: Envelope, attachments: readonly Uint8Array[] = []): Uint8Array {
  return encodeFrame(JSON.stringify({ orders: [envelope] }), attachments);
}

function bend(genuine: Envelope, part: Part, edits: readonly Edit[]): Uint8Array | undefined {
  const [signature] = genuine.signatures;
  if (!signature) return undefined;
  const text = (value: string) => edited(Buffer.from(value), edits).toString('latin1');
  const raw = (value: string) => toBase64(edited(Buffer.from(value, 'base64'), edits));
  switch (part) {
    case 'frame':
      return unlessGenuine(edited(Buffer.from(frameOf(genuine, [Buffer.alloc(64, 7)])), edits), genuine);
    case 'head':
      return unlessGenuine(encodeFrame(text(JSON.stringify({ orders: [genuine] })), []), genuine);
    case 'payload':
      return unlessGenuine(frameOf({ ...genuine, payload: raw(genuine.payload) }), genuine);
    case 'sig':
      return unlessGenuine(frameOf({ ...genuine, signatures: [{ ...signature, sig: raw(signature.sig) }] }), genuine);
    case 'keyid':
      return unlessGenuine(frameOf({ ...genuine, signatures: [{ ...signature, keyid: text(signature.keyid) }] }), genuine, signature.keyid);
    case 'payloadType':
      return unlessGenuine(frameOf({ ...genuine, payloadType: text(genuine.payloadType) }), genuine);
  }
}

/** Edits may cancel each other or fall beside the envelope: then it is the genuine order, which may sound. */
function unlessGenuine(frame: Uint8Array, genuine: Envelope, keyid = ''): Uint8Array | undefined {
  const text = Buffer.from(frame).toString('latin1');
  const whole = [genuine.payload, genuine.signatures[0]?.sig ?? '', `"${genuine.payloadType}"`, keyid].every((part) => text.includes(part));
  return whole ? undefined : frame;
}

function edited(bytes: Buffer, edits: readonly Edit[]): Buffer {
  return edits.reduce((now, { how, at, byte }) => {
    const where = Math.min(now.length - 1, Math.floor(at * now.length));
    if (where < 0) return now;
    const [head, tail] = [now.subarray(0, where), now.subarray(where)];
    if (how === 'insert') return Buffer.concat([head, Buffer.from([byte]), tail]);
    if (how === 'delete') return Buffer.concat([head, tail.subarray(1 + (byte % 8))]);
    if (how === 'repeat') return Buffer.concat([head, tail.subarray(0, byte), tail]);
    const copy = Buffer.from(now);
    copy[where] = (copy[where] ?? 0) ^ byte;
    return copy;
  }, bytes);
}

/** S + L verifies under a careless Ed25519 (RFC 8032 §8.4). */
function addGroupOrder(sig: string): string {
  const groupOrder = 2n ** 252n + 27742317777372353535851937790883648493n;
  const bytes = Buffer.from(fromBase64(sig));
  let s = groupOrder;
  for (let i = 0; i < 32; i++) s += BigInt(bytes[32 + i] ?? 0) << BigInt(8 * i);
  for (let i = 0; i < 32; i++) bytes[32 + i] = Number((s >> BigInt(8 * i)) & 255n);
  return toBase64(bytes);
}
