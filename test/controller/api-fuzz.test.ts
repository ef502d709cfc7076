// The whole REST door under values that its own description allows, and under values that it does not: never a fault of ours, never another's page.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type AskedDoor, askAll, askStrangers, hostileText, openDoor, poisonedAsks, signIn } from './api-asks.ts';
import { codeOf } from './built-centre.ts';

const runs = Number(process.env['LOA_FUZZ'] ?? 12);
const seed = 20_261_127;

let door: AskedDoor;
beforeAll(async () => {
  door = await openDoor();
});
afterAll(() => door.built.stop());

test('the description names every route that is declared, each with its act, and is JSON of OpenAPI 3.1', async () => {
  const described = (await door.built.app.inject({ url: '/api/openapi.json' })).json();
  expect(described.openapi).toBe('3.1.0');
  const named = Object.entries(described.paths as Record<string, object>).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  );
  const declared = door.rules.map(({ method, url }) => `${method} ${url.replaceAll(/:([a-z0-9]+)/gi, '{$1}')}`);
  expect(named.sort()).toEqual([...new Set(declared)].sort());
  expect(named.length).toBeGreaterThan(100);
  const judged = described.paths['/api/programmes'].post;
  expect(judged.description).toContain('programme.write: author');
  expect(judged.requestBody.content['application/json'].schema.required).toContain('title');
});

test('a hostile text is kept as it is, told as JSON that no browser takes for a page, and printed as letters', async () => {
  const { built, rules } = door;
  const session = await signIn(built);
  const box = { id: 'hop-doc', name: 'x', area: '08/02536', groups: ['thon-1'], outputs: [{ id: 'main', kind: 'loudspeaker' }] };
  const more = [
    ['POST /api/boxes', box],
    ['POST /api/bulletins', { title: 'x', text: 'x', durationMs: 10_000 }],
    ['POST /api/folders', { name: 'x', unit: 'xa', parent: null }],
  ] as const;
  let kept = 0;
  const look = (url: string, answer: { readonly headers: Record<string, unknown>; readonly body: string }) => {
    if (!answer.body.includes('zq7')) return;
    expect([url, answer.headers['content-type'], answer.headers['x-content-type-options']]).toEqual([
      url,
      expect.stringMatching(/^application\/(problem\+)?json/),
      'nosniff',
    ]);
    // Each text with its first letters has all of them.
    const pieces = JSON.stringify(hostileText).slice(1, -1);
    expect([url, answer.body.split('zq7').length]).toEqual([url, answer.body.split(pieces).length]);
    kept += 1;
  };
  for (const [method, url, payload] of poisonedAsks(rules, more)) {
    const answer = await built.app.inject({ method: method as 'POST', url, headers: session, payload });
    expect([url, answer.statusCode < 500 || codeOf({ status: 0, headers: {}, body: answer.json() }) === 'tool-missing']).toEqual([
      url,
      true,
    ]);
    // A refusal may quote a part of what was sent.
    if (answer.statusCode < 300) look(url, answer);
  }
  for (const { method, url } of rules)
    if (method === 'GET' && !url.includes(':') && url !== '/api/events') look(url, await built.app.inject({ url, headers: session }));
  expect(kept).toBeGreaterThan(6);
  const period = `fromMs=${built.clock.nowMs - 86_400_000}&toMs=${built.clock.nowMs}`;
  const page = await built.app.inject({ url: `/api/reports/equipment?${period}&format=html`, headers: session });
  expect([page.statusCode, page.headers['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
  expect(page.body).toContain('zq7&#60;script&#62;');
  expect(page.body).not.toContain('<script');
  expect(page.body).not.toContain('<img');
});

test('nothing that is asked is answered with a fault of ours, and every refusal is a problem with a code', async () => {
  const { broken, asks, strangers, done } = await askAll(door, runs, seed);
  expect(broken).toEqual([]);
  // Behind the door, not before it.
  expect(asks).toBeGreaterThan(door.rules.length * 5);
  expect(strangers).toBeLessThan(asks / 20);
  expect(done).toBeGreaterThan(asks / 20);
}, 600_000);

test('nor is anything at the doors where nobody is signed in', async () => {
  const { broken, asks, done } = await askStrangers(door, runs * 4, seed);
  expect(broken).toEqual([]);
  expect(asks).toBeGreaterThan(runs);
  expect(done).toBe(0);
}, 600_000);
