// Envelopes from whoever wants to be believed: nothing unsigned opens, and what opens is what was signed.
import * as v from 'valibot';
import { cryptography, generateSigningKey, signerFrom } from '../../hardware/host/crypto.ts';
import { type KnownKey, open, payloadTypeOf, preAuthEncoding, type Statement, seal, toBase64 } from '../../schemas/envelope.ts';
import { parseJson } from '../../schemas/parse.ts';
import { bent } from './bent-json.ts';
import { holds, judged, modeOf, same, textOf } from './judged.ts';

const made = generateSigningKey();
const signer = signerFrom(made.privateKeyPem);
const known: KnownKey = { keyid: signer.keyid, alg: 'ed25519', publicKey: made.publicKey };
/** Seeds cannot know an id that is made anew each time. */
const keyOf = (keyid: string) => (keyid === signer.keyid || keyid === 'k' ? known : undefined);
const opens = (input: unknown) => open(input, 'command', v.unknown(), keyOf, cryptography);

const good: Statement = {
  typ: 'command',
  id: 'c-1',
  iss: 'xa',
  epoch: 'e1',
  aud: 'd/loa-1',
  ctr: 1_795_366_800_000,
  iat: 1_795_366_800_000,
  nbf: 0,
  exp: 1_795_367_800_000,
  body: { do: 'self-test' },
};
const genuine = seal(good, [signer]);
const opened = opens(genuine);

export function fuzz(data: Buffer): void {
  judged(() => {
    const [mode, rest] = modeOf(data, 4);
    if (mode === 0) unsigned(textOf(rest));
    else if (mode === 1) unsigned(bent({ ...genuine, signatures: [{ keyid: 'k', sig: toBase64(rest.subarray(0, 64)) }] }, rest));
    else if (mode === 2) bentGenuine(rest);
    else signedBytes(rest);
  });
}

/** Nobody who has no key ever opens anything. */
function unsigned(input: unknown): void {
  const read = typeof input === 'string' ? parseJson(v.unknown(), input) : { ok: true as const, value: input };
  if (read.ok) holds(!opens(read.value).ok, 'an envelope without a genuine signature was opened');
}

/** A genuine one that was changed opens only as what was signed. */
function bentGenuine(bytes: Uint8Array): void {
  const changed = opens(bent(genuine, bytes));
  if (!changed.ok || !opened.ok) return;
  holds(changed.value.digest === opened.value.digest, 'other bytes opened under a genuine signature');
  same(changed.value.statement, good, 'changed while it was opened');
}

/** Whatever somebody with a key signs is refused, or means what its bytes mean; sealed again it means the same. */
function signedBytes(body: Uint8Array): void {
  const payloadType = payloadTypeOf('command');
  const sig = toBase64(signer.sign(preAuthEncoding(payloadType, body)));
  const first = opens({ payloadType, payload: toBase64(body), signatures: [{ keyid: signer.keyid, sig }] });
  if (!first.ok) return;
  const { statement } = first.value;
  same(statement, JSON.parse(textOf(body)), 'read otherwise than written');
  const again = opens(seal(statement, [signer]));
  holds(again.ok, `what was opened is refused when it is sealed again: ${again.ok ? '' : again.problem.detail}`);
  same(again.value.statement, statement, 'sealed again it says something else');
}
