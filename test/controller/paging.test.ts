// Lists in parts, and reads that somebody has already.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Asker, type BuiltCentre, codeOf, makeCentre } from './built-centre.ts';

let built: BuiltCentre;
let ask: Asker;

beforeAll(async () => {
  built = await makeCentre();
  ask = await built.as('ky-thuat');
  for (let n = 0; n < 7; n++) {
    const box = { id: `hop-${n}`, name: `Hộp ${n}`, area: '08/02536', groups: ['thon-1'], outputs: [{ id: 'main', kind: 'loudspeaker' }] };
    expect((await ask('POST', '/boxes', box)).status).toBe(201);
  }
});
afterAll(() => built.stop());

async function whole(who: Asker, path: string): Promise<{ ids: string[]; parts: number }> {
  const ids: string[] = [];
  let parts = 0;
  for (let next: string | undefined = path; next !== undefined; parts++) {
    const answer = await who('GET', next);
    ids.push(...answer.body.map((one: { id?: string; seq?: number }) => String(one.id ?? one.seq)));
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

test('a place that no link gave is refused', async () => {
  for (const after of ['abc', Buffer.from('[1]').toString('base64url'), Buffer.from('{}').toString('base64url'), 'a%20b'])
    expect([after, codeOf(await ask('GET', `/boxes?after=${after}`))]).toEqual([after, 'bad-input']);
  expect(codeOf(await ask('GET', '/boxes?limit=1001'))).toBe('bad-input');
});

test('what somebody has already is not sent again, until it is another', async () => {
  const first = await ask('GET', '/boxes/hop-1');
  const tag = String(first.headers['etag']);
  const again = await ask('GET', '/boxes/hop-1', undefined, { 'if-none-match': tag });
  expect([again.status, again.body.length]).toEqual([304, 0]);
  await built.fromBox('hop-1', 'tm', {});
  expect((await ask('GET', '/boxes/hop-2', undefined, { 'if-none-match': `"x", ${tag}` })).status).toBe(200);
});
