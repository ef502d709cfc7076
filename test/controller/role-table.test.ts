// Every route × every role × inside, elsewhere, half signed in, by token, not signed in: real requests against the table.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildApp } from '../../controller/app.ts';
import { type Directive, unreadEntry } from '../../controller/core/directive.ts';
import { acts } from '../../controller/core/roles.ts';
import { type SourceIssue, waitingEntry } from '../../controller/core/source-issue.ts';
import { AccountRole } from '../../schemas/api.ts';
import { parse } from '../../schemas/parse.ts';
import { tokenActs } from '../../schemas/people.ts';
import { ok } from '../../schemas/problems.ts';
import { EquipmentRequest } from '../../schemas/register.ts';
import { schedule } from '../schemas/documents.ts';
import { type BuiltCentre, makeCentre, must, password, seedOf } from './built-centre.ts';
import { feedback } from './citizen-rig.ts';
import { addOrder } from './order-rows.ts';
import { ticket } from './register-rig.ts';
import { equipment, link, outputs, type RouteRow, roleTable, things } from './role-table.ts';
import { source, version } from './source-rig.ts';

const area = '08/02536';
const { home, elsewhere } = things;
type Outcome = 'not signed in' | 'refused' | 'unseen' | 'admitted';
type Headers = Readonly<Record<string, string>>;

let built: BuiltCentre;
let app: FastifyInstance;
const routes = new Set<string>();

const units = [
  { id: 'xa', parent: null, kind: 'xa', name: 'Xã Sơn Dương', code: '02536', level: 'commune', area },
  { id: 'thon-1', parent: 'xa', kind: 'thon', name: 'Thôn 1', code: null, level: 'hamlet', area: home },
];

const people = AccountRole.options.flatMap((role) => [
  { account: `trong-${role}`, title: role, roles: [role], area, password },
  { account: `ngoai-${role}`, title: role, roles: [role], area: elsewhere, password },
]);

beforeAll(async () => {
  const everything = { account: 'tat-ca', title: 'Tất cả', roles: [...AccountRole.options], area, password };
  const tended = { account: things.account, title: 'x', roles: ['technician'], area: home, password };
  built = await makeCentre(seedOf({ accounts: [...people, everything, tended], groups: [{ id: 'thon-1', name: 'Thôn 1' }], units }));
  const console = join(built.dir, 'console');
  await mkdir(console);
  await writeFile(join(console, 'index.html'), '<!doctype html>');
  app = await buildApp(built.centre, {
    consoleDir: console,
    onRoute: ({ method, url }) => {
      for (const one of [method].flat()) routes.add(`${one} ${url}`);
    },
  });
  await makeThings();
});
afterAll(async () => {
  await app?.close();
  await built?.stop();
});

