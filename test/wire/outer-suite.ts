// What Loa asks of any broker, asked of a real one: the same suite for each broker we do not run.
import { describe, expect, it, vi } from 'vitest';
import { Link } from '../../broker/link/link.ts';
import { dn, up } from './broker-bed.ts';
import { accessTests } from './outer-access.ts';
import { type OuterKind, type OuterScene, setScene, upAll } from './outer-scene.ts';

export function outerSuite(kind: OuterKind): void {
  const name = kind.missing ? `${kind.name} (left out: ${kind.missing} is not installed)` : kind.name;
  describe.skipIf(kind.missing !== undefined)(name, () => {
    const scene = setScene(kind);
    carryingTests(kind, scene);
    accessTests(kind, scene);
  });
}

function carryingTests(kind: OuterKind, { broker, tlsOf, ready, heard, hears, settle, keep }: OuterScene): void {
  it('greets who shows a certificate of ours, by its name and no other', async () => {
    for (const common of ['centre:xa-1', 'centre:thon-9', 'box:b1', 'box:b2'])
      expect((await ready(common)).got('connack')[0]).toMatchObject({ returnCode: 0, sessionPresent: false });
  });

  it('carries what a box says to the owner’s wildcards, and what the owner says to the box', async () => {
    const owner = await ready('centre:xa-1', [upAll, 'loa/1/u/+/up/+']);
    const box = await ready('box:b1', [dn('b1', 'cmd'), dn('b1', 'ack'), 'loa/1/g/g1/cmd']);
    const below = await ready('centre:thon-9', ['loa/1/u/thon-9/dn/cmd', 'loa/1/g/g1/cmd']);
    for (const word of ['on', 'report', 'log', 'ask']) box.publish(up('b1', word), word, { messageId: 10 });
    box.publish(up('b1', 'tm'), 'tm', { qos: 0 });
    below.publish('loa/1/u/thon-9/up/report', 'r');
    for (const word of ['on', 'report', 'log', 'ask', 'tm']) await hears(owner, `${up('b1', word)} ${word}`);
    await hears(owner, 'loa/1/u/thon-9/up/report r');
    await box.until(() => box.got('puback').length === 4);
    owner.publish(dn('b1', 'cmd'), 'c', { messageId: 2 });
    owner.publish(dn('b1', 'ack'), 'a', { messageId: 3 });
    owner.publish('loa/1/g/g1/cmd', 'all', { messageId: 4 });
    owner.publish('loa/1/u/thon-9/dn/cmd', 'u', { messageId: 5 });
    for (const line of [`${dn('b1', 'cmd')} c`, `${dn('b1', 'ack')} a`, 'loa/1/g/g1/cmd all']) await hears(box, line);
    for (const line of ['loa/1/u/thon-9/dn/cmd u', 'loa/1/g/g1/cmd all']) await hears(below, line);
  });

  it('gives a late subscriber what is retained: heartbeat, want, keys and order', async () => {
    const owner = await ready('centre:xa-1', [upAll]);
    const kept = ['loa/1/c/xa-1/on', dn('b1', 'want'), dn('b1', 'keys'), 'loa/1/g/g1/order'];
    for (const [i, topic] of kept.entries()) owner.publish(topic, `kept ${i}`, { retain: true, messageId: 40 + i });
    await owner.until(() => owner.got('puback').length === kept.length);
    const late = await ready('box:b1', kept);
    for (const [i, topic] of kept.entries()) await hears(late, `${topic} kept ${i}`);
    expect(late.messages.filter(({ payload }) => `${payload}`.startsWith('kept')).every(({ retain }) => retain)).toBe(true);
  });

  it(`${kind.retainedOnWildcards ? 'gives' : 'does not give'} the owner’s wildcards what boxes retained; a new announcement comes in any case`, async () => {
    const box = await ready('box:b1');
    box.publish(up('b1', 'on'), 'alive', { retain: true });
    await box.until(() => box.got('puback').length === 1);
    const owner = await ready('centre:xa-1', [upAll]);
    box.publish(up('b1', 'on'), 'alive still', { retain: true, messageId: 2 });
    await hears(owner, `${up('b1', 'on')} alive still`);
    expect(heard(owner).includes(`${up('b1', 'on')} alive`)).toBe(kind.retainedOnWildcards);
  });

  it('gives a name to its newest connection', async () => {
    const owner = await ready('centre:xa-1', [upAll]);
    const old = await ready('box:b1', [dn('b1', 'cmd')]);
    const young = await ready('box:b1', [dn('b1', 'cmd')]);
    await old.until(() => old.closed);
    owner.publish(dn('b1', 'cmd'), 'to the young');
    await hears(young, `${dn('b1', 'cmd')} to the young`);
  });

  it('tells the will of a box that is gone, and of no other', async () => {
    const owner = await ready('centre:xa-1', [upAll]);
    const witness = await ready('box:b2', [dn('b2', 'answer')]);
    const will = (topic: string, payload: string) => ({ will: { topic, payload: Buffer.from(payload), qos: 1, retain: true } });
    const liar = await ready('box:b1', [], will(up('b2', 'on'), 'forged will'));
    liar.socket.destroy();
    const leaver = await ready('box:b1', [], will(up('b1', 'on'), 'no will'));
    leaver.send({ cmd: 'disconnect' });
    await leaver.until(() => leaver.closed);
    const gone = await ready('box:b1', [], will(up('b1', 'on'), 'gone'));
    gone.socket.destroy();
    await hears(owner, `${up('b1', 'on')} gone`);
    await settle(owner, witness, 'b2');
    expect(heard(owner).filter((line) => /forged will|no will/.test(line))).toEqual([]);
  });

  it(`carries an order with its sound; a packet larger than any centre may send: ${kind.oversize}`, async () => {
    const owner = await ready('centre:xa-1', [upAll]);
    const box = await ready('box:b1', ['loa/1/g/g1/order', dn('b1', 'answer')]);
    const order = Buffer.alloc(100 * 1024, 'o');
    owner.publish('loa/1/g/g1/order', order, { retain: true });
    await box.until(() => box.messages.some(({ payload }) => payload.equals(order)));
    const other = await ready('box:b2');
    other.publish(up('b2', 'report'), Buffer.alloc(700 * 1024, 'x'));
    other.send({ cmd: 'pingreq' });
    await other.until(() => other.closed || other.got('pingresp').length > 0);
    await settle(owner, box, 'b1');
    expect(other.closed).toBe(kind.oversize === 'cut');
    expect(owner.messages.some(({ topic, payload }) => topic === up('b2', 'report') && payload.length > 512 * 1024)).toBe(
      kind.oversize === 'carried',
    );
  });

  it('keeps no queue for who comes with a clean session', async () => {
    const owner = await ready('centre:xa-1', [upAll]);
    const before = await ready('box:b1', [dn('b1', 'cmd')]);
    before.send({ cmd: 'disconnect' });
    await before.until(() => before.closed);
    owner.publish(dn('b1', 'cmd'), 'missed');
    await owner.until(() => owner.got('puback').length === 1);
    const after = await ready('box:b1', [dn('b1', 'cmd'), dn('b1', 'answer')]);
    expect(after.got('connack')[0]).toMatchObject({ sessionPresent: false });
    await settle(owner, after, 'b1');
    expect(heard(after)).not.toContain(`${dn('b1', 'cmd')} missed`);
  });

  it('may die and forget everything: the link comes back, and what is published again is there', async () => {
    const got: string[] = [];
    const ups: boolean[] = [];
    const link = new Link({
      url: `mqtts://127.0.0.1:${broker().port}`,
      tls: tlsOf('box:b1'),
      clientId: 'box:b1',
      filters: [dn('b1', 'want'), 'loa/1/c/xa-1/on', 'loa/1/g/g1/order'],
      will: { topic: up('b1', 'on'), payload: 'gone' },
      onMessage: async (topic, payload) => void got.push(`${topic} ${Buffer.from(payload).toString().slice(0, 20)}`),
      onChange: (now) => ups.push(now),
      backOff: { baseMs: 50, maxMs: 500 },
    });
    keep(link);
    link.start();
    await vi.waitFor(() => expect(ups).toEqual([true]), 20_000);
    await broker().restartEmpty();
    await vi.waitFor(() => expect(ups.at(-1)).toBe(true), 60_000);
    expect(ups.length).toBeGreaterThan(2);
    const owner = await ready('centre:xa-1', [upAll]);
    // Everything was forgotten: what a new box finds is what is published now.
    owner.publish('loa/1/c/xa-1/on', 'epoch 2', { retain: true, messageId: 1 });
    owner.publish(dn('b1', 'want'), 'want 2', { retain: true, messageId: 2 });
    await vi.waitFor(() => expect(got).toContain(`${dn('b1', 'want')} want 2`), 20_000);
    expect(got).toContain('loa/1/c/xa-1/on epoch 2');
    expect(await link.publish(up('b1', 'on'), 'here again', { qos: 1, retain: true })).toMatchObject({ ok: true });
    await hears(owner, `${up('b1', 'on')} here again`);
    const late = await ready('box:b2', ['loa/1/c/xa-1/on', 'loa/1/g/g1/order', dn('b2', 'answer')]);
    await hears(late, 'loa/1/c/xa-1/on epoch 2');
    await settle(owner, late, 'b2');
    expect(heard(late).filter((line) => line.startsWith('loa/1/g/g1/order'))).toEqual([]);
  });
}
