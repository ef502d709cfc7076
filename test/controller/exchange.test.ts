// A unit with a system of its own: supplied in order and once, by folder and by REST, heard with care; units without one say so.
// LONG: one system beside us, by both doors; what is planted in its folder stands with what is dropped there.
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { checkLink, type ExchangeLink, judgeHeard, supplyOf } from '../../controller/core/exchange.ts';
import { type SourceIssue, waitingEntry } from '../../controller/core/source-issue.ts';
import { type HeardDocument, SupplyDocument } from '../../schemas/exchange.ts';
import { parse } from '../../schemas/parse.ts';
import { ok } from '../../schemas/problems.ts';
import { type Asker, accounts, type BuiltCentre, codeOf, makeCentre, must, password, seedOf } from './built-centre.ts';
import { source, version } from './source-rig.ts';

const area = '08/02536';
const units = [
  { id: 'xa', parent: null, kind: 'xa', name: 'Xã Sơn Dương', code: '02536', level: 'commune', area },
  { id: 'thon-1', parent: 'xa', kind: 'thon', name: 'Thôn 1', code: null, level: 'hamlet', area: `${area}/thon-1` },
  { id: 'thon-2', parent: 'xa', kind: 'thon', name: 'Thôn 2', code: null, level: 'hamlet', area: `${area}/thon-2` },
];
const wish = {
  ...{ unit: 'thon-1', title: 'Hệ thống khác', unitCode: 'VN-0001' },
  categories: [{ ours: 'chung', theirs: 'GENERAL' }],
  languages: [{ ours: 'vi', theirs: 'vie' }],
};
const act = { atMs: 1, actor: 'x', act: 'x', subject: 'x', sha256: '' };

let built: BuiltCentre;
let admin: Asker;
let program: Asker;
beforeEach(async () => {
  const reader = { account: 'may-khac', title: 'Máy khác', roles: ['author'], area: `${area}/thon-1`, password };
  built = await makeCentre(seedOf({ units, accounts: [...accounts.map((one) => ({ ...one, password })), reader] }));
  [admin, program] = [await built.as('quan-tri'), await built.as('may-khac')];
});
afterEach(() => built.stop());

const issueOf = (id: string, change: Partial<SourceIssue> = {}): SourceIssue => ({
  ...{ id, item: `tin-${id}`, by: 'x', atMs: Number(id.slice(1)), tier: 'normal', to: ['thon-1'], levels: ['hamlet'] },
  ...{ disseminateByMs: null, note: '', withdrawn: null },
  ...change,
});

async function issue(id: string, media: Uint8Array | undefined = undefined): Promise<void> {
  const { store, blobs } = built.centre;
  const latest = version({ state: 'published', author: 'tac-gia' });
  const sha256 = media && ((await blobs.keep(media)) as NonNullable<typeof latest.play>['sha256']);
  const play = sha256 && {
    sha256,
    bytes: media.length,
    type: 'audio/ogg' as const,
    title: 'x',
    language: 'vi',
    durationMs: 1_000,
    gainDb: 0,
  };
  const whole = play ? { ...latest, play } : latest;
  const item = source({ id: `tin-${id}`, unit: 'xa', latest: whole, published: whole });
  must(await store.sources.decide(item.id, () => ok({ item, versions: [whole] }), act));
  must(await store.issues.add(issueOf(id), [waitingEntry(issueOf(id), 'thon-1')], act));
}

const link = (form: 'folder' | 'rest') => admin('PUT', '/exchange/he-1', { ...wish, form });
const said = (change: object = {}) => ({
  kind: 'state',
  unitCode: 'VN-0001',
  atMs: built.clock.nowMs,
  issue: 'p1',
  state: 'received',
  ...change,
});

