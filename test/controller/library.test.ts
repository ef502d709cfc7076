// The library: folders that stay a small tree, tags, and where an item is used.
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Folder, judgeFolder, judgeFolderRemoval } from '../../controller/core/folders.ts';
import { folderLimits } from '../../schemas/library.ts';
import { type Asker, codeOf } from './built-centre.ts';
import { content, makeProvince, type Province, page, plannedFor, schedule, sound } from './source-rig.ts';

const folder = (id: string, parent: string | null = null, change: Partial<Folder> = {}): Folder => ({
  id,
  unit: 'tinh',
  parent,
  name: id,
  ...change,
});

describe('a folder', () => {
  test('has a name of its own among its neighbours, whatever the case and form of its letters', () => {
    const known = [folder('a', null, { name: 'Lũ' }), folder('b', 'a', { name: 'Lũ' })];
    expect(judgeFolder(known, folder('c', null, { name: 'LŨ'.normalize('NFD') }))).toMatchObject({
      problem: { code: 'conflict', path: '/name' },
    });
    expect(judgeFolder(known, folder('c', 'b', { name: 'Lũ' })).ok).toBe(true);
    expect(judgeFolder(known, folder('c', null, { name: 'Lũ', unit: 'xa' })).ok).toBe(true);
    expect(judgeFolder(known, folder('a', null, { name: 'lũ' })).ok, 'itself is no neighbour').toBe(true);
  });

  test('lies in a folder of the same unit, not in itself, not too deep with all that it holds', () => {
    const chain = ['a', 'b', 'c', 'd', 'e', 'f'].map((id, at, all) => folder(id, all[at - 1] ?? null));
    expect(judgeFolder(chain, folder('x', 'none'))).toMatchObject({ problem: { code: 'not-found', path: '/parent' } });
    expect(judgeFolder(chain, folder('x', 'a', { unit: 'xa' }))).toMatchObject({ problem: { code: 'conflict', path: '/parent' } });
    expect(judgeFolder(chain, folder('a', 'c'))).toMatchObject({ problem: { code: 'conflict', path: '/parent' } });
    expect(judgeFolder(chain, folder('a', 'a'))).toMatchObject({ problem: { code: 'conflict' } });
    expect(judgeFolder(chain, folder('x', 'e')).ok).toBe(true);
    expect(judgeFolder(chain, folder('x', 'f'))).toMatchObject({ problem: { code: 'over-budget', path: '/parent' } });
    const two = [...chain, folder('y'), folder('z', 'y')];
    expect(judgeFolder(two, folder('y', 'd')).ok).toBe(true);
    expect(judgeFolder(two, folder('y', 'e'))).toMatchObject({ problem: { code: 'over-budget' } });
  });

  test('goes only when it is empty', () => {
    const known = [folder('a'), folder('b', 'a'), folder('c')];
    expect(judgeFolderRemoval(known, 'a', new Set())).toMatchObject({ problem: { code: 'conflict' } });
    expect(judgeFolderRemoval(known, 'c', new Set(['c']))).toMatchObject({ problem: { code: 'conflict' } });
    expect(judgeFolderRemoval(known, 'b', new Set(['c'])).ok).toBe(true);
    expect(judgeFolderRemoval(known, 'x', new Set())).toMatchObject({ problem: { code: 'not-found' } });
  });

  const moves = fc.array(
    fc.record({ id: fc.constantFrom(...'abcdefghij'), parent: fc.option(fc.constantFrom(...'abcdefghij'), { nil: null }) }),
    { maxLength: 60 },
  );
  test('law: whatever is asked, the folders stay a tree of limited depth', () => {
    fc.assert(
      fc.property(moves, (asked) => {
        let folders: Folder[] = [];
        for (const { id, parent } of asked) {
          const judged = judgeFolder(folders, folder(id, parent));
          if (judged.ok) folders = [...folders.filter((one) => one.id !== id), judged.value];
        }
        const byId = new Map(folders.map((one) => [one.id, one]));
        for (const one of folders) {
          let [depth, at]: [number, Folder | undefined] = [0, one];
          for (; at; at = at.parent === null ? undefined : byId.get(at.parent)) {
            depth += 1;
            expect(depth).toBeLessThanOrEqual(folderLimits.depth);
            if (at.parent !== null) expect(byId.has(at.parent)).toBe(true);
          }
        }
      }),
    );
  });
});

