// A centre as a process: made by init, enrols a box over real TLS, keeps it told over real MQTT, survives its own death.
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeKey, makeRequest } from '../../agent/certificate-request.ts';
import { enrol } from '../../agent/enrol.ts';
import { type Identity, readIdentity } from '../../agent/identity.ts';
import { openAuthority } from '../../controller/provision/authority.ts';
import { cryptography, generateSigningKey, sha256, signerFrom } from '../../hardware/host/crypto.ts';
import { estPaths } from '../../schemas/enrolment.ts';
import { open, seal } from '../../schemas/envelope.ts';
import { decodeFrame } from '../../schemas/frame.ts';
import { type KeyRing, keyRing } from '../../schemas/keys.ts';
import { Order, OrderHead } from '../../schemas/order.ts';
import { Ack, chainText, type Entry } from '../../schemas/outbox.ts';
import { parseJson } from '../../schemas/parse.ts';
import { Answer } from '../../schemas/report.ts';
import { SchedulePart } from '../../schemas/schedule.ts';
import { Want } from '../../schemas/want.ts';
import { must, password, seedOf } from '../controller/built-centre.ts';
import { fetchTls, init, signIn } from './centre-process.ts';
import { MqttPeer } from './mqtt-peer.ts';
import { Program } from './program.ts';
import { until } from './waiting.ts';

