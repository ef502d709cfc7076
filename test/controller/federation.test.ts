// A province and its communes, each with its own centre: what is issued above is heard below, and the table above comes out right.
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { readHandling } from '../../controller/sources/handling.ts';
import type { Receipt } from '../../schemas/receipt.ts';
import { type Asker, type BuiltCentre, codeOf, must, openPolicy, password, seedOf } from './built-centre.ts';
import { JoinedFolders, startJoined, Wire } from './joined-centres.ts';
import { content } from './source-rig.ts';
import { row } from './unit-rig.ts';

const hourMs = 3600_000;
const centreOf = (id: string, name: string, level: string, area: string) => ({ id, name, level, area, zone: 'Asia/Ho_Chi_Minh' });
const people = [
  { account: 'tac-gia', title: 'Tác giả', roles: ['author', 'scheduler'] },
  { account: 'duyet', title: 'Duyệt', roles: ['approver'] },
  { account: 'quan-tri', title: 'Quản trị', roles: ['administrator', 'technician', 'auditor'] },
].map((one) => ({ ...one, password }));
const seed = (centre: object, units: readonly object[]) => seedOf({ centre, units, accounts: people, policy: openPolicy, groups: [] });
const [a, b, thon] = [
  { ...row('a', 'tinh', 'commune', '08/00001', '00001'), name: 'Xã A' },
  { ...row('b', 'tinh', 'commune', '08/00002', '00002'), name: 'Xã B' },
  { ...row('a-1', 'a', 'hamlet', '08/00001/thon-1'), name: 'Thôn 1 xã A' },
];
const tinh = { ...row('tinh', null, 'province', '08', '08'), name: 'Tỉnh' };
/** A centre's own tree begins at its own unit, under names of its own. */
const xaA = { ...row('xa', null, 'commune', '08/00001', '00001'), name: 'Xã A' };
const thonA = { ...row('thon-mot', 'xa', 'hamlet', '08/00001/thon-1'), name: 'Thôn 1' };
const xaB = { ...row('xa-b', null, 'commune', '08/00002', '00002'), name: 'Xã B' };
const thonOwn = { ...row('thon', null, 'hamlet', '08/00001/thon-1'), name: 'Thôn 1' };

let folders: JoinedFolders;
let province: BuiltCentre;
let communeA: BuiltCentre;
let communeB: BuiltCentre;
let hamlet: BuiltCentre;
const wires = { a: new Wire('xa-a'), b: new Wire('xa-b'), thon: new Wire('thon-1') };
const askers = new Map<string, Promise<Asker>>();
const as = (built: BuiltCentre, account: string): Promise<Asker> => {
  const key = `${built.dir} ${account}`;
  const known = askers.get(key) ?? built.as(account);
  askers.set(key, known);
  return known;
};

beforeAll(async () => {
  folders = await JoinedFolders.make([
    { name: 'tinh', seed: seed(centreOf('tinh-08', 'Tỉnh', 'province', '08'), [tinh, a, b, thon]), above: null },
    { name: 'xa-a', seed: seed(centreOf('xa-a', 'Xã A', 'commune', '08/00001'), [xaA, thonA]), above: 'tinh' },
    { name: 'xa-b', seed: seed(centreOf('xa-b', 'Xã B', 'commune', '08/00002'), [xaB]), above: 'tinh' },
    { name: 'thon-1', seed: seed(centreOf('thon-1', 'Thôn 1', 'hamlet', '08/00001/thon-1'), [thonOwn]), above: 'xa-a' },
  ]);
  province = await startJoined(folders, 'tinh');
  communeA = await startJoined(folders, 'xa-a', wires.a, province);
  communeB = await startJoined(folders, 'xa-b', wires.b, province);
  hamlet = await startJoined(folders, 'thon-1', wires.thon, communeA);
}, 60_000);
afterAll(async () => {
  for (const built of [hamlet, communeB, communeA, province]) await built?.stop();
  await folders?.remove();
});

/** Until it holds: everything goes over in the background. */
const soon = <T>(ask: () => Promise<T>) => vi.waitFor(ask, { timeout: 8_000, interval: 20 });