describe('by REST', () => {
  test('a program reads what its unit was issued, in its own codes, from any number on, as often as it likes', async () => {
    await issue('p1');
    expect((await link('rest')).body).toMatchObject({ id: 'he-1', supplied: 1, state: 'silent', lastHeardMs: null });
    await issue('p2');
    const all = (await program('GET', '/exchange/he-1/supply')).body;
    expect(all.map((one: { seq: number; document: { issue: string } }) => [one.seq, one.document.issue])).toEqual([
      [1, 'p1'],
      [2, 'p2'],
    ]);
    expect(all[0].document).toMatchObject({ kind: 'item', unitCode: 'VN-0001', category: 'GENERAL', language: 'vie' });
    expect((await program('GET', '/exchange/he-1/supply?after=1')).body).toEqual([all[1]]);
    expect((await program('GET', '/exchange/he-1/supply?after=2')).body).toEqual([]);
    must(await built.centre.store.issues.withdraw('p1', (one) => ok({ ...one, withdrawn: { by: 'x', atMs: 5, note: '' } }), act));
    const after = (await program('GET', '/exchange/he-1/supply?after=2')).body;
    expect(after).toMatchObject([{ seq: 3, document: { kind: 'withdraw', issue: 'p1' } }]);
  });

  test('what it says back is kept, the latest of each thing, and makes the unit connected', async () => {
    await issue('p1');
    await link('rest');
    const schedule = { kind: 'schedule', unitCode: 'VN-0001', atMs: 5, id: 'S 1', title: 'Sáng', startMs: 9, durationMs: 60_000 };
    const rating = { kind: 'rating', unitCode: 'VN-0001', atMs: 6, month: '2026-11', score: 4.5, count: 12 };
    expect((await program('POST', '/exchange/he-1/heard', { documents: [said(), schedule, rating] })).status).toBe(204);
    await program('POST', '/exchange/he-1/heard', {
      documents: [said({ state: 'played', atMs: built.clock.nowMs + 1 }), said({ state: 'scheduled' })],
    });
    const heard = (await admin('GET', '/exchange/he-1/heard')).body;
    expect(heard.map(({ document }: { document: HeardDocument }) => document.kind)).toEqual(['state', 'rating', 'schedule']);
    expect(heard[0].document.state).toBe('played');
    expect((await admin('GET', '/exchange')).body).toMatchObject([{ state: 'connected', lastHeardMs: built.clock.nowMs }]);
  });

  test('is refused for another’s unit, for what was never supplied and for tomorrow after next; nothing of it is kept', async () => {
    await issue('p1');
    await link('rest');
    const tell = (...documents: object[]) => program('POST', '/exchange/he-1/heard', { documents });
    expect((await tell(said(), said({ unitCode: 'VN-0002' }))).body).toMatchObject({ code: 'not-allowed', path: '/documents/1/unitCode' });
    expect((await tell(said({ issue: 'p9' }))).body).toMatchObject({ code: 'not-found', path: '/documents/0/issue' });
    expect((await tell(said({ atMs: built.clock.nowMs + 2 * 86_400_000 }))).body).toMatchObject({
      code: 'bad-input',
      path: '/documents/0/atMs',
    });
    expect(codeOf(await tell(said({ state: 'won' })))).toBe('bad-input');
    expect((await admin('GET', '/exchange/he-1/heard')).body).toEqual([]);
    const elsewhere = await built.as('thon-2');
    expect(codeOf(await elsewhere('GET', '/exchange/he-1/supply'))).toBe('not-found');
    expect((await elsewhere('GET', '/exchange')).body).toEqual([]);
  });
});

test('what was supplied is not read again: with years behind it a look reads what is new alone', async () => {
  for (let n = 1; n <= 5; n++) await issue(`p${n}`);
  await link('rest');
  const { issues } = built.centre.store;
  const asked: string[] = [];
  const read = issues.issue.bind(issues);
  issues.issue = (id) => {
    asked.push(id);
    return read(id);
  };
  await built.centre.exchange.look();
  expect(asked).toEqual([]);
  await issue('p6');
  must(await issues.withdraw('p2', (one) => ok({ ...one, withdrawn: { by: 'x', atMs: 5, note: '' } }), act));
  asked.length = 0;
  await built.centre.exchange.look();
  expect(asked).toEqual(['p2', 'p6']);
  expect((await program('GET', '/exchange/he-1/supply?after=5')).body).toMatchObject([
    { seq: 6, document: { kind: 'withdraw', issue: 'p2' } },
    { seq: 7, document: { kind: 'item', issue: 'p6' } },
  ]);
});