describe('a centre as a process', () => {
  let dir: string;
  let data: string;
  let program: Program;
  let doors: { console: string; boxPort: number; mqttPort: number };
  let identity: Identity;
  let ring: KeyRing;
  let claim: Record<string, unknown>;

  const ports = () => ['--port', '0', '--box-port', String(doors?.boxPort ?? 0), '--mqtt-port', String(doors?.mqttPort ?? 0)];
  const start = async () => {
    program = new Program('controller', ['--data', data, '--log', 'warn', ...ports()]);
    doors = (await program.start()) as never;
  };
  const peer = async (...filters: string[]) => new MqttPeer(doors.mqttPort, identity.tls).ready('box:hop-1', filters);

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'loa-centre-wire-'));
    data = join(dir, 'centre');
    const made = await init(data, seedOf({ demo: true }));
    expect(made).toMatchObject({ code: 0, out: expect.stringContaining('"event":"initialised"') });
    await start();
    const technician = await signIn(doors.console, 'ky-thuat');
    const box = { id: 'hop-1', name: 'Hộp 1', area: '08/02536/thon-1', groups: ['thon-1'], outputs: [{ id: 'main', kind: 'loudspeaker' }] };
    expect((await technician('POST', '/boxes', box)).status).toBe(201);
    claim = (await technician('POST', '/boxes/hop-1/claim', {})).body;
    await writeFile(join(dir, 'claim.json'), JSON.stringify(claim));
    must(await enrol(join(dir, 'box'), join(dir, 'claim.json')));
    identity = must(await readIdentity(join(dir, 'box')));
    const keys = JSON.parse(await readFile(join(dir, 'box/identity/keys.json'), 'utf8'));
    ring = must(keyRing(identity.trustRoot, keys, 'hop-1', cryptography));
  }, 60_000);
  afterAll(async () => {
    await program?.stop();
    await rm(dir, { recursive: true, force: true });
  });

  test('private keys are readable by their owner alone', async () => {
    for (const folder of ['keys', 'root-keys'])
      for (const name of await readdir(join(data, folder)))
        expect([name, (await stat(join(data, folder, name))).mode & 0o777]).toEqual([name, 0o600]);
    expect((await stat(join(data, 'authority/ca.key.pem'))).mode & 0o777).toBe(0o600);
  });

  test('a folder is made once, a seed is checked with the place of its fault', async () => {
    expect(await init(data, seedOf())).toMatchObject({ code: 1, err: expect.stringContaining('conflict') });
    const bad = await init(join(dir, 'other'), seedOf({ centre: { id: 'X' } }));
    expect(bad).toMatchObject({ code: 1, err: expect.stringContaining('/centre') });
    expect(await init(join(dir, 'other'), '{')).toMatchObject({ code: 1, err: expect.stringContaining('not JSON') });
  });

  test('the claim of an enrolled box is worth nothing', async () => {
    const again = await enrol(join(dir, 'thief'), join(dir, 'claim.json'));
    expect(again).toMatchObject({ ok: false, problem: { code: 'claim-used' } });
    const authorization = `Basic ${Buffer.from(`hop-1:${'x'.repeat(48)}`).toString('base64')}`;
    const csr = await makeRequest({ dev: 'hop-1', keyPem: makeKey(), signingKeyPem: generateSigningKey().privateKeyPem });
    const wrong = await fetchTls(`https://127.0.0.1:${doors.boxPort}${estPaths.simpleenroll}`, {
      ...{ method: 'POST', ca: claim['ca'], headers: { authorization, 'content-type': 'application/pkcs10' } },
      body: csr,
    });
    expect([wrong.status, JSON.parse(String(wrong.bytes)).code]).toEqual([404, 'not-found']);
  });

  test('the box receives keys and want, signed, and fetches the parts with its certificate', async () => {
    const box = await peer('loa/1/d/hop-1/dn/want', 'loa/1/d/hop-1/dn/keys');
    await box.until(() => box.messages.length === 2);
    const payload = box.messages.find(({ topic }) => topic.endsWith('want'))?.payload;
    const want = must(open(JSON.parse(String(payload)), 'want', Want, (id) => ring.keys.get(id), cryptography)).statement.body;
    expect(want.parts.map(({ kind }) => kind)).toEqual(['settings', 'policy', 'schedules']);
    for (const part of want.parts) {
      const url = `https://127.0.0.1:${doors.boxPort}/blob/${part.sha256}`;
      const got = await fetchTls(url, identity.tls);
      expect([got.status, sha256(got.bytes), got.bytes.length]).toEqual([200, part.sha256, part.bytes]);
      const rest = await fetchTls(url, { ...identity.tls, headers: { range: 'bytes=5-' } });
      expect([rest.status, rest.bytes.equals(got.bytes.subarray(5))]).toEqual([206, true]);
      if (part.kind === 'schedules') expect(parseJson(SchedulePart, String(got.bytes)).ok).toBe(true);
      expect((await fetchTls(url, { ca: identity.tls.ca })).status).toBe(403);
    }
    box.socket.destroy();
  });

  test('a change by a person is at the box as a new revision at once', async () => {
    const box = await peer('loa/1/d/hop-1/dn/want');
    await box.until(() => box.messages.length === 1);
    const admin = await signIn(doors.console, 'quan-tri');
    const policy = (await admin('GET', '/policy')).body as object;
    const askedMs = performance.now();
    await admin('PUT', '/policy', { ...policy, gainMaxDb: -6 });
    await box.until(() => box.messages.length === 2);
    const tookMs = performance.now() - askedMs;
    const revs = box.messages.map(
      ({ payload }) => JSON.parse(Buffer.from(JSON.parse(String(payload)).payload, 'base64').toString()).body.rev,
    );
    expect(revs[1]).toBe(revs[0] + 1);
    // At once, not with the next round of anything.
    expect(tookMs).toBeLessThan(10_000);
    box.socket.destroy();
  });

  test('rows are acknowledged under signature after a kill in between, once and for all', async () => {
    const signer = signerFrom(identity.signingKeyPem);
    const entry = JSON.stringify({
      boot: 'b',
      atMs: Date.now(),
      monoMs: 1,
      clock: 'signed',
      fact: { kind: 'act', act: 'tone', detail: 'thử' },
    } satisfies Entry);
    const row = { seq: 1, hash: sha256(Buffer.from(chainText('e-1', entry))), entry };
    const iat = Date.now();
    const batch = seal(
      { typ: 'log', id: 'x', iss: 'hop-1', epoch: 'e-1', aud: 'c/xa-02536', ctr: iat, iat, nbf: 0, exp: iat + 1e9, body: { rows: [row] } },
      [signer],
    );
    const say = async () => {
      const box = await peer('loa/1/d/hop-1/dn/ack');
      box.publish('loa/1/d/hop-1/up/log', JSON.stringify(batch));
      await box.until(() => box.messages.length === 1 && box.got('puback').length === 1);
      box.socket.destroy();
      return must(open(JSON.parse(String(box.messages[0]?.payload)), 'ack', Ack, (id) => ring.keys.get(id), cryptography)).statement;
    };
    const first = await say();
    expect(first.body).toEqual({ dev: 'hop-1', epoch: 'e-1', upto: 1, head: row.hash });
    await program.kill();
    await start();
    const second = await say();
    expect(second.body).toEqual(first.body);
    expect(second.ctr).toBeGreaterThan(first.ctr);
    const person = await signIn(doors.console, 'ky-thuat');
    expect((await person('GET', '/log?box=hop-1')).body).toHaveLength(1);
  });

  test('signed time answers a nonce, and the centre shows the box online while it is there', async () => {
    const box = await peer('loa/1/d/hop-1/dn/answer', 'loa/1/c/xa-02536/on');
    box.publish('loa/1/d/hop-1/up/ask', JSON.stringify({ id: 'a1', nonce: 'cd'.repeat(16), kind: 'time' }));
    const answered = () => box.messages.find(({ topic }) => topic.endsWith('answer'));
    await box.until(() => answered() !== undefined);
    const answer = must(open(JSON.parse(String(answered()?.payload)), 'answer', Answer, (id) => ring.keys.get(id), cryptography));
    expect(answer.statement.body.nonce).toBe('cd'.repeat(16));
    expect(Math.abs(answer.statement.body.timeMs - Date.now())).toBeLessThan(5000);
    const person = await signIn(doors.console, 'ky-thuat');
    const online = async () => ((await person('GET', '/boxes/hop-1')).body as { online: boolean }).online;
    await until('online', async () => (await online()) || undefined);
    box.socket.destroy();
    await until('offline', async () => !(await online()) || undefined);
  });

  test('an order rides with its voice inside, survives a kill, and its clear ends it', async () => {
    const duty = await signIn(doors.console, 'truc-ban');
    // Voices are prepared in the background after the start.
    const given = await until('order with voice', async () => {
      const answer = await duty('POST', '/orders', { template: 'lu-quet', groups: ['thon-1'], class: 'exercise', confirm: true, password });
      expect(answer.status).toBe(201);
      const box = await peer('loa/1/g/thon-1/drill');
      await box.until(() => box.messages.length === 1);
      box.socket.destroy();
      const frame = must(decodeFrame(box.messages[0]?.payload ?? Buffer.alloc(0), cryptography));
      if (frame.attachments.size > 0) return { id: (answer.body as { id: string }).id, frame };
      await duty('POST', '/orders/stop-all', {});
      await new Promise((resolve) => setTimeout(resolve, 500));
      return undefined;
    });
    const head = must(parseJson(OrderHead, given.frame.head));
    const order = must(open(head.orders.at(-1), 'drill', Order, (id) => ring.keys.get(id), cryptography)).statement;
    expect(order).toMatchObject({ id: given.id, body: { class: 'exercise' } });
    const audio = order.body.speech[0]?.audio;
    expect(given.frame.attachments.get(audio?.sha256 ?? '')?.length).toBe(audio?.bytes);
    expect(audio?.durationMs).toBeGreaterThan(3000);
    await program.kill();
    await start();
    const box = await peer('loa/1/g/thon-1/drill', 'loa/1/g/thon-1/order');
    await box.until(() => box.messages.length === 1);
    const again = must(decodeFrame(box.messages[0]?.payload ?? Buffer.alloc(0), cryptography));
    expect(again.head).toBe(given.frame.head);
    const officer = await signIn(doors.console, 'truc-ban');
    const askedMs = performance.now();
    await officer('POST', `/orders/${given.id}/clear`, { reason: 'thử xong' });
    await box.until(() => box.messages.some(({ payload }) => String(payload).includes('loa.clear+json')));
    expect(performance.now() - askedMs).toBeLessThan(10_000);
    box.socket.destroy();
  });

  test('a stranger without a certificate does not connect, and SIGTERM ends the centre cleanly', async () => {
    const stranger = new MqttPeer(doors.mqttPort, { ca: identity.tls.ca });
    await stranger.until(() => stranger.closed);
    expect(stranger.got('connack')).toEqual([]);
    expect(await program.stop()).toBe(0);
  });
});