async function makeThings(): Promise<void> {
  const ask = await built.as('tat-ca');
  const box = { id: things.box, name: 'x', area: home, groups: ['thon-1'], outputs };
  expect((await ask('POST', '/boxes', box)).status).toBe(201);
  const programme = {
    id: things.programme,
    title: 'x',
    form: 'audio' as const,
    tier: 'normal' as const,
    level: 'commune' as const,
    centre: 'xa-02536',
    items: [],
  };
  const act = { atMs: 1, actor: 'x', act: 'programme.write', subject: 'x', sha256: '' };
  const stored = { programme, state: 'submitted' as const, author: 'trong-author', approver: null, changedMs: 1, note: '' };
  await built.centre.store.content.saveProgramme(stored, act);
  await built.centre.register.save(things.entry, must(parse(EquipmentRequest, { version: 0, facts: equipment })), {
    ...{ account: 'tat-ca', grants: [{ role: 'technician', area }] },
    act: (name, subject) => ({ ...act, act: name, subject }),
  });
  must(await built.centre.store.tickets.add(ticket({ id: things.ticket, box: things.box, area: home }), 10, act));
  const begun = { id: things.training, person: things.account, exercise: 'thay-hop', role: 'technician', unit: 'thon-1', by: 'x' } as const;
  await built.centre.store.training.add({ ...begun, beganMs: 1, completedMs: null, result: null, completedBy: null, note: '' }, act);
  const nobody = { answeredBy: null, answeredMs: null, assignee: null, resolvedBy: null, resolvedMs: null, note: '' };
  const fault = { id: things.fault, box: things.box, reason: 'hot', openedMs: 1, standingMs: 2, endedMs: 3, times: 1 } as const;
  await built.centre.store.faults.save([{ ...fault, ...nobody }]);
  const latest = version({ state: 'published', author: 'trong-author' });
  const item = source({ id: things.source, unit: 'thon-1', latest, published: latest });
  must(await built.centre.store.sources.decide(item.id, () => ok({ item, versions: [latest] }), act));
  const folder = { id: things.folder, unit: 'thon-1', parent: null, name: 'Thư mục' };
  must(await built.centre.store.folders.decide(() => ok({ put: folder }), act));
  must(await built.centre.store.folders.decide(() => ok({ put: { ...folder, id: 'thu-muc-2', parent: things.folder } }), act));
  const told = { form: 'sms' as const, atMs: 1, place: '', count: null, note: '', photo: null };
  const delivery = { ...told, id: things.delivery, item: item.id, unit: 'thon-1', by: 'x', madeMs: 1, before: [], struck: null };
  must(await built.centre.store.steering.decideDelivery(delivery.id, item.id, () => ok(delivery), act));
  const planned = schedule({ id: things.schedule, programme: things.programme });
  must(await built.centre.store.content.addSchedule({ schedule: planned, groups: ['thon-1'], author: 'x', createdMs: 1 }, act));
  const lent = { id: things.delegation, giver: 'trong-approver', holder: things.account, area: home, note: '', madeMs: 1, revoked: null };
  must(await built.centre.store.approvals.decideDelegation(lent.id, lent.giver, () => ok({ ...lent, fromMs: 1, untilMs: 9e12 }), act));
  const issue: SourceIssue = {
    ...{ id: things.issue, item: item.id, by: 'x', atMs: 1, tier: 'normal', to: ['thon-1'], levels: ['hamlet'] },
    ...{ disseminateByMs: null, note: '', withdrawn: null },
  };
  must(await built.centre.store.issues.add(issue, [waitingEntry(issue, 'thon-1')], act));
  // Of a centre above: whoever has a right here reads it for units here.
  const directive: Directive = {
    ...{
      id: things.directive,
      unit: 'tinh',
      by: 'centre:tinh-08',
      atMs: 1,
      title: 'x',
      body: 'x',
      dueMs: null,
      to: ['thon-1'],
      levels: [],
    },
    ...{ readers: [...AccountRole.options], withdrawn: null },
    origin: { centre: 'tinh-08', directive: 'cd', unit: { id: 'tinh', name: 'Tỉnh', level: 'province', area: '08' }, units: [] },
  };
  must(await built.centre.store.directives.put(directive, [unreadEntry(directive, 'thon-1')], act));
  must(await built.centre.store.citizens.feedback.add(feedback({ id: things.feedback }), { once: 'o', said: 's' }, 10, act));
  const asked = { kind: 'poll' as const, unit: 'thon-1', title: 'x', text: '', voter: 'device' as const, opensMs: 1, closesMs: 2 };
  const question = { type: 'one' as const, text: 'x', options: ['a', 'b'] };
  const drafted = {
    ...asked,
    questions: [question],
    id: things.poll,
    by: 'x',
    madeMs: 1,
    changes: 0,
    set: 'draft' as const,
    counted: null,
  };
  must(await built.centre.store.citizens.polls.decidePoll(things.poll, () => ok(drafted), 10, act));
  await addOrder(built.centre, { id: things.order, area: home });
  must(await built.centre.exchange.put(things.link, { ...link, categories: [], languages: [] }, act));
}

async function signedIn(account: string): Promise<Headers> {
  const answer = await app.inject({ method: 'POST', url: '/api/session', payload: { account, password } });
  return { cookie: String(answer.headers['set-cookie']).split(';')[0] ?? '', 'x-loa-csrf': answer.json().csrf };
}

function addressOf({ route, params = {} }: RouteRow): { readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'; readonly url: string } {
  const [method = '', url = ''] = route.split(' ');
  const filled = url.replaceAll(/:([a-z0-9]+)/g, (_, name: string) => params[name] ?? 'khong-co').replace('*', 'style.css');
  return { method: method as 'GET', url: filled };
}

/** What somebody meets at the door; all that lies behind it (bad input, not found, no shift) counts as admitted. */
async function meet(row: RouteRow, headers: Headers): Promise<Outcome> {
  const { method, url } = addressOf(row);
  const body = row.body !== undefined && method !== 'GET' ? { payload: row.body } : {};
  // A stream of events never ends by itself.
  const answer = await app.inject({
    method,
    url,
    ...body,
    headers: { host: 'localhost', origin: 'http://localhost', ...headers },
    payloadAsStream: true,
  });
  const stream = answer.stream();
  if (String(answer.headers['content-type']).includes('event-stream')) {
    stream.destroy();
    return 'admitted';
  }
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString('utf8');
  const code = String(answer.headers['content-type']).includes('problem+json') ? (JSON.parse(text) as { code: string }).code : '';
  if (code === 'not-signed-in' || code === 'factor-needed') return 'not signed in';
  if (code === 'not-found' && row.elsewhere === 'unseen') return 'unseen';
  return code === 'not-allowed' ? 'refused' : 'admitted';
}

