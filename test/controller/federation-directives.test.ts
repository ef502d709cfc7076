// Directives through three levels of centres: read by name, told up, unknown while a line is cut, withdrawn where they were issued.
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import type { DirectiveHandlingAnswer, DirectiveInboxLine } from '../../schemas/directive.ts';
import { type Asker, type BuiltCentre, codeOf } from './built-centre.ts';
import { as, askers, type Family, makeFamily, soon } from './federation-rig.ts';

const hourMs = 3600_000;
let family: Family;
let province: BuiltCentre;
let communeA: BuiltCentre;
let communeB: BuiltCentre;
let hamlet: BuiltCentre;
let wires: Family['wires'];
beforeAll(async () => {
  family = await makeFamily();
  ({ province, communeA, communeB, hamlet, wires } = family);
});
afterAll(() => family?.stop());

async function issue(title: string, change: object = {}): Promise<string> {
  const wish = {
    unit: 'tinh',
    title,
    body: `${title}: làm ngay.`,
    to: ['tinh'],
    levels: ['commune', 'hamlet'],
    readers: ['approver'],
    ...change,
  };
  const made = await (await as(province, 'duyet'))('POST', '/directives', wish);
  expect([made.status, made.body.detail]).toEqual([201, undefined]);
  await province.centre.federation.round();
  return made.body.id;
}
const inbox = (built: BuiltCentre, title: string): Promise<DirectiveInboxLine[]> =>
  soon(async () => {
    const all = (await (await as(built, 'duyet'))('GET', '/directive-inbox?limit=500')).body as DirectiveInboxLine[];
    const found = all.filter(({ directive }) => directive.title === title);
    expect(found.length).toBeGreaterThan(0);
    return found;
  });
const rounds = async () => {
  for (const built of [hamlet, communeA, communeB]) await built.centre.federation.round();
};
/** As its route answers, without the route's limit of asks in a minute. */
const handling = async (built: BuiltCentre, id: string): Promise<DirectiveHandlingAnswer> => {
  const found = await built.centre.directives.find(id, [{ role: 'leader', area: built.centre.card.area }]);
  if (!found.ok) throw new Error(found.problem.detail);
  return found.value;
};
const states = async (built: BuiltCentre, id: string) =>
  Object.fromEntries((await handling(built, id)).lines.map(({ unit, state }) => [unit.id, state]));
const read = (ask: Asker, line: DirectiveInboxLine | undefined) =>
  ask('POST', `/directive-inbox/${line?.directive.id}/${line?.unit.id}/read`);

test('a province’s directive lies in the inboxes of communes and hamlets at their own centres, and is read there by name', async () => {
  const dueMs = province.clock.nowMs + 8 * hourMs;
  const id = await issue('Trực 24/24', { dueMs });
  const [atA] = (await inbox(communeA, 'Trực 24/24')).filter(({ unit }) => unit.id === 'xa');
  expect(atA).toMatchObject({
    ...{ unit: { name: 'Xã A' }, state: 'waiting', readings: [], told: null },
    directive: { body: 'Trực 24/24: làm ngay.', dueMs, unit: { name: 'Tỉnh', area: '08' }, from: { centre: 'tinh-08', directive: id } },
  });
  await communeA.centre.federation.round();
  const [atHamlet] = await inbox(hamlet, 'Trực 24/24');
  expect(atHamlet).toMatchObject({ unit: { id: 'thon' }, directive: { from: { centre: 'xa-a' }, unit: { name: 'Tỉnh' } } });
  expect(codeOf(await read(await as(communeA, 'tac-gia'), atA)), 'it is not for authors').toBe('not-allowed');
  communeA.clock.nowMs += 5;
  const done = await read(await as(communeA, 'duyet'), atA);
  expect(done).toMatchObject({
    status: 200,
    body: { state: 'read', readings: [{ role: 'approver', account: 'duyet', title: 'Duyệt', atMs: communeA.clock.nowMs }] },
  });
  expect((await read(await as(hamlet, 'duyet'), atHamlet)).status).toBe(200);
  await soon(async () => {
    await rounds();
    expect(await states(province, id)).toEqual({ a: 'read', 'a-1': 'read', b: 'waiting' });
  });
  const told = (await (await as(province, 'duyet'))('GET', `/directives/${id}`)).body as DirectiveHandlingAnswer;
  expect(told.figures).toMatchObject({ units: 3, read: 2, waiting: 1, unknown: 0, readShare: 2 / 3 });
  expect(told.lines[0]).toMatchObject({
    readings: [{ account: 'duyet', title: 'Duyệt', atMs: communeA.clock.nowMs }],
    told: { centre: 'xa-a', fresh: 'current' },
  });
  const [entry] = await communeA.centre.store.directives.entries({ units: ['xa'], limit: 9 });
  expect(entry?.readings, 'once is enough').toHaveLength(1);
  expect((await read(await as(communeA, 'duyet'), atA)).body.readings).toHaveLength(1);
});

test('above nobody reads for a unit whose inbox lies below, and below nobody withdraws what was issued above', async () => {
  const id = await issue('Không thay ai');
  const above = await (await as(province, 'duyet'))('POST', `/directive-inbox/${id}/a/read`);
  expect(above.body).toMatchObject({ code: 'conflict', detail: 'its inbox lies at xa-a' });
  const [line] = await inbox(communeB, 'Không thay ai');
  expect(codeOf(await (await as(communeB, 'duyet'))('POST', `/directives/${line?.directive.id}/withdraw`, {}))).toBe('conflict');
});

