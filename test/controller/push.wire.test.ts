// Messages to browsers, from the centre over TLS to a push service that checks the key and decrypts; codes by SMS through a real gateway.
import { createHmac } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rootCertificates } from 'node:tls';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { isAllowedHost, trustedWith } from '../../controller/citizens/push-door.ts';
import { demoSms, gatewaySms, type Sms } from '../../controller/citizens/sms.ts';
import { initialise } from '../../controller/init.ts';
import type { PushMessage } from '../../schemas/citizen-api.ts';
import { makeAuthority } from '../wire/certificates.ts';
import { type Asker, type BuiltCentre, codeOf, makeCentre, must, seedOf, startMs } from './built-centre.ts';
import { addOrder } from './order-rows.ts';
import { communeUnits } from './register-rig.ts';
import { FakePushService } from './test-push.ts';

const secret = 'bi-mat-cua-cong-tin-nhan';
const sent: { readonly body: { readonly to: string; readonly text: string; readonly purpose: string }; readonly signed: boolean }[] = [];
let gatewayStatus = 200;
let gateway: Server;
let gatewayUrl: string;

beforeAll(async () => {
  gateway = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const text = Buffer.concat(chunks).toString();
      const mac = createHmac('sha256', secret).update(`${request.headers['x-loa-time']}.${text}`).digest('hex');
      sent.push({ body: JSON.parse(text), signed: request.headers['x-loa-signature'] === `sha256=${mac}` });
      response.writeHead(gatewayStatus).end();
    });
  });
  await new Promise<void>((resolve) => gateway.listen(0, '127.0.0.1', resolve));
  gatewayUrl = `http://127.0.0.1:${(gateway.address() as AddressInfo).port}/sms`;
});
afterAll(() => new Promise((resolve) => gateway.close(resolve)));
beforeEach(() => {
  sent.length = 0;
  gatewayStatus = 200;
});

describe.each<[string, () => Sms, string]>([
  [
    'a gateway',
    () =>
      gatewaySms(
        () => ({ url: gatewayUrl, secret }),
        () => 5_000,
      ),
    'ready',
  ],
  ['a demo', () => demoSms(), 'demo'],
])('SMS by %s', (_name, make, state) => {
  test('takes a text and says how it stands', async () => {
    const sms = make();
    expect(await sms.send({ to: '0912345678', text: 'mã 123456', purpose: 'code' })).toMatchObject({ ok: true });
    expect(sms.state()).toBe(state);
  });
});

test('the gateway gets signed texts, and one that refuses is a problem that names neither phone nor text', async () => {
  const sms = gatewaySms(
    () => ({ url: gatewayUrl, secret }),
    () => 5_000,
  );
  await sms.send({ to: '0912345678', text: 'x'.repeat(1_000), purpose: 'answer' });
  expect(sent).toMatchObject([{ signed: true, body: { to: '0912345678', purpose: 'answer', text: 'x'.repeat(480) } }]);
  gatewayStatus = 503;
  const refused = await sms.send({ to: '0912345678', text: 'mã 123456', purpose: 'code' });
  expect(refused).toMatchObject({ problem: { code: 'offline' } });
  expect(JSON.stringify(refused)).not.toMatch(/0912345678|123456/);
  expect(sms.state()).toBe('failed');
  expect(
    gatewaySms(
      () => undefined,
      () => 1,
    ).state(),
  ).toBe('not-configured');
});

