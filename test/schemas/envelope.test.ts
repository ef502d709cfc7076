// Signed statements: what was signed opens, and nothing else does.
import fc from 'fast-check';
import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import { cryptography } from '../../hardware/host/crypto.ts';
import {
  counterMax,
  type Envelope,
  envelopeBytesMax,
  fromBase64,
  nextCounter,
  open,
  payloadTypeOf,
  preAuthEncoding,
  seal,
  toBase64,
} from '../../schemas/envelope.ts';
import { makeKey, statement } from './signing.ts';

const key = makeKey();
const other = makeKey();
const known = (keyid: string) => (keyid === key.keyid ? { keyid, alg: 'ed25519' as const, publicKey: key.publicKey } : undefined);
const Body = v.strictObject({ say: v.string() });
const good = seal(statement('want', { say: 'Xin chào' }), [key.signer]);
const read = (envelope: unknown, typ: 'want' | 'order' = 'want') => open(envelope, typ, Body, known, cryptography);
const told = (envelope: unknown, typ: 'want' | 'order' = 'want') => {
  const opened = read(envelope, typ);
  return opened.ok ? 'ok' : `${opened.problem.code} ${opened.problem.path}`;
};

test('the pre-authentication encoding is that of DSSE v1', () => {
  const encoded = preAuthEncoding('http://example.com/HelloWorld', new TextEncoder().encode('hello world'));
  expect(new TextDecoder().decode(encoded)).toBe('DSSEv1 29 http://example.com/HelloWorld 11 hello world');
});

describe('an envelope', () => {
  test('opens to the very statement that was signed, with its signer and digest', () => {
    const opened = read(good);
    expect(opened).toMatchObject({ ok: true, value: { statement: statement('want', { say: 'Xin chào' }), signedBy: [key.keyid] } });
    expect(opened.ok && opened.value.digest).toBe(cryptography.sha256(fromBase64(good.payload)));
  });

  test('travels through JSON unchanged', () => {
    expect(told(JSON.parse(JSON.stringify(good)))).toBe('ok');
  });

  test('names each distinct signer once', () => {
    const knowsBoth = (keyid: string) =>
      keyid === other.keyid ? { keyid, alg: 'ed25519' as const, publicKey: other.publicKey } : known(keyid);
    const twice = seal(statement('want', { say: 'a' }), [key.signer, other.signer, key.signer]);
    const opened = open(twice, 'want', Body, knowsBoth, cryptography);
    expect(opened.ok && opened.value.signedBy).toEqual([key.keyid, other.keyid]);
  });

  const sealed = (change: Parameters<typeof statement>[2], body: unknown = { say: 'a' }) =>
    seal(statement('want', body, change), [key.signer]);
  const fake = { ...good, signatures: [{ keyid: key.keyid, sig: toBase64(new Uint8Array(64)) }] };
  test.each<[string, unknown, string]>([
    [
      'with another’s signature under a known name',
      { ...good, signatures: [{ ...seal(statement('want', {}), [other.signer]).signatures[0], keyid: key.keyid }] },
      'signature-wrong /signatures',
    ],
    ['with a zero signature', fake, 'signature-wrong /signatures'],
    ['by an unknown key', seal(statement('want', { say: 'a' }), [other.signer]), 'key-unknown /signatures'],
    ['without signatures', { ...good, signatures: [] }, 'bad-input /signatures'],
    ['with five signatures', { ...good, signatures: Array.from({ length: 5 }, () => good.signatures[0]) }, 'bad-input /signatures'],
    [
      'of another type, relabelled',
      { ...seal(statement('order', { say: 'a' }), [key.signer]), payloadType: payloadTypeOf('want') },
      'signature-wrong /signatures',
    ],
    ['whose label says another type', { ...good, payloadType: payloadTypeOf('order') }, 'wrong-type /payloadType'],
    ['with an unknown field', { ...good, extra: 1 }, 'bad-input /extra'],
    ['of a body that does not fit', sealed({}, { say: 5 }), 'bad-input /body/say'],
    ['of a body with an unknown field', sealed({}, { say: 'a', more: 1 }), 'bad-input /body/more'],
    ['of a counter of 0', sealed({ ctr: 0 }), 'bad-input /ctr'],
    ['of a fractional counter', sealed({ ctr: 1.5 }), 'bad-input /ctr'],
    ['of a counter beyond 2^53', sealed({ ctr: 2 ** 54 }), 'bad-input /ctr'],
    ['of a wrong audience', sealed({ aud: 'd/B1' }), 'bad-input /aud'],
    ['with letters that only look like base64', { ...good, payload: `ſ${good.payload.slice(1)}` }, 'bad-input /payload'],
    ['with loose bits in its base64', { ...good, signatures: [{ keyid: key.keyid, sig: 'QR==' }] }, 'bad-input /signatures/0/sig'],
    ['that is no object', 'envelope', 'bad-input '],
    ['that is nothing', undefined, 'bad-input '],
    ['that is a list', [good], 'bad-input /payloadType'],
  ])('%s stays shut', (_title, envelope, expected) => {
    expect(told(envelope)).toBe(expected);
  });

  test('signed bytes that are no JSON, or too deep, are a problem and no exception', () => {
    const raw = (text: string): Envelope => {
      const payload = new TextEncoder().encode(text);
      const sig = key.signer.sign(preAuthEncoding(payloadTypeOf('want'), payload));
      return { payloadType: payloadTypeOf('want'), payload: toBase64(payload), signatures: [{ keyid: key.keyid, sig: toBase64(sig) }] };
    };
    expect(told(raw('{'))).toBe('not-json ');
    expect(told(raw(''))).toBe('not-json ');
    expect(told(raw('['.repeat(5000)))).toBe('bad-input ');
    expect(told(raw('null'))).toBe('bad-input ');
  });

  test('of the largest size opens, one byte more does not', () => {
    const room = envelopeBytesMax - JSON.stringify(statement('want', { say: '' })).length;
    expect(told(sealed({}, { say: 'a'.repeat(room) }))).toBe('ok');
    expect(told(sealed({}, { say: 'a'.repeat(room + 8) }))).not.toBe('ok');
  });
});

