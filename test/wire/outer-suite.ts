// What Loa asks of any broker, asked of a real one: the same suite for each broker we do not run.
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { Link } from '../../broker/link/link.ts';
import { makeAuthority, type TestAuthority, type TlsFiles } from './certificates.ts';
import { MqttPeer } from './mqtt-peer.ts';

export interface OuterBroker {
  readonly port: number;
  readonly authority: TestAuthority;
  /** Ended at once, and everything it kept thrown away; then started anew on the same port. */
  restartEmpty(): Promise<void>;
  /** Make it know another registry, without cutting anybody. */
  enrol(registry: { boxes: string[]; centres: string[] }): Promise<void>;
  stop(): Promise<void>;
}

export interface OuterKind {
  readonly name: string;
  readonly start: () => Promise<OuterBroker>;
  /** What is missing on this machine, if anything is. */
  readonly missing?: string | undefined;
  /** A subscription with wildcards is given the retained messages that fit. */
  readonly retainedOnWildcards: boolean;
  /** Nobody is put out by another identity that calls itself by the same client id. */
  readonly clientIdsAreOwn: boolean;
  /** A packet larger than any centre may send ends the connection that sends it. */
  readonly cutsOversize: boolean;
}

const first = { boxes: ['b1', 'b2'], centres: ['xa-1', 'thon-9'] };
const upAll = 'loa/1/d/+/up/+';
const up = (id: string, word: string) => `loa/1/d/${id}/up/${word}`;
const dn = (id: string, word: string) => `loa/1/d/${id}/dn/${word}`;

