// The whole REST door under values that its own description allows, and under values that it nearly allows: never a fault of ours.
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { schemaOf } from '../../controller/api/describe.ts';
import { type AnyRules, sessionCookie } from '../../controller/api/route.ts';
import { buildApp } from '../../controller/app.ts';
import { AccountRole } from '../../schemas/api.ts';
import { type BuiltCentre, makeCentre, password, seedOf } from './built-centre.ts';
import { nearly } from './json-arbitrary.ts';

const runs = Number(process.env['LOA_FUZZ'] ?? 12);

let built: BuiltCentre;
const rules: AnyRules[] = [];

beforeAll(async () => {
  const account = { account: 'tat-ca', title: 'Tất cả', roles: [...AccountRole.options], password };
  const unit = { id: 'xa', parent: null, kind: 'xa', name: 'Xã', code: null, level: 'commune', area: '08/02536' };
  built = await makeCentre(seedOf({ accounts: [account], units: [unit] }));
  const app = await buildApp(built.centre, {
    consoleDir: '/nowhere',
    onRoute: (route) => {
      const { config } = route as unknown as { readonly config?: { readonly rules?: AnyRules } };
      if (config?.rules) rules.push(config.rules);
    },
  });
  await app.close();
});
afterAll(() => built.stop());

test('the description names every route that is declared, each with its act, and is JSON of OpenAPI 3.1', async () => {
  const described = (await built.app.inject({ url: '/api/openapi.json' })).json();
  expect(described.openapi).toBe('3.1.0');
  const named = Object.entries(described.paths as Record<string, object>).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  );
  const declared = rules.map(({ method, url }) => `${method} ${url.replaceAll(/:([a-z0-9]+)/gi, '{$1}')}`);
  expect(named.sort()).toEqual([...new Set(declared)].sort());
  expect(named.length).toBeGreaterThan(100);
  const judged = described.paths['/api/programmes'].post;
  expect(judged.description).toContain('programme.write: author');
  expect(judged.requestBody.content['application/json'].schema.required).toContain('title');
});

test('nothing that is asked is answered with a fault of ours, and every refusal is a problem with a code', async () => {
  const cookie = { session: await signIn() };
  const broken: string[] = [];
  let [asks, strangers] = [0, 0];
  // Settings that ask everybody for a code come last: they would end the test.
  const last = (one: AnyRules) => Number(one.url === '/api/sign-in-settings');
  for (const one of [...rules].sort((a, b) => last(a) - last(b))) {
    // A stream of events never ends; signing out ends the test.
    if (one.url === '/api/events' || one.url === '/api/session' || one.url.includes('/sessions')) continue;
    const body = one.body ? nearly(schemaOf(one.body)) : fc.constant(undefined);
    const query = one.query ? nearly(schemaOf(one.query)) : fc.constant({});
    const param = fc.oneof(
      fc.constantFrom('hop-1', 'khong-co', '2027', '__proto__', '%00', '..%2f..'),
      fc.stringMatching(/^[a-z0-9-]{1,20}$/),
    );
    await fc.assert(
      fc.asyncProperty(body, query, param, async (sent, asked, name) => {
        const url = `${one.url.replaceAll(/:[a-z0-9]+/gi, name)}${queryText(asked)}`;
        const answer = await built.app.inject({
          method: one.method as 'GET',
          url,
          headers: { ...cookie.session, 'content-type': 'application/json' },
          ...(sent !== undefined && one.method !== 'GET' && { payload: JSON.stringify(sent) }),
        });
        const problem = String(answer.headers['content-type']).includes('problem+json');
        if (answer.statusCode >= 500 && answer.statusCode !== 503)
          broken.push(`${one.method} ${url} ${JSON.stringify(sent)}: ${answer.statusCode} ${answer.body.slice(0, 200)}`);
        if (answer.statusCode >= 400 && !problem) broken.push(`${one.method} ${url}: ${answer.statusCode} without a problem`);
        if (answer.statusCode === 401) {
          strangers += 1;
          cookie.session = await signIn();
        }
        asks += 1;
      }),
      { numRuns: runs, seed: 20_261_127 },
    );
  }
  expect(broken).toEqual([]);
  // Behind the door, not before it.
  expect(asks).toBeGreaterThan(rules.length * 5);
  expect(strangers).toBeLessThan(asks / 20);
}, 120_000);

/** A session of its own, so that no limit on signing in stands in the way. */
async function signIn(): Promise<Record<string, string>> {
  const { cookie, csrf } = await built.centre.people.sessions.begin('tat-ca', 'password', { address: '127.0.0.1', device: '' });
  return { cookie: `${sessionCookie}=${cookie}`, 'x-loa-csrf': csrf };
}

function queryText(asked: unknown): string {
  if (typeof asked !== 'object' || asked === null) return '';
  const text = Object.entries(asked).map(
    ([name, value]) => `${encodeURIComponent(wellFormed(name))}=${encodeURIComponent(wellFormed(String(value)))}`,
  );
  return text.length > 0 ? `?${text.join('&')}` : '';
}

/** A half letter has no place in an address. */
function wellFormed(text: string): string {
  return text.replace(/[\uD800-\uDFFF]/g, '?');
}
