// Every way we know to make a box sound without the right: each makes one offer that must not be accepted.
import { counterMax, type Envelope, toBase64 } from '../../../schemas/envelope.ts';
import { encodeFrame } from '../../../schemas/frame.ts';
import type { Offer } from './box.ts';
import { aud, type Loot, lifeMs, mandated, nextId, nowMs, type Signing, signed, words } from './loot.ts';

type Forge = (loot: Loot, luck: () => number, past: readonly Offer[]) => Offer;

const order = (loot: Loot, envelope: Envelope): Offer => ({ word: 'order', frame: loot.frame(envelope) });
const make =
  (wish: (loot: Loot) => Signing): Forge =>
  (loot) =>
    order(loot, signed(loot, wish(loot)));
const wide = { level: 'province', area: '08' } as const;
const pick = <T>(luck: () => number, from: readonly T[]): T => from[Math.floor(luck() * from.length)] as T;

/** Bytes of a genuine frame changed at random; whole again by chance, it is sent with a broken signature. */
const bent: Forge = (loot, luck) => {
  const genuine = signed(loot, {});
  let bytes = Buffer.from(loot.frame(genuine));
  for (let edits = 1 + Math.floor(luck() * 4); edits > 0; edits--) {
    const at = Math.floor(luck() * bytes.length);
    const [head, tail] = [bytes.subarray(0, at), bytes.subarray(at)];
    const how = luck();
    if (how < 0.5) bytes = Buffer.concat([head, Buffer.from([(tail[0] ?? 0) ^ (1 + Math.floor(luck() * 255))]), tail.subarray(1)]);
    else if (how < 0.75) bytes = Buffer.concat([head, tail.subarray(1 + Math.floor(luck() * 8))]);
    else bytes = Buffer.concat([head, tail.subarray(0, 1 + Math.floor(luck() * 16)), tail]);
  }
  const text = bytes.toString('latin1');
  const whole = [genuine.payload, genuine.signatures[0]?.sig ?? '', genuine.signatures[0]?.keyid ?? '', genuine.payloadType];
  return whole.every((part) => text.includes(part))
    ? order(loot, { ...genuine, signatures: flip(genuine, luck) })
    : { word: 'order', frame: bytes };
};

function flip({ signatures }: Envelope, luck: () => number): Envelope['signatures'] {
  return signatures.map(({ keyid, sig }) => {
    const bytes = Buffer.from(sig, 'base64');
    const at = Math.floor(luck() * bytes.length);
    bytes[at] = (bytes[at] ?? 0) ^ (1 << Math.floor(luck() * 8));
    return { keyid, sig: toBase64(bytes) };
  });
}

/** One field of the signed statement says something else. */
const said: Forge = (loot, luck) => {
  const genuine = signed(loot, {});
  const statement = JSON.parse(Buffer.from(genuine.payload, 'base64').toString()) as Record<string, unknown>;
  const field = pick(luck, Object.keys(statement));
  const value = pick<unknown>(luck, [null, 1, '', 'g/xa-9', counterMax, [], {}, '__proto__', 'order', -1, true]);
  const payload = toBase64(Buffer.from(JSON.stringify({ ...statement, [field]: value })));
  // The same word again is no forgery.
  return order(loot, payload === genuine.payload ? { ...genuine, signatures: flip(genuine, luck) } : { ...genuine, payload });
};

