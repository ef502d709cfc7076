// A request sent again under its key: the same answer, one deed; another request under it is a problem.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Asker, type BuiltCentre, codeOf, makeCentre, password } from './built-centre.ts';

const dayMs = 86_400_000;
let built: BuiltCentre;
let author: Asker;
let technician: Asker;

beforeAll(async () => {
  built = await makeCentre();
  [author, technician] = (await Promise.all(['tac-gia', 'ky-thuat'].map(built.as))) as [Asker, Asker];
  page = (await author('POST', '/bulletins', { title: 'Lịch', text: 'Thứ ba', durationMs: 30_000 })).body.sha256;
});
afterAll(() => built.stop());

const key = (name: string) => ({ 'idempotency-key': name });
let page: string;
const wish = (title: string) => ({ title, form: 'bulletin', tier: 'normal', items: [page] });
const programmes = async (title: string) =>
  (await built.centre.store.content.programmes()).filter(({ programme }) => programme.title === title);

describe('a request under a key', () => {
  test('is done once and answered alike each time, to the letter', async () => {
    const first = await author('POST', '/programmes', wish('Một'), key('k-1'));
    const again = await author('POST', '/programmes', wish('Một'), key('k-1'));
    expect([first.status, again.status, again.body]).toEqual([201, 201, first.body]);
    expect([first.headers['idempotency-replayed'], again.headers['idempotency-replayed']]).toEqual([undefined, 'true']);
    expect(await programmes('Một')).toHaveLength(1);
  });

  test('sent many times at once is done once', async () => {
    const answers = await Promise.all(Array.from({ length: 8 }, () => author('POST', '/programmes', wish('Hai'), key('k-2'))));
    expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1);
    expect(await programmes('Hai')).toHaveLength(1);
  });

  test('that is another one is a problem, and nothing is done', async () => {
    const other = await author('POST', '/programmes', wish('Ba'), key('k-1'));
    expect([codeOf(other), other.body.path]).toEqual(['conflict', '/idempotency-key']);
    expect(await programmes('Ba')).toEqual([]);
  });

  test('of another person, or for another thing, is its own', async () => {
    const box = { id: 'hop-k', name: 'x', area: '08/02536', groups: ['g'], outputs: [{ id: 'main', kind: 'loudspeaker' }] };
    expect((await technician('POST', '/boxes', box, key('k-1'))).status).toBe(201);
    expect((await technician('POST', '/boxes', box, key('k-1'))).body.id).toBe('hop-k');
  });

  test('that was refused may be sent again once its reason is gone', async () => {
    const box = { id: 'hop-r', name: 'x', area: '09', groups: ['g'], outputs: [{ id: 'main', kind: 'loudspeaker' }] };
    expect(codeOf(await technician('POST', '/boxes', box, key('k-3')))).toBe('not-allowed');
    expect((await technician('POST', '/boxes', { ...box, area: '08/02536' }, key('k-3'))).status).toBe(201);
  });

  test('whose answer was lost with the process is known to be done: it is told so, and not done again', async () => {
    const { store } = built.centre;
    // As a death between the commit and the answer leaves it: the row of the transaction alone.
    const keep = store.once.keep.bind(store.once);
    Object.assign(store.once, { keep: async () => Promise.reject(new Error('gone')) });
    expect((await author('POST', '/programmes', wish('Năm'), key('k-5'))).status).toBe(500);
    Object.assign(store.once, { keep });
    const again = await author('POST', '/programmes', wish('Năm'), key('k-5'));
    expect([codeOf(again), again.body.detail]).toEqual(['conflict', expect.stringContaining('done already')]);
    expect(await programmes('Năm')).toHaveLength(1);
  });

  test('proves the person anew by a password of which no trace is kept, and a wrong key is refused', async () => {
    const duty = await built.as('truc-ban');
    const order = { template: 'lu-quet', groups: ['thon-1'], class: 'exercise', confirm: true, password };
    const first = await duty('POST', '/orders', order, key('k-7'));
    expect(first.status).toBe(201);
    expect((await duty('POST', '/orders', order, key('k-7'))).body.id).toBe(first.body.id);
    expect(await built.centre.store.orders.orders(9)).toHaveLength(1);
    expect(codeOf(await author('POST', '/programmes', wish('Bảy'), key('có dấu')))).toBe('bad-input');
    expect(codeOf(await author('POST', '/programmes', wish('Bảy'), key('x'.repeat(201))))).toBe('bad-input');
  });

  test('whose answer is a secret is refused: nothing of it is kept', async () => {
    expect(codeOf(await technician('POST', '/boxes/hop-k/claim', {}, key('k-8')))).toBe('bad-input');
    const token = { name: 'x', acts: ['read'], area: '08/02536', expMs: built.clock.nowMs + dayMs, password };
    expect(codeOf(await technician('POST', '/tokens', token, key('k-9')))).toBe('bad-input');
  });

  test('is forgotten after a day', async () => {
    await author('POST', '/programmes', wish('Sáu'), key('k-6'));
    built.clock.nowMs += dayMs + 1;
    const later = await built.as('tac-gia');
    expect((await later('POST', '/programmes', wish('Sáu'), key('k-6'))).headers['idempotency-replayed']).toBeUndefined();
    expect(await programmes('Sáu')).toHaveLength(2);
  });
});
