// Every route of the REST door asked for values that its own description allows, nearly allows, and does not allow at all; what may never be answered is found.
import fc from 'fast-check';
import { schemaOf } from '../../controller/api/describe.ts';
import { type AnyRules, sessionCookie } from '../../controller/api/route.ts';
import { buildApp } from '../../controller/app.ts';
import { AccountRole, SetupRequest, SignInRequest } from '../../schemas/api.ts';
import { FactorConfirmRequest } from '../../schemas/duty.ts';
import { InvitationLookRequest, InvitationRequest } from '../../schemas/people.ts';
import { type ProblemCode, problemKinds } from '../../schemas/problems.ts';
import { type BuiltCentre, makeCentre, password, seedOf } from './built-centre.ts';
import { nearly } from './json-arbitrary.ts';
import { roleTable } from './role-table.ts';

export interface AskedDoor {
  readonly built: BuiltCentre;
  readonly rules: readonly AnyRules[];
}

export async function openDoor(): Promise<AskedDoor> {
  const account = { account: 'tat-ca', title: 'Tất cả', roles: [...AccountRole.options], password };
  const unit = { id: 'xa', parent: null, kind: 'xa', name: 'Xã', code: null, level: 'commune', area: '08/02536' };
  const built = await makeCentre(seedOf({ accounts: [account], units: [unit] }));
  const rules: AnyRules[] = [];
  const app = await buildApp(built.centre, {
    consoleDir: '/nowhere',
    onRoute: (route) => {
      const { config } = route as unknown as { readonly config?: { readonly rules?: AnyRules } };
      if (config?.rules) rules.push(config.rules);
    },
  });
  await app.close();
  return { built, rules };
}

/** A session of its own, so that no limit on signing in stands in the way. */
export async function signIn(built: BuiltCentre): Promise<Record<string, string>> {
  const { cookie, csrf } = await built.centre.people.sessions.begin('tat-ca', 'password', { address: '127.0.0.1', device: '' });
  return { cookie: `${sessionCookie}=${cookie}`, 'x-loa-csrf': csrf };
}

interface Ask {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly payload?: string;
}

/** A machine without tools, voices or boxes may say so; nothing else is a fault of ours that may be answered. */
const mayBeAway: readonly ProblemCode[] = ['tool-missing', 'no-voice', 'driver-missing', 'offline', 'signer-away', 'keys-locked'];

/** What is wrong with an answer, in words; nothing where nothing is. */
function wrongWith(answer: {
  readonly statusCode: number;
  readonly headers: Record<string, unknown>;
  readonly body: string;
}): string | undefined {
  const { statusCode, headers, body } = answer;
  if (headers['x-content-type-options'] !== 'nosniff') return 'no nosniff';
  if (statusCode < 400) return undefined;
  if (!String(headers['content-type']).includes('application/problem+json')) return `${statusCode} without a problem`;
  const { code, status } = JSON.parse(body) as { code: ProblemCode; status: number };
  if (!(code in problemKinds) || problemKinds[code].status !== statusCode || status !== statusCode)
    return `${statusCode} with the code ${code}`;
  return statusCode >= 500 && !mayBeAway.includes(code) ? `${statusCode} ${body.slice(0, 200)}` : undefined;
}

const types = [
  'application/json',
  'application/json',
  'application/json',
  'application/json; charset=utf-16',
  'text/plain',
  'application/xml',
  'multipart/form-data; boundary=x',
  '',
];
const headers = fc
  .record(
    {
      'content-type': fc.constantFrom(...types),
      'if-none-match': fc.constantFrom('*', 'W/"x"', '"', `W/"${'a'.repeat(5_000)}"`, 'W/"0", W/"1",,'),
      'idempotency-key': fc.oneof(fc.constantFrom('', 'khoa-1', 'k'.repeat(200), 'k'.repeat(201), '"', '../x'), fc.uuid()),
      range: fc.constantFrom('bytes=0-0', 'bytes=-1', 'bytes=9-1', 'bytes=0-99999999999999999999', 'lines=1', 'bytes=0-1,3-4'),
      'x-http-method-override': fc.constantFrom('DELETE', 'PUT'),
      'content-encoding': fc.constantFrom('gzip', 'br'),
      'accept-language': fc.string({ unit: 'grapheme-ascii', maxLength: 20 }),
    },
    { requiredKeys: ['content-type'] },
  )
  .map((all) => Object.fromEntries(Object.entries(all).filter(([, value]) => value !== '')));

