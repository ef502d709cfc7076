// The inlets as senders meet them: a folder of files, TLS with client certificates, a feed over HTTP; real sockets, real files.
import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rename, symlink, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { request } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { afterEach, describe, expect, test } from 'vitest';
import { openCapDoor } from '../../controller/emergency/make-alerts.ts';
import type { AlertAnswer } from '../../schemas/alerts.ts';
import { type AlertBed, addSource, capSource, openAlertBed } from '../controller/alert-bed.ts';
import { capAlert, capBytes } from '../controller/alert-messages.ts';
import { makeAuthority, type TlsFiles } from './certificates.ts';
import { until } from './waiting.ts';

let bed: AlertBed;
const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
  await bed.stop();
});

const message = (identifier: string, changes: object = {}) => capBytes(capAlert({ identifier, sentMs: bed.built.clock.nowMs, ...changes }));
const alerts = async (): Promise<AlertAnswer[]> => (await bed.duty('GET', '/alerts')).body;
const heard = (identifier: string) => until(identifier, async () => (await alerts()).find((one) => one.message?.identifier === identifier));

describe('a folder', () => {
  const open = async () => {
    bed = await openAlertBed();
    await addSource(bed, capSource);
    const dir = join(bed.built.dir, 'alerts', 'tinh');
    await until('the folder', async () => ((await readdir(dir)).includes('done') ? true : undefined));
    return dir;
  };
  const names = async (dir: string, where: string) =>
    (await readdir(join(dir, where))).map((name) => name.replace(/^.*-[0-9a-f]{4}-/, '')).sort();

  test('takes whole files only, and puts each away by what became of it', async () => {
    const dir = await open();
    await writeFile(join(dir, 'half.xml.tmp'), message('half').subarray(0, 100));
    await writeFile(join(dir, '.hidden.xml'), message('hidden'));
    await writeFile(join(dir, 'good.part'), message('a-1'));
    await rename(join(dir, 'good.part'), join(dir, 'good.xml'));
    await writeFile(join(dir, 'bad.cap'), '<alert/>');
    await writeFile(join(dir, 'large.xml'), Buffer.alloc(1_048_577, 'x'));
    await heard('a-1');
    await until('all put away', async () => ((await names(dir, 'refused')).length === 2 ? true : undefined));
    expect(await names(dir, 'done')).toEqual(['good.xml']);
    expect(await names(dir, 'refused')).toEqual(['bad.cap', 'large.xml']);
    expect((await readdir(dir)).sort()).toEqual(['.hidden.xml', 'done', 'half.xml.tmp', 'refused']);
  });

  test('follows no link and opens no pipe', async () => {
    const dir = await open();
    const outside = join(await mkdtemp(join(tmpdir(), 'loa-outside-')), 'secret.xml');
    await writeFile(outside, message('secret'));
    await symlink(outside, join(dir, 'link.xml'));
    await mkdir(join(dir, 'folder.xml'));
    execFileSync('mkfifo', [join(dir, 'pipe.xml')]);
    await until('three refusals', async () => ((await names(dir, 'refused')).length === 3 ? true : undefined));
    expect((await alerts()).filter(({ message: said }) => said?.identifier === 'secret')).toEqual([]);
    expect(readFileSync(outside).length).toBeGreaterThan(0);
  });

  test('keeps what comes faster than it may until its turn', async () => {
    bed = await openAlertBed();
    await addSource(bed, { ...capSource, perMinute: 2 } as typeof capSource);
    const dir = join(bed.built.dir, 'alerts', 'tinh');
    await until('the folder', async () => ((await readdir(dir)).includes('done') ? true : undefined));
    for (const id of ['a-1', 'a-2', 'a-3']) {
      await writeFile(join(dir, `${id}.part`), message(id));
      await rename(join(dir, `${id}.part`), join(dir, `${id}.xml`));
    }
    await heard('a-2');
    expect(await readdir(dir)).toContain('a-3.xml');
    bed.built.clock.nowMs += 61_000;
    await heard('a-3');
  });
});

interface Identity extends TlsFiles {
  readonly fingerprint: string;
}

async function sender(): Promise<Identity> {
  const made = await (await makeAuthority()).client('sender');
  return { ...made, fingerprint: new X509Certificate(made.cert).fingerprint256.replaceAll(':', '').toLowerCase() };
}

