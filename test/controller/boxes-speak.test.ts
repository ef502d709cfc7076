// What the centre does with what boxes say: rows stored once, contradictions kept apart, forgeries dropped, questions answered.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { cryptography, generateSigningKey, sha256, signerFrom } from '../../hardware/host/crypto.ts';
import { open, type Signer, seal, toBase64 } from '../../schemas/envelope.ts';
import { keyRing } from '../../schemas/keys.ts';
import { Ack, chainText, type Entry, type Row } from '../../schemas/outbox.ts';
import type { Receipt } from '../../schemas/receipt.ts';
import { Answer } from '../../schemas/report.ts';
import { reportWith } from './box-report.ts';
import { type BuiltCentre, makeCentre, must, seedOf, startMs, statementIn } from './built-centre.ts';

const dev = 'hop-1';

let built: BuiltCentre;
let boxSigner: Signer;

beforeEach(async () => {
  built = await makeCentre(seedOf({ accounts: [] }));
  boxSigner = await addBox(built, dev);
});
afterEach(() => built.stop());

/** A box with a signing key, as enrolment would have left it. */
async function addBox({ centre }: BuiltCentre, id: string): Promise<Signer> {
  const key = generateSigningKey();
  const box = {
    id,
    name: id,
    area: '08/02536',
    groups: ['thon-1'],
    settings: (await import('../../schemas/settings.ts')).defaultBoxSettings,
    createdMs: startMs,
    enrolledMs: startMs,
    signingKey: toBase64(key.publicKey),
    certificate: null,
  };
  must(await centre.store.estate.addBox(box, { atMs: startMs, actor: 'x', act: 'box.register', subject: id, sha256: '' }));
  centre.registry.put(box);
  await centre.dispatch.changed();
  return signerFrom(key.privateKeyPem);
}

function receipt(occurrence: string, audibleMs = 1000): Receipt {
  return {
    occurrence,
    what: 'occurrence',
    output: 'main',
    class: 'normal',
    outcome: 'played',
    plannedStartMs: startMs,
    plannedEndMs: startMs + 1000,
    audibleMs,
    items: [],
    gainDb: 0,
    proof: 'simulated',
    clock: 'signed',
  };
}

function rowsOf(epoch: string, facts: readonly Entry['fact'][], after?: Row): Row[] {
  let previous = after?.hash ?? epoch;
  return facts.map((fact, i) => {
    const entry = JSON.stringify({ boot: 'b1', atMs: startMs + i, monoMs: i, clock: 'signed', fact } satisfies Entry);
    previous = sha256(Buffer.from(chainText(previous, entry)));
    return { seq: (after?.seq ?? 0) + i + 1, hash: previous, entry };
  });
}

function batch(rows: readonly Row[], signer = boxSigner, changes: object = {}): object {
  const statement = {
    typ: 'log' as const,
    id: 'log-1',
    iss: dev,
    epoch: 'e-1',
    aud: 'c/xa-02536',
    ctr: startMs,
    iat: startMs,
    nbf: 0,
    exp: startMs + 1e9,
    body: { rows: [...rows] },
    ...changes,
  };
  return seal(statement, [signer]);
}

function acks(): Ack[] {
  return built.published
    .filter((one) => one.topic === `loa/1/d/${dev}/dn/ack`)
    .map((one) => statementIn(JSON.parse(String(one.payload))).body);
}

const played = (occurrence: string, audibleMs?: number): Entry['fact'] => ({ kind: 'receipt', receipt: receipt(occurrence, audibleMs) });