describe('messages to browsers', () => {
  let built: BuiltCentre;
  let service: FakePushService;
  let admin: Asker;
  let author: Asker;
  let ask: Asker;
  let dir: string;
  let device: string;

  const settings = (more: object = {}) => ({
    contacts: [],
    links: [],
    keptDays: 90,
    pushHosts: [service.host],
    sms: { url: gatewayUrl, secret },
    ...more,
  });
  const messages = (): PushMessage[] => service.arrived.map(({ text }) => JSON.parse(text) as PushMessage);
  const subscribe = (name: string, wish: object, whose = device) =>
    ask('POST', '/public/pushes', {
      device: whose,
      subscription: service.browser(name).subscription,
      units: ['thon-1'],
      topics: [],
      ...wish,
    });
  const newDevice = async () => (await ask('POST', '/public/device', {})).body.device as string;

  beforeAll(async () => {
    const authority = await makeAuthority('Dịch vụ đẩy thử');
    service = new FakePushService(await authority.server(), () => built.centre.citizens.book && pushKey());
    await service.start();
    dir = await mkdtemp(join(tmpdir(), 'loa-push-'));
    must(await initialise(dir, seedOf({ units: communeUnits }), startMs));
    await writeFile(join(dir, 'push-ca.pem'), authority.ca);
    built = await makeCentre(undefined, dir);
    [admin, author] = (await Promise.all([built.as('quan-tri'), built.as('tac-gia')])) as [Asker, Asker];
    ask = built.stranger;
    key = (await ask('GET', '/public/place')).body.pushKey;
    device = await newDevice();
    expect((await admin('PUT', '/citizen-settings', settings())).body).toMatchObject({ sms: { url: gatewayUrl }, smsState: 'ready' });
  });
  let key = '';
  const pushKey = () => key;
  afterAll(async () => {
    await built?.stop();
    await service?.stop();
    await rm(dir, { recursive: true, force: true });
  });
  beforeEach(() => {
    service.arrived.length = 0;
  });

  test.each(['https://127.0.0.1:1/x', 'https://169.254.169.254/x', 'https://evil.example/fcm.googleapis.com', 'http://127.0.0.1/x'])(
    'a subscription at %s is refused: the centre calls no stranger',
    async (endpoint) => {
      const { keys } = service.browser('x').subscription;
      expect(codeOf(await ask('POST', '/public/pushes', { device, subscription: { endpoint, keys }, units: ['xa'], topics: [] }))).toBe(
        'bad-input',
      );
    },
  );

  test('a certificate of the operator’s own stands beside those of the browsers’ services, not in their place', () => {
    expect(trustedWith('own')).toEqual([...rootCertificates, 'own']);
  });

  test('hosts are allowed by name, or below a name', () => {
    const hosts = ['fcm.googleapis.com', '*.push.apple.com'];
    const allowed = (url: string) => isAllowedHost(url, hosts);
    expect(['https://fcm.googleapis.com/a', 'https://web.push.apple.com/b'].map(allowed)).toEqual([true, true]);
    expect(
      [
        'https://push.apple.com.evil/a',
        'https://evilpush.apple.com.x',
        'https://u@fcm.googleapis.com/a',
        'https://fcm.googleapis.com:8443/a',
      ].map(allowed),
    ).toEqual([false, false, false, false]);
  });

  test('an order in force goes to everybody around its area whatever they chose, once, urgent, and a receipt comes back', async () => {
    const far = await newDevice();
    expect((await subscribe('near', { topics: [], digestHour: 7 })).status).toBe(201);
    await subscribe('far', { units: ['thon-2'], topics: ['answers'] }, far);
    const nowMs = built.clock.nowMs;
    await addOrder(built.centre, { id: 'lenh-1', area: '08/02536/thon-1', givenMs: nowMs, expMs: nowMs + 600_000 });
    await built.centre.citizens.watch.tellOrders();
    await built.centre.citizens.watch.tellOrders();
    await built.centre.citizens.pushes.settled();
    expect(messages()).toMatchObject([{ topic: 'emergency', title: 'LŨ QUÉT', at: '#/alerts/lenh-1' }]);
    expect(service.arrived[0]).toMatchObject({ path: '/near', urgency: 'high', livesS: 3_600 });
    expect(service.refused).toEqual([]);
    const [{ message, tag } = { message: '', tag: '' }] = messages();
    const received = (word: string) => ask('POST', '/public/pushes/received', { message, tag: word });
    expect([(await received(tag)).status, (await received(tag)).status]).toEqual([204, 204]);
    expect(codeOf(await received(`${tag.slice(0, -1)}x`)), 'a receipt that nobody was given').toBe('not-found');
    expect((await admin('GET', '/push-messages')).body).toMatchObject([
      { id: 'order-lenh-1', sent: 1, accepted: 1, failed: 0, received: 1 },
    ]);
  });

  test('other messages go by topic, those of a digest once a day together', async () => {
    const other = await newDevice();
    await subscribe('now', { topics: ['essential'] }, other);
    await subscribe('daily', { topics: ['essential'], digestHour: 7 }, await newDevice());
    const { pushes } = built.centre.citizens;
    pushes.tell('tin-1', ['xa'], { topic: 'essential', title: 'Tiêm chủng', text: 'x', at: '#/' });
    pushes.tell('tin-2', ['thon-2'], { topic: 'essential', title: 'Của thôn khác', text: 'x', at: '#/' });
    pushes.tell('tin-3', ['xa'], { topic: 'programme', title: 'Chương trình', text: 'x', at: '#/' });
    await pushes.settled();
    expect(service.arrived.map(({ path }) => path)).toEqual(['/now']);
    for (let times = 0; times < 2; times++) pushes.digest(7, '2026-11-23');
    pushes.digest(8, '2026-11-23');
    await pushes.settled();
    expect(service.arrived.slice(1).map(({ path }) => path)).toEqual(['/daily']);
    expect(messages().at(-1)).toMatchObject({ topic: 'digest', text: 'Tiêm chủng' });
  });

  test('a browser that gave up its subscription is forgotten, one that is away is tried again another time', async () => {
    const [gone, away] = [await newDevice(), await newDevice()];
    await subscribe('gone', { topics: ['polls'] }, gone);
    await subscribe('away', { topics: ['polls'] }, away);
    service.answers.set('/gone', 410);
    service.answers.set('/away', 503);
    const { pushes } = built.centre.citizens;
    pushes.tell('bc-1', ['xa'], { topic: 'polls', title: 'x', text: '', at: '#/' });
    await pushes.settled();
    const of = async (word: string) => built.centre.store.citizens.pushes.ofDevice(must(built.centre.citizens.key.device(word)));
    expect([(await of(gone)).length, (await of(away))[0]?.failures]).toEqual([0, 1]);
    service.answers.delete('/away');
    pushes.tell('bc-2', ['xa'], { topic: 'polls', title: 'x', text: '', at: '#/' });
    await pushes.settled();
    expect((await of(away))[0]?.failures).toBe(0);
    expect((await ask('POST', '/public/pushes/remove', { device: away })).body).toEqual({ removed: 1 });
  });

  test('the answer to a feedback is told to its device and its verified phone, and nobody reads the words on the way', async () => {
    const own = await newDevice();
    await subscribe('own', { topics: ['answers'] }, own);
    const { challenge, demoCode } = (await ask('POST', '/public/phone', { phone: '+84 912 345 678', device: own })).body;
    expect(demoCode, 'a real centre shows no code').toBeNull();
    const [, code = ''] = /(\d{6})/.exec(sent[0]?.body.text ?? '') ?? [];
    const { phone } = (await ask('POST', '/public/phone/confirm', { challenge, code })).body;
    expect(codeOf(await ask('POST', '/public/phone/confirm', { challenge, code })), 'a code is used once').toBe('not-found');
    const feedback = { once: 'a'.repeat(32), device: own, kind: 'petition', unit: 'thon-1', text: 'Đèn đường hỏng', phone };
    const { number } = (await ask('POST', '/public/feedback', feedback)).body;
    const [one] = (await author('GET', '/feedback')).body;
    expect(one).toMatchObject({ number, verified: true });
    await author('POST', `/feedback/${one.id}/answer`, { seen: 0, text: 'Đã thay bóng đèn cho nhà ông ở ngõ 3' });
    await built.centre.citizens.pushes.settled();
    expect(messages()).toMatchObject([{ topic: 'answers', at: `#/receipt/${number}` }]);
    expect(sent.at(-1)).toMatchObject({ signed: true, body: { to: '0912345678', purpose: 'answer' } });
    expect(JSON.stringify([messages(), sent.at(-1)])).not.toContain('ngõ 3');
    const rows = JSON.stringify([
      await built.centre.store.citizens.feedback.list({ limit: 9 }),
      await built.centre.store.audit.entries(0, 500),
    ]);
    expect(rows, 'no table holds a phone').not.toContain('912345678');
    expect(
      (await ask('POST', '/public/my-data', { device: await newDevice(), phone })).body.feedback,
      'the phone finds its own from another device',
    ).toHaveLength(1);
  });

  test('the key for messages and the hashes of residents outlive a restart; another address never gets the gateway’s secret', async () => {
    expect(codeOf(await admin('PUT', '/citizen-settings', settings({ sms: { url: 'https://other.example/sms' } })))).toBe('bad-input');
    await built.stop();
    built = await makeCentre(undefined, dir);
    ask = built.stranger;
    expect((await ask('GET', '/public/place')).body.pushKey).toBe(key);
    expect((await ask('POST', '/public/my-data', { device })).body.pushes).toHaveLength(1);
    built.clock.nowMs += 1;
    await built.centre.citizens.watch.tellOrders();
    await built.centre.citizens.pushes.settled();
    expect(service.arrived, 'nobody is told an order twice').toEqual([]);
  });
});
