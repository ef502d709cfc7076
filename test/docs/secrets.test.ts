// No secret is in the repository; what looks like one is named here with its reason.
import { generateKeyPairSync } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { filesOf } from './pages.ts';
import { type SecretKind, secretsIn } from './secrets.ts';

const root = resolve(import.meta.dirname, '../..');

interface Allowed {
  readonly path: string;
  readonly kind: SecretKind;
  readonly why: string;
}
/** Each with its reason; one that is found no more must go. */
const allowed: readonly Allowed[] = [
  { path: 'test/agent/hotspot.test.ts', kind: 'password in an address', why: 'made up, to see it taken out of logs' },
  { path: 'test/controller/outer-settings.test.ts', kind: 'password in an address', why: 'made up, to see it refused' },
];

const largestBytes = 4 * 1024 * 1024;

function found(): readonly { path: string; kind: SecretKind; line: number }[] {
  return filesOf(root)
    .filter((path) => statSync(join(root, path), { throwIfNoEntry: false })?.isFile() && statSync(join(root, path)).size <= largestBytes)
    .flatMap((path) => secretsIn(readFileSync(join(root, path), 'latin1')).map((finding) => ({ path, ...finding })));
}

test('no tracked file holds a secret', () => {
  const all = found();
  const named = (one: { path: string; kind: SecretKind }) => allowed.some(({ path, kind }) => path === one.path && kind === one.kind);
  expect(all.filter((one) => !named(one)).map(({ path, kind, line }) => `${path}:${line} ${kind}`)).toEqual([]);
  expect(allowed.filter((one) => !all.some(({ path, kind }) => path === one.path && kind === one.kind))).toEqual([]);
});

// Put together here, so that this file holds none itself.
const word = 'a1B2c3D4e5F6g7H8i9J0'.repeat(3);
const pem = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
test.each([
  ['a private key', pem],
  ['one written into a string of source', JSON.stringify(pem)],
  ['one of PGP', `-----BEGIN PGP PRIVATE ${'KEY'} BLOCK-----\n\n${word}`],
  ['a JWK with its secret part', JSON.stringify(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' }))],
  ['a token of a code host', `gh${'p'}_${word.slice(0, 36)}`],
  ['a token of npm', `//registry/:_auth${'Token'}=${word}`],
  ['a key of a cloud', `AK${'IA'}ABCDEFGHIJKLMNOP`],
  ['a token of a messenger', `12345678${'9'}:AA${word.slice(0, 33)}`],
  ['a signed token', [`eyJ${word}`, `eyJ${word}`, word].join('.')],
  ['a password in an address', `postgres://loa:${'secret'}word@db.don-vi.vn/loa`],
])('%s is noticed', (_, text) => {
  expect(secretsIn(`some text\n${text}\n`)).toEqual([expect.objectContaining({ line: 2 })]);
});

test('words about keys, public keys and addresses without a password are none', () => {
  const publicKey = generateKeyPairSync('ed25519').publicKey.export({ type: 'spki', format: 'pem' }).toString();
  const fine = [
    '-----BEGIN PRIVATE KEY----- stands before a key',
    publicKey,
    'postgres://db.example/loa',
    'https://x.example:8443/a@b',
    'postgres://loa:mat-khau@127.0.0.1:1/x',
  ];
  expect(fine.flatMap((text) => secretsIn(text))).toEqual([]);
});