test('while a line is cut its units are unknown, never 0 %; overdue is told of those that are known; then it goes on by itself', async () => {
  const id = await issue('Trong lúc đứt', { dueMs: province.clock.nowMs + hourMs });
  const [line] = await inbox(communeB, 'Trong lúc đứt');
  await inbox(communeA, 'Trong lúc đứt');
  await communeA.centre.federation.round();
  await inbox(hamlet, 'Trong lúc đứt');
  await soon(async () => {
    await rounds();
    expect(await states(province, id)).toEqual({ a: 'waiting', 'a-1': 'waiting', b: 'waiting' });
  });
  wires.b.cut();
  onTestFinished(() => wires.b.mend());
  const later = await issue('Sau khi đứt', { to: ['b'], levels: ['commune'] });
  for (const built of [province, communeA, communeB, hamlet]) built.clock.nowMs += 2 * hourMs;
  askers.clear();
  expect((await read(await as(communeB, 'duyet'), line)).status, 'with no line it is read all the same').toBe(200);
  await soon(async () => {
    await rounds();
    // As each says of itself every half minute.
    for (const wire of [wires.thon, wires.a]) {
      wire.cut();
      wire.mend();
    }
    expect(await states(province, id)).toEqual({ a: 'overdue', 'a-1': 'overdue', b: 'unknown' });
  });
  expect((await handling(province, id)).figures).toMatchObject({ units: 3, read: 0, overdue: 2, unknown: 1, readShare: 0 });
  expect((await handling(province, later)).figures).toMatchObject({ units: 1, unknown: 1, readShare: null });
  wires.b.twice = true;
  wires.b.mend();
  await soon(async () => {
    await rounds();
    expect(await states(province, id)).toEqual({ a: 'overdue', 'a-1': 'overdue', b: 'read' });
    expect(await states(province, later)).toEqual({ b: 'waiting' });
  });
  expect(await inbox(communeB, 'Sau khi đứt'), 'said twice, it is there once').toHaveLength(1);
  wires.b.twice = false;
});

test('withdrawn above it is withdrawn below, through all levels, and can be read no more', async () => {
  const id = await issue('Nhầm');
  const [line] = await inbox(communeA, 'Nhầm');
  await communeA.centre.federation.round();
  await inbox(hamlet, 'Nhầm');
  const done = await (await as(province, 'duyet'))('POST', `/directives/${id}/withdraw`, { note: 'Sai ngày' });
  expect(done).toMatchObject({
    status: 200,
    body: { withdrawn: { by: 'duyet', note: 'Sai ngày' }, figures: { units: 0, readShare: null } },
  });
  expect(codeOf(await (await as(province, 'duyet'))('POST', `/directives/${id}/withdraw`, {}))).toBe('conflict');
  await province.centre.federation.round();
  await soon(async () =>
    expect(await inbox(communeA, 'Nhầm')).toMatchObject([
      { state: 'withdrawn', directive: { withdrawn: { note: 'Sai ngày' } } },
      { state: 'withdrawn' },
    ]),
  );
  await communeA.centre.federation.round();
  await soon(async () => expect(await inbox(hamlet, 'Nhầm')).toMatchObject([{ state: 'withdrawn' }]));
  expect(codeOf(await read(await as(communeA, 'duyet'), line))).toBe('conflict');
});

test('in one centre’s own tree it needs no line: lists go part by part, and others’ directives are not seen', async () => {
  const approver = await as(communeA, 'duyet');
  const wish = { unit: 'xa', body: 'x', to: ['xa'], levels: ['hamlet'] };
  for (const title of ['Một', 'Hai', 'Ba']) expect((await approver('POST', '/directives', { ...wish, title })).status).toBe(201);
  const first = await approver('GET', '/directives?limit=2');
  const next = /<\/api([^>]+)>/.exec(String(first.headers['link']))?.[1] ?? '';
  const second = await approver('GET', next);
  expect(new Set([...first.body, ...second.body].map(({ id }: { id: string }) => id)).size).toBe(first.body.length + second.body.length);
  const page = await approver('GET', '/directive-inbox?limit=2&unit=thon-mot');
  expect(page.body).toHaveLength(2);
  expect((await approver('GET', /<\/api([^>]+)>/.exec(String(page.headers['link']))?.[1] ?? '')).body.length).toBeGreaterThan(0);
  for (const bad of [
    { ...wish, title: 'x', to: ['khong-co'] },
    { ...wish, title: 'x', unit: 'khong-co' },
  ])
    expect(codeOf(await approver('POST', '/directives', bad))).toBe('not-found');
  expect(codeOf(await approver('POST', '/directives', { ...wish, title: 'hai\ndòng' }))).toBe('bad-input');
  expect(codeOf(await approver('POST', '/directives', { ...wish, title: 'x', dueMs: communeA.clock.nowMs }))).toBe('bad-input');
  expect(codeOf(await approver('GET', '/directives/cd-khong-co'))).toBe('not-found');
});

test('a centre tells nothing of who read another’s directive, or one that it did not get', async () => {
  const id = await issue('Chỉ xã A', { to: ['a'], levels: ['commune'] });
  await inbox(communeA, 'Chỉ xã A');
  const word = (directive: string, unit: string) => ({
    ...{ is: 'reading', directive, unit, beyond: null },
    readings: [{ role: 'approver', account: 'gia', title: 'Giả', atMs: 1 }],
  });
  const rows = [word(id, 'a'), word(id, 'b'), word('cd-la', 'b')].map((thing, at) => ({ seq: at + 1, key: `x:${at}`, thing }));
  await province.fromCentre('xa-b', 'log', JSON.stringify({ stream: 'gia-mao', after: 0, upto: 3, rows }));
  expect(province.warnings).toContainEqual(expect.objectContaining({ event: 'told-below-refused', centre: 'xa-b', refused: 3 }));
  expect((await handling(province, id)).lines).not.toContainEqual(expect.objectContaining({ state: 'read' }));
});
