// Every report there is: as JSON, as a table file and as a page, which say the same, with what each figure means and as of when.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { reportDoors } from '../../controller/reports/report.ts';
import { type Report, reportIds } from '../../schemas/report-tables.ts';
import { type Asker, startMs } from './built-centre.ts';
import { toldByJson, toldByPage, toldByTable, written } from './report-forms.ts';
import { addBox, makeProvince, type Province } from './source-rig.ts';

const dayMs = 86_400_000;
let province: Province;
let who: Asker;

beforeAll(async () => {
  province = await makeProvince();
  await addBox(province, 'loa-1', '08/00001', ['xa-a']);
  const play = { occurrence: 's@1@main', what: 'occurrence', output: 'main', class: 'normal', plannedStartMs: startMs } as const;
  const heard = {
    items: [] as string[],
    plannedEndMs: startMs + 60_000,
    audibleMs: 60_000,
    gainDb: 0,
    proof: 'relay' as const,
    clock: 'signed' as const,
  };
  const receipts = [
    { dev: 'loa-1', receivedMs: 1, receipt: { ...play, ...heard, outcome: 'played' as const } },
    {
      ...{ dev: 'loa-1', receivedMs: 1 },
      receipt: { ...play, ...heard, occurrence: 's@2@main', outcome: 'refused-by-policy' as const, reason: 'quiet-hours' as const },
    },
  ];
  await province.built.centre.store.log.commit({ rows: [], receipts, progress: [], conflicts: [], heads: [] });
  province.built.clock.nowMs = startMs + 3_600_000;
  who = await province.ask('duyet-tinh');
});
afterAll(() => province.built.stop());

const words: Readonly<Record<string, string | number>> = {
  ...{ fromMs: startMs - dayMs, toMs: startMs + dayMs, area: '08', unit: 'tinh', day: '2026-11-23', month: '2026-11', year: 2025 },
};
const doorOf = ({ path, asks }: (typeof reportDoors)[number], format: string) => {
  const inPath = path.replace(/\{(\w+)\}/g, (_, word: string) => String(words[word]));
  const query = asks.filter((word) => !path.includes(`{${word}}`)).map((word) => `${word}=${words[word]}`);
  return `${inPath.replace(/^\/api/, '')}?${[...query, `format=${format}`].join('&')}`;
};

/** A signed record of one box, printed as it is: it counts nothing. */
const records = new Set(['/api/boxes/{id}/acceptances']);

test('the list names every route that makes a report, and no other', async () => {
  expect((await who('GET', '/reports')).body).toEqual(reportDoors);
  const described = (await who('GET', '/openapi.json')).body.paths as Record<
    string,
    { get?: { parameters?: { name: string; schema: object }[] } }
  >;
  const forms = Object.entries(described).filter(
    ([path, { get }]) =>
      !records.has(path) && get?.parameters?.some(({ name, schema }) => name === 'format' && JSON.stringify(schema).includes('html')),
  );
  const listed = new Set(reportDoors.map(({ id, path }) => (reportIds.some((one) => one === id) ? '/api/reports/{id}' : path)));
  expect(forms.map(([path]) => path).sort()).toEqual([...listed].sort());
});

describe.each(reportDoors)('$id', (door) => {
  test('says the same in JSON, in a table file and on a page, with definitions and as of when', async () => {
    const json = await who('GET', doorOf(door, 'json'));
    expect([json.status, json.body.id]).toEqual([200, door.id]);
    const report = json.body as Report;
    const told = toldByJson(report);
    expect(report.figures.length).toBeGreaterThan(0);
    for (const { definition } of report.figures) expect(Math.min(definition.vi.length, definition.en.length)).toBeGreaterThan(10);
    const page = await who('GET', doorOf(door, 'html'));
    expect(page.headers['content-type']).toBe('text/html; charset=utf-8');
    expect(toldByPage(String(page.body))).toEqual(told);
    expect(String(page.body)).toContain(`tính đến ${written(report.asOfMs, 'instant')}`);
    expect(String(page.body)).not.toMatch(/<script|<link|url\(|https?:|@import/);
    const table = await who('GET', doorOf(door, 'csv'));
    expect(table.headers['content-type']).toBe('text/csv; charset=utf-8');
    expect(toldByTable(String(table.body), report)).toEqual(told);
    expect(String(table.body)).toContain(`Tính đến,${written(report.asOfMs, 'instant')}`);
  });
});
