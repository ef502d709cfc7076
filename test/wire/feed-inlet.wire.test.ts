// A feed over HTTP whose links are dead, come late or hang: the live message is heard all the same.
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { readFeed } from '../../controller/emergency/gateway/feed.ts';
import { pollFeed } from '../../controller/emergency/inlets/feed-inlet.ts';
import { ok } from '../../schemas/problems.ts';
import { until } from './waiting.ts';

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

interface Site {
  readonly url: string;
  readonly files: Map<string, string>;
  /** Addresses that take a connection and never answer. */
  readonly hanging: Set<string>;
  readonly asked: string[];
}

async function serve(): Promise<Site> {
  const [files, hanging, asked] = [new Map<string, string>(), new Set<string>(), [] as string[]];
  const server: Server = createServer(({ url = '' }, answer) => {
    asked.push(url);
    const file = files.get(url);
    if (hanging.has(url)) return;
    answer.writeHead(file === undefined ? 404 : 200).end(file);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, files, hanging, asked };
}

/** Entries newest first. */
function feedOf(names: readonly string[]): string {
  const entry = (name: string) => `<entry><id>${name}</id><updated>2026-11-23T01:00:00Z</updated><link href="/${name}"/></entry>`;
  return `<feed xmlns="http://www.w3.org/2005/Atom">${names.map(entry).join('')}</feed>`;
}

function follow({ url }: Site): string[] {
  const heard: string[] = [];
  const inlet = pollFeed({
    source: 'tinh',
    url: `${url}/feed`,
    everyMs: 25,
    demo: true,
    readFeed: async (bytes) => readFeed(Buffer.from(bytes).toString()),
    offer: async (_, bytes) => {
      heard.push(Buffer.from(bytes).toString());
      return ok({ id: 'alert-1', is: 'accept', state: 'waiting', code: 'x', reason: '' });
    },
    journal: { info: () => undefined, warn: () => undefined },
    nowMs: () => 0,
  });
  closing.push(() => inlet.stop());
  return heard;
}

test('a link that is dead at first is heard once its message is there', async () => {
  const site = await serve();
  site.files.set('/feed', feedOf(['late']));
  const heard = follow(site);
  await until('a first try', () => (site.asked.includes('/late') ? true : undefined));
  site.files.set('/late', 'here');
  await until('the message', () => (heard.length > 0 ? true : undefined));
  await until('more looks', () => (site.asked.filter((url) => url === '/feed').length > 8 ? true : undefined));
  expect(heard).toEqual(['here']);
});

test('forty dead links, older and newer, keep no live one out', async () => {
  const site = await serve();
  const dead = Array.from({ length: 40 }, (_, at) => `dead-${at}`);
  site.files.set('/feed', feedOf([...dead.slice(0, 35), 'live', ...dead.slice(35)]));
  site.files.set('/live', 'here');
  const heard = follow(site);
  await until('the message', () => (heard.length > 0 ? true : undefined));
  // Each dead one was asked a bounded number of times meanwhile.
  expect(site.asked.filter((url) => url === '/dead-0').length).toBeLessThanOrEqual(10);
});

test('a link that hangs holds up no newer one for longer than its own time, and none beside it', async () => {
  const site = await serve();
  site.hanging.add('/hangs');
  site.files.set('/feed', feedOf(['live-2', 'live-1', 'hangs', 'live-0']));
  for (const name of ['live-0', 'live-1', 'live-2']) site.files.set(`/${name}`, name);
  const heard = follow(site);
  await until('the oldest', () => (heard.includes('live-0') ? true : undefined));
  await until('all were asked for', () => (['/live-1', '/live-2'].every((url) => site.asked.includes(url)) ? true : undefined));
  await until('the rest', () => (heard.length === 3 ? true : undefined), 25_000);
  expect(heard).toEqual(['live-0', 'live-1', 'live-2']);
}, 40_000);
