// The broker on real TLS sockets: who gets in, what they may touch, what is kept and what is told.
import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { dn, makeBed, up } from './broker-bed.ts';
import { makeAuthority } from './certificates.ts';

const { authority, startBroker, peer, tlsOf } = await makeBed(['box:b1', 'box:b2', 'box:b3', 'centre:xa-1', 'centre:thon-9', 'person:p1']);

describe('who gets in', () => {
  it('refuses a client without a certificate, with one of another authority, or with another kind of name', async () => {
    const { broker, port } = await startBroker();
    const foreign = await (await makeAuthority('Another CA')).client('box:b1');
    for (const tls of [{ ca: authority.ca }, { ...foreign, ca: authority.ca }, tlsOf('person:p1')]) {
      const stranger = peer(port, 'box:b1', tls);
      stranger.connect('box:b1');
      await stranger.until(() => stranger.closed);
      expect(stranger.got('connack')).toEqual([]);
    }
    expect(broker.connected()).toEqual([]);
    expect(broker.metrics().refused).toMatchObject({ handshake: 2, 'no-identity': 1 });
  });

  it('takes the identity from the certificate, whatever the client calls itself', async () => {
    const { broker, port } = await startBroker();
    const box = await peer(port, 'box:b1').ready('box:b2', [], { username: 'centre:xa-1', password: Buffer.from('x'), clean: false });
    expect(box.got('connack')[0]).toMatchObject({ returnCode: 0, sessionPresent: false });
    expect(broker.connected()).toEqual(['b1']);
  });

  it('answers "not authorised" to an identity the registry has dropped', async () => {
    const { port } = await startBroker({ mayConnect: ({ id }) => id !== 'b1' });
    const dropped = await peer(port, 'box:b1').ready('box:b1');
    expect(dropped.got('connack')[0]).toMatchObject({ returnCode: 5 });
    await dropped.until(() => dropped.closed);
    const kept = await peer(port, 'box:b2').ready('box:b2');
    expect(kept.got('connack')[0]).toMatchObject({ returnCode: 0 });
  });

  it('refuses MQTT 3.1 and 5, and a client that wants no or a very long keep-alive', async () => {
    const { port } = await startBroker();
    for (const extra of [{ protocolVersion: 3, protocolId: 'MQIsdp' }, { protocolVersion: 5 }, { keepalive: 0 }, { keepalive: 3600 }]) {
      const box = peer(port, 'box:b1');
      box.connect('box:b1', extra);
      await box.until(() => box.closed);
      expect(box.got('connack').every((answer) => answer.returnCode !== 0)).toBe(true);
    }
  });

  it('cuts a socket that sends no CONNECT in time', async () => {
    const { port } = await startBroker({ limits: { connectTimeoutMs: 200 } });
    const mute = peer(port, 'box:b1');
    await mute.until(() => mute.closed);
  });

  it('lets a second connection of a box take over, without the will of the first', async () => {
    const heard: string[] = [];
    const changes: string[] = [];
    const { broker, port } = await startBroker({
      onPublish: async (identity, topic, payload) => void heard.push(`${identity.id} ${topic.word} ${payload}`),
      onConnection: (identity, isUp) => changes.push(`${identity.id} ${isUp}`),
    });
    const will = { topic: up('b1', 'on'), payload: Buffer.from('gone'), qos: 1, retain: true };
    const first = await peer(port, 'box:b1').ready('box:b1', [], { will });
    const second = await peer(port, 'box:b1').ready('box:b1', [dn('b1', 'want')], { will });
    await first.until(() => first.closed);
    await broker.publish(dn('b1', 'want'), 'w1', { qos: 1, retain: true });
    await second.until(() => second.messages.length === 1);
    expect({ heard, changes, connected: broker.connected() }).toEqual({ heard: [], changes: ['b1 true', 'b1 true'], connected: ['b1'] });
  });
});

