// Alerts from the inlet to the order or the officer, in a real centre with the real gateway process.
// LONG: one centre, one gateway, one story after another.
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, test } from 'vitest';
import { AlertDesk } from '../../controller/emergency/alert-desk.ts';
import { Gateway } from '../../controller/emergency/gateway/gateway.ts';
import { until } from '../wire/waiting.ts';
import { type AlertBed, addSource, capSource, devices, openAlertBed, putMandateInForce } from './alert-bed.ts';
import { capAlert, capBytes, nameOf } from './alert-messages.ts';
import { codeOf, must, password, startMs } from './built-centre.ts';
import { pin } from './officer-device.ts';

let bed: AlertBed;
afterEach(async () => {
  await bed.stop();
});

const nowMs = () => bed.built.clock.nowMs;
const offer = async (bytes: Uint8Array, source = 'tinh') => must(await bed.built.centre.alerts.offer(source, bytes, 'cap'));
const alert = (identifier: string, changes: object = {}) => capAlert({ identifier, sentMs: nowMs(), ...changes });
const shown = async (id: string) => (await bed.duty('GET', `/alerts/${id}`)).body;
const acts = async () => (await bed.built.centre.store.audit.entries(0, 1_000)).map(({ act }) => act);

async function open(source: object = capSource): Promise<void> {
  bed = await openAlertBed();
  await addSource(bed, source as typeof capSource);
}

describe('under a mandate', () => {
  test('an alert sounds, its update takes its place, its cancel ends it, and nothing else', async () => {
    await open();
    const mandate = await putMandateInForce(bed);
    const other = await devices[0].give(bed.duty, { template: 'sat-lo', groups: ['thon-1'] });
    const first = alert('a-1');
    const given = await offer(capBytes(first));
    expect(given).toMatchObject({ is: 'accept', state: 'given', code: 'given' });
    const one = await shown(given.id);
    expect(one).toMatchObject({ state: 'given', mandate, orders: [expect.any(String)], message: { event: 'Lũ quét' } });
    expect(bed.standing()).toContainEqual({ id: one.orders[0], class: 'actual', by: 'mandate' });

    bed.built.clock.nowMs += 60_000;
    const second = alert('a-2', { msgType: 'Update', references: [nameOf(first)] });
    const updated = await shown((await offer(capBytes(second))).id);
    expect(updated.state).toBe('given');
    expect(bed.standing().map(({ id }) => id)).toEqual([other.body.id, updated.orders[0]]);

    bed.built.clock.nowMs += 60_000;
    const cancelled = await offer(capBytes(alert('a-3', { msgType: 'Cancel', references: [nameOf(second)] })));
    expect(cancelled).toMatchObject({ state: 'ended', code: 'cancelled' });
    expect(bed.standing().map(({ id }) => id)).toEqual([other.body.id]);
    expect((await acts()).filter((act) => act.startsWith('alert.'))).toEqual([
      'alert.hear',
      'alert.give',
      'alert.hear',
      'alert.give',
      'alert.hear',
      'alert.end',
    ]);
  });

  test('the one beyond its number in the hour waits for a person, until the hour is over', async () => {
    await open();
    await putMandateInForce(bed, { perHour: 2 });
    for (const id of ['a-1', 'a-2']) expect((await offer(capBytes(alert(id)))).state).toBe('given');
    const third = await offer(capBytes(alert('a-3')));
    expect(third).toMatchObject({ state: 'waiting', code: 'rate-cap' });
    expect((await shown(third.id)).proposal).toEqual({ template: 'lu-quet', areas: ['08/02536'], groups: ['thon-1'] });
    const starts = async () => (await bed.built.centre.alerts.mandates.standing()).map(({ startsWithinHour }) => startsWithinHour);
    expect(await starts()).toEqual([2]);
    bed.built.clock.nowMs += 3_600_001;
    expect(await starts()).toEqual([0]);
  });

  test('the same message twice sounds once, by whatever inlet', async () => {
    await open();
    await addSource(bed, { ...capSource, id: 'tinh-2', kind: 'feed', url: 'http://192.0.2.1/feed' } as never);
    await putMandateInForce(bed);
    const message = capBytes(alert('a-1'));
    expect((await offer(message)).state).toBe('given');
    expect(await offer(message, 'tinh-2')).toMatchObject({ state: 'nothing', code: 'duplicate' });
    expect(bed.standing()).toHaveLength(1);
  });

  test('a Cancel that comes first leaves its alert silent', async () => {
    await open();
    await putMandateInForce(bed);
    const late = alert('a-1');
    await offer(capBytes(alert('c-1', { msgType: 'Cancel', references: [nameOf(late)] })));
    expect(await offer(capBytes(late))).toMatchObject({ state: 'nothing', code: 'cancelled' });
    expect(bed.standing()).toEqual([]);
  });

  test('an exercise sounds as one, under a mandate for exercises only', async () => {
    await open();
    await putMandateInForce(bed);
    expect(await offer(capBytes(alert('e-1', { status: 'Exercise' })))).toMatchObject({
      state: 'waiting',
      code: 'exercise-without-mandate',
    });
    await putMandateInForce(bed, { class: 'exercise' });
    expect((await offer(capBytes(alert('e-2', { status: 'Exercise' })))).state).toBe('given');
    expect(bed.standing().map((one) => one.class)).toEqual(['exercise']);
  });

  test('a revoked mandate starts nothing', async () => {
    await open();
    const id = await putMandateInForce(bed);
    await bed.duty('POST', `/mandates/${id}/revoke`);
    expect(await offer(capBytes(alert('a-1')))).toMatchObject({ state: 'waiting', code: 'no-mandate' });
  });

  test('fifty-two at one second are all answered: the first sound, the others wait', async () => {
    await open();
    await putMandateInForce(bed, { perHour: 20 });
    const beganMs = performance.now();
    const all = await Promise.all(Array.from({ length: 52 }, (_, i) => offer(capBytes(alert(`a-${i}`)))));
    const tookMs = performance.now() - beganMs;
    const count = (state: string) => all.filter((one) => one.state === state).length;
    // A group holds fifteen orders and the place of the clear.
    expect([count('given'), count('waiting')]).toEqual([15, 37]);
    expect(tookMs).toBeLessThan(10_000);
    expect((await bed.duty('GET', '/alerts')).body).toHaveLength(52);
  });
});

