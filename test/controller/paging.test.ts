// Lists in parts, and reads that somebody has already.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { programme, schedule } from '../schemas/documents.ts';
import { type Asker, type BuiltCentre, codeOf, makeCentre, must } from './built-centre.ts';
import { sound } from './source-rig.ts';

let built: BuiltCentre;
let ask: Asker;

beforeAll(async () => {
  built = await makeCentre();
  ask = await built.as('ky-thuat');
  for (let n = 0; n < 7; n++) {
    const box = { id: `hop-${n}`, name: `Hộp ${n}`, area: '08/02536', groups: ['thon-1'], outputs: [{ id: 'main', kind: 'loudspeaker' }] };
    expect((await ask('POST', '/boxes', box)).status).toBe(201);
  }
  const { content } = built.centre.store;
  const act = { atMs: 1, actor: 'x', act: 'x', subject: 'x', sha256: '' };
  for (let n = 0; n < 6; n++) {
    // Three of one moment, three of the next; names in another order.
    const [atMs, name] = [n < 3 ? 1 : 2, `${(n * 5) % 6}`];
    const item = sound(name);
    await content.addMedia({ item, source: '', author: 'x', createdMs: atMs, peaks: [] }, act);
    const of = programme({ id: `ct-${name}`, title: `Bản tin ${name}` });
    await content.saveProgramme({ programme: of, state: 'draft', author: 'x', approver: null, changedMs: atMs, note: '' }, act);
    must(
      await content.addSchedule(
        { schedule: schedule({ id: `lich-${name}`, programme: `ct-${name}` }), groups: ['thon-1'], author: 'x', createdMs: atMs },
        act,
      ),
    );
  }
});
afterAll(() => built.stop());

async function whole(who: Asker, path: string): Promise<{ ids: string[]; parts: number }> {
  const ids: string[] = [];
  let parts = 0;
  for (let next: string | undefined = path; next !== undefined; parts++) {
    const answer = await who('GET', next);
    ids.push(...answer.body.map((one: { id?: string; seq?: number; sha256?: string }) => String(one.id ?? one.seq ?? one.sha256)));
    next = /^<\/api(\/[^>]+)>; rel="next"$/.exec(String(answer.headers['link'] ?? ''))?.[1];
  }
  return { ids, parts };
}

test.each([1, 2, 3, 7, 100])('boxes in parts of %i are all boxes, each once', async (limit) => {
  const { ids, parts } = await whole(ask, `/boxes?limit=${limit}`);
  expect(ids).toEqual(Array.from({ length: 7 }, (_, n) => `hop-${n}`));
  expect(parts).toBe(Math.ceil(7 / limit));
});

test('the audit in parts is the chain from its first row', async () => {
  const { ids } = await whole(await built.as('quan-tri'), '/audit?limit=4');
  const { seq } = await built.centre.store.audit.head();
  expect(ids).toEqual(Array.from({ length: seq }, (_, at) => String(at + 1)));
});

describe.each([
  { path: '/media', order: 'newest first' },
  { path: '/programmes', order: 'changed last first' },
  { path: '/schedules', order: 'oldest first' },
])('$path, $order', ({ path }) => {
  test.each([1, 2, 3, 6, 100])(
    'in parts of %i is the whole list, each once and in its order, also where many are of one moment',
    async (limit) => {
      const all = (await ask('GET', path)).body.map((one: { id?: string; sha256?: string }) => one.id ?? one.sha256);
      expect(new Set(all).size).toBe(6);
      expect(await whole(ask, `${path}?limit=${limit}`)).toEqual({ ids: all, parts: Math.ceil(6 / limit) });
    },
  );

  test('is not sent again to who has it, and a strange place in it is refused', async () => {
    const tag = String((await ask('GET', `${path}?limit=2`)).headers['etag']);
    const again = await ask('GET', `${path}?limit=2`, undefined, { 'if-none-match': tag });
    expect([again.status, again.headers['link']]).toEqual([304, expect.stringContaining('rel="next"')]);
    for (const after of [Buffer.from('[1]').toString('base64url'), Buffer.from('["a","b"]').toString('base64url'), 'a%20b'])
      expect(codeOf(await ask('GET', `${path}?after=${after}`))).toBe('bad-input');
  });
});

test('a place that no link gave is refused', async () => {
  for (const after of ['abc', Buffer.from('[1]').toString('base64url'), Buffer.from('{}').toString('base64url'), 'a%20b'])
    expect([after, codeOf(await ask('GET', `/boxes?after=${after}`))]).toEqual([after, 'bad-input']);
  expect(codeOf(await ask('GET', '/boxes?limit=1001'))).toBe('bad-input');
});

const name = ['x', 'y'];
test.each([
  ...['/media', '/programmes', '/schedules', '/orders', '/faults', '/tickets', '/trainings'].map((path) => ({ path, more: name.slice(1) })),
  { path: '/receipts', more: name },
  { path: '/log', more: [...name, 1] },
  { path: '/audit', more: [] },
])('a place in $path names a whole instant: of another a database would make a fault of its own', async ({ path, more }) => {
  const who = path === '/audit' ? await built.as('quan-tri') : ask;
  for (const at of [1.5, 1e300, -1])
    expect([at, codeOf(await who('GET', `${path}?after=${Buffer.from(JSON.stringify([at, ...more])).toString('base64url')}`))]).toEqual([
      at,
      'bad-input',
    ]);
  const whole = Buffer.from(JSON.stringify([1, ...more])).toString('base64url');
  expect((await who('GET', `${path}?after=${whole}`)).status).toBe(200);
});

test('a row of the log is a whole number in a place, too', async () => {
  const after = Buffer.from(JSON.stringify([1, ...name, 1.5])).toString('base64url');
  expect(codeOf(await ask('GET', `/log?after=${after}`))).toBe('bad-input');
});

test('what somebody has already is not sent again, until it is another', async () => {
  const first = await ask('GET', '/boxes/hop-1');
  const tag = String(first.headers['etag']);
  const again = await ask('GET', '/boxes/hop-1', undefined, { 'if-none-match': tag });
  expect([again.status, again.body.length]).toEqual([304, 0]);
  await built.fromBox('hop-1', 'tm', {});
  expect((await ask('GET', '/boxes/hop-2', undefined, { 'if-none-match': `"x", ${tag}` })).status).toBe(200);
});