describe('what they may touch', () => {
  it('cuts a box that publishes on the topic of another, and nobody hears it', async () => {
    const heard: string[] = [];
    const { broker, port } = await startBroker({ onPublish: async (_, topic) => void heard.push(topic.word) });
    for (const topic of [up('b2', 'on'), dn('b1', 'want'), 'loa/1/g/g1/order', 'loa/1/c/xa-1/on', '$SYS/x', 'a/b']) {
      const box = await peer(port, 'box:b1').ready('box:b1');
      box.publish(topic, 'x', { retain: true });
      await box.until(() => box.closed);
      expect(box.got('puback')).toEqual([]);
    }
    expect({ heard, retained: broker.metrics().retainedCount }).toEqual({ heard: [], retained: 0 });
  });

  it('refuses foreign and wildcard filters one by one and grants the rest', async () => {
    const { port } = await startBroker();
    const box = await peer(port, 'box:b1').ready('box:b1', [
      dn('b1', 'want'),
      dn('b2', 'want'),
      'loa/1/g/+/order',
      '#',
      'loa/1/g/g1/order',
    ]);
    expect(box.got('suback')[0]?.granted).toEqual([1, 128, 128, 128, 1]);
  });

  it('refuses a will on a foreign topic and QoS 2', async () => {
    const { port } = await startBroker();
    const liar = peer(port, 'box:b1');
    liar.connect('box:b1', { will: { topic: up('b2', 'on'), payload: Buffer.from('x'), qos: 1, retain: true } });
    await liar.until(() => liar.closed);
    const box = await peer(port, 'box:b1').ready('box:b1');
    box.publish(up('b1', 'on'), 'x', { qos: 2 });
    await box.until(() => box.closed);
    expect(box.got('pubrec')).toEqual([]);
  });

  it('gives the owner the up topics of all boxes, and a centre below only its own branch', async () => {
    const { port } = await startBroker();
    const owner = await peer(port, 'centre:xa-1').ready('centre:xa-1', ['loa/1/d/+/up/+']);
    const below = await peer(port, 'centre:thon-9').ready('centre:thon-9', ['loa/1/d/+/up/+', 'loa/1/u/thon-9/dn/want']);
    expect(below.got('suback')[0]?.granted).toEqual([128, 1]);
    const box = await peer(port, 'box:b1').ready('box:b1', [dn('b1', 'want')]);
    box.publish(up('b1', 'report'), 'r', { retain: true });
    owner.publish(dn('b1', 'want'), 'w', { retain: true });
    await Promise.all([owner.until(() => owner.messages.length === 1), box.until(() => box.messages.length === 1)]);
    below.publish(dn('b1', 'want'), 'evil');
    await below.until(() => below.closed);
    expect(box.messages.map((message) => String(message.payload))).toEqual(['w']);
  });
});

describe('the authority of a centre below', () => {
  it('vouches for its own centre and for its boxes as guests, never for another centre or for the owner', async () => {
    const theirs = await makeAuthority('Thôn 9 CA');
    const { port } = await startBroker({ below: [{ centre: 'thon-9', ca: theirs.ca }] });
    const withTheirs = async (name: string) => ({ ...(await theirs.client(name)), ca: authority.ca });
    const itself = await peer(port, 'centre:thon-9', await withTheirs('centre:thon-9')).ready('centre:thon-9', [
      'loa/1/u/thon-9/dn/want',
      'loa/1/u/thon-8/dn/want',
    ]);
    expect(itself.got('suback')[0]?.granted).toEqual([1, 128]);
    for (const name of ['centre:thon-8', 'centre:xa-1']) {
      const liar = peer(port, 'centre:thon-9', await withTheirs(name));
      liar.connect(name);
      await liar.until(() => liar.closed);
      expect(liar.got('connack')).toEqual([]);
    }
  });
});