describe('units', () => {
  test('whose system is not known say so, until one is linked and speaks', async () => {
    await issue('p1');
    const state = async () =>
      Object.fromEntries((await admin('GET', '/exchange/units')).body.map((one: { unit: string; vi: string }) => [one.unit, one.vi]));
    expect(await state()).toEqual({ xa: 'chưa kết nối', 'thon-1': 'chưa kết nối', 'thon-2': 'chưa kết nối' });
    const technician = await built.as('ky-thuat');
    await technician('POST', '/boxes', {
      id: 'h',
      name: 'x',
      area: `${area}/thon-2`,
      groups: ['g'],
      outputs: [{ id: 'main', kind: 'loudspeaker' }],
    });
    await link('rest');
    expect(await state()).toEqual({ xa: 'dùng hệ thống này', 'thon-1': 'đã khai báo, chưa nhận tin', 'thon-2': 'dùng hệ thống này' });
    await program('POST', '/exchange/he-1/heard', { documents: [said()] });
    expect((await state())['thon-1']).toBe('đã kết nối');
    expect((await admin('DELETE', '/exchange/he-1')).status).toBe(204);
    expect((await state())['thon-1']).toBe('chưa kết nối');
  });

  test('have one system each, and a code of theirs means one thing', async () => {
    await link('rest');
    expect(codeOf(await admin('PUT', '/exchange/he-2', { ...wish, form: 'rest' }))).toBe('conflict');
    const twice = [...wish.categories, { ours: 'khac', theirs: 'GENERAL' }];
    expect((await admin('PUT', '/exchange/he-1', { ...wish, form: 'rest', categories: twice })).body).toMatchObject({
      code: 'conflict',
      path: '/categories',
    });
    for (const change of [{ unit: 'thon-2' }, { unitCode: 'VN-0002' }])
      expect(codeOf(await admin('PUT', '/exchange/he-1', { ...wish, ...change, form: 'rest' }))).toBe('conflict');
    expect((await admin('PUT', '/exchange/he-1', { ...wish, title: 'Tên khác', form: 'rest' })).body).toMatchObject({ title: 'Tên khác' });
    expect((await admin('PUT', '/exchange/he-1', { ...wish, unit: 'khong-co', form: 'rest' })).body).toMatchObject({
      code: 'not-found',
      path: '/unit',
    });
  });
});