async function upload(built: BuiltCentre, text: string): Promise<string> {
  const bytes = Buffer.from(text);
  const sha256 = await built.centre.blobs.keep(bytes);
  const item = { sha256, bytes: bytes.length, type: 'audio/ogg' as const, title: text, language: 'vi', durationMs: 60_000, gainDb: 0 };
  const act = { atMs: 1, actor: 'x', act: 'media.add', subject: sha256, sha256: '' };
  await built.centre.store.content.addMedia({ item, source: '', author: 'tac-gia', createdMs: 1, peaks: [] }, act);
  return sha256;
}

async function through(built: BuiltCentre, id: string, version: number): Promise<void> {
  for (const [account, step] of [
    ['tac-gia', 'submit'],
    ['duyet', 'approve'],
    ['duyet', 'publish'],
  ] as const) {
    const done = await (await as(built, account))('POST', `/source-items/${id}/${step}`, { version });
    expect([step, done.status, done.body.detail]).toEqual([step, 200, undefined]);
  }
}

async function publish(built: BuiltCentre, change: object = {}): Promise<string> {
  const made = await (await as(built, 'tac-gia'))('POST', '/source-items', { content: { ...content(), ...change } });
  expect(made.status).toBe(201);
  await through(built, made.body.id, 1);
  return made.body.id;
}

async function sounding(built: BuiltCentre, text: string, change: object = {}): Promise<string> {
  const media = await upload(built, text);
  return publish(built, { kind: 'audio', media, essential: true, title: text, body: text, ...change });
}

async function issue(built: BuiltCentre, id: string, to: readonly string[], change: object = {}): Promise<string> {
  const made = await (await as(built, 'duyet'))('POST', `/source-items/${id}/issue`, { version: 1, to, ...change });
  expect([made.status, made.body.detail]).toEqual([201, undefined]);
  await built.centre.federation.round();
  return made.body.id;
}

interface Entry {
  readonly issue: string;
  readonly answer: string;
  readonly withdrawn: boolean;
  readonly unit: { readonly id: string };
  readonly item: {
    readonly id: string;
    readonly content: { readonly title: string; readonly body: string };
    readonly [key: string]: unknown;
  };
}

/** What lies in a centre's inboxes under this title, once there is anything. */
const inbox = (built: BuiltCentre, title: string): Promise<Entry[]> =>
  soon(async () => {
    const all = (await (await as(built, 'tac-gia'))('GET', '/inbox?limit=500')).body as Entry[];
    const found = all.filter(({ item }) => item.content.title === title);
    expect(found.length).toBeGreaterThan(0);
    return found;
  });
/** As its route answers, without the route's limit of asks in a minute. */
async function table({ centre }: BuiltCentre, id: string) {
  const item = await centre.store.sources.item(id);
  if (!item) throw new Error(`no ${id}`);
  const far = (issues: readonly string[]) => centre.federation.lower.far(issues);
  return must(
    await readHandling({ ...centre, far, boxes: () => centre.registry.all() }, item, [{ role: 'leader', area: centre.card.area }]),
  );
}

async function addBox(built: BuiltCentre, id: string, area: string, groups: readonly string[]): Promise<void> {
  const outputs = [{ id: 'main', kind: 'loudspeaker' }];
  const added = await (await as(built, 'quan-tri'))('POST', '/boxes', { id, name: id, area, groups, outputs });
  expect(added.status).toBe(201);
}

/** A box tells that it played this to its end. */
async function play(built: BuiltCentre, dev: string, sha256: string, atMs = built.clock.nowMs): Promise<void> {
  const receipt = {
    ...{ occurrence: `s@${atMs}@${dev}`, outcome: 'played', plannedStartMs: atMs, plannedEndMs: atMs + 1, audibleMs: 1 },
    ...{ items: [sha256], proof: 'painted', what: 'occurrence', class: 'normal' },
  };
  const receipts = [{ dev, receivedMs: atMs, receipt: receipt as unknown as Receipt }];
  await built.centre.store.log.commit({ rows: [], receipts, progress: [], conflicts: [], heads: [] });
  await built.centre.federation.round();
}