/** Texts that are not the JSON of any value, or of one that no program would write. */
const rawBodies = [
  '[',
  '',
  '\u0000',
  '{"a":1',
  '{"a":1e400,"b":-0,"c":123456789012345678901234567890}',
  '{"__proto__":{"admin":true},"constructor":{"prototype":{"x":1}}}',
  '{"a":"\\ud800"}',
  '{"title":"\\u0000","id":"\\udfff"}',
  '\uFEFF{}',
  'null',
  '[]',
  '"x"',
  '{"a":1,"a":2}',
  'NaN',
  `${'['.repeat(60_000)}${']'.repeat(60_000)}`,
  `${'{"a":'.repeat(30_000)}1${'}'.repeat(30_000)}`,
];

const places = [
  'hop-1',
  'tat-ca',
  'xa',
  'khong-co',
  '2027',
  '__proto__',
  'constructor',
  '%00',
  '%ed%a0%80',
  '%ff',
  '..%2f..',
  'a'.repeat(300),
  '%E2%80%AE',
  '-1',
  '1e9',
];
const place = fc.oneof(fc.constantFrom(...places), fc.stringMatching(/^[a-z0-9-]{1,20}$/));

/** Queries that no shape names, beside those that it does. */
const strayQueries = [
  'after=%00',
  'after=x',
  'after=9007199254740993',
  'limit=-1',
  'limit=1e308',
  'limit=1&limit=2',
  'fromMs=NaN',
  '__proto__=1',
  'a[b]=1',
  '%ff=%ff',
  '',
];

function asksOf(one: AnyRules): fc.Arbitrary<Ask> {
  const shaped = one.body ? nearly(schemaOf(one.body)).map((value) => (value === undefined ? '' : JSON.stringify(value))) : fc.constant('');
  const body = fc.oneof({ arbitrary: shaped, weight: 6 }, { arbitrary: fc.constantFrom(...rawBodies), weight: 1 });
  const query = fc.oneof(
    { arbitrary: (one.query ? nearly(schemaOf(one.query)) : fc.constant({})).map(queryText), weight: 4 },
    { arbitrary: fc.constantFrom(...strayQueries), weight: 1 },
  );
  return fc.tuple(body, query, place, headers).map(([payload, asked, name, sent]) => ({
    method: String(one.method),
    url: `${one.url.replaceAll(/:[a-z0-9]+/gi, name)}${asked === '' ? '' : `?${asked}`}`,
    headers: sent,
    ...(one.method !== 'GET' && payload !== '' && { payload }),
  }));
}

export interface Found {
  readonly broken: readonly string[];
  readonly asks: number;
  /** Answers that say: not signed in. */
  readonly strangers: number;
  /** Answers that say: done. */
  readonly done: number;
}

/** Ask every route that needs a person, as somebody who may everything. */
export async function askAll({ built, rules }: AskedDoor, numRuns: number, seed: number): Promise<Found> {
  const broken: string[] = [];
  let [asks, strangers, done] = [0, 0, 0];
  let session = await signIn(built);
  // Settings that ask everybody for a code come last: they would end the test.
  const last = (one: AnyRules) => Number(one.url === '/api/sign-in-settings');
  for (const one of [...rules].sort((a, b) => last(a) - last(b))) {
    // A stream of events never ends; signing out ends the test.
    if (one.url === '/api/events' || one.url === '/api/session' || one.url.includes('/sessions')) continue;
    const ask = async (sent: Ask) => {
      const answer = await built.app.inject({ ...sent, method: sent.method as 'GET', headers: { ...sent.headers, ...session } });
      const wrong = wrongWith(answer);
      if (wrong !== undefined)
        broken.push(`${sent.method} ${sent.url} ${JSON.stringify(sent.headers)} ${sent.payload?.slice(0, 300)}: ${wrong}`);
      asks += 1;
      if (answer.statusCode < 300) done += 1;
      if (answer.statusCode !== 401) return;
      strangers += 1;
      session = await signIn(built);
    };
    await fc.assert(fc.asyncProperty(asksOf(one), ask), { numRuns, seed });
  }
  return { broken, asks, strangers, done };
}

