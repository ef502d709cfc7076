// What every store promises of alerts, what the rules remember, sources and mandates.
import { expect, test } from 'vitest';
import type { StoredAlert, StoredMandate } from '../../controller/store/alert-store.ts';
import type { Act } from '../../controller/store/store.ts';
import type { AlertSource } from '../../schemas/alerts.ts';
import { describeOnStore, type StoreBed } from './store-suite.ts';

const act = (name: string): Act => ({ atMs: 1_000, actor: 'someone', act: name, subject: 'thing', sha256: 'ab' });
const nothing = { remember: [], forget: [] };

const alert = (id: string, changes: Partial<StoredAlert> = {}): StoredAlert => ({
  id,
  source: 'tinh',
  receivedMs: 1_000,
  digest: `d-${id}`,
  alert: { sender: 'a@b', identifier: id, sentMs: 500 } as StoredAlert['alert'],
  verdict: { is: 'accept', code: 'alert', reason: 'chữ có dấu' },
  state: 'waiting',
  code: 'no-mandate',
  reason: '',
  proposal: { template: null, areas: [], groups: [] },
  orders: [],
  earlier: [],
  notes: [],
  mandate: null,
  givenMs: null,
  by: null,
  answeredMs: null,
  note: '',
  ...changes,
});

export function describeAlertStore(name: string, makeBed: () => Promise<StoreBed>): void {
  describeOnStore(name, makeBed, (on) => {
    const ids = async (limit = 10) => (await on.store.alerts.alerts(limit)).map(({ id }) => id);

    test('shows what waits before all others, then the newest first', async () => {
      await on.store.alerts.addAlert(alert('old', { receivedMs: 1 }), nothing, act('a'));
      await on.store.alerts.addAlert(alert('done', { receivedMs: 5, state: 'given' }), nothing, act('a'));
      await on.store.alerts.addAlert(alert('new', { receivedMs: 3 }), nothing, act('a'));
      expect(await ids()).toEqual(['new', 'old', 'done']);
      await on.store.alerts.saveAlerts([alert('new', { receivedMs: 3, state: 'aside', note: 'bỏ' })], act('b'));
      expect(await ids()).toEqual(['old', 'done', 'new']);
      expect(await on.store.alerts.alert('new')).toMatchObject({ state: 'aside', note: 'bỏ' });
      expect((await on.store.audit.entries(0, 10)).map((one) => one.act)).toEqual(['a', 'a', 'a', 'b']);
    });

    test('finds messages by the whole triple, but those that came to nothing', async () => {
      await on.store.alerts.addAlert(alert('a-1'), nothing, act('a'));
      await on.store.alerts.addAlert(alert('a-2', { state: 'nothing' }), nothing, act('a'));
      const named = (identifier: string, sentMs = 500, sender = 'a@b') => on.store.alerts.named([{ sender, identifier, sentMs }]);
      expect((await named('a-1')).map(({ id }) => id)).toEqual(['a-1']);
      for (const none of [named('a-2'), named('a-1', 501), named('a-1', 500, 'a@c')]) expect(await none).toEqual([]);
      expect(await on.store.alerts.byIdentifier('tinh', 'a-2')).toMatchObject({ id: 'a-2' });
      expect(await on.store.alerts.byIdentifier('khac', 'a-2')).toBeUndefined();
    });

    test('never forgets what killed the gateway, while other nothings make room', async () => {
      await on.store.alerts.addAlert(alert('deadly', { receivedMs: 1, state: 'waiting', code: 'gateway-failed' }), nothing, act('a'));
      await on.store.alerts.saveAlerts([alert('deadly', { receivedMs: 1, state: 'nothing', code: 'gateway-failed' })], act('a'));
      const many = Array.from({ length: 2_100 }, (_, i) => alert(`n-${i}`, { receivedMs: 10 + i, state: 'nothing' }));
      await on.store.alerts.saveAlerts(many, act('a'));
      await on.store.alerts.addAlert(alert('last', { receivedMs: 5_000, state: 'nothing' }), nothing, act('a'));
      expect((await ids(5_000)).length).toBe(2_002);
      expect(await on.store.alerts.deadly('d-deadly')).toBe('answered');
      await on.store.alerts.addAlert(alert('again', { digest: 'd-deadly', code: 'ended-gateway-before' }), nothing, act('a'));
      expect(await on.store.alerts.deadly('d-deadly')).toBe('waits');
      expect(await on.store.alerts.deadly('d-last')).toBeUndefined();
      expect(await on.store.alerts.alert('n-0')).toBeUndefined();
    });

    test('remembers for the rules in the transaction of the alert', async () => {
      const one = { key: 'a@b,a-1,500', entry: { digest: 'x', deep: { ended: null } } };
      const two = { key: 'a@b,a-2,500', entry: { digest: 'y' } };
      await on.store.alerts.addAlert(alert('a-1'), { remember: [one, two], forget: [] }, act('a'));
      await on.store.alerts.addAlert(alert('a-2'), { remember: [{ ...two, entry: { digest: 'z' } }], forget: [one.key] }, act('a'));
      await on.reopen();
      expect(await on.store.alerts.memory()).toEqual([{ ...two, entry: { digest: 'z' } }]);
    });

    test('counts the orders that began under each mandate since an instant', async () => {
      const given = (id: string, mandate: string, givenMs: number, orders = [`o-${id}`]) =>
        alert(id, { state: 'given', mandate, givenMs, orders });
      for (const one of [given('a', 'm-1', 100), given('b', 'm-1', 200), given('c', 'm-2', 300, ['o-1', 'o-2'])])
        await on.store.alerts.addAlert(one, nothing, act('a'));
      expect([...(await on.store.alerts.startsSince(100))].sort()).toEqual([
        ['m-1', 1],
        ['m-2', 2],
      ]);
    });

    test('keeps a source’s secret when the next writing brings none', async () => {
      const source = { id: 'tram', title: 'Trạm' } as AlertSource;
      await on.store.alerts.saveSource({ source, secret: 'giữ kín' }, act('a'));
      await on.store.alerts.saveSource({ source: { ...source, title: 'Khác' }, secret: null }, act('a'));
      expect(await on.store.alerts.sources()).toEqual([{ source: { id: 'tram', title: 'Khác' }, secret: 'giữ kín' }]);
      expect((await on.store.alerts.removeSource('tram', act('a'))).ok).toBe(true);
      expect((await on.store.alerts.removeSource('tram', act('a'))).ok).toBe(false);
      expect(await on.store.alerts.sources()).toEqual([]);
    });

    test('keeps mandates, newest first', async () => {
      const mandate = (id: string, madeMs: number): StoredMandate => ({
        ...{ id, madeMs, by: 'x', statement: '{}', frozen: [], signatures: [] },
        ...{ envelope: null, revokedMs: null },
      });
      await on.store.alerts.saveMandate(mandate('m-1', 1), act('a'));
      await on.store.alerts.saveMandate(mandate('m-2', 2), act('a'));
      await on.store.alerts.saveMandate({ ...mandate('m-1', 1), revokedMs: 9 }, act('a'));
      expect((await on.store.alerts.mandates()).map(({ id, revokedMs }) => [id, revokedMs])).toEqual([
        ['m-2', null],
        ['m-1', 9],
      ]);
    });
  });
}