describe('a normal item of the province', () => {
  let id: string;
  let issued: string;
  beforeAll(async () => {
    await addBox(communeA, 'loa-a', '08/00001', ['xa-a']);
    await addBox(communeB, 'loa-b', '08/00002', ['xa-b']);
    id = await sounding(province, 'Tiêm chủng');
    issued = await issue(province, id, ['tinh'], { disseminateByMs: province.clock.nowMs + 8 * hourMs, note: 'Đọc sớm' });
  });

  test('lies in the inbox of each commune at its own centre, under the commune’s own unit, with its sound fetched by hash', async () => {
    const [entry] = await inbox(communeA, 'Tiêm chủng');
    expect(entry).toMatchObject({
      ...{ unit: { id: 'xa' }, answer: 'waiting', disseminateByMs: province.clock.nowMs + 8 * hourMs },
      item: { unit: { id: 'tinh', name: 'Tỉnh', level: 'province' }, from: { centre: 'tinh-08', item: id, version: 1, is: 'current' } },
    });
    expect(await inbox(communeB, 'Tiêm chủng')).toMatchObject([{ unit: { id: 'xa-b' } }]);
    const media = (await province.centre.store.sources.item(id))?.latest.content.media ?? '';
    expect(String(await communeA.centre.blobs.read(media))).toBe('Tiêm chủng');
  });

  test('is only read below: nobody there changes, withdraws or issues it, but a copy is one’s own', async () => {
    const [entry] = await inbox(communeA, 'Tiêm chủng');
    const [author, approver] = [await as(communeA, 'tac-gia'), await as(communeA, 'duyet')];
    const here = entry?.item.id ?? '';
    expect(codeOf(await author('PUT', `/source-items/${here}`, { version: 1, content: content({ kind: 'audio' }) }))).toBe('conflict');
    expect(codeOf(await approver('POST', `/source-items/${here}/withdraw`, { version: 1 }))).toBe('conflict');
    expect(codeOf(await approver('POST', `/source-items/${here}/issue`, { version: 1, to: ['xa'], levels: ['hamlet'] }))).toBe('conflict');
    expect(codeOf(await approver('POST', `/source-issues/${entry?.issue}/withdraw`, {}))).toBe('conflict');
    const copied = await author('POST', `/inbox/${entry?.issue}/xa/copy`, {});
    expect(copied).toMatchObject({ status: 201, body: { answer: 'copied' } });
    expect((await author('GET', `/source-items/${copied.body.copy}`)).body.from).toMatchObject({ item: here, is: 'current' });
  });

  test('is answered where it lies: above nobody answers in its stead', async () => {
    const answered = await (await as(province, 'tac-gia'))('POST', `/inbox/${issued}/a/decline`, { reason: 'x' });
    expect(answered.body).toMatchObject({ code: 'conflict', detail: 'its inbox lies at xa-a' });
  });

  test('before a word came it is unknown, not 0 %; then the answers of both are told', async () => {
    const [entry] = await inbox(communeB, 'Tiêm chủng');
    const declined = await (await as(communeB, 'tac-gia'))('POST', `/inbox/${entry?.issue}/xa-b/decline`, { reason: 'Không có đối tượng' });
    expect(declined.status).toBe(200);
    await communeB.centre.federation.round();
    await communeA.centre.federation.round();
    const told = await soon(async () => {
      const now = await table(province, id);
      expect(now.lines.map((line) => line.state)).toEqual(['taken', 'declined']);
      return now;
    });
    expect(told.lines[1]).toMatchObject({ note: 'Không có đối tượng', by: 'centre:xa-b', told: { centre: 'xa-b', fresh: 'current' } });
    expect(told.figures).toMatchObject({ units: 2, unitsUnknown: 0, unitsShare: 0, clusters: 2, clustersShare: 0 });
  });

  test('heard by the commune’s box it counts above, and its receipts are shown on demand, page by page', async () => {
    const media = (await province.centre.store.sources.item(id))?.latest.content.media ?? '';
    const atMs = communeA.clock.nowMs;
    for (const n of [1, 2, 3]) await play(communeA, 'loa-a', media, atMs + n);
    communeA.clock.nowMs += 10;
    province.clock.nowMs += 10;
    await communeA.centre.federation.round();
    await soon(async () => {
      const { figures, lines } = await table(province, id);
      expect(figures).toMatchObject({ unitsPlayed: 1, unitsShare: 0.5, clusters: 2, clustersPlayed: 1 });
      expect(lines[0]).toMatchObject({ state: 'played', plays: 3, firstMs: atMs + 1, lastMs: atMs + 3 });
    });
    const asked = await as(province, 'duyet');
    const first = await asked('GET', `/source-issues/${issued}/a/receipts?limit=2`);
    expect(first).toMatchObject({
      status: 200,
      body: [{ dev: 'loa-a', outcome: 'played', proof: 'painted', startMs: atMs + 1 }, { startMs: atMs + 2 }],
    });
    const next = /<\/api([^>]+)>/.exec(String(first.headers['link']))?.[1] ?? '';
    expect((await asked('GET', next)).body).toMatchObject([{ startMs: atMs + 3 }]);
    expect(codeOf(await asked('GET', `/source-issues/${issued}/a-1/receipts`))).toBe('not-found');
  });

  test('corrected above it is corrected below; withdrawn it is gone', async () => {
    const author = await as(province, 'tac-gia');
    const before = (await author('GET', `/source-items/${id}`)).body;
    const media = await upload(province, 'Tiêm chủng, bản mới');
    await author('PUT', `/source-items/${id}`, { version: 1, content: { ...before.content, media, body: 'Ngày 6.' } });
    await through(province, id, 2);
    await province.centre.federation.round();
    await soon(async () =>
      expect((await inbox(communeA, 'Tiêm chủng'))[0]?.item).toMatchObject({
        version: 2,
        content: { body: 'Ngày 6.' },
        from: { version: 2 },
      }),
    );
    await (await as(province, 'duyet'))('POST', `/source-items/${id}/withdraw`, { version: 2, note: 'Hoãn' });
    await province.centre.federation.round();
    await soon(async () =>
      expect((await inbox(communeA, 'Tiêm chủng'))[0]).toMatchObject({
        withdrawn: true,
        item: { state: 'withdrawn', from: { is: 'withdrawn' } },
      }),
    );
  });
});

