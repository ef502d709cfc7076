// The officer's week on paper: planned against heard, both shares of essential items, what nobody measured, an official page to sign.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { dateWords, placeName } from '../../controller/reports/official.ts';
import type { Outcome, Reason, Receipt } from '../../schemas/receipt.ts';
import type { Report } from '../../schemas/report-tables.ts';
import { type Asker, codeOf, startMs } from './built-centre.ts';
import { toldByJson, toldByPage, toldByTable } from './report-forms.ts';
import { addBox, makeProvince, type Province, sound } from './source-rig.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const hostile = '<img src=x onerror="alert(1)"> & "Bản tin" </td>';
let province: Province;
let commune: Asker;
let schedule: string;
let programme: string;
/** 17:00 of Monday. */
const firstMs = startMs + 9 * hourMs;

const receiptOf = (day: number, outcome: Outcome, change: Partial<Receipt> = {}) => {
  const plannedStartMs = firstMs + day * dayMs;
  const receipt: Receipt = {
    ...{
      occurrence: `${schedule}@${plannedStartMs}@main`,
      what: 'occurrence',
      schedule,
      programme,
      output: 'main',
      class: 'normal',
      outcome,
    },
    ...{ plannedStartMs, plannedEndMs: plannedStartMs + 60_000, audibleMs: outcome === 'played' ? 60_000 : 0, gainDb: 0 },
    ...{ items: [sound('a').sha256], proof: 'relay', clock: 'signed' },
    ...change,
  };
  return receipt;
};
const tell = (dev: string, receipts: readonly Receipt[]) =>
  province.built.centre.store.log.commit({
    ...{ rows: [], receipts: receipts.map((receipt) => ({ dev, receipt, receivedMs: 1 })), progress: [], conflicts: [], heads: [] },
  });
const weekOf = async (who: Asker, unit: string, day?: string) =>
  (await who('GET', `/weeks/${unit}${day === undefined ? '' : `?day=${day}`}`)).body as Report;
const pageOf = async (who: Asker, unit: string, day: string) => String((await who('GET', `/weeks/${unit}?day=${day}&format=html`)).body);
const figureOf = ({ figures }: Report, id: string) => figures.find((one) => one.id === id)?.value;

beforeAll(async () => {
  province = await makeProvince();
  commune = await province.ask('xa-a');
  const approver = await province.ask('duyet-tinh');
  await addBox(province, 'loa-1', '08/00001', ['xa-a']);
  await addBox(province, 'loa-2', '08/00001/thon-1', ['xa-a']);
  await addBox(province, 'loa-b', '08/00002', ['xa-b']);
  await province.upload(sound('a'));
  const item = await province.publish({ kind: 'audio', media: sound('a').sha256, essential: true, title: hostile, body: 'Ngày 5.' });
  const disseminateByMs = startMs + 3 * dayMs;
  await approver('POST', `/source-items/${item}/issue`, { version: 1, to: ['tinh'], levels: ['commune'], disseminateByMs });
  for (const [box, households] of [
    ['loa-1', 100],
    ['loa-2', 300],
  ] as const)
    await (await province.ask('quan-tri'))('PUT', `/boxes/${box}/households`, { households });
  programme = (await commune('POST', '/programmes', { title: hostile, form: 'audio', tier: 'normal', items: [sound('a').sha256] })).body.id;
  await commune('POST', `/programmes/${programme}/submit`, {});
  await approver('POST', `/programmes/${programme}/approve`, {});
  const wish = { programme, groups: ['xa-a'], start: '20261123T170000', zone: 'Asia/Ho_Chi_Minh', rrule: 'FREQ=DAILY' };
  schedule = (await commune('POST', '/schedules', wish)).body.id;
});
afterAll(() => province.built.stop());

describe('before anybody has told anything', () => {
  test('the week is planned, and what was heard is unmeasured, not 0 %', async () => {
    const report = await weekOf(commune, 'a');
    expect([figureOf(report, 'planned'), figureOf(report, 'kept'), figureOf(report, 'measured'), figureOf(report, 'audibleMs')]).toEqual([
      ...[14, null, null, null],
    ]);
    expect(report.rows.map((row) => row.slice(3))).toEqual(Array(7).fill([2, 0, null, null, null]));
    province.built.clock.nowMs = startMs + 7 * dayMs;
    const page = await pageOf(await province.built.as('xa-a'), 'a', '2026-11-25');
    const told = toldByPage(page);
    expect(told.figures.find(([name]) => name === 'Phát đủ')?.[1]).toBe('chưa đo được');
    expect(told.tables[0]?.slice(1).every((row) => row.slice(5).every((cell) => cell === 'chưa đo được'))).toBe(true);
    province.built.clock.nowMs = startMs + 1_000;
  });
});