describe('what is kept and what is told', () => {
  it('gives a late subscriber what was retained, and drops the flag where nothing is retained', async () => {
    const { broker, port } = await startBroker();
    await broker.publish('loa/1/g/g1/order', 'old', { qos: 1, retain: true });
    await broker.publish('loa/1/g/g1/order', 'new', { qos: 1, retain: true });
    const box = await peer(port, 'box:b1').ready('box:b1');
    box.publish(up('b1', 'report'), 'r1', { retain: true });
    box.publish(up('b1', 'log'), 'l1', { retain: true });
    await box.until(() => box.got('puback').length === 2);
    const owner = await peer(port, 'centre:xa-1').ready('centre:xa-1', ['loa/1/d/+/up/+']);
    const late = await peer(port, 'box:b2').ready('box:b2', ['loa/1/g/g1/order', dn('b2', 'want')]);
    await Promise.all([owner.until(() => owner.messages.length >= 1), late.until(() => late.messages.length >= 1)]);
    expect(late.messages.map((m) => [String(m.payload), m.retain])).toEqual([['new', true]]);
    expect(owner.messages.map((m) => [m.topic, String(m.payload)])).toEqual([[up('b1', 'report'), 'r1']]);
    await broker.publish('loa/1/g/g1/order', '', { qos: 1, retain: true });
    const later = await peer(port, 'box:b3').ready('box:b3', ['loa/1/g/g1/order']);
    await broker.publish('loa/1/g/g1/order', 'last', { qos: 1, retain: false });
    await later.until(() => later.messages.length >= 1);
    expect(later.messages.map((m) => [String(m.payload), m.retain])).toEqual([['last', false]]);
  });

  it('keeps retained messages within their bounds, and passes on what it cannot keep', async () => {
    const { broker, port } = await startBroker({ limits: { retainedCountMax: 1 } });
    const box = await peer(port, 'box:b1').ready('box:b1', [dn('b1', 'want')]);
    await broker.publish('loa/1/g/g1/order', 'kept', { qos: 1, retain: true });
    await broker.publish(dn('b1', 'want'), 'passed', { qos: 1, retain: true });
    await box.until(() => box.messages.length === 1);
    expect(broker.metrics()).toMatchObject({ retainedCount: 1, refused: { 'retained-full': 1 } });
  });

  it('delivers a retained and then an ordinary message of the same instant, both and in order', async () => {
    const { broker, port } = await startBroker();
    const box = await peer(port, 'box:b1').ready('box:b1', [dn('b1', 'want'), dn('b1', 'ack')]);
    for (let i = 0; i < 50; i++) {
      void broker.publish(dn('b1', 'want'), `w${i}`, { qos: 1, retain: true });
      void broker.publish(dn('b1', 'ack'), `a${i}`, { qos: 0, retain: false });
    }
    await box.until(() => box.messages.length === 100);
    const expected = Array.from({ length: 50 }, (_, i) => [`w${i}`, `a${i}`]).flat();
    expect(box.messages.map((m) => String(m.payload))).toEqual(expected);
  });

  it('publishes the will when a box vanishes and tells its owner', async () => {
    const heard: string[] = [];
    const changes: string[] = [];
    const { broker, port } = await startBroker({
      onPublish: async (identity, topic, payload) => void heard.push(`${identity.id} ${topic.word} ${payload}`),
      onConnection: (identity, isUp) => changes.push(`${identity.id} ${isUp}`),
    });
    const owner = await peer(port, 'centre:xa-1').ready('centre:xa-1', [up('b1', 'on')]);
    const box = await peer(port, 'box:b1').ready('box:b1', [], {
      will: { topic: up('b1', 'on'), payload: Buffer.from('off'), qos: 1, retain: true },
    });
    box.socket.destroy();
    await owner.until(() => owner.messages.length === 1);
    expect({ heard, changes: changes.slice(1), retained: broker.metrics().retainedCount, connected: broker.connected() }).toEqual({
      heard: ['b1 on off'],
      changes: ['b1 true', 'b1 false'],
      retained: 1,
      connected: [],
    });
  });

  it('keeps quiet about wills after DISCONNECT and when it stops itself', async () => {
    const heard: string[] = [];
    const { broker, port } = await startBroker({ onPublish: async (identity) => void heard.push(identity.id) });
    const will = (id: string) => ({ will: { topic: up(id, 'on'), payload: Buffer.from('off'), qos: 1, retain: true } });
    const polite = await peer(port, 'box:b1').ready('box:b1', [], will('b1'));
    const other = await peer(port, 'box:b2').ready('box:b2', [], will('b2'));
    polite.send({ cmd: 'disconnect' });
    await polite.until(() => polite.closed);
    await broker.stop();
    await other.until(() => other.closed);
    expect(heard).toEqual([]);
  });

  it('sends PUBACK only after the message was stored, and none when storing failed', async () => {
    let release = () => {};
    const stored: string[] = [];
    const { port } = await startBroker({
      onPublish: async (_identity, _topic, payload) => {
        if (String(payload) === 'bad') throw new Error('disk');
        await new Promise<void>((resolve) => {
          release = resolve;
        });
        stored.push(String(payload));
      },
    });
    const box = await peer(port, 'box:b1').ready('box:b1');
    box.publish(up('b1', 'log'), 'one', { messageId: 1 });
    await wait(200);
    expect({ stored, acks: box.got('puback').length }).toEqual({ stored: [], acks: 0 });
    release();
    await box.until(() => box.got('puback').length === 1);
    expect(stored).toEqual(['one']);
    box.publish(up('b1', 'log'), 'bad', { messageId: 2 });
    await box.until(() => box.closed);
    expect(box.got('puback').map((ack) => ack.messageId)).toEqual([1]);
  });

  it('hands the publications of one box over in order, one after the other', async () => {
    const order: string[] = [];
    const { port } = await startBroker({
      onPublish: async (_identity, _topic, payload) => {
        order.push(`+${payload}`);
        await wait(Number(payload) % 2 ? 1 : 15);
        order.push(`-${payload}`);
      },
    });
    const box = await peer(port, 'box:b1').ready('box:b1');
    for (let i = 0; i < 6; i++) box.publish(up('b1', 'log'), String(i), { messageId: i + 1 });
    await box.until(() => box.got('puback').length === 6);
    expect(order).toEqual([0, 1, 2, 3, 4, 5].flatMap((i) => [`+${i}`, `-${i}`]));
  });
});

describe('keep alive', () => {
  it('spares a client that only acknowledges, and cuts one that says nothing', async () => {
    const { port } = await startBroker();
    const says = await peer(port, 'box:b1').ready('box:b1', [], { keepalive: 1 });
    const silent = await peer(port, 'box:b2').ready('box:b2', [], { keepalive: 1 });
    const saying = setInterval(() => says.send({ cmd: 'puback', messageId: 1 }), 300);
    try {
      await silent.until(() => silent.closed);
      await wait(1500);
      expect(says.closed).toBe(false);
    } finally {
      clearInterval(saying);
    }
    await says.until(() => says.closed);
  });
});
