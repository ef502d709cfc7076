// What every store promises of source information: items, versions that never change, words that find them.
import { expect, test } from 'vitest';
import type { SourceItem } from '../../controller/core/source-item.ts';
import type { Act, Store } from '../../controller/store/store.ts';
import { bad, ok } from '../../schemas/problems.ts';
import { content, sound, source, version } from '../controller/source-rig.ts';
import { describeOnStore, type StoreBed } from './store-suite.ts';

const act = (name: string): Act => ({ atMs: 1_000, actor: 'someone', act: name, subject: 'thing', sha256: 'ab' });

export function describeSourceStore(name: string, makeBed: () => Promise<StoreBed>): void {
  describeOnStore(name, makeBed, (on) => {
    const save = (item: SourceItem, versions = [item.latest]) =>
      on.store.sources.decide(item.id, () => ok({ item, versions }), act('save'));
    const titled = (id: string, title: string, changedMs: number, change: Partial<SourceItem> = {}) =>
      source({ id, changedMs, latest: version({ content: content({ title, body: 'x' }) }), ...change });
    const ids = async (filter: Partial<Parameters<Store['sources']['items']>[0]> = {}) =>
      (await on.store.sources.items({ limit: 10, ...filter })).map(({ id }) => id);

    test('an item is there as it was decided, with every version, after opening again', async () => {
      const first = version({ play: sound('a'), state: 'published', steps: [{ step: 'publish', by: 'b', atMs: 5, note: 'chữ "nháy"' }] });
      const second = version({ n: 2, content: content({ title: 'Đính chính' }), author: 'binh' });
      const item = source({ from: { item: 'goc', version: 3 }, tags: ['tết', 'lũ'], folder: 'f-1', latest: first, published: first });
      await save(item);
      await save({ ...item, latest: second, changedMs: 9 }, [second]);
      await on.reopen();
      expect(await on.store.sources.item('tin-1')).toEqual({ ...item, latest: second, changedMs: 9 });
      expect(await on.store.sources.versions('tin-1')).toEqual([first, second]);
      expect(await on.store.sources.item('tin-2')).toBeUndefined();
      expect(await on.store.sources.versions('tin-2')).toEqual([]);
      expect((await on.store.sources.itemsOf(['tin-1', 'tin-2'])).map(({ id }) => id)).toEqual(['tin-1']);
      expect((await on.store.sources.copies('goc')).map(({ id }) => id)).toEqual(['tin-1']);
      expect((await on.store.audit.entries(0, 10)).map((one) => one.act)).toEqual(['save', 'save']);
    });

    test('what a version says is never written again, its state is', async () => {
      await save(source());
      const other = version({ state: 'submitted', content: content({ title: 'Tráo' }) });
      await save(source({ latest: other }));
      expect((await on.store.sources.item('tin-1'))?.latest).toMatchObject({ state: 'submitted', content: { title: 'Lịch tiêm phòng' } });
    });

    test('a decision sees what is there; refused, it writes nothing, not even an act', async () => {
      await save(source());
      const refused = await on.store.sources.decide('tin-1', (item) => bad('conflict', `newest is ${item?.latest.n}`), act('no'));
      expect(refused).toMatchObject({ problem: { code: 'conflict', detail: 'newest is 1' } });
      expect((await on.store.audit.entries(0, 10)).map((one) => one.act)).toEqual(['save']);
      const seen: (number | undefined)[] = [];
      const next = (item: SourceItem | undefined) => {
        seen.push(item?.latest.n);
        const latest = version({ n: (item?.latest.n ?? 0) + 1 });
        return ok({ item: source({ latest }), versions: [latest] });
      };
      await Promise.all([1, 2, 3].map(() => on.store.sources.decide('tin-1', next, act('turn'))));
      expect(seen).toEqual([1, 2, 3]);
    });

    test('lists go by what is asked, changed last first', async () => {
      const published = version({ state: 'published', content: content({ kind: 'audio', essential: true }) });
      await save(source({ id: 'a', unit: 'u1', changedMs: 1, tags: ['lũ'] }));
      await save(source({ id: 'b', unit: 'u2', changedMs: 3, latest: published, published }));
      await save(source({ id: 'c', unit: 'u2', changedMs: 2, folder: 'f', tags: ['lũ', 'tết'], latest: version({ state: 'submitted' }) }));
      expect(await ids()).toEqual(['b', 'c', 'a']);
      expect(await ids({ limit: 1 })).toEqual(['b']);
      expect(await ids({ units: ['u2'] })).toEqual(['b', 'c']);
      expect(await ids({ seen: ['u1'] }), 'of others what is published').toEqual(['b', 'a']);
      expect(await ids({ seen: [] })).toEqual(['b']);
      expect(await ids({ kind: 'audio' })).toEqual(['b']);
      expect(await ids({ state: 'submitted' })).toEqual(['c']);
      expect(await ids({ published: false })).toEqual(['c', 'a']);
      expect(await ids({ published: true, essential: true })).toEqual(['b']);
      expect(await ids({ essential: false })).toEqual(['c', 'a']);
      expect(await ids({ folder: 'f' })).toEqual(['c']);
      expect(await ids({ tag: 'lũ' })).toEqual(['c', 'a']);
      await save(source({ id: 'a', unit: 'u1', changedMs: 4, tags: [] }));
      expect(await ids({ tag: 'lũ' })).toEqual(['c']);
    });

    test('folders are judged on what stands, with those that items stand in', async () => {
      const folder = (id: string) => ({ id, unit: 'tinh', parent: null, name: `Thư mục ${id}` });
      for (const id of ['b', 'a', 'c']) await on.store.folders.decide(() => ok({ put: folder(id) }), act('add'));
      await on.store.folders.decide(() => ok({ put: { ...folder('a'), name: 'Khác' } }), act('change'));
      await save(source({ folder: 'a' }));
      await save(source({ id: 'tin-2' }));
      const seen = await on.store.folders.decide((folders, used) => bad('conflict', `${folders.length} ${[...used].join(' ')}`), act('no'));
      expect(seen).toMatchObject({ problem: { detail: '3 a' } });
      await on.store.folders.decide(() => ok({ remove: folder('c') }), act('remove'));
      await on.reopen();
      expect(await on.store.folders.folders()).toEqual([{ ...folder('a'), name: 'Khác' }, folder('b')]);
      expect((await on.store.audit.entries(0, 10)).map((one) => one.act)).toEqual([
        'add',
        'add',
        'add',
        'change',
        'save',
        'save',
        'remove',
      ]);
    });

    test('a validity that begins or ends in a span is noticed, of what is in force only', async () => {
      const timed = version({ state: 'published', content: content({ validFromMs: 100, validUntilMs: 200 }) });
      await save(source({ id: 'a', latest: timed, published: timed }));
      await save(source({ id: 'b', latest: version({ content: content({ validFromMs: 500 }) }) }));
      const turned = await Promise.all(
        [
          [0, 99],
          [99, 100],
          [100, 199],
          [150, 250],
          [200, 900],
        ].map(([after, until]) => on.store.sources.turned(after ?? 0, until ?? 0)),
      );
      expect(turned).toEqual([false, true, false, true, false]);
      const offered = await Promise.all([99, 100, 199, 200].map((validAtMs) => ids({ validAtMs })));
      expect(offered).toEqual([[], ['a'], ['a'], []]);
    });

    test('words find by their beginning, without marks, all of them; a new version is found by its own and the old no more', async () => {
      await save(titled('a', 'Cảnh báo lũ lụt', 1));
      await save(titled('b', 'Xe lu ở đường Đê', 2));
      await save(titled('c', "100% '_' ế", 3));
      expect(await ids({ tokens: ['lu'] })).toEqual(['b', 'a']);
      expect(await ids({ tokens: ['lu', 'lut'] })).toEqual(['a']);
      expect(await ids({ tokens: ['de'] })).toEqual(['b']);
      expect(await ids({ tokens: ['%'] })).toEqual([]);
      expect(await ids({ tokens: ['100', 'e'] })).toEqual(['c']);
      const published = version({ state: 'published', content: content({ title: 'Cảnh báo lũ lụt', body: 'x' }) });
      const correction = version({ n: 2, content: content({ title: 'Rét hại', body: 'x' }) });
      await save(source({ id: 'a', latest: correction, published }), [published, correction]);
      expect(await ids({ tokens: ['ret'] })).toEqual(['a']);
      expect(await ids({ tokens: ['lut'] }), 'what is in force is found while its correction is on its way').toEqual(['a']);
      await save(source({ id: 'a', latest: correction, published: correction }), [correction]);
      expect(await ids({ tokens: ['ret'] })).toEqual(['a']);
      expect(await ids({ tokens: ['lut'] })).toEqual([]);
    });
  });
}
