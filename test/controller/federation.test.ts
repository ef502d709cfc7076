// A province and its communes, each with its own centre: what is issued above is heard below, and the table above comes out right.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type BuiltCentre, codeOf } from './built-centre.ts';
import {
  addBox,
  as,
  askers,
  type Family,
  inbox,
  issue,
  makeFamily,
  play,
  soon,
  sounding,
  table,
  through,
  upload,
} from './federation-rig.ts';
import { content } from './source-rig.ts';

const hourMs = 3600_000;
let family: Family;
let province: BuiltCentre;
let communeA: BuiltCentre;
let communeB: BuiltCentre;
let hamlet: BuiltCentre;
let wires: Family['wires'];
beforeAll(async () => {
  family = await makeFamily();
  ({ province, communeA, communeB, hamlet, wires } = family);
});
afterAll(() => family?.stop());

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
    expect(String(await communeA.centre.blobs.read(media))).toContain('Tiêm chủng');
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

test('an issue still open is told above however many newer ones of one’s own there are', async () => {
  const id = await sounding(province, 'Còn mở');
  await issue(province, id, ['b']);
  const [entry] = await inbox(communeB, 'Còn mở');
  const [own] = await communeB.centre.store.issues.issues({ limit: 1 });
  const act = { atMs: 1, actor: 'x', act: 'source.issue', subject: 'x', sha256: '' };
  // All of them newer; spread over items, of which each holds so many.
  for (let n = 0; n < 600; n++) {
    const { origin: _, ...newer } = { ...(own as NonNullable<typeof own>), id: `rieng-${n}`, item: `rieng-${n % 20}`, atMs: 1e15 + n };
    await communeB.centre.store.issues.add(newer, [], act);
  }
  const declined = await (await as(communeB, 'tac-gia'))('POST', `/inbox/${entry?.issue}/xa-b/decline`, { reason: 'Không' });
  expect(declined.status).toBe(200);
  await communeB.centre.federation.round();
  await soon(async () => expect((await table(province, id)).lines).toMatchObject([{ state: 'declined', note: 'Không' }]));
});
