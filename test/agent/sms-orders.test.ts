// Messages on their way from the modem to the rules: what is offered, refused, passed over, and what stays in the modem for later.
import { expect, test } from 'vitest';
import type { Event, State } from '../../agent/core/model.ts';
import { blankKept, blankLive } from '../../agent/core/start-state.ts';
import { SmsOrders } from '../../agent/sms-orders.ts';
import { cryptography, generateSigningKey, signerFrom } from '../../hardware/host/crypto.ts';
import type { KeyRing } from '../../schemas/keys.ts';
import { encodeSmsOrder, type SmsOrder, smsDigest } from '../../schemas/sms-order.ts';
import { hourMs, minuteMs, opened, order, plan, wantOf } from '../world/build.ts';

const made = generateSigningKey();
const key = {
  keyid: made.keyid,
  alg: 'ed25519' as const,
  publicKey: made.publicKey,
  roles: ['order'],
  area: '08/02536',
  centre: 'xa-1',
} as const;
const ring: KeyRing = {
  demo: false,
  place: { dev: 'loa-1', centre: 'xa-1', area: '08/02536/thon-1', groups: ['xa-1'] },
  keys: new Map([[made.keyid, key]]),
  ctr: 1,
  epoch: 'c1',
  links: new Map([['xa-1', { ctr: 1, epoch: 'c1', level: 'commune', area: '08/02536', untilMs: 9e15 }]]),
  rootVersion: 1,
  commune: '08/02536',
};
const message = (changes: Partial<SmsOrder> = {}, signer = signerFrom(made.privateKeyPem)) =>
  encodeSmsOrder(
    {
      class: 'actual',
      keyid: made.keyid,
      ctr: 1_795_366_800_000,
      area: smsDigest('area', '08/02536', cryptography),
      template: smsDigest('template', 'lu', cryptography),
      issuedSeconds: 1_795_366_800,
      expirySeconds: 1_795_368_600,
      group: smsDigest('group', 'xa-1', cryptography),
      space: smsDigest('space', 'xa-1/c1', cryptography),
      ...changes,
    },
    signer,
  );
const offered = { opened: opened('lu', 1, { aud: 'd/loa-1', exp: 9e15 }), order: order(), inline: [] };
const readyState: State = {
  kept: blankKept(),
  live: { ...blankLive(), plan: plan(1), local: { ...blankLive().local, orders: [{ offered, perHour: 4, maxMs: minuteMs, key: false }] } },
};

function orders(state: () => State = () => readyState) {
  const events: Event[] = [];
  const inlet = { take: async (meaning: { readonly events: readonly Event[] }) => void events.push(...meaning.events) };
  const sms = new SmsOrders({ inlet, ring: () => ring, crypto: cryptography, state, settled: async () => undefined });
  return { sms, events };
}

test('a genuine one is offered with the counter of its group, marked as a message, over the order that lies ready', async () => {
  const { sms, events } = orders();
  await sms.take({ data: message() });
  expect(events).toMatchObject([
    {
      is: 'smsOrderOffered',
      base: 'lu',
      class: 'actual',
      opened: {
        iss: 'xa-1',
        epoch: 'c1',
        aud: 'g/xa-1',
        ctr: 1_795_366_800_000,
        digest: expect.stringMatching(/^sms:[0-9a-f]{64}$/),
        keysUntilMs: 9e15,
      },
    },
  ]);
});

test('a forged one is told as a refused order', async () => {
  const { sms, events } = orders();
  await sms.take({ data: message({}, signerFrom(generateSigningKey().privateKeyPem)) });
  expect(events).toMatchObject([{ is: 'envelopeRefused', topic: 'sms/order', problem: { code: 'signature-wrong' } }]);
});

test('what has not 140 octets is nobody’s', async () => {
  const { sms, events } = orders();
  for (const length of [0, 1, 139]) await sms.take({ data: new Uint8Array(length) });
  expect(events).toEqual([]);
});

test('before the plan is read, and while the time is not known, it stays in the modem', async () => {
  const before: State = { kept: { ...blankKept(), want: { ...blankKept().want, applied: wantOf(plan(1)) } }, live: blankLive() };
  const early = orders(() => before);
  await expect(early.sms.take({ data: message() })).rejects.toThrow('plan');
  expect(early.events).toEqual([]);
  let state = readyState;
  const unsure = orders(() => state);
  const taken = unsure.sms.take({ data: message() });
  await taken;
  const [event] = unsure.events;
  if (event?.is !== 'smsOrderOffered') throw new Error('not offered');
  const waiting = { opened: event.opened, order: order(), inline: [], sinceMonoMs: hourMs, told: false };
  state = { ...readyState, live: { ...readyState.live, unsure: [waiting] } };
  await expect(unsure.sms.take({ data: message() })).rejects.toThrow('time');
});
