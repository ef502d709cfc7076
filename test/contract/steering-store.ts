// What every store promises of notices, phases of issues, deliveries by hand, photographs and households.
import { expect, test } from 'vitest';
import type { Delivery } from '../../controller/core/deliveries.ts';
import type { NewNotice } from '../../controller/core/notices.ts';
import type { Act } from '../../controller/store/store.ts';
import { bad, ok } from '../../schemas/problems.ts';
import { equipmentFacts, equipmentState, ticket } from '../controller/register-rig.ts';
import { describeOnStore, type StoreBed } from './store-suite.ts';

const act = (name: string): Act => ({ atMs: 1_000, actor: 'someone', act: name, subject: 'thing', sha256: 'ab' });
const notice = (cause: string, change: Partial<NewNotice> = {}): NewNotice => ({
  ...{ cause, why: 'half-time', unit: 'xa', roles: ['author'], atMs: 10, dueMs: 20, item: 'tin-1', issue: 'p-1', programme: null },
  ...{ title: 'Rét đậm', units: [] },
  ...change,
});
const delivery = (id: string, change: Partial<Delivery> = {}): Delivery => ({
  ...{ id, item: 'tin-1', unit: 'xa', form: 'material', atMs: 5, place: 'Chợ', count: 40, note: '', photo: null },
  ...{ by: 'an', madeMs: 9, before: [], struck: null },
  ...change,
});