describe('a priority item', () => {
  test('stands in the day of the commune’s boxes by itself, and leaves it when it is taken back', async () => {
    const id = await sounding(province, 'Cấm đường', { tier: 'priority' });
    const issued = await issue(province, id, ['a']);
    await soon(async () => expect(await inbox(communeA, 'Cấm đường')).toMatchObject([{ answer: 'inserted' }]));
    const schedules = async () => (await communeA.centre.store.content.schedules()).filter(({ schedule }) => schedule.class === 'priority');
    expect(await schedules()).toMatchObject([{ groups: ['xa-a'], author: 'centre:tinh-08' }]);
    await communeA.centre.federation.round();
    await soon(async () => expect((await table(province, id)).lines).toMatchObject([{ state: 'scheduled', answer: 'inserted' }]));
    const coming = await (await as(province, 'duyet'))('GET', '/centres/below/xa-a/boxes/loa-a/coming?hours=72');
    expect(coming.body.lines).toMatchObject([{ title: 'Cấm đường', class: 'priority', refused: null }]);
    await (await as(province, 'duyet'))('POST', `/source-issues/${issued}/withdraw`, { note: 'Nhầm' });
    await province.centre.federation.round();
    await soon(async () => expect(await schedules()).toEqual([]));
    expect((await inbox(communeA, 'Cấm đường'))[0]).toMatchObject({ withdrawn: true });
  });
});

