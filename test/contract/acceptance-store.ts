// What every store promises of acceptance records: word for word, once, the newest first; they outlive rows and go with their box alone.
import { expect, test } from 'vitest';
import type { StoredAcceptance } from '../../controller/core/acceptances.ts';
import type { Box } from '../../controller/store/store.ts';
import { defaultBoxSettings } from '../../schemas/settings.ts';
import { describeOnStore, type StoreBed } from './store-suite.ts';

const nothing = { rows: [], receipts: [], progress: [], conflicts: [], heads: [] };
const act = (name: string, atMs = 1) => ({ atMs, actor: 'x', act: name, subject: 's', sha256: '' });
const record = (id: string, receivedMs: number, dev = 'hop-1'): StoredAcceptance => ({
  ...{ dev, id, atMs: receivedMs - 10, receivedMs },
  envelope: { payloadType: 'x', payload: 'eyLhuqkifQ==', signatures: [{ keyid: 'k', sig: id }] },
});
const box = (id: string): Box => ({
  ...{ id, name: 'Hộp ẩm', area: '08', groups: [], settings: defaultBoxSettings, createdMs: 1 },
  ...{ enrolledMs: 1, signingKey: 'AA==', certificate: null },
});

export function describeAcceptanceStore(name: string, makeBed: () => Promise<StoreBed>): void {
  describeOnStore(name, makeBed, (on) => {
    const ids = async (dev = 'hop-1') => (await on.store.log.acceptances(dev)).map(({ id }) => id);

    test('each is kept word for word under its box, the newest first, over a restart', async () => {
      await on.store.log.commit({ ...nothing, acceptances: [record('a', 100), record('b', 200), record('c', 150, 'hop-2')] });
      await on.reopen();
      expect(await on.store.log.acceptances('hop-1')).toEqual([record('b', 200), record('a', 100)]);
      expect(await ids('hop-2')).toEqual(['c']);
    });

    test('the first word under an id stands', async () => {
      await on.store.log.commit({ ...nothing, acceptances: [record('a', 100)] });
      await on.store.log.commit({ ...nothing, acceptances: [{ ...record('a', 300), envelope: record('x', 1).envelope }] });
      expect(await on.store.log.acceptances('hop-1')).toEqual([record('a', 100)]);
    });

    test('twenty of a box are read, however many it told', async () => {
      const many = Array.from({ length: 25 }, (_, i) => record(`r-${String(i).padStart(2, '0')}`, 100 + i));
      await on.store.log.commit({ ...nothing, acceptances: many });
      expect(await ids()).toEqual(
        many
          .map(({ id }) => id)
          .reverse()
          .slice(0, 20),
      );
    });

    test('those of a box in service never go; of one that ended they go when that is long enough ago', async () => {
      for (const id of ['hop-1', 'hop-2', 'hop-3']) await on.store.estate.addBox(box(id), act('box.register'));
      await on.store.log.commit({
        ...nothing,
        acceptances: [record('a', 100), record('b', 110), record('late', 9_000), record('c', 120, 'hop-2'), record('d', 130, 'hop-3')],
      });
      await on.store.enrolment.end('hop-1', 'decommissioned', act('box.decommission', 1_000));
      await on.store.enrolment.end('hop-3', 'decommissioned', act('box.decommission', 6_000));
      expect(await on.store.retention.drop('acceptances', 1_000, 10)).toEqual({ count: 0, content: [] });
      expect(await on.store.retention.drop('acceptances', 5_000, 1)).toEqual({ count: 1, content: [] });
      expect(await ids()).toEqual(['late', 'b']);
      expect(await on.store.retention.drop('acceptances', 5_000, 10)).toEqual({ count: 1, content: [] });
      expect([await ids(), await ids('hop-2'), await ids('hop-3')]).toEqual([['late'], ['c'], ['d']]);
      // What is old by the rows' own measure leaves a record alone.
      await on.store.retention.drop('rows', 1e15, 10);
      expect(await ids('hop-2')).toEqual(['c']);
    });
  });
}
