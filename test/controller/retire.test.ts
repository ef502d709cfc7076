// The end of a box's service as the centre sees it: asked, answered, denied; and two machines that speak as one.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { initialise } from '../../controller/init.ts';
import { generateSigningKey, sha256, signerFrom } from '../../hardware/host/crypto.ts';
import { type Signer, seal, toBase64 } from '../../schemas/envelope.ts';
import { chainText, type Entry } from '../../schemas/outbox.ts';
import { defaultBoxSettings } from '../../schemas/settings.ts';
import { type Asker, type BuiltCentre, makeCentre, must, seedOf, startMs, statementIn } from './built-centre.ts';

let built: BuiltCentre;
let technician: Asker;
let signer: Signer;

beforeEach(async () => {
  built = await makeCentre();
  technician = await built.as('ky-thuat');
  await enrolBox();
});
afterEach(() => built.stop());

async function enrolBox(): Promise<void> {
  const { publicKey, privateKeyPem } = generateSigningKey();
  signer = signerFrom(privateKeyPem);
  const { nowMs } = built.clock;
  const box = {
    ...{ id: 'hop-1', name: 'Hộp', area: '08/02536/thon-1', groups: ['thon-1'], settings: defaultBoxSettings, createdMs: nowMs },
    ...{ enrolledMs: nowMs, signingKey: toBase64(publicKey), certificate: 'c'.repeat(64), hardware: 'a'.repeat(64) },
  };
  const act = { atMs: nowMs, actor: 'x', act: 'box.register', subject: 'hop-1', sha256: '' };
  await built.centre.store.estate.addBox({ ...box, enrolledMs: null, signingKey: null, certificate: null }, act);
  await built.centre.store.estate.addClaim({ tokenHash: 't', dev: 'hop-1', expMs: nowMs + 1e6 }, act);
  const brought = { signingKey: box.signingKey, certificate: box.certificate, hardware: box.hardware };
  const enrolled = await built.centre.store.estate.enrol('t', brought, act);
  if (enrolled.ok) built.centre.registry.put(enrolled.value);
}

async function says(fact: Entry['fact']): Promise<void> {
  const { nowMs } = built.clock;
  const entry = JSON.stringify({ boot: 'b1', atMs: nowMs, monoMs: 1, clock: 'signed', fact } satisfies Entry);
  const rows = [{ seq: 1, hash: sha256(Buffer.from(chainText('e-1', entry))), entry }];
  const head = { typ: 'log' as const, id: 'log-1', iss: 'hop-1', epoch: 'e-1', aud: 'c/xa-02536' };
  await built.fromBox('hop-1', 'log', seal({ ...head, ctr: nowMs, iat: nowMs, nbf: 0, exp: nowMs + 1e9, body: { rows } }, [signer]));
}

const presence = (boot: string, machine?: string) => ({
  ...{ on: true, boot, conn: 1, version: '0.1.0', wantRev: 0, orders: {}, clock: 'signed' },
  ...(machine && { machine }),
});