export function describeSteeringStore(name: string, makeBed: () => Promise<StoreBed>): void {
  describeOnStore(name, makeBed, (on) => {
    test('one cause has one notice, whoever gives it and however often; the phase is kept with it', async () => {
      const phase = { issue: 'p-1', phase: 'half-time', atMs: 10 } as const;
      const both = await Promise.all([
        on.store.steering.give([notice('a'), notice('b')], phase),
        on.store.steering.give([notice('b')], phase),
      ]);
      expect(both.map((given) => given.map(({ cause }) => cause))).toEqual([['a', 'b'], []]);
      await on.reopen();
      expect(await on.store.steering.give([notice('a', { atMs: 99 })])).toEqual([]);
      expect((await on.store.steering.notices({ limit: 9 })).map(({ atMs }) => atMs)).toEqual([10, 10]);
      expect(await on.store.steering.phases(['p-1', 'p-2'])).toEqual(new Map([['p-1', new Set(['half-time'])]]));
      expect(await on.store.steering.give([], { issue: 'p-2', phase: 'issued', atMs: 1 })).toEqual([]);
      expect(await on.store.steering.phases(['p-2'])).toEqual(new Map([['p-2', new Set(['issued'])]]));
    });

    test('notices are found by unit, by issue and unread, newest first; the centre’s own by null', async () => {
      await on.store.steering.give([
        notice('a'),
        notice('b', { unit: 'x2', atMs: 30, issue: 'p-2' }),
        notice('c', { unit: null, atMs: 20, issue: null }),
      ]);
      const found = async (filter: object) => (await on.store.steering.notices({ limit: 9, ...filter })).map(({ cause }) => cause);
      expect(await found({})).toEqual(['b', 'c', 'a']);
      expect(await found({ limit: 1 })).toEqual(['b']);
      expect(await found({ units: ['xa', 'x2'] })).toEqual(['b', 'a']);
      expect(await found({ units: ['xa', null] })).toEqual(['c', 'a']);
      expect(await found({ units: [] })).toEqual([]);
      expect(await found({ issues: ['p-1'] })).toEqual(['a']);
      const [first] = await on.store.steering.notices({ units: ['xa'], limit: 1 });
      const id = first?.id ?? '';
      expect(await on.store.steering.read(id, { by: 'an', atMs: 40 }, act('notice.read'))).toMatchObject({ value: { read: { by: 'an' } } });
      expect(await on.store.steering.read(id, { by: 'binh', atMs: 50 }, act('again'))).toMatchObject({
        value: { read: { by: 'an', atMs: 40 } },
      });
      expect(await found({ unread: true })).toEqual(['b', 'c']);
      expect(await on.store.steering.read('khong-co', { by: 'an', atMs: 1 }, act('x'))).toMatchObject({ problem: { code: 'not-found' } });
      expect((await on.store.audit.entries(0, 9)).map((one) => one.act)).toEqual(['notice.read']);
    });

    test('a delivery is judged on what stands; refused, nothing is written', async () => {
      const decide = (id: string, judge: Parameters<typeof on.store.steering.decideDelivery>[2]) =>
        on.store.steering.decideDelivery(id, 'tin-1', judge, act('delivery'));
      await decide('d-1', () => ok(delivery('d-1')));
      await decide('d-2', (before, known) => (before || known !== 1 ? bad('conflict', '') : ok(delivery('d-2', { atMs: 7 }))));
      const more = (before: Delivery | undefined) => ok({ ...delivery('d-1'), count: (before?.count ?? 0) + 1 });
      await Promise.all([decide('d-1', more), decide('d-1', more)]);
      expect(await decide('d-1', () => bad('conflict', 'x'))).toMatchObject({ problem: { code: 'conflict' } });
      await on.reopen();
      expect((await on.store.steering.deliveries('tin-1')).map(({ id, count }) => [id, count])).toEqual([
        ['d-2', 40],
        ['d-1', 42],
      ]);
      expect(await on.store.steering.deliveries('tin-2')).toEqual([]);
      expect(await on.store.steering.delivery('d-9')).toBeUndefined();
    });

    test('a photograph is kept once; households are set and taken away', async () => {
      const photo = { sha256: 'a'.repeat(64), atMs: 1, account: 'an', bytes: 9 };
      await on.store.steering.addPhoto(photo, act('photo.add'));
      await on.store.steering.addPhoto({ ...photo, account: 'binh' }, act('photo.add'));
      expect(await on.store.steering.photo(photo.sha256)).toEqual(photo);
      expect(await on.store.steering.photo('b')).toBeUndefined();
      await on.store.steering.setHouseholds('loa-1', 120, act('households'));
      await on.store.steering.setHouseholds('loa-2', 80, act('households'));
      await on.store.steering.setHouseholds('loa-1', 130, act('households'));
      await on.store.steering.setHouseholds('loa-2', null, act('households'));
      expect(await on.store.steering.households()).toEqual(new Map([['loa-1', 130]]));
    });

    test('a photograph is found by what names it or has named it, once each; those given are told from those that are not', async () => {
      const [one, two] = ['a'.repeat(64), 'b'.repeat(64)];
      await on.store.steering.addPhoto({ sha256: one, atMs: 1, account: 'an', bytes: 9 }, act('photo.add'));
      expect(await on.store.steering.photosGiven([one, two, one])).toEqual(new Set([one]));
      expect(await on.store.steering.photoUses(one, 9)).toEqual([]);
      const decide = (photo: string | null) =>
        on.store.steering.decideDelivery('g-1', 'tin-1', () => ok(delivery('g-1', { photo })), act('g'));
      for (const photo of [null, one, one, two]) await decide(photo);
      await on.store.tickets.add(ticket({ id: 'p-1' }), 9, act('p'));
      const taken = { when: 'before', sha256: one, by: 'an', atMs: 1 } as const;
      await on.store.tickets.decide('p-1', (before) => ok({ ...before, photos: [taken, taken] }), act('p'));
      const states = [
        equipmentState('cum-1', 1, { facts: equipmentFacts({ photos: [one] }) }),
        equipmentState('cum-1', 2, { facts: null }),
      ];
      await on.store.register.decide(['cum-1'], () => ok({ states, act: act('r') }));
      await on.reopen();
      expect((await on.store.steering.photoUses(one, 9)).map(({ kind, thing }) => `${kind} ${thing}`)).toEqual([
        ...['delivery g-1', 'entry cum-1', 'ticket p-1'],
      ]);
      expect(await on.store.steering.photoUses(one, 1)).toEqual([{ kind: 'delivery', thing: 'g-1' }]);
      expect(await on.store.steering.photoUses(two, 9)).toEqual([{ kind: 'delivery', thing: 'g-1' }]);
    });
  });
}
