// Sources of alerts: who may write them, what is refused, how much they may send; and the webhook that is one of them.
import { afterEach, describe, expect, test } from 'vitest';
import { webhookSignature } from '../../controller/emergency/inlets/webhook.ts';
import { type AlertBed, addSource, capSource, gauge, openAlertBed, putMandateInForce } from './alert-bed.ts';
import { capAlert, capBytes } from './alert-messages.ts';
import { codeOf, must } from './built-centre.ts';

let bed: AlertBed;
afterEach(async () => {
  await bed.stop();
});

const nowMs = () => bed.built.clock.nowMs;
const offer = async (bytes: Uint8Array, source = 'tinh') => must(await bed.built.centre.alerts.offer(source, bytes, 'cap'));
const alert = (identifier: string) => capAlert({ identifier, sentMs: nowMs() });

async function open(source: object = capSource): Promise<void> {
  bed = await openAlertBed();
  await addSource(bed, source as typeof capSource);
}

describe('sources', () => {
  test('are written by administrators; a secret goes in and never comes out', async () => {
    await open();
    expect(codeOf(await bed.duty('PUT', '/alert-sources/tram-mua', gauge))).toBe('not-allowed');
    const { secret: _, ...without } = gauge;
    expect(codeOf(await bed.admin('PUT', '/alert-sources/tram-mua', without))).toBe('bad-input');
    await addSource(bed, gauge);
    await addSource(bed, { ...without, title: 'Trạm khác' } as typeof gauge);
    const answers = (await bed.duty('GET', '/alert-sources')).body;
    expect(answers).toMatchObject([{ id: 'tinh' }, { id: 'tram-mua', title: 'Trạm khác', secretSet: true }]);
    expect(JSON.stringify([answers, await bed.built.centre.store.alerts.sources()])).not.toContain(gauge.secret);
    expect((await bed.admin('DELETE', '/alert-sources/tram-mua')).status).toBe(204);
    expect(codeOf(await bed.admin('DELETE', '/alert-sources/tram-mua'))).toBe('not-found');
  });

  test.each([
    ['a place outside the centre', { places: [{ area: '09', groups: ['g'] }] }, 'outside-area'],
    ['a template that is not there', { events: [{ event: 'x', template: 'khong-co' }] }, 'not-found'],
    ['no senders', { senders: [] }, 'bad-input'],
    ['a name that is another', { id: 'khac' }, 'bad-input'],
    ['the same area twice', { places: [capSource.places[0], capSource.places[0]] }, 'bad-input'],
  ])('with %s are refused', async (_name, changes, code) => {
    bed = await openAlertBed();
    expect(codeOf(await bed.admin('PUT', '/alert-sources/tinh', { ...capSource, ...changes }))).toBe(code);
  });

  test('that send too much in a minute are held back, the rest is not', async () => {
    await open({ ...capSource, perMinute: 2 });
    await addSource(bed, { ...capSource, id: 'tinh-2' } as never);
    const results = [];
    for (const id of ['a-1', 'a-2', 'a-3']) results.push(await bed.built.centre.alerts.offer('tinh', capBytes(alert(id)), 'cap'));
    expect(results.map((one) => (one.ok ? one.value.state : one.problem.code))).toEqual(['waiting', 'waiting', 'too-many-requests']);
    expect((await offer(capBytes(alert('a-3')), 'tinh-2')).state).toBe('waiting');
  });
});

describe('a webhook', () => {
  const notice = (changes: object = {}) =>
    JSON.stringify({ id: 'mua-1', hazard: 'flash-flood', area: '08/02536', riskLevel: 4, ...changes });
  const send = async (body: string, changes: { secret?: string; atMs?: number; source?: string; signature?: string } = {}) => {
    const timestamp = String(Math.floor((changes.atMs ?? nowMs()) / 1000));
    const signature = changes.signature ?? webhookSignature(changes.secret ?? gauge.secret, timestamp, Buffer.from(body));
    const answer = await bed.built.app.inject({
      method: 'POST',
      url: `/alerts/webhook/${changes.source ?? 'tram-mua'}`,
      headers: { 'content-type': 'application/json', 'x-loa-timestamp': timestamp, 'x-loa-signature': signature },
      payload: body,
    });
    return { status: answer.statusCode, headers: {}, body: answer.json() };
  };

  test('sounds under a mandate, once for each id', async () => {
    await open(gauge);
    await putMandateInForce(bed, { feed: 'tram-mua' });
    const first = await send(notice());
    expect(first).toMatchObject({ status: 200, body: { state: 'given' } });
    bed.built.clock.nowMs += 30_000;
    expect((await send(notice())).body).toEqual({ ...first.body, again: true });
    expect(bed.standing()).toHaveLength(1);
    expect((await send(notice({ id: 'mua-2' }))).body.state).toBe('given');
  });

  test('of a place or hazard that no rule knows waits for a person', async () => {
    await open(gauge);
    await putMandateInForce(bed, { feed: 'tram-mua' });
    expect((await send(notice({ area: '08/02536/thon-9' }))).body).toMatchObject({ state: 'waiting', code: 'geocode-unknown' });
    expect((await send(notice({ id: 'mua-2', hazard: 'tsunami' }))).body).toMatchObject({ state: 'waiting', code: 'event-unknown' });
    expect(bed.standing()).toEqual([]);
  });

  test('recorded and sent again later, altered, unsigned or by a stranger is refused', async () => {
    await open(gauge);
    const body = notice();
    const timestamp = String(Math.floor(nowMs() / 1000));
    const signature = webhookSignature(gauge.secret, timestamp, Buffer.from(body));
    expect(codeOf(await send(notice({ area: '08' }), { signature }))).toBe('wrong-credentials');
    expect(codeOf(await send(body, { signature: '' }))).toBe('wrong-credentials');
    expect(codeOf(await send(body, { secret: 'nobody' }))).toBe('wrong-credentials');
    expect(codeOf(await send(body, { source: 'la', secret: 'nobody' }))).toBe('wrong-credentials');
    expect(codeOf(await send(body, { atMs: nowMs() - 301_000 }))).toBe('expired');
    expect(codeOf(await send(body, { atMs: nowMs() + 301_000 }))).toBe('expired');
    expect((await send('{"id":"mua-1"}')).status).toBe(422);
    expect((await send(notice({ text: 'x'.repeat(20_000) }))).status).toBe(413);
    expect((await bed.duty('GET', '/alerts')).body.map(({ state }: { state: string }) => state)).toEqual(['nothing']);
  });
});