describe('a person', () => {
  test('is rung, sees the proposal, and makes an order of it at the request desk', async () => {
    await open({ ...capSource, trust: 'manual' });
    const waiting = await offer(capBytes(alert('a-1', { description: 'Nước lên <b>nhanh</b>' })));
    expect(waiting).toMatchObject({ state: 'waiting', code: 'manual-source' });
    const take = (changes: object = {}) =>
      bed.duty('POST', `/alerts/${waiting.id}/take`, { template: 'lu-quet', groups: ['thon-1'], ...changes });
    expect(codeOf(await take())).toBe('no-shift');
    await devices[0].beginShift(bed.duty);
    const taken = await take();
    expect(taken.status).toBe(201);
    expect(taken.body.alert).toMatchObject({ state: 'signing', by: 'truc-ban' });
    expect(codeOf(await take())).toBe('conflict');
    const [request] = (await bed.duty('GET', '/order-requests')).body;
    expect(request.id).toBe(taken.body.order);
    await bed.duty('DELETE', `/order-requests/${request.id}`);
    expect((await shown(waiting.id)).state).toBe('waiting');
    const again = (await take()).body.order;
    const prepared = (await bed.duty('GET', '/order-requests')).body[0];
    await bed.duty('POST', `/order-requests/${again}/approve`, devices[0].sign(prepared));
    expect(await shown(waiting.id)).toMatchObject({ state: 'taken', orders: [again] });
    expect(bed.standing()).toEqual([{ id: again, class: 'actual', by: 'officers' }]);
  });

  test('puts it aside with a reason, or ends what a Cancel speaks of', async () => {
    await open({ ...capSource, trust: 'manual' });
    const first = alert('a-1');
    const waiting = await offer(capBytes(first));
    expect(codeOf(await bed.duty('POST', `/alerts/${waiting.id}/aside`, { reason: '' }))).toBe('bad-input');
    expect(codeOf(await bed.admin('POST', `/alerts/${waiting.id}/aside`, { reason: 'trùng tin', pin }))).toBe('not-allowed');
    await devices[0].beginShift(bed.duty);
    const { order } = (await bed.duty('POST', `/alerts/${waiting.id}/take`, { template: 'lu-quet', groups: ['thon-1'] })).body;
    const [prepared] = (await bed.duty('GET', '/order-requests')).body;
    await bed.duty('POST', `/order-requests/${order}/approve`, devices[0].sign(prepared));
    const cancel = await offer(capBytes(alert('c-1', { msgType: 'Cancel', references: [nameOf(first)] })));
    expect(await shown(cancel.id)).toMatchObject({ state: 'waiting', code: 'manual-source', earlier: [order] });
    // Ending asks for no shift: silence must come within three seconds.
    expect((await bed.second('POST', `/alerts/${cancel.id}/end`)).body).toMatchObject({ state: 'ended', by: 'truc-ban-2' });
    expect(bed.standing()).toEqual([]);
    const storm = await offer(capBytes(alert('a-2', { event: 'Bão' })));
    const aside = await bed.duty('POST', `/alerts/${storm.id}/aside`, { reason: 'không phải địa bàn', pin });
    expect(aside.body).toMatchObject({ state: 'aside', note: 'không phải địa bàn' });
    expect(codeOf(await bed.duty('POST', `/alerts/${storm.id}/aside`, { reason: 'lần nữa', pin }))).toBe('conflict');
  });

  test('cannot silence an alert with a page left open: aside asks for the shift and its PIN', async () => {
    await open({ ...capSource, trust: 'manual' });
    const first = alert('a-1');
    const { id } = await offer(capBytes(first));
    const aside = (body: object) => bed.duty('POST', `/alerts/${id}/aside`, { reason: 'trùng tin', ...body });
    expect(codeOf(await aside({ pin }))).toBe('no-shift');
    expect(codeOf(await aside({ password }))).toBe('no-shift');
    await devices[0].beginShift(bed.duty);
    expect(codeOf(await aside({}))).toBe('wrong-code');
    expect(codeOf(await aside({ password }))).toBe('wrong-code');
    expect(codeOf(await aside({ pin: '590417' }))).toBe('wrong-code');
    expect((await shown(id)).state).toBe('waiting');
    expect((await aside({ pin })).body.state).toBe('aside');
    const drill = await offer(capBytes(alert('e-1', { status: 'Exercise' })));
    const drillAside = (body: object) => bed.second('POST', `/alerts/${drill.id}/aside`, { reason: 'diễn tập xong', ...body });
    expect(codeOf(await drillAside({ pin }))).toBe('wrong-credentials');
    expect((await drillAside({ password })).body.state).toBe('aside');
  });

  test('is asked about an order that officers signed, even by a source that may start others alone', async () => {
    await open();
    const first = alert('a-1');
    const { id } = await offer(capBytes(first));
    await devices[0].beginShift(bed.duty);
    const { order } = (await bed.duty('POST', `/alerts/${id}/take`, { template: 'lu-quet', groups: ['thon-1'] })).body;
    const [prepared] = (await bed.duty('GET', '/order-requests')).body;
    await bed.duty('POST', `/order-requests/${order}/approve`, devices[0].sign(prepared));
    const cancel = await offer(capBytes(alert('c-1', { msgType: 'Cancel', references: [nameOf(first)] })));
    expect(await shown(cancel.id)).toMatchObject({ state: 'waiting', code: 'officers-order', earlier: [order] });
    expect(bed.standing().map((one) => one.id)).toEqual([order]);
    expect((await bed.duty('POST', `/alerts/${cancel.id}/end`)).body.state).toBe('ended');
    expect(bed.standing()).toEqual([]);
  });

  test('sees that a later message took the place of one that waited', async () => {
    await open({ ...capSource, trust: 'manual' });
    const first = alert('a-1');
    const one = await offer(capBytes(first));
    await offer(capBytes(alert('a-2', { msgType: 'Update', references: [nameOf(first)] })));
    expect((await shown(one.id)).state).toBe('closed');
  });

  test('of a demo makes an exercise of it, with the password again', async () => {
    bed = await openAlertBed({ demo: true });
    await addSource(bed, { ...capSource, trust: 'manual' } as never);
    const { id } = await offer(capBytes(alert('a-1')));
    const wish = { template: 'lu-quet', groups: ['thon-1'], class: 'exercise' };
    expect(codeOf(await bed.duty('POST', `/alerts/${id}/take`, wish))).toBe('wrong-credentials');
    expect((await bed.duty('POST', `/alerts/${id}/take`, { ...wish, password })).body.alert.state).toBe('taken');
    expect(bed.standing().map((one) => one.class)).toEqual(['exercise']);
  });
});

