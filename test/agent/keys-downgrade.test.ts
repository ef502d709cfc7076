// Keys are taken away by sending newer ones: who keeps an old chain may not bring it back beside a new place.
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { HeldKeys } from '../../agent/held-keys.ts';
import { cryptography, generateSigningKey, signerFrom } from '../../hardware/host/crypto.ts';
import { type Envelope, type Signer, type StatementType, seal, toBase64 } from '../../schemas/envelope.ts';
import type { KeysDocument, TrustRoot } from '../../schemas/keys.ts';

const keyOf = () => {
  const made = generateSigningKey();
  return { ...made, signer: signerFrom(made.privateKeyPem), publicKey: toBase64(made.publicKey) };
};

test('an old chain beside a newer place is refused, a newer chain beside the same place is taken', async () => {
  const [rootKey, stolen, fresh] = [keyOf(), keyOf(), keyOf()];
  const root: TrustRoot = { demo: false, threshold: 1, keys: [{ keyid: rootKey.keyid, alg: 'ed25519', publicKey: rootKey.publicKey }] };
  const say = (typ: StatementType, ctr: number, aud: string, body: unknown, by: Signer): Envelope =>
    seal({ typ, id: `${typ}-${ctr}`, iss: 'xa-1', epoch: 'e1', aud, ctr, iat: 0, nbf: 0, exp: 1e15, body }, [by]);
  const chain = (ctr: number, { keyid, publicKey }: ReturnType<typeof keyOf>) =>
    say(
      'delegation',
      ctr,
      'c/xa-1',
      // The want key stays the root's friend throughout; only the order key changes.
      {
        centre: 'xa-1',
        level: 'commune',
        epoch: 'e1',
        area: '08/1',
        demo: false,
        keys: [
          { keyid, alg: 'ed25519', publicKey, roles: ['order'] },
          { keyid: want.keyid, alg: 'ed25519', publicKey: want.publicKey, roles: ['want'] },
        ],
      },
      rootKey.signer,
    );
  const want = keyOf();
  const place = (ctr: number) =>
    say('place', ctr, 'd/loa-1', { dev: 'loa-1', centre: 'xa-1', area: '08/1', groups: ['xa-1'] }, want.signer);
  const document = (chainCtr: number, placeCtr: number): KeysDocument => ({
    chain: [chain(chainCtr, chainCtr < 20 ? stolen : fresh)],
    place: place(placeCtr),
  });
  const file = join(await mkdtemp(join(tmpdir(), 'loa-keys-')), 'keys.json');
  await writeFile(file, JSON.stringify(document(10, 10)));
  const held = new HeldKeys({ file, root, dev: 'loa-1', crypto: cryptography });
  await held.load();
  expect(held.ring().keys.has(stolen.keyid)).toBe(true);
  expect(await held.offer(document(20, 10))).toEqual({ ok: true, value: { replaced: true } });
  expect(held.ring().keys.has(stolen.keyid)).toBe(false);
  expect(await held.offer(document(10, 30))).toMatchObject({ ok: false, problem: { code: 'replayed', path: '/chain' } });
  expect(held.ring().keys.has(stolen.keyid)).toBe(false);
});