const open = [
  ['/api/session', SignInRequest],
  ['/api/session/code', FactorConfirmRequest],
  ['/api/session/factor', FactorConfirmRequest],
  ['/api/session/factor/confirm', FactorConfirmRequest],
  ['/api/setup', SetupRequest],
  ['/api/invitation', InvitationRequest],
  ['/api/invitation/look', InvitationLookRequest],
] as const;

/** The doors before the door: nobody is signed in there. */
export async function askStrangers({ built }: AskedDoor, numRuns: number, seed: number): Promise<Found> {
  const broken: string[] = [];
  let [asks, done] = [0, 0];
  for (const [url, body] of open) {
    const rules: AnyRules = { method: 'POST', url, act: 'self', body };
    await fc.assert(
      fc.asyncProperty(asksOf(rules), fc.ipV4(), async (sent, remoteAddress) => {
        const answer = await built.app.inject({ ...sent, method: 'POST', remoteAddress });
        const wrong = wrongWith(answer);
        if (wrong !== undefined) broken.push(`${sent.url} ${JSON.stringify(sent.headers)} ${sent.payload?.slice(0, 200)}: ${wrong}`);
        asks += 1;
        if (answer.statusCode < 300) done += 1;
      }),
      { numRuns, seed },
    );
  }
  return { broken, asks, strangers: 0, done };
}

/** Texts as they would stand where somebody forgot that they are texts. */
export const hostileText = `zq7<script>alert(1)</script>'"; DROP TABLE boxes; -- {{7*7}} \${x} %s \u202E\u2028 </title><img src=x onerror=alert(2)>&amp;`;

interface TextSchema {
  readonly type?: string;
  readonly pattern?: string;
  readonly enum?: unknown;
  readonly format?: string;
  readonly maxLength?: number;
  readonly properties?: Readonly<Record<string, TextSchema>>;
  readonly items?: TextSchema;
  readonly anyOf?: readonly TextSchema[];
  readonly oneOf?: readonly TextSchema[];
}

/** A value with the hostile text in each place where its schema takes any text long enough. */
function poisoned(schema: TextSchema, value: unknown): unknown {
  const choice = schema.anyOf ?? schema.oneOf;
  if (choice) return choice.reduce((sum, one) => (matches(one, value) ? poisoned(one, sum) : sum), value);
  if (typeof value === 'string') {
    const free = schema.type === 'string' && !schema.pattern && !schema.enum && !schema.format;
    return free && (schema.maxLength ?? Number.POSITIVE_INFINITY) >= hostileText.length ? hostileText : value;
  }
  if (Array.isArray(value)) return value.map((one) => poisoned(schema.items ?? {}, one));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, poisoned(schema.properties?.[name] ?? {}, inner)]));
}

function matches(schema: TextSchema, value: unknown): boolean {
  if (typeof value === 'object' && value !== null)
    return Object.keys(value).every((name) => schema.properties && name in schema.properties);
  return schema.type === typeof value;
}

/** Valid bodies of every POST and PUT (of the table of roles, and more), poisoned by their own schema. */
export function poisonedAsks(
  rules: readonly AnyRules[],
  more: readonly (readonly [string, object])[],
): readonly (readonly [string, string, object])[] {
  const table = roleTable.flatMap(({ route, body, params = {} }) => (body ? [[route, body, params] as const] : []));
  const known = [...table, ...more.map(([route, body]) => [route, body, {} as Readonly<Record<string, string>>] as const)];
  return known.flatMap(([route, body, params]) => {
    const one = rules.find(({ method, url }) => `${method} ${url}` === route);
    if (!one?.body) return [];
    const url = one.url.replaceAll(/:([a-z0-9]+)/gi, (_, name: string) => params[name] ?? 'khong-co');
    return [[String(one.method), url, poisoned(schemaOf(one.body) as TextSchema, body) as object] as const];
  });
}

function queryText(asked: unknown): string {
  if (typeof asked !== 'object' || asked === null) return '';
  return Object.entries(asked)
    .map(
      ([name, value]) =>
        `${encodeURIComponent(wellFormed(name))}=${encodeURIComponent(wellFormed(typeof value === 'object' ? JSON.stringify(value) : String(value)))}`,
    )
    .join('&');
}

/** A half letter has no place in an address. */
function wellFormed(text: string): string {
  return text.replace(/\p{Surrogate}/gu, '?');
}