describe('after a week', () => {
  let report: Report;
  let page: string;

  beforeAll(async () => {
    const cut = { reason: 'emergency' satisfies Reason, audibleMs: 5_000 } as const;
    await tell('loa-1', [receiptOf(0, 'played'), receiptOf(1, 'partial', { audibleMs: 30_000 }), receiptOf(2, 'preempted', cut)]);
    await tell('loa-1', [receiptOf(3, 'played', { proof: 'simulated' })]);
    await tell('loa-1', [receiptOf(4, 'played', { what: 'order', occurrence: 'lenh-1@main', class: 'emergency', items: [] })]);
    await tell('loa-2', [receiptOf(0, 'missed')]);
    // Another unit's, and another week's.
    await tell('loa-b', [receiptOf(0, 'missed')]);
    await tell('loa-1', [receiptOf(7, 'played')]);
    province.built.clock.nowMs = startMs + 5 * dayMs + 12 * hourMs;
    commune = await province.built.as('xa-a');
    report = await weekOf(commune, 'a', '2026-11-26');
    page = await pageOf(commune, 'a', '2026-11-26');
  });

  test('what was heard is of those due that a receipt is here of', () => {
    // Planned 14: one of loa-1 was simulated and stands in no figure. Due and told: whole, partly, missed.
    expect(figureOf(report, 'planned')).toBe(13);
    expect(figureOf(report, 'kept')).toBeCloseTo(1 / 3);
    // Six days have come: eleven plays, four of them told.
    expect(figureOf(report, 'measured')).toBeCloseTo(4 / 11);
    expect(figureOf(report, 'audibleMs')).toBe(95_000);
    expect(report.rows[0]).toEqual([firstMs, hostile, 'thông thường', 2, 2, 1, 1, 0.5]);
    expect(report.rows[6]?.slice(3)).toEqual([2, 0, null, null, null]);
  });

  test('both shares of essential items stand side by side, and who has not done them is named', async () => {
    expect([figureOf(report, 'essential'), figureOf(report, 'essentialCommunes'), figureOf(report, 'essentialClusters')]).toEqual([
      1, 1, 0.25,
    ]);
    const whole = await weekOf(await province.built.as('duyet-tinh'), 'tinh', '2026-11-26');
    expect([figureOf(whole, 'essentialCommunes'), figureOf(whole, 'essentialClusters')]).toEqual([0.5, 0.25]);
    expect(whole.more?.[0]?.rows[0]?.slice(3, 5)).toEqual(['đã phát 1 · quá hạn 1', 'Xã B']);
    expect(report.more?.[0]?.rows[0]?.slice(0, 4)).toEqual([hostile, expect.any(Number), startMs + 3 * dayMs, 'đã phát 1']);
  });

  test('what was left out is said with its count', () => {
    const counts = Object.fromEntries(report.exclusions.map(({ en, count }) => [en, count]));
    expect(counts).toEqual({
      'plays without a receipt yet': 7,
      'plays to come': 2,
      'plays that were not due': 1,
      'plays without a schedule': 1,
      'simulated plays': 1,
    });
  });

  test('the page and the table file say what the JSON says', async () => {
    const told = toldByJson(report);
    expect(toldByPage(page)).toEqual(told);
    const csv = String((await commune('GET', '/weeks/a?day=2026-11-26&format=csv')).body);
    expect(toldByTable(csv, report)).toEqual(told);
  });

  test('the page is an official one: national name, organ, place and date, three to sign, numbers on its pages', () => {
    for (const words of ['Cộng hòa xã hội chủ nghĩa Việt Nam', 'Độc lập - Tự do - Hạnh phúc', 'Tỉnh</p><p class="name">Xã A'])
      expect(page).toContain(words);
    expect(page).toContain('A, ngày 28 tháng 11 năm 2026');
    for (const who of ['Người lập', 'Phụ trách', 'Thủ trưởng đơn vị']) expect(page).toContain(`<p>${who}</p>`);
    expect(page).toContain('counter(page)');
    expect(page).toContain('Từ ngày 23/11/2026 đến hết ngày 29/11/2026 · tính đến 28/11/2026 20:00:00');
  });

  test('a hostile title is text, and nothing comes from outside', () => {
    expect(page).not.toContain('<img');
    expect(page).toContain('&#60;img src=x onerror=&#34;alert(1)&#34;&#62;');
    expect(page).not.toMatch(/<script|<link|url\(|https?:|@import/);
  });
});

test('a week of another unit is not told of, nor one that is no week', async () => {
  const other = await province.built.as('xa-b');
  expect(codeOf(await other('GET', '/weeks/a'))).toBe('not-found');
  expect(codeOf(await other('GET', '/weeks/tinh'))).toBe('not-found');
  expect(codeOf(await other('GET', '/weeks/b?day=2026-02-30'))).toBe('bad-input');
  expect(codeOf(await other('GET', '/weeks/b?day=2027-06-01'))).toBe('not-yet');
});

test('a place is named without its kind, unless it is a number', () => {
  expect(['Xã Sơn Dương', 'Phường 1', 'thị trấn Tân Yên', 'Tổ dân phố Tân Hà', 'Xãnh'].map(placeName)).toEqual([
    ...['Sơn Dương', 'Phường 1', 'Tân Yên', 'Tân Hà', 'Xãnh'],
  ]);
});

test('days below ten and the first two months have a nought before them', () => {
  expect([dateWords('2026-02-03'), dateWords('2026-03-10')]).toEqual(['ngày 03 tháng 02 năm 2026', 'ngày 10 tháng 3 năm 2026']);
});