describe('over REST', () => {
  let province: Province;
  let author: Asker;
  let communeA: Asker;
  beforeAll(async () => {
    province = await makeProvince();
    [author, communeA] = (await Promise.all(['bien-tap', 'xa-a'].map(province.ask))) as [Asker, Asker];
    for (const letter of 'abc') await province.upload(sound(letter));
    await province.upload(page('d'));
  });
  afterAll(() => province.built.stop());

  test('folders belong to the people of their unit; an item stands in one of its own unit, and keeps it from being removed', async () => {
    const made = await author('POST', '/folders', { unit: 'tinh', name: 'Thiên tai' });
    expect(made.status).toBe(201);
    const below = await author('POST', '/folders', { unit: 'tinh', parent: made.body.id, name: 'Lũ' });
    expect(codeOf(await communeA('POST', '/folders', { unit: 'tinh', name: 'x' }))).toBe('not-allowed');
    expect(codeOf(await communeA('PUT', `/folders/${made.body.id}`, { parent: null, name: 'x' }))).toBe('not-found');
    const own = await communeA('POST', '/folders', { unit: 'a', name: 'Thiên tai' });
    expect((await communeA('GET', '/folders')).body).toEqual([own.body]);
    const item = await author('POST', '/source-items', {
      unit: 'tinh',
      folder: below.body.id,
      tags: ['lũ', 'mùa mưa'],
      content: content(),
    });
    expect(item.body).toMatchObject({ folder: below.body.id, tags: ['lũ', 'mùa mưa'] });
    expect((await author('POST', '/source-items', { unit: 'tinh', folder: own.body.id, content: content() })).body).toMatchObject({
      code: 'not-found',
      path: '/folder',
    });
    expect((await author('GET', `/source-items?folder=${below.body.id}`)).body).toHaveLength(1);
    expect((await author('GET', `/source-items?tag=${encodeURIComponent('mùa mưa')}`)).body).toHaveLength(1);
    expect(codeOf(await author('DELETE', `/folders/${below.body.id}`))).toBe('conflict');
    expect(codeOf(await author('PUT', `/folders/${made.body.id}`, { parent: below.body.id, name: 'Vòng' }))).toBe('conflict');
    const shelved = await author('PUT', `/source-items/${item.body.id}/shelf`, { folder: null, tags: [] });
    expect(shelved.body).toMatchObject({ folder: null, tags: [], version: 1 });
    expect((await author('DELETE', `/folders/${below.body.id}`)).status).toBe(204);
    expect((await author('PUT', `/folders/${made.body.id}`, { parent: null, name: 'Lũ lụt' })).body.name).toBe('Lũ lụt');
    const acts = ((await (await province.ask('quan-tri'))('GET', '/audit?limit=1000')).body as { act: string }[]).map(({ act }) => act);
    expect(acts.filter((act) => act.startsWith('folder.') || act === 'source.shelve')).toEqual([
      ...['folder.add', 'folder.add', 'folder.add', 'source.shelve', 'folder.remove', 'folder.change'],
    ]);
  });

  test('an item tells where it is used: programmes by name and by file, templates by recording, issues, copies', async () => {
    const id = await province.publish({ kind: 'audio', media: sound('a').sha256, title: 'Bài hát' });
    const named = await schedule(province, 'bien-tap-lich', [{ source: id }], ['xa-a']).catch(() => undefined);
    expect(named, 'no group yet').toBeUndefined();
    await (await province.ask('quan-tri'))('POST', '/boxes', {
      id: 'loa',
      name: 'x',
      area: '08/00001',
      groups: ['xa-a'],
      outputs: [{ id: 'main', kind: 'loudspeaker' }],
    });
    const planned = await schedule(province, 'bien-tap-lich', [sound('b').sha256, { source: id }], ['xa-a']);
    const byFile = await schedule(province, 'bien-tap-lich', [sound('a').sha256], ['xa-a']);
    await schedule(province, 'bien-tap-lich', [sound('c').sha256], ['xa-a']);
    const issued = (await (await province.ask('duyet-tinh'))('POST', `/source-items/${id}/issue`, { version: 1, to: ['a'] })).body.id;
    await communeA('POST', `/inbox/${issued}/a/copy`, {});
    const { templates } = province.built.centre;
    const act = { atMs: 1, actor: 'x', act: 'template.say', subject: 'x', sha256: '' };
    const [first] = templates.all();
    if (!first) throw new Error('a centre has templates');
    await templates.say(first.id, { language: 'vi', speak: 'x', recording: sound('a').sha256 }, undefined, act);
    const uses = (await author('GET', `/source-items/${id}/uses`)).body;
    expect(uses.programmes.find((one: { id: string }) => one.id === planned.programme)).toMatchObject({
      names: true,
      schedules: 1,
      state: 'approved',
    });
    expect(uses.programmes.find((one: { id: string }) => one.id === byFile.programme)).toMatchObject({ names: false, schedules: 1 });
    expect(uses.programmes.filter((one: { schedules: number }) => one.schedules > 0)).toHaveLength(2);
    expect(uses).toMatchObject({ issues: 1, copies: [{ title: 'Bài hát', unit: { id: 'a' }, state: 'draft' }] });
    expect(uses.templates).toEqual([{ id: first.id, title: first.title, language: 'vi' }]);
    const others = (await (await province.ask('xa-b'))('GET', `/source-items/${id}/uses`)).body;
    expect(others.copies, 'a draft of another commune').toEqual([]);
  });

  test('pages are replaced in place as sound is: boards get what is in force', async () => {
    await (await province.ask('quan-tri'))('POST', '/boxes', {
      id: 'bang',
      name: 'x',
      area: '08/00002',
      groups: ['bang'],
      outputs: [{ id: 'screen', kind: 'board' }],
    });
    const id = await province.publish({ kind: 'bulletin', media: page('d').sha256, title: 'Giá chè' });
    await schedule(province, 'bien-tap-lich', [{ source: id, durationMs: 12_000, share: 2 }], ['bang'], 'bulletin');
    const uses = (await author('GET', `/source-items/${id}/uses`)).body;
    expect(uses.programmes).toMatchObject([{ form: 'bulletin', names: true }]);
    await province.upload(page('e'));
    await province.correct(id, { media: page('e').sha256 });
    expect((await plannedFor(province, 'bang')).programmes[0]?.items).toMatchObject([
      { sha256: page('e').sha256, durationMs: 12_000, share: 2, title: 'Giá chè' },
    ]);
  });
});
