// The outbox sends in a small window, again until signed receipts come, and trusts no other word for it.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { waitMs } from '../../broker/link/back-off.ts';
import { OutboxSender } from '../../broker/link/outbox.ts';
import { cryptography } from '../../hardware/host/crypto.ts';
import { open, type Statement } from '../../schemas/envelope.ts';
import { LogBatch, logBatchBytesMax, logBatchRowsMax } from '../../schemas/outbox.ts';
import { ok, type Problem } from '../../schemas/problems.ts';
import { ackOpener, MemoryCentre, MemoryOutbox, makeKey } from './outbox-ledger.ts';

const boxKey = makeKey();
const centreKey = makeKey();

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function makeBox(store = new MemoryOutbox()) {
  const sent: Uint8Array[] = [];
  const conflicts: Problem[] = [];
  const problems: Problem[] = [];
  const sender = new OutboxSender({
    store,
    sign: boxKey.signer,
    dev: 'b1',
    centre: 'xa-1',
    publish: async (_topic, payload) => {
      sent.push(payload);
      return ok(undefined);
    },
    openAck: ackOpener(centreKey.known),
    nowMs: () => 5000,
    onConflict: (problem) => conflicts.push(problem),
    onProblem: (problem) => problems.push(problem),
  });
  const centre = new MemoryCentre(boxKey.known, centreKey);
  const read = (payload: Uint8Array): Statement<LogBatch> => {
    const opened = open(JSON.parse(Buffer.from(payload).toString()), 'log', LogBatch, () => boxKey.known, cryptography);
    if (!opened.ok) throw new Error(opened.problem.detail);
    return opened.value.statement;
  };
  const spans = () => sent.map((payload) => read(payload).body.rows).map((rows) => `${rows[0]?.seq}-${rows.at(-1)?.seq}`);
  return { store, sender, centre, sent, conflicts, problems, read, spans };
}

const settle = () => vi.advanceTimersByTimeAsync(0);

function fill(store: MemoryOutbox, count: number): void {
  for (let i = 0; i < count; i++) store.add(`{"n":${i}}`);
}

describe('sending', () => {
  it('sends nothing before the link is up, then at most four batches of at most 100 rows', async () => {
    const { store, sender, sent, spans } = makeBox();
    fill(store, 1000);
    sender.rowsAdded();
    await settle();
    expect(sent).toEqual([]);
    sender.connected(true);
    await settle();
    expect(spans()).toEqual(['1-100', '101-200', '201-300', '301-400']);
  });

  it('lets rows that others will follow wait for them, and no longer than told', async () => {
    const { store, sender, spans } = makeBox();
    sender.connected(true);
    await settle();
    fill(store, 1);
    sender.rowsAdded(1_000);
    await vi.advanceTimersByTimeAsync(700);
    expect(spans()).toEqual([]);
    fill(store, 1);
    sender.rowsAdded();
    await settle();
    expect(spans()).toEqual(['1-2']);
    fill(store, 1);
    sender.rowsAdded(1_000);
    await vi.advanceTimersByTimeAsync(999);
    sender.rowsAdded(1_000);
    expect(spans()).toEqual(['1-2']);
    await vi.advanceTimersByTimeAsync(1);
    expect(spans()).toEqual(['1-2', '3-3']);
  });

  it('signs a batch once, for its centre, under the epoch of the outbox', async () => {
    const { store, sender, sent, read } = makeBox();
    fill(store, 3);
    sender.connected(true);
    await settle();
    expect(read(sent[0] as Uint8Array)).toMatchObject({ typ: 'log', id: 'b1:e1:1-3', iss: 'b1', epoch: 'e1', aud: 'c/xa-1', ctr: 5000 });
    sender.connected(false);
    sender.connected(true);
    await settle();
    expect(sent[1]).toBe(sent[0]);
  });

  it('keeps a batch within its bytes, however the rows are written', async () => {
    const { store, sender, sent, read } = makeBox();
    for (let i = 0; i < 60; i++) store.add(JSON.stringify({ quotes: '"'.repeat(i % 2 ? 900 : 10), words: 'ằ'.repeat(300) }));
    sender.connected(true);
    await settle();
    for (const payload of sent) {
      const { rows } = read(payload).body;
      expect(rows.length).toBeLessThanOrEqual(logBatchRowsMax);
      expect(Buffer.byteLength(JSON.stringify(rows))).toBeLessThanOrEqual(logBatchBytesMax);
      expect(payload.length).toBeLessThan(63 * 1024);
    }
    expect(sent.length).toBeGreaterThan(2);
  });

  it('goes on as acknowledgements come, and stops when all is acknowledged', async () => {
    const { store, sender, sent, centre } = makeBox();
    fill(store, 730);
    sender.connected(true);
    for (let taken = 0; taken < 20; taken++) {
      await settle();
      const payload = sent[taken];
      if (payload === undefined) break;
      const ack = centre.take(payload);
      expect(ack.ok && (await sender.absorbAck(ack.value)).ok).toBe(true);
    }
    expect({ stored: centre.effects.length, upto: store.upto, sent: sent.length, waiting: sender.waiting }).toEqual({
      stored: 730,
      upto: 730,
      sent: 8,
      waiting: 0,
    });
    await vi.advanceTimersByTimeAsync(3_600_000);
    expect(sent.length).toBe(8);
    store.add('{}');
    sender.rowsAdded();
    await settle();
    expect(sent.length).toBe(9);
  });

  it('sends again after 20 s without progress, each time later', async () => {
    const { store, sender, spans } = makeBox();
    fill(store, 2);
    sender.connected(true);
    await vi.advanceTimersByTimeAsync(19_900);
    expect(spans()).toEqual(['1-2']);
    await vi.advanceTimersByTimeAsync(200);
    expect(spans()).toEqual(['1-2', '1-2']);
    await vi.advanceTimersByTimeAsync(39_000);
    expect(spans().length).toBe(2);
    await vi.advanceTimersByTimeAsync(2000);
    expect(spans().length).toBe(3);
  });
});