describe('a commune whose line is cut', () => {
  test('is named silent with the instant of its last word; what it had heard stays heard; days later it goes on by itself', async () => {
    const id = await sounding(province, 'Phòng cháy');
    await issue(province, id, ['tinh']);
    const [media, entry] = [
      (await province.centre.store.sources.item(id))?.latest.content.media ?? '',
      (await inbox(communeA, 'Phòng cháy'))[0],
    ];
    expect(entry?.answer).toBe('waiting');
    await play(communeA, 'loa-a', media);
    await inbox(communeB, 'Phòng cháy');
    await communeB.centre.federation.round();
    await soon(async () => expect((await table(province, id)).figures).toMatchObject({ unitsPlayed: 1, unitsUnknown: 0, unitsShare: 0.5 }));
    for (const wire of [wires.a, wires.b]) wire.cut();
    const later = await sounding(province, 'Trong lúc đứt');
    await issue(province, later, ['b']);
    province.clock.nowMs += 3 * 24 * hourMs;
    askers.clear();
    const silent = await table(province, id);
    expect(silent.lines).toMatchObject([
      { state: 'played', told: { fresh: 'stale' } },
      { state: 'unknown', told: { fresh: 'stale', asOfMs: expect.any(Number) } },
    ]);
    expect(silent.figures, 'what is not known is no part of it').toMatchObject({
      units: 2,
      unitsPlayed: 1,
      unitsUnknown: 1,
      unitsShare: 1,
    });
    expect((await table(province, later)).figures).toMatchObject({ unitsUnknown: 1, unitsShare: null, clustersShare: null });
    for (const built of [communeA, communeB, hamlet]) built.clock.nowMs += 3 * 24 * hourMs;
    askers.clear();
    await play(communeB, 'loa-b', media);
    for (const wire of [wires.a, wires.b]) {
      wire.twice = true;
      wire.mend();
    }
    await soon(async () =>
      expect((await table(province, id)).figures).toMatchObject({ unitsPlayed: 2, unitsUnknown: 0, unitsShare: 1, clustersShare: 1 }),
    );
    expect(await inbox(communeB, 'Trong lúc đứt'), 'said twice, it is there once').toHaveLength(1);
    for (const wire of [wires.a, wires.b]) wire.twice = false;
  });

  test('and one whose tables come from a backup, above or below, is told all again, and nothing is there twice', async () => {
    const id = await sounding(province, 'Sau sao lưu');
    const act = { atMs: 1, actor: 'x', act: 'restore', subject: 's', sha256: '' };
    await province.centre.store.restored(act);
    askers.clear();
    await issue(province, id, ['a']);
    expect(await inbox(communeA, 'Sau sao lưu')).toHaveLength(1);
    expect(await inbox(communeA, 'Phòng cháy')).toHaveLength(1);
    await communeA.centre.store.restored(act);
    askers.clear();
    wires.a.cut();
    wires.a.mend();
    await communeA.centre.federation.round();
    await soon(async () => expect((await table(province, id)).lines).toMatchObject([{ state: 'waiting', told: { fresh: 'current' } }]));
    expect(await inbox(communeA, 'Sau sao lưu')).toHaveLength(1);
    const issues = await communeA.centre.store.issues.issues({ limit: 100 });
    expect(new Set(issues.map(({ origin }) => origin?.issue)).size).toBe(issues.length);
  });
});

describe('three levels', () => {
  test('a hamlet’s centre gets through the commune’s what the province issues to the hamlet, and is heard of above', async () => {
    await addBox(hamlet, 'loa-thon', '08/00001/thon-1', ['thon']);
    const id = await sounding(province, 'Họp thôn');
    const issued = await issue(province, id, ['a'], { levels: ['commune', 'hamlet'] });
    expect((await inbox(communeA, 'Họp thôn')).map(({ unit }) => unit.id).sort()).toEqual(['thon-mot', 'xa']);
    await communeA.centre.federation.round();
    const [entry] = await inbox(hamlet, 'Họp thôn');
    expect(entry).toMatchObject({ unit: { id: 'thon' }, item: { unit: { level: 'province' }, from: { centre: 'xa-a' } } });
    const media = (await province.centre.store.sources.item(id))?.latest.content.media ?? '';
    expect(String(await hamlet.centre.blobs.read(media))).toBe('Họp thôn');
    hamlet.clock.nowMs = province.clock.nowMs + 5;
    await play(hamlet, 'loa-thon', media);
    await soon(async () => {
      await communeA.centre.federation.round();
      const { lines } = await table(province, id);
      const states = Object.fromEntries(lines.map((line) => [line.unit.id, line.state]));
      expect(states).toEqual({ a: 'waiting', 'a-1': 'played' });
    });
    expect((await (await as(province, 'duyet'))('GET', `/source-issues/${issued}/a-1/receipts`)).body).toMatchObject([
      { dev: 'loa-thon', outcome: 'played' },
    ]);
    const state = (await (await as(province, 'duyet'))('GET', '/centres/below/xa-a/state')).body;
    expect(state).toMatchObject({
      fresh: 'current',
      boxes: expect.arrayContaining([expect.objectContaining({ area: '08/00001', total: 1, awaited: 1 })]),
    });
  });
});