describe('rows of the box', () => {
  test('are stored once however often they come, and acknowledged with the head each time', async () => {
    const rows = rowsOf('e-1', [played('a@1@main'), played('b@1@main')]);
    for (let i = 0; i < 3; i++) await built.fromBox(dev, 'log', batch(rows));
    expect(acks()).toEqual(Array(3).fill({ dev, epoch: 'e-1', upto: 2, head: rows[1]?.hash }));
    expect(await built.centre.store.log.rows({ limit: 10 })).toHaveLength(2);
    expect(await built.centre.store.log.receipts({ limit: 10 })).toHaveLength(2);
  });

  test('words about an order wait a moment for their receipt, and whatever comes next acknowledges them all', async () => {
    const words = (['accepted', 'sounding'] as const).map((state) => ({ kind: 'order' as const, order: 'order-1', state }));
    const rows = rowsOf('e-1', [...words, { kind: 'receipt', receipt: receipt('p@1@main') }]);
    for (const row of rows.slice(0, 2)) await built.fromBox(dev, 'log', batch([row]));
    expect(acks()).toEqual([]);
    const told = await built.centre.store.orders.progress(['order-1']);
    expect(told.map(({ state }) => state).sort()).toEqual(['accepted', 'sounding']);
    await built.fromBox(dev, 'log', batch(rows.slice(2)));
    expect(acks()).toMatchObject([{ upto: 3, head: rows[2]?.hash }]);
  });

  test('the acknowledgement verifies under the trust root that boxes pin', async () => {
    await built.fromBox(dev, 'log', batch(rowsOf('e-1', [played('a@1@main')])));
    const keys = JSON.parse(String(built.lastRetained(`loa/1/d/${dev}/dn/keys`)?.payload));
    const ring = must(keyRing(built.centre.trust.root, keys, dev, cryptography));
    const sent = built.published.filter((one) => one.topic.endsWith('/dn/ack')).at(-1);
    const opened = open(JSON.parse(String(sent?.payload)), 'ack', Ack, (id) => ring.keys.get(id), cryptography);
    expect(opened.ok).toBe(true);
    expect(ring.place).toEqual({ dev, centre: 'xa-02536', area: '08/02536', groups: ['thon-1'] });
  });

  test('that follow on what only the tables of before knew: the box hears how far these are, and sends what it still keeps', async () => {
    const rows = rowsOf('e-1', [played('a@1@main'), played('b@1@main'), played('c@1@main')]);
    const asked = () =>
      built.published
        .filter((one) => one.topic === `loa/1/d/${dev}/dn/cmd`)
        .map((one) => statementIn(JSON.parse(String(one.payload))).body);
    const report = reportWith({ epoch: 'e-1', low: 3, high: 3 });
    await built.fromBox(dev, 'report', report);
    await built.fromBox(dev, 'log', batch(rows.slice(2)));
    expect(acks().at(-1)).toMatchObject({ epoch: 'e-1', upto: 0 });
    await built.fromBox(dev, 'log', batch(rows));
    expect(acks().at(-1)).toMatchObject({ epoch: 'e-1', upto: 3 });
    expect(asked(), 'what it keeps was not thrown away').toEqual([]);
  });

  test('that leave a gap are not taken: the box hears how far the centre is', async () => {
    const rows = rowsOf('e-1', [played('a@1@main'), played('b@1@main'), played('c@1@main')]);
    await built.fromBox(dev, 'log', batch(rows.slice(0, 1)));
    await built.fromBox(dev, 'log', batch(rows.slice(2)));
    expect(acks().map(({ upto }) => upto)).toEqual([1, 1]);
    await built.fromBox(dev, 'log', batch(rows.slice(1)));
    expect(acks().at(-1)?.upto).toBe(3);
  });

  test('the same number with another hash is kept apart and a new epoch is ordered', async () => {
    const rows = rowsOf('e-1', [played('a@1@main'), played('b@1@main')]);
    await built.fromBox(dev, 'log', batch(rows));
    const restored = rowsOf('e-1', [played('a@1@main', 5)]);
    await built.fromBox(dev, 'log', batch(restored));
    expect(await built.centre.store.log.conflicts(10)).toMatchObject([{ dev, epoch: 'e-1', seq: 1, kind: 'row' }]);
    expect((await built.centre.store.log.receipt(dev, 'a@1@main'))?.audibleMs).toBe(1000);
    const command = built.published.find((one) => one.topic === `loa/1/d/${dev}/dn/cmd`);
    expect(statementIn(JSON.parse(String(command?.payload))).body).toEqual({ do: 'new-epoch' });
    expect(acks().at(-1)).toMatchObject({ upto: 2, head: rows[1]?.hash });
  });

  test('a history that leaves ours at the head is a contradiction too', async () => {
    const rows = rowsOf('e-1', [played('a@1@main')]);
    await built.fromBox(dev, 'log', batch(rows));
    const other = rowsOf('e-1', [played('x@1@main'), played('y@1@main')]);
    await built.fromBox(dev, 'log', batch(other.slice(1)));
    expect(await built.centre.store.log.conflicts(10)).toMatchObject([{ seq: 2, kind: 'row' }]);
    expect(await built.centre.store.log.receipts({ limit: 10 })).toHaveLength(1);
  });

  test('a second receipt of one occurrence, in a new epoch, never replaces the first', async () => {
    await built.fromBox(dev, 'log', batch(rowsOf('e-1', [played('a@1@main')])));
    await built.fromBox(dev, 'log', batch(rowsOf('e-2', [played('a@1@main', 7), played('b@1@main')]), boxSigner, { epoch: 'e-2' }));
    expect(acks().at(-1)).toMatchObject({ epoch: 'e-2', upto: 2 });
    expect(await built.centre.store.log.receipts({ limit: 10 })).toHaveLength(2);
    expect((await built.centre.store.log.receipt(dev, 'a@1@main'))?.audibleMs).toBe(1000);
    expect(await built.centre.store.log.conflicts(10)).toMatchObject([{ kind: 'receipt', detail: 'a@1@main' }]);
  });

  test('many batches at once share transactions and lose nothing', async () => {
    const rows = rowsOf(
      'e-1',
      Array.from({ length: 60 }, (_, i) => played(`p${i}@1@main`)),
    );
    await Promise.all(Array.from({ length: 20 }, (_, i) => built.fromBox(dev, 'log', batch(rows.slice(i * 3, i * 3 + 3)))));
    expect(acks().map(({ upto }) => upto)).toEqual(Array.from({ length: 20 }, (_, i) => (i + 1) * 3));
    expect(await built.centre.store.log.receipts({ limit: 100 })).toHaveLength(60);
  });

  test('a fact this centre does not know is kept and acknowledged all the same', async () => {
    const entry = JSON.stringify({ boot: 'b1', atMs: startMs, monoMs: 0, clock: 'signed', fact: { kind: 'tomorrow', x: 1 } });
    const row = { seq: 1, hash: sha256(Buffer.from(chainText('e-1', entry))), entry };
    await built.fromBox(dev, 'log', batch([row]));
    expect(acks()).toMatchObject([{ upto: 1 }]);
    expect(await built.centre.store.log.rows({ limit: 10 })).toMatchObject([{ kind: 'unreadable', entry }]);
  });

  test('forged, foreign and damaged batches leave no row and get no acknowledgement', async () => {
    const rows = rowsOf('e-1', [played('a@1@main')]);
    const stranger = signerFrom(generateSigningKey().privateKeyPem);
    const good = batch(rows) as { payload: string };
    const other = await addBox(built, 'hop-2');
    const attempts: unknown[] = [
      batch(rows, stranger),
      batch(rows, other),
      { ...good, payload: Buffer.from(Buffer.from(good.payload, 'base64').toString().replace('1000', '9000')).toString('base64') },
      batch(rows, boxSigner, { iss: 'hop-2' }),
      batch(rows, boxSigner, { aud: 'c/xa-99999' }),
      batch(rows, boxSigner, { typ: 'order' }),
      batch([{ ...(rows[0] as Row), hash: '0'.repeat(64) }]),
      'not json',
      {},
    ];
    for (const attempt of attempts) await built.fromBox(dev, 'log', attempt);
    expect(await built.centre.store.log.rows({ limit: 10 })).toEqual([]);
    expect(acks()).toEqual([]);
    expect(built.warnings).toHaveLength(attempts.length);
  });

  test('survive a restart of the centre with their head', async () => {
    const rows = rowsOf('e-1', [played('a@1@main'), played('b@1@main')]);
    await built.fromBox(dev, 'log', batch(rows.slice(0, 1)));
    const second = await makeCentre({}, built.dir);
    try {
      await second.fromBox(dev, 'log', batch(rows.slice(1)));
      const ack = second.published.filter((one) => one.topic.endsWith('/dn/ack')).at(-1);
      expect(statementIn(JSON.parse(String(ack?.payload))).body).toMatchObject({ upto: 2, head: rows[1]?.hash });
    } finally {
      await second.stop();
    }
  });
});