describe('taking a box out of service', () => {
  test('a box that is there is asked by a signed command; its own word puts its certificate on the deny list', async () => {
    built.connect('hop-1', true);
    expect((await technician('POST', '/boxes/hop-1/decommission', {})).body).toEqual({ state: 'told' });
    const sent = built.published.find(({ topic }) => topic === 'loa/1/d/hop-1/dn/cmd');
    const statement = statementIn(JSON.parse(String(sent?.payload)));
    expect([statement.typ, statement.body]).toEqual(['command', { do: 'decommission' }]);
    expect(built.centre.enrolment.admits('hop-1', 'c'.repeat(64))).toBe(true);
    await says({ kind: 'command', command: statement.id, state: 'done', detail: '' });
    // Its receipt went out before its key was forgotten.
    expect(built.published.some(({ topic }) => topic === 'loa/1/d/hop-1/dn/ack')).toBe(true);
    expect(built.centre.enrolment.admits('hop-1', 'c'.repeat(64))).toBe(false);
    expect(await built.centre.store.enrolment.denied('c'.repeat(64))).toMatchObject({ dev: 'hop-1', reason: 'decommissioned' });
    expect((await technician('GET', '/boxes/hop-1')).body).toMatchObject({ enrolled: false });
    expect((await technician('POST', '/boxes/hop-1/decommission', { now: true })).status).toBe(409);
  });

  test('a box that is away is taken out only when its word is not waited for', async () => {
    const waits = await technician('POST', '/boxes/hop-1/decommission', {});
    expect([waits.status, waits.body.code]).toEqual([503, 'offline']);
    expect(built.centre.enrolment.admits('hop-1', 'c'.repeat(64))).toBe(true);
    expect((await technician('POST', '/boxes/hop-1/decommission', { now: true })).body).toEqual({ state: 'out' });
    expect(built.centre.enrolment.admits('hop-1', 'c'.repeat(64))).toBe(false);
  });

  test('what was asked is known to the centre that comes after this one: its word counts there, or when it lay in the tables already', async () => {
    for (const before of [false, true]) {
      const dir = await mkdtemp(join(tmpdir(), 'loa-retire-'));
      must(await initialise(dir, seedOf(), startMs));
      await built.stop();
      built = await makeCentre(seedOf(), dir);
      technician = await built.as('ky-thuat');
      await enrolBox();
      built.connect('hop-1', true);
      expect((await technician('POST', '/boxes/hop-1/decommission', {})).body).toEqual({ state: 'told' });
      const sent = built.published.find(({ topic }) => topic === 'loa/1/d/hop-1/dn/cmd');
      const done = { kind: 'command', command: statementIn(JSON.parse(String(sent?.payload))).id, state: 'done', detail: '' } as const;
      // As far as the tables know the process ended between the row and the deed.
      if (before) {
        const { retirement } = built.centre;
        Object.assign(retirement, { rowsCame: async () => undefined });
        await says(done);
        expect(built.centre.registry.enrolled('hop-1')).toBe(true);
      }
      await built.stop();
      built = await makeCentre(seedOf(), dir);
      technician = await built.as('ky-thuat');
      expect(built.centre.enrolment.admits('hop-1', 'c'.repeat(64))).toBe(!before);
      if (!before) await says(done);
      expect(built.centre.enrolment.admits('hop-1', 'c'.repeat(64))).toBe(false);
      expect(await built.centre.store.enrolment.denied('c'.repeat(64))).toMatchObject({ dev: 'hop-1', reason: 'decommissioned' });
      expect(await built.centre.store.enrolment.leaving()).toEqual([]);
      expect((await technician('GET', '/boxes/hop-1')).body).toMatchObject({ enrolled: false });
      await rm(dir, { recursive: true, force: true });
    }
  });

  test('another box’s word, or a refusal, takes nobody out', async () => {
    built.connect('hop-1', true);
    await technician('POST', '/boxes/hop-1/decommission', {});
    await says({ kind: 'command', command: 'another', state: 'done', detail: '' });
    expect(built.centre.registry.enrolled('hop-1')).toBe(true);
  });
});

describe('two machines with one identity', () => {
  test('make one fault that names both, after a minute of it', async () => {
    built.connect('hop-1', true);
    for (const [boot, machine] of [
      ['b-1', 'a'.repeat(12)],
      ['b-2', 'f'.repeat(12)],
      ['b-1', 'a'.repeat(12)],
    ] as const) {
      await built.fromBox('hop-1', 'on', presence(boot, machine));
      built.clock.nowMs += 1_000;
    }
    await built.centre.faults.look();
    built.clock.nowMs += 61_000;
    await built.centre.faults.look();
    // Whoever spoke from the other machine was shown out at once.
    expect(built.cuts).toEqual(['hop-1']);
    const faults = (await technician('GET', '/faults')).body as { reason: string; note: string }[];
    const twins = faults.filter(({ reason }) => reason === 'twins');
    expect(twins).toHaveLength(1);
    expect(twins[0]?.note).toContain('máy ffffffffffff, lần khởi động b-2');
    expect(twins[0]?.note).toContain('máy aaaaaaaaaaaa, lần khởi động b-1');
  });
});