export const forgeries = {
  bent,
  said,
  'bent signature': (loot, luck) => {
    const genuine = signed(loot, {});
    return order(loot, { ...genuine, signatures: flip(genuine, luck) });
  },
  replayed: (_loot, luck, past) => pick(luck, past),
  'older counter': make(() => ({ said: { ctr: nowMs - 1 } })),
  'same counter, other words': (loot) => {
    const ctr = nowMs;
    return order(loot, signed(loot, { order: { times: 3 }, said: { ctr } }));
  },
  'id of one that is over': (loot, luck, past) => {
    const text = Buffer.from(pick(luck, past).frame).toString('latin1');
    const payload = /"payload":"([^"]+)"/.exec(text)?.[1] ?? '';
    const { id } = JSON.parse(Buffer.from(payload, 'base64').toString()) as { id: string };
    return order(loot, signed(loot, { said: { id } }));
  },
  expired: make(() => ({ said: { iat: nowMs - 700_000, exp: nowMs - 1 } })),
  'not yet': make(() => ({ said: { iat: nowMs + 3_600_000, exp: nowMs + 3_900_000 } })),
  'another group': make(() => ({ said: { aud: 'g/xa-9' } })),
  'another box': make(() => ({ said: { aud: 'd/loa-9' }, approved: { aud } })),
  'another area': make(() => ({ order: { area: '08/09999' } })),
  'a level above its own': make(() => ({ order: { level: 'province' } })),
  'another centre’s name': make((loot) => ({ said: { iss: 'tinh', signer: loot.keys.communeOrder.signer }, order: { level: 'province' } })),
  'a want key': make((loot) => ({ said: { signer: loot.keys.communeWant.signer } })),
  'a drill key': make((loot) => ({ said: { signer: loot.keys.communeDrill.signer } })),
  'a key of another root': make((loot) => ({ said: { signer: loot.otherOrder } })),
  'a stranger with the key’s name': make((loot) => ({
    said: { signer: { keyid: loot.keys.communeOrder.signer.keyid, sign: (bytes) => loot.otherOrder.sign(bytes) } },
  })),
  'an epoch that is over': make(() => ({ said: { epoch: 'e0' } })),
  'no authority': make(() => ({ by: [] })),
  'words changed after the approval': (loot) => {
    const { authority } = bodyOf(signed(loot, { said: { id: `o-${nextId(loot)}` } }));
    return order(loot, loot.sign('order', { ...words, times: 9, authority }, { id: `o-${loot.ctr}` }));
  },
  'the approval of another order': make(() => ({ approved: { id: 'o-other' } })),
  'an approval for another group': make(() => ({ approved: { aud: 'g/xa-9' } })),
  'an approval of yesterday': make(() => ({ approved: { iat: nowMs - 86_400_000 } })),
  'an approval given afterwards': make(() => ({ approved: { iat: nowMs + 1 } })),
  'longer than approved': make(() => ({ said: { exp: nowMs + lifeMs + 1 }, approved: { exp: nowMs + lifeMs } })),
  'an approval of an old epoch': make(() => ({ approved: { epoch: 'e0' } })),
  'a stranger’s approval': make((loot) => ({ by: [loot.officers.stranger] })),
  'wide with one officer': make((loot) => ({ order: wide, by: [loot.officers.chi], said: { iss: 'tinh' } })),
  'wide with one officer twice': make((loot) => ({ order: wide, by: [loot.officers.chi, loot.officers.chi], said: { iss: 'tinh' } })),
  'wide with an officer of the commune': make((loot) => ({
    order: wide,
    by: [loot.officers.chi, loot.officers.an],
    said: { iss: 'tinh' },
  })),
  'wide by a commune': make((loot) => ({ order: { area: '08' }, by: [loot.officers.an, loot.officers.binh] })),
  'break-glass without the right': make((loot) => ({ by: [loot.officers.binh], glass: true })),
  'break-glass too long': make(() => ({ glass: true, said: { exp: nowMs + lifeMs + 60_000 } })),
  'break-glass for what can wait': make(() => ({ glass: true, order: { urgency: 'Expected' } })),
  'break-glass beyond its area': make((loot) => ({ glass: true, order: wide, by: [loot.officers.chi], said: { iss: 'tinh' } })),
  'mandate by one officer': (loot) => order(loot, mandated(loot, { by: [loot.officers.an] })),
  'mandate by one officer twice': (loot) => order(loot, mandated(loot, { by: [loot.officers.an, loot.officers.anAgain] })),
  'mandate for other words': (loot) => order(loot, mandated(loot, { order: { screen: { title: 'KHÁC', text: '' } } })),
  'mandate for another hazard': (loot) => order(loot, mandated(loot, { order: { hazard: 'storm' } })),
  'mandate for another area': (loot) => order(loot, mandated(loot, { mandate: { areas: ['08/02545'] } })),
  'mandate that is over': (loot) => order(loot, mandated(loot, { expMs: nowMs - 1 })),
  'mandate without its gateway': (loot) => order(loot, mandated(loot, { approver: loot.officers.an.signer })),
  'a drill as the real thing': (loot) => {
    nextId(loot);
    return order(loot, loot.sign('drill', { ...words, class: 'exercise' }));
  },
  'the real thing among drills': (loot) => ({ word: 'drill', frame: loot.frame(signed(loot, {})) }),
  'an actual order signed as a drill': (loot) => {
    nextId(loot);
    return { word: 'drill', frame: loot.frame(loot.sign('drill', words)) };
  },
  'fast forward without officers': make(() => ({ by: [], said: { ctr: counterMax } })),
  'an old chain with an order of its epoch': (loot) => ({
    ...order(loot, signed(loot, { said: { epoch: 'e0' } })),
    keys: loot.document('e0', 5),
  }),
  'garbage beside it': (loot, luck) => {
    const genuine = signed(loot, {});
    const { signatures: _, ...rest } = genuine;
    return { word: 'order', frame: encodeFrame(JSON.stringify({ orders: [rest, luck()] }), [Buffer.from([1])]) };
  },
} as const satisfies Record<string, Forge>;

function bodyOf({ payload }: Envelope): { readonly authority?: unknown } {
  return (JSON.parse(Buffer.from(payload, 'base64').toString()) as { body: { authority?: unknown } }).body;
}