describe('questions and presence', () => {
  const ask = { id: 'ask-1', nonce: 'ab'.repeat(16), kind: 'time' };

  test('time is answered under signature, bound to the nonce', async () => {
    await built.fromBox(dev, 'ask', ask);
    const sent = built.published.find((one) => one.topic === `loa/1/d/${dev}/dn/answer`);
    const keys = JSON.parse(String(built.lastRetained(`loa/1/d/${dev}/dn/keys`)?.payload));
    const ring = must(keyRing(built.centre.trust.root, keys, dev, cryptography));
    const opened = must(open(JSON.parse(String(sent?.payload)), 'answer', Answer, (id) => ring.keys.get(id), cryptography));
    expect(opened.statement.body).toEqual({ id: 'ask-1', nonce: ask.nonce, timeMs: built.clock.nowMs });
    expect(sent?.retain).toBe(false);
  });

  test('a centre whose clock stands behind its own database signs no time', async () => {
    built.clock.nowMs -= 3600_000;
    await built.fromBox(dev, 'ask', ask);
    expect(built.published.some((one) => one.topic.endsWith('/dn/answer'))).toBe(false);
    expect(built.warnings).toMatchObject([{ code: 'no-time' }]);
  });

  test('asking for the want brings keys and want again, unchanged', async () => {
    const before = built.lastRetained(`loa/1/d/${dev}/dn/want`)?.payload;
    await built.fromBox(dev, 'ask', { ...ask, kind: 'want' });
    expect(built.published.filter((one) => one.topic === `loa/1/d/${dev}/dn/want`)).toHaveLength(2);
    expect(built.lastRetained(`loa/1/d/${dev}/dn/want`)?.payload.equals(before as Buffer)).toBe(true);
  });

  test('the heartbeat is retained, signed, and has a new epoch at each start', async () => {
    const beat = statementIn(JSON.parse(String(built.lastRetained('loa/1/c/xa-02536/on')?.payload)));
    const second = await makeCentre({}, built.dir);
    const again = statementIn(JSON.parse(String(second.lastRetained('loa/1/c/xa-02536/on')?.payload)));
    await second.stop();
    expect(again.body.epoch).not.toBe(beat.body.epoch);
  });

  test('a late will of an older connection changes nothing', async () => {
    const presence = { boot: 'b1', version: '1', wantRev: 1, orders: {}, clock: 'signed' };
    await built.fromBox(dev, 'on', { ...presence, on: true, conn: 5 });
    await built.fromBox(dev, 'on', { ...presence, on: false, conn: 4 });
    expect(built.centre.registry.seen(dev)?.presence?.on).toBe(true);
    await built.fromBox(dev, 'on', { ...presence, on: false, conn: 5 });
    expect(built.centre.registry.seen(dev)?.presence?.on).toBe(false);
  });

  test('after a restart every retained document is back, byte for byte the same want', async () => {
    const want = built.lastRetained(`loa/1/d/${dev}/dn/want`)?.payload;
    expect(statementIn(JSON.parse(String(want))).body).toMatchObject({
      rev: 1,
      parts: [{ kind: 'settings' }, { kind: 'policy' }, { kind: 'schedules' }],
    });
    const second = await makeCentre({}, built.dir);
    expect(second.lastRetained(`loa/1/d/${dev}/dn/want`)?.payload.equals(want as Buffer)).toBe(true);
    expect(second.lastRetained(`loa/1/d/${dev}/dn/keys`)).toBeDefined();
    await second.stop();
  });
});
