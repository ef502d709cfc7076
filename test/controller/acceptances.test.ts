// Acceptance records: signed at the box, kept as they were signed, believed by the box's own key alone, read and printed by who sees the box.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { signAcceptance } from '../../agent/acceptance.ts';
import { decide } from '../../agent/core/decide.ts';
import { blankKept, blankLive } from '../../agent/core/start-state.ts';
import { cryptography, generateSigningKey, sha256, signerFrom } from '../../hardware/host/crypto.ts';
import { type AcceptanceAnswer, AcceptanceRecord, acceptanceLines } from '../../schemas/acceptance.ts';
import { open, type Signer, seal, toBase64 } from '../../schemas/envelope.ts';
import { chainText, type Entry, type Fact, type Row } from '../../schemas/outbox.ts';
import { defaultBoxSettings } from '../../schemas/settings.ts';
import { type BuiltCentre, makeCentre, must, seedOf, startMs } from './built-centre.ts';

const dev = 'hop-1';
const checks = [
  { line: 'power', result: 'pass', value: '5,02 V' },
  { line: 'modem', result: 'fail', reason: 'sóng yếu', value: '-113 dBm' },
];
const answers = { toneHeard: true, by: 'ky-thuat', position: { latitude: 21.7, longitude: 105.4 } };

let built: BuiltCentre;
let signer: Signer;
let publicKey: Uint8Array;

beforeEach(async () => {
  built = await makeCentre(seedOf({}));
  const key = generateSigningKey();
  signer = signerFrom(key.privateKeyPem);
  publicKey = key.publicKey;
  const box = {
    ...{ id: dev, name: 'Cụm loa nhà văn hóa', area: '08/02536', groups: [], settings: defaultBoxSettings },
    ...{ createdMs: startMs, enrolledMs: startMs, signingKey: toBase64(key.publicKey), certificate: null },
  };
  must(await built.centre.store.estate.addBox(box, { atMs: startMs, actor: 'x', act: 'box.register', subject: dev, sha256: '' }));
  built.centre.registry.put(box);
  await built.centre.dispatch.changed();
});
afterEach(() => built.stop());

const made = (by = signer, named = dev) =>
  must(signAcceptance(checks, answers, { dev: named, centre: 'xa-02536', signer: by, wallMs: startMs }));

/** Told as rows of the box's outbox, each a batch, as the box signs them. */
async function tell(...facts: readonly Fact[]): Promise<void> {
  let previous = 'e-1';
  for (const [i, fact] of facts.entries()) {
    const entry = JSON.stringify({ boot: 'b1', atMs: startMs, monoMs: i, clock: 'signed', fact } satisfies Entry);
    previous = sha256(Buffer.from(chainText(previous, entry)));
    const rows: Row[] = [{ seq: i + 1, hash: previous, entry }];
    const statement = { typ: 'log' as const, id: `log-${i}`, iss: dev, epoch: 'e-1', aud: 'c/xa-02536', ctr: startMs + i, iat: startMs };
    await built.fromBox(dev, 'log', seal({ ...statement, nbf: 0, exp: startMs + 1e9, body: { rows } }, [signer]));
  }
}

describe('at the box', () => {
  test('a record is signed in its own hand and told as a row, with no network at all', () => {
    const event = made();
    const opened = open(
      event.record,
      'acceptance',
      AcceptanceRecord,
      () => ({ keyid: signer.keyid, alg: 'ed25519', publicKey }),
      cryptography,
    );
    expect(must(opened).statement).toMatchObject({ typ: 'acceptance', iss: dev, aud: 'c/xa-02536', iat: startMs });
    const { facts } = decide({ wallMs: startMs, monoMs: 1, quality: 'none' }, { kept: blankKept(), live: blankLive() }, event);
    expect(facts).toEqual([{ kind: 'acceptance', record: event.record }]);
  });

  test('the longest record fits a row', () => {
    const long = acceptanceLines.map((line) => ({ line, result: 'pass', reason: 'ẩ'.repeat(120), value: 'ẩ'.repeat(40) }));
    const said = { ...answers, by: 'ẩ'.repeat(64), note: 'ẩ'.repeat(300), photo: 'a'.repeat(64) };
    const signed = must(signAcceptance(long, said, { dev, centre: 'xa-02536', signer, wallMs: startMs }));
    expect(JSON.stringify({ boot: 'b1', fact: signed }).length).toBeLessThan(16_384);
  });

  test('what is not a record is one problem with its path', () => {
    const refused = signAcceptance(checks, { by: 'ky-thuat' }, { dev, centre: 'xa-02536', signer, wallMs: startMs });
    expect(refused).toMatchObject({ ok: false, problem: { code: 'bad-input', path: '/answers/toneHeard' } });
  });
});

describe('at the centre', () => {
  const stored = () => built.centre.store.log.acceptances(dev);

  test('it is kept as it was signed, once however often it comes', async () => {
    const { record } = made();
    await tell({ kind: 'acceptance', record }, { kind: 'acceptance', record });
    expect(await stored()).toMatchObject([{ dev, atMs: startMs, envelope: record }]);
  });

  test('whoever sees the box reads it as data and as a page to print', async () => {
    await tell({ kind: 'acceptance', record: made().record });
    const ask = await built.as('duyet');
    const { status, body } = await ask('GET', `/boxes/${dev}/acceptances`);
    expect(status).toBe(200);
    const [answer] = body as AcceptanceAnswer[];
    expect(answer).toMatchObject({ atMs: startMs, accepted: false, signedBy: signer.keyid, record: { answers: { toneHeard: true } } });
    expect(answer?.record.checks.map(({ line }) => line)).toEqual(acceptanceLines);
    const page = await ask('GET', `/boxes/${dev}/acceptances?format=html`);
    expect(String(page.headers['content-type'])).toContain('text/html');
    for (const words of ['Biên bản nghiệm thu', 'Cụm loa nhà văn hóa', 'Chưa đạt', '5,02 V', 'sóng yếu', '21.700000, 105.400000'])
      expect(String(page.body)).toContain(words);
    expect((await ask('GET', `/boxes/${dev}/acceptances?format=html&record=nt-none`)).status).toBe(404);
    expect((await ask('GET', '/boxes/hop-9/acceptances')).status).toBe(404);
  });

  test.each([
    ['of another key', () => made(signerFrom(generateSigningKey().privateKeyPem))],
    ['of another box', () => made(signer, 'hop-2')],
    ['with other words', () => ({ ...made(), record: { ...made().record, payload: toBase64(Buffer.from('{}')) } })],
  ])('one %s is no record, and is kept as a contradiction', async (_, forged) => {
    await tell({ kind: 'acceptance', record: forged().record });
    expect(await stored()).toEqual([]);
    expect((await built.centre.store.log.conflicts(10)).map(({ detail }) => detail)).toEqual([expect.stringMatching(/^acceptance: /)]);
  });
});