test('any byte changed anywhere never opens', () => {
  const text = JSON.stringify(good);
  fc.assert(
    fc.property(fc.nat(text.length - 1), fc.integer({ min: 1, max: 0x17f }), (at, to) => {
      const changed = text.slice(0, at) + String.fromCharCode(to) + text.slice(at + 1);
      fc.pre(changed !== text);
      let envelope: unknown;
      try {
        envelope = JSON.parse(changed);
      } catch {
        return;
      }
      expect(told(envelope)).not.toBe('ok');
    }),
    { numRuns: 3000, seed: 4 },
  );
});

test('any JSON at all is answered, never thrown at', () => {
  const almost = fc.record({
    payloadType: fc.oneof(fc.constant(good.payloadType), fc.string()),
    payload: fc.oneof(fc.base64String(), fc.string()),
    signatures: fc.array(fc.record({ keyid: fc.constantFrom(key.keyid, '__proto__'), sig: fc.oneof(fc.base64String(), fc.string()) })),
  });
  fc.assert(
    fc.property(fc.oneof(fc.jsonValue(), almost), (value) => {
      expect(told(value)).not.toBe('ok');
    }),
    { numRuns: 1000, seed: 6 },
  );
});

test('base64 goes both ways for any bytes', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      expect(fromBase64(toBase64(bytes))).toEqual(bytes);
      expect(toBase64(bytes)).toBe(Buffer.from(bytes).toString('base64'));
    }),
  );
});

test('counters grow, by the clock when it is ahead, and never beyond 2^53 − 1', () => {
  expect(nextCounter(5, 1000)).toBe(1000);
  expect(nextCounter(2000, 1000)).toBe(2001);
  expect(nextCounter(counterMax, 1000)).toBe(counterMax);
});
