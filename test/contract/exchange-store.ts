// What every store promises of exchange with foreign systems.
import * as v from 'valibot';
import { expect, test } from 'vitest';
import type { ExchangeLink, Supply } from '../../controller/core/exchange.ts';
import { type SourceIssue, waitingEntry } from '../../controller/core/source-issue.ts';
import type { Act } from '../../controller/store/store.ts';
import { bad, ok } from '../../schemas/problems.ts';
import { SourceContent } from '../../schemas/source.ts';
import { describeOnStore, type StoreBed } from './store-suite.ts';

const act = (name: string): Act => ({ atMs: 1_000, actor: 'someone', act: name, subject: 'thing', sha256: 'ab' });
const link = (id: string): ExchangeLink => ({ id, unit: `xa-${id}`, title: id, form: 'rest', unitCode: id, categories: [], languages: [] });
const content = v.parse(SourceContent, { kind: 'notice', title: 'Tin', body: 'Nội dung.' });
const supply = (key: string): Supply => ({ key, document: { kind: 'withdraw', issue: 'p', item: key, unitCode: 'x' } });

export function describeExchangeStore(name: string, makeBed: () => Promise<StoreBed>): void {
  describeOnStore(name, makeBed, (on) => {
    const add = (id: string) => on.store.exchange.decide(() => ok({ put: link(id) }), act('add'));

    test('links are put by what is decided of all of them, and a refusal writes nothing', async () => {
      await add('b');
      await add('a');
      expect((await on.store.exchange.links()).map(({ id }) => id)).toEqual(['a', 'b']);
      expect(await on.store.exchange.decide((all) => bad('conflict', `${all.length}`), act('x'))).toMatchObject({
        problem: { detail: '2' },
      });
      await on.reopen();
      expect(await on.store.exchange.links()).toEqual([link('a'), link('b')]);
    });

    test('what is supplied is numbered without a gap, each key once, each link by itself, also after opening again', async () => {
      await add('a');
      expect(await on.store.exchange.supply('a', [supply('1'), supply('2')], 5)).toBe(2);
      expect(await on.store.exchange.supply('b', [supply('1')], 5)).toBe(1);
      await on.reopen();
      expect(await on.store.exchange.supply('a', [supply('2'), supply('3'), supply('1')], 9)).toBe(1);
      expect(await on.store.exchange.supply('a', [], 9)).toBe(0);
      const all = await on.store.exchange.supplied('a', 0, 10);
      expect(all.map(({ seq, atMs, body }) => [seq, atMs, JSON.parse(body).item])).toEqual([
        [1, 5, '1'],
        [2, 5, '2'],
        [3, 9, '3'],
      ]);
      expect((await on.store.exchange.supplied('a', 1, 1)).map(({ seq }) => seq)).toEqual([2]);
    });

    test('owed is what is in force and was not supplied, or was taken back since; oldest first, of one unit, by parts', async () => {
      const version = (n: number, state: 'published' | 'withdrawn') => ({
        n,
        state,
        content,
        play: null,
        author: 'an',
        madeMs: 1,
        steps: [],
      });
      const keep = async (id: string, n: number, state: 'published' | 'withdrawn' = 'published') => {
        const latest = version(n, state);
        const of = { id, unit: 'xa', from: null, folder: null, tags: [], createdMs: 1, changedMs: 1 };
        const item = { ...of, latest, published: state === 'published' ? latest : null };
        await on.store.sources.decide(id, () => ok({ item, versions: [latest] }), act('item'));
      };
      const give = async (id: string, item: string, atMs: number, unit = 'thon') => {
        const one: SourceIssue = {
          ...{ id, item, by: 'an', atMs, tier: 'normal', to: [unit], levels: [] },
          ...{ disseminateByMs: null, note: '', withdrawn: null },
        };
        await on.store.issues.add(one, [waitingEntry(one, unit)], act('issue'));
      };
      const owed = (limit = 10) => on.store.exchange.owed('a', ['thon'], limit);
      const told = (...keys: string[]) => on.store.exchange.supply('a', keys.map(supply), 9);
      await keep('tin-1', 1);
      await keep('tin-2', 1);
      await give('p2', 'tin-2', 2);
      await give('p1', 'tin-1', 1);
      await give('p9', 'tin-1', 1, 'thon-khac');
      expect([await owed(), await owed(1)]).toEqual([['p1', 'p2'], ['p1']]);
      await told('p1/1', 'p2/1');
      expect(await owed()).toEqual([]);
      await keep('tin-1', 2);
      expect(await owed()).toEqual(['p1']);
      await told('p1/2');
      await keep('tin-2', 1, 'withdrawn');
      await on.store.issues.withdraw('p1', (one) => ok({ ...one, withdrawn: { by: 'an', atMs: 5, note: '' } }), act('withdraw'));
      await on.reopen();
      expect(await owed()).toEqual(['p1', 'p2']);
      await told('p1/withdrawn', 'p2/withdrawn');
      expect(await owed()).toEqual([]);
      expect(await on.store.exchange.owed('b', ['thon'], 10)).toEqual(['p1', 'p2']);
      const two: SourceIssue = {
        ...{ id: 'p7', item: 'tin-1', by: 'an', atMs: 7, tier: 'normal', to: ['thon', 'xom'], levels: [] },
        ...{ disseminateByMs: null, note: '', withdrawn: null },
      };
      await on.store.issues.add(two, [waitingEntry(two, 'thon'), waitingEntry(two, 'xom')], act('issue'));
      const several = await on.store.exchange.owed('b', ['thon', 'thon-khac', 'xom'], 10);
      expect(several, 'of several units, each once').toEqual(['p1', 'p9', 'p2', 'p7']);
      expect(await on.store.exchange.owed('b', [], 10)).toEqual([]);
      await on.store.exchange.supply('c', ['p1/2', 'p2/withdrawn', 'p99/1'].map(supply), 9);
      const knows = async (id: string) => [...(await on.store.exchange.knows(id, ['p1', 'p2', 'p9', 'p99', 'p']))];
      expect([await knows('c'), await knows('b')]).toEqual([['p1', 'p2'], []]);
    });

    test('those who supply at once give no number twice', async () => {
      const counts = await Promise.all([1, 2, 3].map(() => on.store.exchange.supply('a', [supply('1'), supply('2')], 1)));
      expect(counts).toEqual([2, 0, 0]);
    });

    test('tables of a backup supply all again above every number that was read, also where they knew of none, and as often as they are restored', async () => {
      await on.store.exchange.supply('a', [supply('1'), supply('2')], 5);
      const restore = (atMs: number) => on.store.restored({ ...act('centre.restore'), atMs });
      const numbers = async (id: string) => (await on.store.exchange.supplied(id, 0, 10)).map(({ seq }) => seq);
      await restore(1_700_000_000_000);
      await on.reopen();
      expect(await on.store.exchange.supply('a', [supply('1'), supply('2'), supply('3')], 6)).toBe(1);
      await on.store.exchange.supply('b', [supply('1')], 6);
      const [first = 0, ...more] = await numbers('a');
      const [other = 0] = await numbers('b');
      expect(Math.min(first, other)).toBeGreaterThan(1_000_000);
      expect(more).toEqual([first + 1, first + 2]);
      expect(String(first + 2).length).toBeLessThanOrEqual(12);
      await restore(1_700_000_900_000);
      expect((await numbers('a'))[0]).toBeGreaterThan(first + 2);
      expect((await numbers('b'))[0]).toBeGreaterThan(other);
    });

    test('the latest word on a thing stands, however it comes; removing a link takes all of it', async () => {
      await add('a');
      const said = (key: string, atMs: number, body: string) => ({ key, atMs, heardMs: atMs + 1, body });
      await on.store.exchange.hear('a', [said('s/1', 5, 'five'), said('s/2', 6, 'six'), said('s/1', 4, 'four')], act('hear'));
      await on.store.exchange.hear('a', [said('s/2', 3, 'three')], act('hear'));
      expect((await on.store.exchange.heard('a', 10)).map(({ body }) => body)).toEqual(['six', 'five']);
      await on.store.exchange.supply('a', [supply('1')], 5);
      expect((await on.store.exchange.standing()).get('a')).toEqual({ supplied: 1, lastHeardMs: 7 });
      await on.store.exchange.decide(() => ok({ remove: link('a') }), act('remove'));
      expect(await on.store.exchange.links()).toEqual([]);
      expect(await on.store.exchange.heard('a', 10)).toEqual([]);
      expect(await on.store.exchange.supplied('a', 0, 10)).toEqual([]);
    });
  });
}
