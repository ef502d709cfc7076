// What bytes on a topic become: verified events, or a refusal that names the reason; never an exception.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Meaning, openAck, readMessage } from '../../agent/messages.ts';
import { generateSigningKey, sha256, signerFrom } from '../../hardware/host/crypto.ts';
import type { Envelope } from '../../schemas/envelope.ts';
import { encodeFrame } from '../../schemas/frame.ts';
import { liveSession } from '../world/build.ts';
import { makeAuthority, order } from './edge-authority.ts';

const authority = makeAuthority();
const { reader, sign } = authority;
const json = (value: unknown) => Buffer.from(JSON.stringify(value));
const dn = (word: string) => `loa/1/d/loa-1/dn/${word}`;
const orderTopic = 'loa/1/g/xa-1/order';

function frame(orders: readonly Envelope[], attachments: readonly Uint8Array[] = []): Uint8Array {
  return encodeFrame(JSON.stringify({ orders }), attachments);
}

function events(meaning: Meaning) {
  if (meaning.is !== 'events') throw new Error(`${meaning.is}`);
  return meaning.events;
}

const want = { rev: 1, parts: [{ kind: 'policy', sha256: 'a'.repeat(64), bytes: 10 }] };

describe('messages from the centre', () => {
  test('a signed want becomes an offer with its counter and digest', () => {
    const [event] = events(readMessage(dn('want'), json(sign('want', 'd/loa-1', want, { id: 'w-1' })), reader));
    expect(event).toMatchObject({ is: 'wantOffered', want, opened: { id: 'w-1', iss: 'xa-1', aud: 'd/loa-1', topic: dn('want') } });
  });

  test('a want for another box, of an unknown key, or changed by one byte is refused by name', () => {
    const stranger = signerFrom(generateSigningKey().privateKeyPem);
    const genuine = sign('want', 'd/loa-1', want);
    const changed = { ...genuine, payload: sign('want', 'd/loa-1', { ...want, rev: 2 }).payload };
    const cases: [Envelope, string][] = [
      [sign('want', 'd/loa-2', want), 'wrong-audience'],
      [sign('want', 'd/loa-1', want, { signer: stranger }), 'key-unknown'],
      [changed, 'signature-wrong'],
      [sign('command', 'd/loa-1', { do: 'report' }), 'wrong-type'],
    ];
    for (const [envelope, code] of cases) {
      const [event] = events(readMessage(dn('want'), json(envelope), reader));
      expect(event).toMatchObject({ is: 'envelopeRefused', problem: { code } });
    }
  });

  test('a key speaks only in its roles', () => {
    const timeOnly = makeAuthority(['want', 'time']);
    const meaning = readMessage(orderTopic, frame([timeOnly.sign('order', 'g/xa-1', order(), { id: 'o-1' })]), timeOnly.reader);
    expect(events(meaning)).toMatchObject([{ is: 'envelopeRefused', id: 'o-1', problem: { code: 'role-missing' } }]);
  });

  test('orders and clears of one frame stand alone: a forged one does not harm its neighbour', () => {
    const stranger = signerFrom(generateSigningKey().privateKeyPem);
    const clear = sign('clear', 'g/xa-1', { ids: ['o-9'], level: 'commune', reason: 'xong' });
    const meaning = readMessage(
      orderTopic,
      frame([sign('order', 'g/xa-1', order(), { signer: stranger, id: 'o-2' }), sign('order', 'g/xa-1', order(), { id: 'o-1' }), clear]),
      reader,
    );
    expect(events(meaning)).toMatchObject([
      { is: 'envelopeRefused', id: 'o-2' },
      { is: 'orderOffered', opened: { id: 'o-1' }, inline: [] },
      { is: 'clearOffered', clear: { ids: ['o-9'] } },
    ]);
  });

  test('a clear speaks for its issuer’s level and those below: a commune’s key never ends what the province ordered', () => {
    const levels = ['ministry', 'province', 'district', 'commune', 'hamlet'] as const;
    const found = levels.map((level) => {
      const clear = sign('clear', 'g/xa-1', { ids: ['o-province'], level, reason: '' });
      const [event] = events(readMessage(orderTopic, frame([clear]), reader));
      return event?.is === 'envelopeRefused' ? `${level} ${event.problem.code}` : `${level} ${event?.is}`;
    });
    expect(found).toEqual([
      'ministry role-missing',
      'province role-missing',
      'district role-missing',
      'commune clearOffered',
      'hamlet clearOffered',
    ]);
    const session = { ...liveSession('hop-thon', 1_800_000_000_000), level: 'province' };
    expect(events(readMessage('loa/1/g/xa-1/cmd', json(sign('live', 'g/xa-1', session)), reader))).toMatchObject([
      { is: 'envelopeRefused', problem: { code: 'role-missing' } },
    ]);
  });

  test('only audio that the signed order names, in the size it names, is taken along', () => {
    const audio = Buffer.from('opus of the order');
    const other = Buffer.from('something else');
    const speech = [{ language: 'vi', speak: 'a', audio: { sha256: sha256(audio), bytes: audio.length, durationMs: 1000 } }];
    const good = readMessage(orderTopic, frame([sign('order', 'g/xa-1', order({ speech }))], [other, audio]), reader);
    expect(events(good)).toMatchObject([{ is: 'orderOffered', inline: [sha256(audio)] }]);
    expect(good.is === 'events' && [...good.attachments.keys()]).toEqual([sha256(audio)]);
    const wrongSize = [{ language: 'vi', speak: 'a', audio: { sha256: sha256(audio), bytes: 3, durationMs: 1000 } }];
    const bad = readMessage(orderTopic, frame([sign('order', 'g/xa-1', order({ speech: wrongSize }))], [audio]), reader);
    expect(events(bad)).toMatchObject([{ is: 'orderOffered', inline: [] }]);
  });

  test('an order names its group: one for a group of other boxes is refused', () => {
    const meaning = readMessage(orderTopic, frame([sign('order', 'g/xa-2', order())]), reader);
    expect(events(meaning)).toMatchObject([{ problem: { code: 'wrong-audience' } }]);
  });

  test('an announcement of a live session is heard on its group’s commands, and nowhere else', () => {
    const session = liveSession('hop-thon', 1_800_000_000_000);
    const topic = 'loa/1/g/xa-1/cmd';
    const [heard] = events(readMessage(topic, json(sign('live', 'g/xa-1', session, { id: 'l-1' })), reader));
    expect(heard).toMatchObject({ is: 'liveOffered', session, opened: { id: 'l-1', iss: 'xa-1', aud: 'g/xa-1' } });
    const timeOnly = makeAuthority(['want', 'order', 'time']);
    const stranger = signerFrom(generateSigningKey().privateKeyPem);
    const cases: [string, Envelope, string, typeof reader][] = [
      [topic, sign('live', 'g/xa-2', session), 'wrong-audience', reader],
      [topic, sign('live', 'g/xa-1', session, { signer: stranger }), 'key-unknown', reader],
      [topic, sign('live', 'g/xa-1', { ...session, delayMs: 10 }), 'bad-input', reader],
      [topic, sign('live', 'g/xa-1', { ...session, publicKey: 'AAAA' }), 'bad-input', reader],
      [
        topic,
        { ...sign('command', 'g/xa-1', session), payloadType: sign('live', 'g/xa-1', session).payloadType },
        'signature-wrong',
        reader,
      ],
      [dn('cmd'), sign('live', 'd/loa-1', session), 'wrong-type', reader],
      [topic, timeOnly.sign('live', 'g/xa-1', session), 'role-missing', timeOnly.reader],
    ];
    for (const [on, envelope, code, by] of cases)
      expect(events(readMessage(on, json(envelope), by)), code).toMatchObject([{ is: 'envelopeRefused', problem: { code } }]);
  });

  test('of what a heartbeat says stands, only the box’s own groups are its matter', () => {
    const topics = { 'g/xa-1/order': 7, 'g/xa-1/drill': 3, 'g/xa-99/order': 9 };
    const beat = sign('heartbeat', 'c/xa-1', { epoch: 'run-1', timeMs: Date.now(), orders: {}, topics });
    const meaning = readMessage('loa/1/c/xa-1/on', json(beat), reader);
    expect(meaning).toMatchObject({ is: 'heartbeat', heartbeat: { topics: { 'g/xa-1/order': 7, 'g/xa-1/drill': 3 } } });
    expect(Object.keys(meaning.is === 'heartbeat' ? (meaning.heartbeat.topics ?? {}) : {})).toHaveLength(2);
  });

  test('answers, heartbeats and keys are told apart; a cleared retained topic is nothing', () => {
    const answer = { id: 'a', nonce: 'ab'.repeat(16), timeMs: 5 };
    expect(readMessage(dn('answer'), json(sign('answer', 'd/loa-1', answer)), reader)).toEqual({ is: 'answer', answer });
    const beat = { epoch: 'h1', timeMs: 5, orders: {} };
    expect(readMessage('loa/1/c/xa-1/on', json(sign('heartbeat', 'c/xa-1', beat)), reader)).toMatchObject({
      is: 'heartbeat',
      heartbeat: beat,
    });
    expect(readMessage(dn('keys'), json(authority.document), reader)).toMatchObject({ is: 'keys' });
    expect(readMessage(dn('want'), new Uint8Array(), reader)).toMatchObject({ is: 'nothing' });
    expect(readMessage(orderTopic, new Uint8Array(), reader)).toMatchObject({ is: 'events', events: [] });
    expect(readMessage('loa/1/d/loa-1/up/on', json({}), reader)).toMatchObject({ is: 'nothing' });
  });

  test('an acknowledgement is believed only from a key with role want', () => {
    const ack = { dev: 'loa-1', epoch: 'e1', upto: 0, head: '' };
    expect(openAck(sign('ack', 'd/loa-1', ack), reader)).toMatchObject({ ok: true });
    expect(openAck(sign('ack', 'd/loa-2', ack), reader)).toMatchObject({ ok: false, problem: { code: 'wrong-audience' } });
    expect(openAck({ anything: 1 }, reader)).toMatchObject({ ok: false });
  });

  test('any bytes on any topic have a meaning, and none of them is an order', () => {
    const topics = [orderTopic, dn('want'), dn('keys'), dn('cmd'), dn('ack'), dn('answer'), 'loa/1/g/xa-1/cmd', 'loa/1/c/xa-1/on', 'x'];
    const genuine = frame([sign('order', 'g/xa-1', order())], [Buffer.from('x')]);
    const mutated = fc.tuple(fc.nat(genuine.length - 1), fc.integer({ min: 1, max: 255 })).map(([at, by]) => {
      const bytes = Uint8Array.from(genuine);
      bytes[at] = (bytes[at] ?? 0) ^ by;
      return { bytes, at };
    });
    fc.assert(
      fc.property(fc.constantFrom(...topics), fc.uint8Array({ maxLength: 200 }), (topic, bytes) => {
        const meaning = readMessage(topic, bytes, reader);
        if (meaning.is === 'events') for (const event of meaning.events) expect(event.is).toBe('envelopeRefused');
      }),
    );
    fc.assert(
      fc.property(mutated, ({ bytes, at }) => {
        const meaning = readMessage(orderTopic, bytes, reader);
        const head = new DataView(genuine.buffer, genuine.byteOffset).getUint32(4);
        const accepted = meaning.is === 'events' && meaning.events.some((event) => event.is === 'orderOffered');
        // Beyond the signed head lie attachments; the key id is only a hint and its change makes the key unknown.
        if (accepted) expect(at < 8 || at >= 8 + head || sameOrder(meaning)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});

/** A change that JSON or base64 does not see leaves the very same signed order. */
function sameOrder(meaning: Meaning): boolean {
  const [event] = events(meaning);
  return event?.is === 'orderOffered' && JSON.stringify(event.order) === JSON.stringify(order());
}