/** Breaches of the table in words, so that one run names them all. */
async function breaches(headersOf: (row: RouteRow) => Promise<Headers>, expected: (row: RouteRow) => Outcome): Promise<string[]> {
  const found: string[] = [];
  for (const row of roleTable) {
    const outcome = await meet(row, await headersOf(row));
    // Of a box that is there a picture or a contact may still be missing.
    const met = outcome === 'unseen' && expected(row) === 'admitted' ? 'admitted' : outcome;
    if (met !== expected(row)) found.push(`${row.route}: ${outcome}, the table says ${expected(row)}`);
  }
  return found;
}

const fresh = (account: string) => {
  const kept: { headers?: Headers } = {};
  return async ({ route }: RouteRow): Promise<Headers> => {
    const ends = route.startsWith('DELETE /api/session');
    if (ends) return signedIn(account);
    kept.headers ??= await signedIn(account);
    return kept.headers;
  };
};

const holds = (role: AccountRole, { needs }: RouteRow): boolean =>
  needs === 'open' || needs === 'half' || needs === 'self' || (acts[needs] as readonly AccountRole[]).includes(role);

test('every route of the running app stands in the table, and every line of the table is a route', () => {
  const rows = roleTable.map(({ route }) => route);
  // A GET answers HEAD as well; that is not another route.
  const own = [...routes].filter((route) => !(route.startsWith('HEAD ') && routes.has(route.replace('HEAD', 'GET'))));
  expect({ missing: own.filter((route) => !rows.includes(route)), made: rows.filter((route) => !routes.has(route)) }).toEqual({
    missing: [],
    made: [],
  });
  expect(new Set(rows).size).toBe(rows.length);
});

test('nobody who is not signed in comes in, but where the table says so', async () => {
  expect(
    await breaches(
      async () => ({}),
      ({ needs }) => (needs === 'open' ? 'admitted' : 'not signed in'),
    ),
  ).toEqual([]);
});

test('the password alone opens nothing but the way to the code', async () => {
  const whence = { address: '127.0.0.1', device: '' };
  const half = async (): Promise<Headers> => {
    const { cookie, csrf } = await built.centre.people.sessions.begin('tat-ca', 'waiting', whence);
    return { cookie: `loa_session=${cookie}`, 'x-loa-csrf': csrf };
  };
  expect(await breaches(half, ({ needs }) => (needs === 'open' || needs === 'half' ? 'admitted' : 'not signed in'))).toEqual([]);
});

test('a token of somebody who may everything opens what tokens may, and nothing of a person’s', async () => {
  const wish = { name: 'x', acts: [...tokenActs], area, expMs: built.clock.nowMs + 86_400_000, password };
  const grants = AccountRole.options.map((role) => ({ role, area }));
  const { token } = must(await built.centre.people.tokens.make({ account: 'tat-ca', grants }, wish));
  const expected = ({ route, needs }: RouteRow): Outcome => {
    if (needs === 'open') return 'admitted';
    // These look for a cookie alone.
    if (needs === 'half' || route.endsWith('/voice')) return 'not signed in';
    // Whoever may not judge withdraws own work only.
    if (route.endsWith('/withdraw')) return 'refused';
    const fit = (tokenActs as readonly string[]).includes(needs) && (needs !== 'read' || route.startsWith('GET'));
    return fit ? 'admitted' : 'refused';
  };
  expect(await breaches(async () => ({ authorization: `Bearer ${token}` }), expected)).toEqual([]);
});

describe.each(AccountRole.options)('%s', (role) => {
  test('with rights over the whole centre comes in exactly where the table lets this role', async () => {
    expect(await breaches(fresh(`trong-${role}`), (row) => (holds(role, row) ? 'admitted' : 'refused'))).toEqual([]);
  });

  test('with rights in another hamlet is refused all that is the centre’s or of another place', async () => {
    const expected = (row: RouteRow): Outcome => (holds(role, row) ? row.elsewhere : 'refused');
    expect(await breaches(fresh(`ngoai-${role}`), expected)).toEqual([]);
  });

  test('without the CSRF word changes nothing', async () => {
    const { cookie = '' } = await signedIn(`trong-${role}`);
    const mutations = roleTable.filter(({ route, needs }) => !/^(GET|HEAD) /.test(route) && needs !== 'open');
    const outcomes = await Promise.all(mutations.map(async (row) => [row.route, await meet(row, { cookie })] as const));
    expect(outcomes.filter(([, outcome]) => outcome !== 'refused')).toEqual([]);
  });
});