describe('HTTPS for machines', () => {
  const openDoor = async (pinned: Identity) => {
    bed = await openAlertBed({}, true, Date.now());
    const { kind: _, ...rest } = capSource;
    await addSource(bed, { ...rest, kind: 'post', fingerprints: [pinned.fingerprint] } as never);
    const own = await (await makeAuthority()).server();
    const door = await openCapDoor(bed.built.centre, own, { boxHost: '127.0.0.1', gatewayPort: 0 });
    closing.push(() => door.close());
    return { port: door.port, ca: own.ca };
  };
  const post = (port: number, ca: string, who: Partial<Identity>, body: Uint8Array, path = '/cap') =>
    new Promise<{ status: number; body: Record<string, unknown> }>((resolve, reject) => {
      const options = {
        port,
        host: '127.0.0.1',
        path,
        method: 'POST',
        ca,
        cert: who.cert,
        key: who.key,
        servername: 'centre',
        checkServerIdentity: () => undefined,
      };
      const asked = request(options, (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.on('end', () => resolve({ status: answer.statusCode ?? 0, body: JSON.parse(Buffer.concat(chunks).toString()) }));
      });
      asked.on('error', reject);
      asked.end(body);
    });

  test('answers a pinned certificate with what became of its message', async () => {
    const known = await sender();
    const { port, ca } = await openDoor(known);
    expect(await post(port, ca, known, message('a-1'))).toMatchObject({
      status: 200,
      body: { is: 'accept', state: 'waiting', code: 'no-mandate' },
    });
    expect(await post(port, ca, known, Buffer.from('<!DOCTYPE x><x/>'))).toMatchObject({
      status: 422,
      body: { is: 'reject', code: 'doctype' },
    });
    expect(await post(port, ca, known, Buffer.alloc(1_048_577))).toMatchObject({ status: 413, body: { code: 'too-large' } });
    expect(await post(port, ca, known, message('a-2'), '/other')).toMatchObject({ status: 404 });
  });

  test('has nothing for a stranger’s certificate, for none, or for one whose pin is gone', async () => {
    const [known, stranger] = [await sender(), await sender()];
    const { port, ca } = await openDoor(known);
    await expect(post(port, ca, stranger, message('a-1'))).rejects.toThrow(/hang up|ECONNRESET|EPIPE/);
    await expect(post(port, ca, {}, message('a-1'))).rejects.toThrow(/hang up|ECONNRESET|EPIPE/);
    expect((await post(port, ca, known, message('a-1'))).status).toBe(200);
    await bed.admin('DELETE', '/alert-sources/tinh');
    await expect(post(port, ca, known, message('a-2'))).rejects.toThrow(/hang up|ECONNRESET|EPIPE/);
  });

  test('lets go of who says nothing', async () => {
    const known = await sender();
    const { port, ca } = await openDoor(known);
    const beganMs = performance.now();
    const socket = connect({ port, host: '127.0.0.1', ca, cert: known.cert, key: known.key, checkServerIdentity: () => undefined });
    socket.on('error', () => undefined).resume();
    socket.write('POST /cap HTTP/1.1\r\nHost: x\r\n');
    await new Promise((resolve) => socket.once('close', resolve));
    expect(performance.now() - beganMs).toBeLessThan(20_000);
  });
});

describe('a feed', () => {
  interface FeedState {
    body: string;
    etag: string;
    readonly asked: { url: string; etag: string | undefined }[];
    readonly files: Map<string, Uint8Array>;
  }
  const serve = async (): Promise<{ url: string; state: FeedState }> => {
    const state: FeedState = { body: '', etag: '"1"', asked: [], files: new Map() };
    const server: Server = createServer((asked, answer) => {
      state.asked.push({ url: asked.url ?? '', etag: asked.headers['if-none-match'] });
      const file = state.files.get(asked.url ?? '');
      if (file) return void answer.end(file);
      if (asked.url !== '/feed') return void answer.writeHead(404).end();
      if (asked.headers['if-none-match'] === state.etag) return void answer.writeHead(304).end();
      return void answer.writeHead(200, { etag: state.etag }).end(state.body);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    closing.push(() => new Promise((resolve) => server.close(resolve)));
    return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/feed`, state };
  };
  const follow = async (url: string) => {
    bed = await openAlertBed({ demo: true });
    return () => addSource(bed, { ...capSource, kind: 'feed', url, everyMs: 5_000 } as never);
  };

  test('of Atom is read, with whole messages inside and links beside, once each', async () => {
    const { url, state } = await serve();
    const begin = await follow(url);
    const inside = message('in-feed')
      .toString()
      .replace(/^<\?xml[^>]*>\s*/, '');
    const prefixed = inside
      .replaceAll(/<(\/?)(?=[a-zA-Z])/g, '<$1cap:')
      .replace(' xmlns="urn:oasis:names:tc:emergency:cap:1.2"', '')
      .replaceAll('in-feed', 'prefixed');
    state.files.set('/linked.xml', message('linked'));
    const entry = (id: string, inner: string) => `<entry><id>${id}</id><updated>2026-11-23T01:00:00Z</updated>${inner}</entry>`;
    state.body = `<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom" xmlns:cap="urn:oasis:names:tc:emergency:cap:1.2"><id>f</id>
      ${entry('1', `<content type="text/xml">${inside}</content>`)}${entry('2', '<link href="/linked.xml"/>')}
      ${entry('3', `<content type="text/xml">${prefixed}</content>`)}${entry('4', '<link href="http://192.0.2.1/elsewhere.xml"/>')}</feed>`;
    await begin();
    for (const id of ['in-feed', 'linked', 'prefixed']) await heard(id);
    await until('a second look', () => (state.asked.filter((one) => one.url === '/feed').length >= 2 ? true : undefined));
    expect(state.asked.filter((one) => one.url === '/feed').at(-1)?.etag).toBe('"1"');
    expect(state.asked.filter((one) => one.url === '/linked.xml')).toHaveLength(1);
    expect(await alerts()).toHaveLength(3);
  });

  test('of RSS is read; one that is no feed, too large or hostile is told and asked again', async () => {
    const { url, state } = await serve();
    const begin = await follow(url);
    state.body = '<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>';
    await begin();
    await until('a second look', () => (state.asked.length >= 2 ? true : undefined));
    expect(state.asked.at(-1)?.etag).toBeUndefined();
    state.files.set('/one.cap', message('of-rss'));
    state.body = `<rss version="2.0"><channel><title>t</title><item><guid>1</guid><link>${new URL('/one.cap', url).href}</link></item></channel></rss>`;
    state.etag = '"2"';
    await until('the message', async () => (await alerts()).find((one) => one.message?.identifier === 'of-rss'));
  });

  test('inside this machine is not asked by a centre in earnest', async () => {
    const { url, state } = await serve();
    bed = await openAlertBed();
    await addSource(bed, { ...capSource, kind: 'feed', url, everyMs: 5_000 } as never);
    await addSource(bed, { ...capSource, id: 'khac', kind: 'feed', url: url.replace('127.0.0.1', 'localhost'), everyMs: 5_000 } as never);
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    expect(state.asked).toEqual([]);
  });
});
