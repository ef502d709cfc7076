// The broker as a program of its own: ready line, files read again, figures, and a leave that spreads the herd.
import { createHash, X509Certificate } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { makeBrokerFolder } from './broker-program.ts';
import { makeAuthority } from './certificates.ts';
import { MqttPeer } from './mqtt-peer.ts';

const authority = await makeAuthority();
const tls = (name: string) => authority.client(name);
const enrol = (...boxes: string[]) => JSON.stringify({ boxes, centres: ['xa-1'] });

describe('broker program', () => {
  it('carries messages between an owner and an enrolled box, refuses others until the registry names them, and stops', async () => {
    const files = await makeBrokerFolder(authority);
    const broker = files.start();
    const { port } = await broker.ready();
    const owner = await new MqttPeer(port, await tls('centre:xa-1')).ready('centre:xa-1', ['loa/1/d/+/up/+']);
    const box = await new MqttPeer(port, await tls('box:b1')).ready('box:b1', ['loa/1/d/b1/dn/want']);
    owner.publish('loa/1/d/b1/dn/want', 'w', { retain: true });
    box.publish('loa/1/d/b1/up/report', 'r', { retain: true });
    await Promise.all([owner.until(() => owner.messages.length === 1), box.until(() => box.messages.length === 1)]);

    const refused = await new MqttPeer(port, await tls('box:b2')).ready('box:b2');
    expect(refused.got('connack')[0]).toMatchObject({ returnCode: 5 });
    await files.write('registry.json', enrol('b1', 'b2'));
    await broker.reload();
    const welcome = await new MqttPeer(port, await tls('box:b2')).ready('box:b2');
    expect(welcome.got('connack')[0]).toMatchObject({ returnCode: 0 });

    broker.signal('SIGTERM');
    expect(await broker.exited).toBe(0);
    await box.until(() => box.closed);
  });

  it.each([
    ['a port that is none', { port: 'x' }, /^broker: bad-input at \/port: /],
    ['figures for strangers', { metrics: { host: '0.0.0.0', port: 0 } }, /^broker: bad-input at \/metrics\/host: /],
    ['a key that is not the certificate’s', { tls: { ca: 'ca.pem', cert: 'cert.pem', key: 'ca.pem' } }, /^broker: bad-input at \/tls: /],
    ['an authority that is none', { tls: { ca: 'registry.json', cert: 'cert.pem', key: 'key.pem' } }, /^broker: bad-input at \/tls/],
    ['a registry that is not there', { registry: 'none.json' }, /^broker: not-found at \/registry: /],
  ])('says what is wrong with its configuration: %s', async (_name, fields, words) => {
    const files = await makeBrokerFolder(authority);
    await files.configure(fields);
    const broker = files.start();
    expect(await broker.exited).toBe(1);
    expect(broker.stderr).toMatch(words);
  });

  it('ends when its port is taken, so that somebody is told', async () => {
    const first = (await makeBrokerFolder(authority)).start();
    const { port } = await first.ready();
    const files = await makeBrokerFolder(authority);
    await files.configure({ port });
    const second = files.start();
    expect(await second.exited).toBe(1);
    expect(second.stderr).toMatch(/EADDRINUSE/);
  });

  it('cuts at once whom the deny list or the registry no longer admits, by name or by certificate, and nobody else', async () => {
    const files = await makeBrokerFolder(authority);
    await files.configure({ denied: 'denied.json' });
    await files.write('registry.json', enrol('b1', 'b2', 'b3', 'b4'));
    await files.write('denied.json', '{}');
    const broker = files.start();
    const { port } = await broker.ready();
    const certificates = await Promise.all(['box:b1', 'box:b2', 'box:b3', 'box:b4'].map(tls));
    const boxes = await Promise.all(certificates.map((one, i) => new MqttPeer(port, one).ready(`box:b${i + 1}`)));
    const sha256 = createHash('sha256')
      .update(new X509Certificate(certificates[1]?.cert ?? '').raw)
      .digest('hex');
    await files.write('denied.json', JSON.stringify({ identities: ['box:b1'], certificates: [sha256] }));
    await files.write('registry.json', enrol('b1', 'b2', 'b4'));
    expect(await broker.reload()).toMatchObject({ enrolled: 4, cut: 3 });
    for (const box of boxes.slice(0, 3)) await box.until(() => box.closed);
    expect(boxes[3]?.closed).toBe(false);
    const again = await new MqttPeer(port, certificates[1] ?? {}).ready('box:b2');
    expect(again.got('connack')[0]).toMatchObject({ returnCode: 5 });
    const renewed = await new MqttPeer(port, await tls('box:b2')).ready('box:b2');
    expect(renewed.got('connack')[0]).toMatchObject({ returnCode: 0 });
  });

  it('tells a file that is wrong and keeps all as it was', async () => {
    const files = await makeBrokerFolder(authority);
    const broker = files.start();
    const { port } = await broker.ready();
    const box = await new MqttPeer(port, await tls('box:b1')).ready('box:b1', ['loa/1/g/g1/order']);
    await files.write('ca.pem', '');
    expect(await broker.reload('reload-refused')).toMatchObject({ code: 'bad-input', path: '/tls/ca' });
    await files.write('ca.pem', (await makeAuthority('Another CA')).ca);
    await files.write('registry.json', '{"boxes":["B1"],"centres":[]}');
    expect(await broker.reload('reload-refused')).toMatchObject({ code: 'bad-input', path: '/registry/boxes/0' });
    const other = await new MqttPeer(port, await tls('centre:xa-1')).ready('centre:xa-1');
    other.publish('loa/1/g/g1/order', 'heard');
    await box.until(() => box.messages.length === 1);
  });

  it('takes over another authority and another certificate of its own; who came by the old one is cut', async () => {
    const files = await makeBrokerFolder(authority);
    const broker = files.start();
    const { port } = await broker.ready();
    const box = await new MqttPeer(port, await tls('box:b1')).ready('box:b1');
    const next = await makeAuthority('Next CA');
    const own = await next.server();
    await files.write('ca.pem', `${authority.ca}\n${next.ca}`);
    await files.write('cert.pem', own.cert);
    await files.write('key.pem', own.key);
    expect(await broker.reload()).toMatchObject({ cut: 0 });
    const centre = await new MqttPeer(port, await next.client('centre:xa-1')).ready('centre:xa-1');
    expect(centre.got('connack')[0]).toMatchObject({ returnCode: 0 });
    await files.write('ca.pem', next.ca);
    expect(await broker.reload()).toMatchObject({ cut: 1 });
    await box.until(() => box.closed);
    const late = await new MqttPeer(port, { ...(await tls('box:b1')), ca: next.ca }).ready('box:b1');
    expect({ answers: late.got('connack'), centre: centre.closed }).toEqual({ answers: [], centre: false });
  });

  it('cuts all over the time it was given, the owner last, and takes nobody in meanwhile', async () => {
    const files = await makeBrokerFolder(authority);
    const names = Array.from({ length: 20 }, (_, i) => `n${i}`);
    await files.configure({ drainMs: 2000 });
    await files.write('registry.json', enrol(...names));
    const broker = files.start();
    const { port } = await broker.ready();
    const ends: string[] = [];
    const timesMs: number[] = [];
    const will = (id: string) => ({ will: { topic: `loa/1/d/${id}/up/on`, payload: Buffer.from('off'), qos: 1, retain: true } });
    const peers = await Promise.all(
      ['centre:xa-1', ...names.map((id) => `box:${id}`)].map(async (name) => {
        const isOwner = name.startsWith('centre');
        const peer = await new MqttPeer(port, await tls(name)).ready(
          name,
          isOwner ? ['loa/1/d/+/up/+'] : [],
          isOwner ? {} : will(name.slice(4)),
        );
        peer.socket.on('close', () => {
          ends.push(name);
          timesMs.push(performance.now());
        });
        return peer;
      }),
    );
    broker.signal('SIGTERM');
    await broker.nextLog('draining');
    const late = await new MqttPeer(port, await tls('box:n0')).ready('box:n0');
    expect(late.got('connack')).toEqual([]);
    expect(await broker.exited).toBe(0);
    for (const peer of peers) await peer.until(() => peer.closed);
    expect(ends).toHaveLength(21);
    expect(ends.at(-1)).toBe('centre:xa-1');
    expect((timesMs.at(-1) ?? 0) - (timesMs[0] ?? 0)).toBeGreaterThan(1200);
    expect(peers[0]?.messages).toEqual([]);
  });

  it('tells Prometheus its figures, its canary among them, and nothing that names anybody', async () => {
    const files = await makeBrokerFolder(authority);
    await files.configure({ metrics: { port: 0 }, canary: { everyMs: 100 } });
    const broker = files.start();
    const { port, metricsPort } = await broker.ready();
    const owner = await new MqttPeer(port, await tls('centre:xa-1')).ready('centre:xa-1');
    await new MqttPeer(port, await tls('box:b9')).ready('box:b9');
    owner.publish('loa/1/g/g1/order', 'o', { retain: true });
    await owner.until(() => owner.got('puback').length === 1);
    const read = async () => {
      const answer = await fetch(`http://127.0.0.1:${metricsPort}/metrics`);
      expect(answer.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
      const text = await answer.text();
      const value = (name: string) => Number(new RegExp(`^${name.replaceAll(/[{}"]/g, '\\$&')} (\\S+)$`, 'm').exec(text)?.[1]);
      return { text, value };
    };
    let figures = await read();
    for (let i = 0; i < 200 && !(figures.value('loa_broker_canary_seconds_count') >= 3); i++) {
      await new Promise((resolve) => setTimeout(resolve, 50));
      figures = await read();
    }
    const { text, value } = figures;
    expect(value('loa_broker_canary_seconds_count')).toBeGreaterThanOrEqual(3);
    expect(value('loa_broker_connections')).toBe(2);
    expect(value('loa_broker_retained_messages')).toBe(1);
    expect(value('loa_broker_refused_total{reason="not-allowed-to-connect"}')).toBe(1);
    expect(value('loa_broker_publishes_total')).toBe(1);
    for (const name of ['bytes_total{direction="in"}', 'retained_bytes', 'queued_bytes', 'canary_lost_total', 'canary_alarm'])
      expect(value(`loa_broker_${name}`)).toBeGreaterThanOrEqual(0);
    expect(value('loa_broker_certificate_ends_seconds')).toBeGreaterThan(Date.now() / 1000);
    expect(text).not.toMatch(/xa-1|b9|127\.0\.0\.1|loa\/1/);
    expect((await fetch(`http://127.0.0.1:${metricsPort}/`)).status).toBe(404);
  });
});