describe('nobody speaks for what is not theirs', () => {
  const things = (rows: readonly object[], stream = 'gia-mao') =>
    JSON.stringify({ stream, after: 0, upto: rows.length, rows: rows.map((thing, at) => ({ seq: at + 1, key: `x:${at}`, thing })) });
  const word = (issue: string, unit: string) => ({
    ...{ is: 'handling', issue, unit, answer: 'taken', answeredMs: 1, note: '', form: null, copied: false, state: 'played' },
    ...{ plays: 9, firstMs: 1, lastMs: 2, clusters: 5, clustersPlayed: 5, beyond: null },
  });

  test('a commune tells nothing of another’s unit, of an issue it did not get, or of boxes outside its area', async () => {
    const id = await sounding(province, 'Không phải của xã B');
    const issued = await issue(province, id, ['a']);
    await inbox(communeA, 'Không phải của xã B');
    const boxes = { is: 'boxes', area: '08/00001', name: 'x', total: 1, online: 1, offline: 0, awaited: 0, unwell: 0 };
    await province.fromCentre('xa-b', 'log', things([word(issued, 'a'), word(issued, 'b'), word('phat-khac', 'b'), boxes, { is: 'la' }]));
    expect(province.warnings.at(-1)).toMatchObject({ event: 'told-below-refused', centre: 'xa-b', refused: 5 });
    const [line] = (await table(province, id)).lines;
    expect(line?.state).toBe('unknown');
    expect((await province.centre.store.federation.told('handling', [issued], 9)).filter(({ peer }) => peer === 'xa-b')).toEqual([]);
  });

  test('what is too large, no JSON, or of a centre that nobody admitted changes nothing', async () => {
    const known = async () => (await province.centre.store.federation.lines()).map(({ peer, in: read }) => [peer, read]);
    const before = await known();
    await province.fromCentre('xa-b', 'log', 'x'.repeat(300_000));
    expect(province.warnings.at(-1)).toMatchObject({ code: 'too-large', centre: 'xa-b' });
    await province.fromCentre('xa-b', 'ask', '{');
    expect(province.warnings.at(-1)).toMatchObject({ code: 'not-json' });
    await province.fromCentre('xa-la', 'log', things([word('x', 'a')]));
    await province.fromCentre('xa-b', 'report', JSON.stringify({ id: 'hoi-1', told: null, problem: null }));
    expect(province.warnings.at(-1)).toMatchObject({ code: 'not-found' });
    expect(await known()).toEqual(before);
  });

  test('what was not signed above, for this commune, or was said before, is not taken', async () => {
    const before = await communeA.centre.store.federation.line('tinh-08');
    const signed = wires.b.down.findLast(({ word: of }) => of === 'want');
    const own = wires.a.down.findLast(({ word: of }) => of === 'want');
    const refused = async (payload: Buffer) => {
      const known = communeA.warnings.length;
      wires.a.hand('want', payload);
      return soon(async () => {
        expect(communeA.warnings.length).toBeGreaterThan(known);
        return (communeA.warnings.at(-1) as { code?: string }).code;
      });
    };
    expect(await refused(signed?.payload ?? Buffer.of())).toBe('wrong-audience');
    expect(await refused(own?.payload ?? Buffer.of())).toBe('replayed');
    const envelope = JSON.parse(String(own?.payload));
    const forged = Buffer.from(String(Buffer.from(envelope.payload, 'base64')).replace('"stream":"', '"stream":"x')).toString('base64');
    expect(await refused(Buffer.from(JSON.stringify({ ...envelope, payload: forged })))).toBe('signature-wrong');
    const [foreign] = await hamlet.centre.dispatch.changed().then(() => wires.thon.down.filter(({ word: of }) => of === 'want'));
    expect(['wrong-audience', 'key-unknown']).toContain(await refused(foreign?.payload ?? Buffer.of()));
    expect(await refused(Buffer.from('{"is":"x"}'))).toBe('bad-input');
    expect((await communeA.centre.store.federation.line('tinh-08')).in).toEqual(before.in);
  });

  test('content goes only to whom something made of it was issued', async () => {
    const id = await sounding(province, 'Chỉ cho xã A');
    await issue(province, id, ['a']);
    const media = (await province.centre.store.sources.item(id))?.latest.content.media ?? '';
    const { lower } = province.centre.federation;
    expect([await lower.mayFetch('xa-a', media), await lower.mayFetch('xa-b', media), await lower.mayFetch('xa-a', '%')]).toEqual([
      true,
      false,
      false,
    ]);
  });
});