describe('by folder', () => {
  const dir = (...more: string[]) => join(built.dir, 'exchange', 'he-1', ...more);
  const look = () => built.centre.exchange.look();

  test('each document is written once, whole, behind its media; a replay writes it again', async () => {
    await issue('p1', Buffer.from('OggS sound'));
    await link('folder');
    const [name = ''] = await readdir(dir('out'));
    expect(name).toBe('000000000001.json');
    const written = JSON.parse(await readFile(dir('out', name), 'utf8'));
    expect(parse(SupplyDocument, written.document).ok).toBe(true);
    expect(String(await readFile(dir('media', written.document.media.sha256)))).toBe('OggS sound');
    await rm(dir('out', name));
    await look();
    expect(await readdir(dir('out'))).toEqual([]);
    expect(codeOf(await program('POST', '/exchange/he-1/replay', { after: 0 }))).toBe('not-allowed');
    expect((await admin('POST', '/exchange/he-1/replay', { after: 0 })).status).toBe(204);
    expect(await readdir(dir('out'))).toEqual([name]);
    expect((await readdir(dir('media'))).filter((one) => one.endsWith('.part'))).toEqual([]);
  });

  test('a link that was removed and put again writes from the first document on, and what lay in its folder lies aside', async () => {
    await issue('p1');
    await issue('p2');
    await link('folder');
    await writeFile(dir('in', '1.json'), JSON.stringify(said()));
    expect((await admin('DELETE', '/exchange/he-1')).status).toBe(204);
    await link('folder');
    expect(await readdir(dir('out'))).toEqual(['000000000001.json', '000000000002.json']);
    expect((await admin('GET', '/exchange/he-1/heard')).body).toEqual([]);
    const aside = (await readdir(join(built.dir, 'exchange'))).filter((name) => name !== 'he-1');
    expect(aside).toEqual([expect.stringMatching(/^he-1\.removed-\d+$/)]);
    expect(await readdir(join(built.dir, 'exchange', aside[0] ?? '', 'in'))).toEqual(['1.json']);
  });

  test('a link planted where a medium is written is put away, never followed', async () => {
    await link('folder');
    const ours = join(built.dir, 'ours');
    await writeFile(ours, 'ours');
    const sha256 = createHash('sha256').update('OggS sound').digest('hex');
    await symlink(ours, dir('media', `${sha256}.part`));
    await issue('p1', Buffer.from('OggS sound'));
    await look();
    expect(await readFile(ours, 'utf8')).toBe('ours');
    expect(await readdir(dir('media'))).toEqual([sha256]);
    expect(await readFile(dir('media', sha256), 'utf8')).toBe('OggS sound');
  });

  test.each(['out', 'media', 'in', 'done', 'quarantine'])(
    'a link planted in the place of the folder %s is refused: nothing is written or read through it',
    async (name) => {
      await link('folder');
      const elsewhere = join(built.dir, 'elsewhere');
      await mkdir(elsewhere);
      await writeFile(join(elsewhere, '1.json'), JSON.stringify(said({ state: 'played' })));
      await rm(dir(name), { recursive: true });
      await symlink(elsewhere, dir(name));
      await issue('p1', Buffer.from('OggS sound'));
      await writeFile(dir('in', '2.json'), '{');
      await look();
      expect((await readdir(elsewhere)).filter((one) => one !== '2.json')).toEqual(['1.json']);
      for (const other of ['out', 'media', 'done', 'quarantine'].filter((one) => one !== name))
        expect(await readdir(dir(other))).toEqual([]);
      expect((await admin('GET', '/exchange/he-1/heard')).body).toEqual([]);
      expect((await admin('POST', '/exchange/he-1/replay', { after: 0 })).body).toMatchObject({ code: 'not-allowed', path: `/${name}` });
      expect(built.warnings).toContainEqual(expect.objectContaining({ event: 'exchange-refused', code: 'not-allowed', path: `/${name}` }));
      await rm(dir(name));
      await look();
      expect(await readdir(dir('out'))).toEqual(['000000000001.json']);
    },
  );

  test('a link planted in the place of the mark is refused until a replay sets the mark anew, and is never written through', async () => {
    await link('folder');
    const ours = join(built.dir, 'ours');
    await writeFile(ours, '7\n');
    await symlink(ours, dir('written'));
    await issue('p1');
    await look();
    expect(await readdir(dir('out'))).toEqual([]);
    expect(built.warnings).toContainEqual(expect.objectContaining({ event: 'exchange-refused', path: '/written' }));
    expect((await admin('POST', '/exchange/he-1/replay', { after: 0 })).status).toBe(204);
    expect(await readdir(dir('out'))).toEqual(['000000000001.json']);
    expect(await readFile(ours, 'utf8')).toBe('7\n');
    expect(await readFile(dir('written'), 'utf8')).toBe('1\n');
  });

  test('a medium that is gone holds up neither the documents behind it nor what is said', async () => {
    await link('folder');
    await issue('p1', Buffer.from('OggS gone'));
    await issue('p2', Buffer.from('OggS there'));
    await built.centre.blobs.forget(createHash('sha256').update('OggS gone').digest('hex'));
    await look();
    expect(await readdir(dir('out'))).toEqual(['000000000001.json', '000000000002.json']);
    expect(await readdir(dir('media'))).toEqual([createHash('sha256').update('OggS there').digest('hex')]);
  });

  test('what is said is heard also while nothing can be written', async () => {
    await link('folder');
    await issue('p1');
    await rm(dir('out'), { recursive: true });
    await mkdir(dir('out', '000000000001.json', 'x'), { recursive: true });
    await writeFile(dir('in', '1.json'), JSON.stringify(said({ state: 'played' })));
    await look();
    expect((await admin('GET', '/exchange/he-1/heard')).body).toMatchObject([{ document: { state: 'played' } }]);
  });

  test('a name as long as a name may be is put away like any other', async () => {
    await issue('p1');
    await link('folder');
    await writeFile(dir('in', `${'ắ'.repeat(83)}.json`), '{');
    await writeFile(dir('in', `${'x'.repeat(250)}.json`), JSON.stringify(said()));
    await look();
    expect(await readdir(dir('quarantine'))).toEqual(['ắ'.repeat(50), `${'ắ'.repeat(50)}.problem.json`]);
    expect(await readdir(dir('in'))).toEqual([]);
    expect((await admin('GET', '/exchange/he-1/heard')).body).toMatchObject([{ document: { state: 'received' } }]);
  });

  test('good answers are heard and put away, bad ones lie in quarantine with the reason, and the rest goes on', async () => {
    await issue('p1');
    await link('folder');
    const outside = await mkdtemp(join(built.dir, 'outside-'));
    await writeFile(join(outside, 'secret'), JSON.stringify(said()));
    await writeFile(dir('in', '1-not-json.json'), '{"kind":');
    await writeFile(dir('in', '2-other-shape.json'), JSON.stringify({ ...said(), admin: true }));
    await writeFile(dir('in', '3-other-unit.json'), JSON.stringify(said({ unitCode: 'X' })));
    await writeFile(dir('in', '4-large.json'), ' '.repeat(300 * 1024));
    await symlink(join(outside, 'secret'), dir('in', '5-link.json'));
    await mkdir(dir('in', '6-folder.json'));
    await writeFile(dir('in', '7-deep.json'), '['.repeat(100_000));
    await writeFile(dir('in', '8-good.json'), JSON.stringify(said({ state: 'played' })));
    await writeFile(dir('in', '.half.json'), '{');
    await writeFile(dir('in', 'notes.txt'), 'x');
    await look();
    const quarantined = await readdir(dir('quarantine'));
    const codes = await Promise.all(
      quarantined
        .filter((name) => name.endsWith('.problem.json'))
        .sort()
        .map(async (name) => `${name.slice(0, 1)} ${JSON.parse(await readFile(dir('quarantine', name), 'utf8')).code}`),
    );
    expect(codes).toEqual(['1 not-json', '2 bad-input', '3 not-allowed', '4 too-large', '5 not-allowed', '6 not-allowed', '7 bad-input']);
    expect(await readdir(dir('done'))).toEqual(['8-good.json']);
    expect((await readdir(dir('in'))).sort()).toEqual(['.half.json', 'notes.txt']);
    expect((await admin('GET', '/exchange/he-1/heard')).body).toMatchObject([{ document: { state: 'played' } }]);
    expect(await readFile(join(outside, 'secret'), 'utf8')).toContain('received');
  });
});