describe('a centre with the operator’s certificate', () => {
  test('speaks HTTPS to people, with a Secure cookie and HSTS; plain HTTP gets no answer', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'loa-https-'));
    const authority = await openAuthority(join(dir, 'operator'), 'Người vận hành', Date.now());
    const { cert, key } = await authority.issueServer(['localhost', '127.0.0.1'], Date.now());
    await writeFile(join(dir, 'cert.pem'), cert);
    await writeFile(join(dir, 'key.pem'), key);
    const made = await init(join(dir, 'centre'), seedOf({ accounts: [] }));
    const { setup } = JSON.parse(made.out) as { setup: string };
    const files = ['--tls-cert', join(dir, 'cert.pem'), '--tls-key', join(dir, 'key.pem')];
    const program = new Program('controller', [
      '--data',
      join(dir, 'centre'),
      ...files,
      '--port',
      '0',
      '--box-port',
      '0',
      '--mqtt-port',
      '0',
    ]);
    try {
      const { console: base } = (await program.start()) as { console: string };
      expect(base).toMatch(/^https:/);
      const body = JSON.stringify({ token: setup.split('token=')[1], account: 'chu-tich', password: 'trau-den-leo-cot-dien-7' });
      const answer = await fetchTls(`${base}/api/setup`, {
        method: 'POST',
        ca: authority.pem,
        headers: { 'content-type': 'application/json' },
        body,
      });
      expect(answer.status).toBe(201);
      expect(String(answer.headers['set-cookie'])).toContain('Secure');
      expect(answer.headers['strict-transport-security']).toBeDefined();
      await expect(fetch(base.replace('https:', 'http:'))).rejects.toThrow();
      expect(program.stderr).not.toContain('trau-den-leo-cot-dien-7');
    } finally {
      await program.stop();
      await rm(dir, { recursive: true, force: true });
    }
  });
});