export function outerSuite(kind: OuterKind): void {
  const name = kind.missing ? `${kind.name} (left out: ${kind.missing} is not installed)` : kind.name;
  describe.skipIf(kind.missing !== undefined)(name, () => {
    let broker: OuterBroker;
    const certificates = new Map<string, TlsFiles>();
    const open = new Set<{ stop(): Promise<void> | void }>();
    let turn = 0;

    beforeAll(async () => {
      broker = await kind.start();
      for (const common of ['centre:xa-1', 'centre:thon-9', 'box:b1', 'box:b2', 'box:b3'])
        certificates.set(common, await broker.authority.client(common));
    }, 120_000);
    afterEach(async () => {
      for (const one of open) await one.stop();
      open.clear();
    });
    afterAll(() => broker?.stop());

    const tlsOf = (common: string): TlsFiles => certificates.get(common) as TlsFiles;
    const peer = (common: string, tls: Partial<TlsFiles> = tlsOf(common)): MqttPeer => {
      const made = new MqttPeer(broker.port, tls);
      open.add({ stop: () => void made.socket.destroy() });
      return made;
    };
    const ready = (common: string, filters: string[] = [], extra: object = {}, clientId = common) =>
      peer(common).ready(clientId, filters, extra);
    const heard = (listener: MqttPeer) => listener.messages.map(({ topic, payload }) => `${topic} ${payload}`);
    /** The listener has heard this; whatever was said before it and may be heard was heard before. */
    const hears = (listener: MqttPeer, line: string) => listener.until(() => heard(listener).includes(line));
    const mark = () => `mark ${++turn}`;
    /** From the owner to a box, and back: all that was under way in the broker has arrived. */
    const settle = async (owner: MqttPeer, box: MqttPeer, id: string) => {
      const word = mark();
      owner.publish(dn(id, 'answer'), word, { messageId: 900 });
      await hears(box, `${dn(id, 'answer')} ${word}`);
      box.publish(up(id, 'ask'), word, { messageId: 901 });
      await hears(owner, `${up(id, 'ask')} ${word}`);
    };

    it('greets who shows a certificate of ours, by its name and no other', async () => {
      for (const common of ['centre:xa-1', 'centre:thon-9', 'box:b1', 'box:b2'])
        expect((await ready(common)).got('connack')[0]).toMatchObject({ returnCode: 0, sessionPresent: false });
    });

    it('turns away a stranger: without a certificate, with one of another authority, and by a typed name', async () => {
      const other = await (await makeAuthority('Another CA')).client('box:b1');
      for (const tls of [{ ca: broker.authority.ca }, { ...other, ca: broker.authority.ca }]) {
        const stranger = peer('stranger', tls);
        stranger.connect('box:b1', { username: 'box:b1', password: Buffer.from('x') });
        await stranger.until(() => stranger.closed || stranger.got('connack').length > 0);
        expect(stranger.got('connack').filter(({ returnCode }) => returnCode === 0)).toEqual([]);
      }
      // A box that types the owner's name, with a password and without, is a box or nobody.
      const owner = await ready('centre:xa-1', [upAll]);
      const box = await ready('box:b1', [dn('b1', 'answer'), dn('b1', 'cmd')]);
      for (const typed of [{ username: 'centre:xa-1', password: Buffer.from('x') }, { username: 'centre:xa-1' }]) {
        const liar = await ready('box:b2', [], typed);
        liar.publish(dn('b1', 'cmd'), 'from a liar');
        await liar.until(() => liar.closed || liar.got('connack').some(({ returnCode }) => returnCode !== 0) || liar.got('puback').length > 0);
      }
      await settle(owner, box, 'b1');
      expect(heard(box).filter((line) => line.includes('liar'))).toEqual([]);
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

    it('lets no box speak for another or for the centre', async () => {
      const owner = await ready('centre:xa-1', [upAll, 'loa/1/u/+/up/+', 'loa/1/c/xa-1/on']);
      const victim = await ready('box:b2', [dn('b2', 'want'), dn('b2', 'cmd'), dn('b2', 'answer'), 'loa/1/g/g1/order', 'loa/1/c/xa-1/on']);
      const foreign = [up('b2', 'report'), dn('b2', 'want'), dn('b1', 'cmd'), dn('b2', 'cmd'), 'loa/1/g/g1/order', 'loa/1/c/xa-1/on'];
      for (const topic of [...foreign, 'loa/1/u/thon-9/up/report', 'loa/1/d/b1/up/other', '$SYS/x', '$MQTT/sub/x']) {
        const attacker = await ready('box:b1');
        attacker.publish(topic, 'forged', { retain: true });
        attacker.send({ cmd: 'pingreq' });
        await attacker.until(() => attacker.closed || attacker.got('pingresp').length > 0);
        attacker.socket.destroy();
      }
      await settle(owner, victim, 'b2');
      // Nor did it stay behind, retained.
      const late = await ready('box:b2', [dn('b2', 'want'), 'loa/1/g/g1/order', 'loa/1/c/xa-1/on', dn('b2', 'answer')]);
      await settle(owner, late, 'b2');
      for (const listener of [owner, victim, late]) expect(heard(listener).filter((line) => line.endsWith('forged'))).toEqual([]);
    });

    it('lets no box hear what is said to another', async () => {
      const owner = await ready('centre:xa-1', [upAll]);
      const victim = await ready('box:b2', [dn('b2', 'cmd'), dn('b2', 'answer')]);
      const thieves: MqttPeer[] = [];
      for (const filter of [dn('b2', 'cmd'), 'loa/1/d/+/dn/cmd', '#', 'loa/#', up('b2', 'report'), upAll, '$SYS/#', '$MQTT/#', '$MQTT/sub/#']) {
        const thief = await ready('box:b1');
        thief.subscribe(filter);
        await thief.until(() => thief.closed || thief.got('suback').length > 0);
        thieves.push(thief);
        owner.publish(dn('b2', 'cmd'), `secret ${filter}`, { messageId: 30 });
        victim.publish(up('b2', 'report'), `secret ${filter}`, { messageId: 31 });
        await hears(victim, `${dn('b2', 'cmd')} secret ${filter}`);
        await hears(owner, `${up('b2', 'report')} secret ${filter}`);
      }
      await settle(owner, victim, 'b2');
      for (const thief of thieves) expect(heard(thief).filter((line) => line.includes('secret'))).toEqual([]);
    });

    it('gives a late subscriber what is retained: heartbeat, want, keys and order', async () => {
      const owner = await ready('centre:xa-1', [upAll]);
      const kept = ['loa/1/c/xa-1/on', dn('b1', 'want'), dn('b1', 'keys'), 'loa/1/g/g1/order'];
      kept.forEach((topic, i) => owner.publish(topic, `kept ${i}`, { retain: true, messageId: 40 + i }));
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

    it(`${kind.clientIdsAreOwn ? 'keeps' : 'cannot keep'} a client id for the one whose certificate it names`, async () => {
      const victim = await ready('box:b1', [dn('b1', 'answer')]);
      const thief = await ready('box:b2', [], {}, 'box:b1');
      await thief.until(() => thief.closed || thief.got('connack').length > 0);
      victim.send({ cmd: 'pingreq' });
      await victim.until(() => victim.closed || victim.got('pingresp').length > 0);
      expect(victim.closed).toBe(!kind.clientIdsAreOwn);
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

    it(`carries an order with its sound, and ${kind.cutsOversize ? 'cuts' : 'cannot cut'} who sends more than any centre may`, async () => {
      const owner = await ready('centre:xa-1', [upAll]);
      const box = await ready('box:b1', ['loa/1/g/g1/order', dn('b1', 'answer')]);
      const order = Buffer.alloc(100 * 1024, 'o');
      owner.publish('loa/1/g/g1/order', order, { retain: true });
      await box.until(() => box.messages.some(({ payload }) => payload.equals(order)));
      const other = await ready('box:b2');
      other.publish(up('b2', 'report'), Buffer.alloc(700 * 1024, 'x'));
      await other.until(() => other.closed || other.got('puback').length > 0);
      await settle(owner, box, 'b1');
      expect(owner.messages.some(({ topic, payload }) => topic === up('b2', 'report') && payload.length > 512 * 1024)).toBe(!kind.cutsOversize);
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

    it('knows a new box once it is enrolled, and lets it do nothing before; nobody is cut', async () => {
      const owner = await ready('centre:xa-1', [upAll]);
      const box = await ready('box:b1', [dn('b1', 'answer')]);
      const early = await ready('box:b3', [dn('b3', 'cmd'), 'loa/1/g/g1/cmd']);
      early.publish(up('b3', 'report'), 'too early');
      owner.publish('loa/1/g/g1/cmd', 'for the enrolled', { messageId: 60 });
      await settle(owner, box, 'b1');
      expect([...heard(owner), ...heard(early)].filter((line) => /too early|enrolled/.test(line))).toEqual([]);
      early.socket.destroy();
      await broker.enrol({ ...first, boxes: [...first.boxes, 'b3'] });
      const late = await vi.waitFor(async () => {
        const came = await ready('box:b3', [dn('b3', 'cmd'), dn('b3', 'answer')]);
        came.publish(up('b3', 'report'), 'enrolled');
        await came.until(() => came.got('puback').length > 0, 2_000);
        await owner.until(() => heard(owner).includes(`${up('b3', 'report')} enrolled`), 2_000);
        return came;
      }, 30_000);
      await settle(owner, late, 'b3');
      await settle(owner, box, 'b1');
    });

    it('may die and forget everything: the link comes back, and what is published again is there', async () => {
      const got: string[] = [];
      const ups: boolean[] = [];
      const link = new Link({
        url: `mqtts://127.0.0.1:${broker.port}`,
        tls: tlsOf('box:b1'),
        clientId: 'box:b1',
        filters: [dn('b1', 'want'), 'loa/1/c/xa-1/on', 'loa/1/g/g1/order'],
        will: { topic: up('b1', 'on'), payload: 'gone' },
        onMessage: async (topic, payload) => void got.push(`${topic} ${Buffer.from(payload).toString().slice(0, 20)}`),
        onChange: (now) => ups.push(now),
        backOff: { baseMs: 50, maxMs: 500 },
      });
      open.add(link);
      link.start();
      await vi.waitFor(() => expect(ups).toEqual([true]), 20_000);
      await broker.restartEmpty();
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
  });
}

export const registryOfSuite = first;