test('an order leaves as CAP, and as its Cancel once it was ended', async () => {
  await open();
  await putMandateInForce(bed);
  const [order] = (await shown((await offer(capBytes(alert('a-1')))).id)).orders;
  const read = async () => String((await bed.duty('GET', `/orders/${order}.cap`)).body);
  expect(await read()).toMatch(/<msgType>Alert<\/msgType>[\s\S]*<event>Lũ quét<\/event>/);
  await bed.duty('POST', `/orders/${order}/clear`);
  expect(await read()).toMatch(/<msgType>Cancel<\/msgType>[\s\S]*<references>xa-02536,order-/);
  expect(codeOf(await bed.duty('GET', '/orders/order-0.cap'))).toBe('not-found');
});

describe('what ends the gateway', () => {
  /** With a gateway gone bad, and how often it has ended. */
  const badDesk = (limits: object = {}) => {
    const { store, alerts, orders, card, feed, duty } = bed.built.centre;
    const ended: string[] = [];
    const journal = {
      info: () => undefined,
      warn: ({ event }: { event: string }) => void (event === 'gateway-failed' && ended.push(event)),
    };
    const bundle = fileURLToPath(new URL('../wire/bad-gateway.mjs', import.meta.url));
    const gateway = new Gateway({ bundle, journal: journal as never, memory: async () => [], verifier: undefined, ...limits });
    const desk = new AlertDesk({
      ...{ store: store.alerts, orderStore: store.orders, sources: alerts.sources, gateway, mandates: alerts.mandates, orders, card, feed },
      ...{ journal: journal as never, ladder: duty.ladder, nowMs, signer: () => undefined, groups: () => [] },
    });
    return { gateway, ended, tell: async (words: string) => must(await desk.offer('tinh', Buffer.from(words), 'cap')) };
  };

  test('is read twice, told to a person and never read again; the next message is', async () => {
    await open();
    const { gateway, ended, tell } = badDesk();
    const hung = await tell('hang');
    expect(hung).toMatchObject({ is: 'reject', state: 'waiting', code: 'gateway-failed' });
    expect((await tell('die')).code).toBe('gateway-failed');
    expect(ended).toHaveLength(4);
    expect(await tell('fine')).toMatchObject({ is: 'ignore', code: 'test' });
    const { pid } = gateway;
    expect(await tell('hang')).toMatchObject({ is: 'reject', state: 'nothing', code: 'waits-already' });
    await devices[0].beginShift(bed.duty);
    await bed.duty('POST', `/alerts/${hung.id}/aside`, { reason: 'đã hỏi nguồn', pin });
    // The source says it again: that does not vanish because somebody answered the first.
    expect(await tell('hang')).toMatchObject({ is: 'reject', state: 'waiting', code: 'ended-gateway-before' });
    expect(await tell('hang')).toMatchObject({ state: 'nothing', code: 'waits-already' });
    expect(gateway.pid).toBe(pid);
    gateway.stop();
  });

  test('by the wall alone is given more time: a machine that was busy loses no alert', async () => {
    await open();
    const { gateway, ended, tell } = badDesk({ wallMsMax: 400 });
    expect(await tell('slow 800')).toMatchObject({ is: 'ignore', code: 'test' });
    expect(ended).toHaveLength(1);
    expect(await tell('slow 60000')).toMatchObject({ state: 'waiting', code: 'gateway-failed' });
    expect(ended).toHaveLength(4);
    gateway.stop();
  });
});

test('what a power cut broke off waits for a person, who is rung at the next start', async () => {
  await open();
  const { id } = await offer(capBytes(alert('a-1')));
  const { store, alerts, duty } = bed.built.centre;
  const stored = await store.alerts.alert(id);
  if (!stored) throw new Error('not stored');
  await store.alerts.saveAlerts([{ ...stored, code: 'interrupted' }], { atMs: startMs, actor: 'x', act: 'x', subject: id, sha256: '' });
  duty.ladder.answered(id);
  alerts.inbox.stop();
  await alerts.inbox.start();
  await until('a ring', async () => ((await store.duty.ringsAbout(id)).length > 0 ? true : undefined));
});