describe('acknowledgements', () => {
  async function sentBox() {
    const box = makeBox();
    fill(box.store, 10);
    box.sender.connected(true);
    await settle();
    const head = (seq: number) => box.store.rows[seq - 1]?.hash ?? '';
    return { ...box, head };
  }

  it('accepts one for a part of a batch and sends only the rest later', async () => {
    const { store, sender, centre, head } = await sentBox();
    expect(await sender.absorbAck(centre.ack('b1', 'e1', 4, head(4)))).toEqual({ ok: true, value: undefined });
    expect({ upto: store.upto, waiting: sender.waiting }).toEqual({ upto: 4, waiting: 6 });
  });

  it('refuses one that is unsigned, altered, for another box, or not JSON', async () => {
    const { store, sender, centre, head, problems } = await sentBox();
    const good = JSON.parse(Buffer.from(centre.ack('b1', 'e1', 10, head(10))).toString());
    const stranger = new MemoryCentre(boxKey.known, makeKey());
    const forged = [
      Buffer.from('nonsense'),
      Buffer.from(JSON.stringify({ dev: 'b1', epoch: 'e1', upto: 10, head: head(10) })),
      Buffer.from(JSON.stringify({ ...good, payload: Buffer.from('{"typ":"ack"}').toString('base64') })),
      stranger.ack('b1', 'e1', 10, head(10)),
      centre.ack('b2', 'e1', 10, head(10)),
    ];
    for (const payload of forged) expect((await sender.absorbAck(payload)).ok).toBe(false);
    expect(problems.map((problem) => problem.code)).toEqual(['not-json', 'bad-input', 'signature-wrong', 'key-unknown', 'wrong-audience']);
    expect(store.upto).toBe(0);
  });

  it('ignores one of an epoch it has left, and refuses an old counter', async () => {
    const { store, sender, centre, head, problems } = await sentBox();
    expect(await sender.absorbAck(centre.ack('b1', 'e0', 10, head(10)))).toEqual({ ok: true, value: undefined });
    await sender.absorbAck(centre.ack('b1', 'e1', 6, head(6), 50));
    expect((await sender.absorbAck(centre.ack('b1', 'e1', 8, head(8), 49))).ok).toBe(false);
    expect({ upto: store.upto, codes: problems.map((problem) => problem.code) }).toEqual({ upto: 6, codes: ['replayed'] });
  });

  it('reports a conflict when the centre knows another row, and is silent until restarted', async () => {
    const { store, sender, centre, conflicts, sent } = await sentBox();
    await sender.absorbAck(centre.ack('b1', 'e1', 10, 'f'.repeat(64)));
    expect(conflicts.map((problem) => problem.code)).toEqual(['conflict']);
    await vi.advanceTimersByTimeAsync(3_600_000);
    expect({ upto: store.upto, sent: sent.length }).toEqual({ upto: 0, sent: 1 });
    store.name = 'e2';
    store.rows = [];
    fill(store, 2);
    sender.restart();
    await settle();
    expect(sent.length).toBe(2);
  });

  it('reports a conflict when the centre has rows that the box lost', async () => {
    const { sender, centre, conflicts } = await sentBox();
    await sender.absorbAck(centre.ack('b1', 'e1', 11, 'f'.repeat(64)));
    expect(conflicts.length).toBe(1);
  });

  it('catches up when the centre had stored more than was sent since the start', async () => {
    const { store, sender, centre, conflicts, spans } = makeBox();
    fill(store, 600);
    sender.connected(true);
    await settle();
    await sender.absorbAck(centre.ack('b1', 'e1', 550, store.rows[549]?.hash ?? ''));
    await settle();
    expect({ upto: store.upto, conflicts, last: spans().at(-1) }).toEqual({ upto: 550, conflicts: [], last: '551-600' });
  });

  it('sends kept rows again to a centre restored from a backup', async () => {
    const { sender, centre, head, conflicts, spans, store } = await sentBox();
    await sender.absorbAck(centre.ack('b1', 'e1', 10, head(10)));
    await sender.absorbAck(centre.ack('b1', 'e1', 3, head(3)));
    await settle();
    expect({ last: spans().at(-1), conflicts, upto: store.upto }).toEqual({ last: '4-10', conflicts: [], upto: 10 });
  });

  it('asks for a new epoch when the rows a restored centre lacks are forgotten', async () => {
    const { sender, centre, head, conflicts, store } = await sentBox();
    await sender.absorbAck(centre.ack('b1', 'e1', 10, head(10)));
    const hash = head(3);
    store.rows = store.rows.slice(6);
    await sender.absorbAck(centre.ack('b1', 'e1', 3, hash));
    expect(conflicts.length).toBe(1);
  });
});

describe('back-off', () => {
  it('is fully jittered and bounded', () => {
    const limits = { baseMs: 2000, maxMs: 300_000 };
    expect([0, 1, 2, 7, 8, 50].map((attempt) => waitMs(attempt, 0.999_999, limits))).toEqual([1999, 3999, 7999, 255_999, 299_999, 299_999]);
    expect(waitMs(5, 0, limits)).toBe(0);
  });
});