describe('the rules', () => {
  const rest: ExchangeLink = { id: 'a', ...wish, form: 'rest' };

  test('the same issue and version has the same key and the same document, whenever it is made', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 50 }), fc.boolean(), (n, withdrawn) => {
        const latest = { ...version({ state: 'published', author: 'x' }), n };
        const item = source({ id: 'tin-p1', latest, published: latest });
        const one = issueOf('p1', withdrawn ? { withdrawn: { by: 'x', atMs: 1, note: '' } } : {});
        const made = supplyOf(rest, one, item);
        expect(made).toEqual(supplyOf(rest, one, item));
        expect(made?.key).toBe(withdrawn ? 'p1/withdrawn' : `p1/${n}`);
        expect(parse(SupplyDocument, made?.document).ok).toBe(true);
      }),
    );
    expect(supplyOf(rest, issueOf('p1'), undefined)).toBeUndefined();
  });

  test('what is judged good has one key, by kind and thing', () => {
    const heard = { kind: 'state', unitCode: 'VN-0001', atMs: 1, issue: 'p1', state: 'played', note: '' } as const;
    expect(judgeHeard(rest, new Set(['p1']), heard)).toEqual(ok('state/p1'));
    expect(judgeHeard(rest, new Set(), heard)).toMatchObject({ problem: { code: 'not-found' } });
    expect(checkLink(rest, [rest])).toEqual(ok(undefined));
  });
});
