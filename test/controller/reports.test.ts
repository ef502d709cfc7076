// Reports: what counts and what does not, what nobody measured, and how they are written for offices and paper.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { drills, equipment, faults } from '../../controller/reports/estate.ts';
import type { Known } from '../../controller/reports/known.ts';
import { breaches, minutes, playLog, scheduleKept } from '../../controller/reports/plays.ts';
import { reportTitles } from '../../controller/reports/report.ts';
import { keptOf, minutesOf, refusedOf } from '../../controller/reports/sums.ts';
import { reportCsv, reportHtml } from '../../controller/reports/write.ts';
import type { Fault } from '../../schemas/faults.ts';
import type { Receipt } from '../../schemas/receipt.ts';
import type { Report, ReportBody } from '../../schemas/report-tables.ts';
import { programme } from '../schemas/documents.ts';
import { type Asker, type BuiltCentre, codeOf, makeCentre } from './built-centre.ts';
import { written } from './report-forms.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

const receipt = (change: Partial<Receipt> = {}): Receipt => ({
  ...{ occurrence: 's1@0@main', what: 'occurrence', schedule: 's1', programme: 'p1', output: 'main', class: 'normal', outcome: 'played' },
  ...{ plannedStartMs: hourMs, plannedEndMs: 2 * hourMs, startedMs: hourMs, audibleMs: hourMs, items: [], gainDb: 0 },
  ...{ proof: 'relay', clock: 'signed' },
  ...change,
});

const box = (id: string) => ({ id, name: `Hộp ${id}`, area: '08/02536', outputs: [], enrolled: true, online: true, lastSeenMs: 5 });

const known = (change: Partial<Known> = {}): Known => ({
  ...{ sums: minutesOf(change.receipts ?? []), kept: keptOf(change.receipts ?? []), refused: refusedOf(change.receipts ?? []) },
  ...{ fromMs: 0, toMs: dayMs, nowMs: 2 * dayMs, boxes: [box('a'), box('b')], receipts: [] },
  ...{ programmes: new Map([['p1', programme({ id: 'p1', title: 'Bản tin xã' })]]), faults: [], orders: [] },
  ...change,
});

const figureOf = (report: ReportBody, id: string) => report.figures.find((figure) => figure.id === id)?.value;

describe('reports', () => {
  test('the schedule kept counts only what was due, and a box without a receipt is unmeasured', () => {
    const outcomes = ['played', 'played', 'missed', 'refused-by-policy', 'withdrawn'] as const;
    const receipts = [
      ...outcomes.map((outcome) => ({ dev: 'a', receipt: receipt({ outcome }) })),
      { dev: 'a', receipt: receipt({ outcome: 'preempted', reason: 'emergency' }) },
      { dev: 'a', receipt: receipt({ outcome: 'preempted', reason: 'higher-class' }) },
      { dev: 'a', receipt: receipt({ what: 'order', outcome: 'failed' }) },
    ];
    const report = scheduleKept(known({ receipts }));
    expect(figureOf(report, 'kept')).toBeCloseTo(2 / 4);
    expect(report.rows).toEqual([['a', 'Hộp a', 7, 2, 0, 2, 1, 1, 0, 0.5]]);
    expect(report.exclusions).toEqual([expect.objectContaining({ count: 1 })]);
    expect(figureOf(scheduleKept(known()), 'kept')).toBeNull();
  });

  test('simulated sound stands in the log and in no figure', () => {
    const receipts = [
      { dev: 'a', receipt: receipt() },
      { dev: 'b', receipt: receipt({ proof: 'simulated' }) },
    ];
    const report = playLog(known({ receipts }));
    expect([report.rows.length, figureOf(report, 'plays'), figureOf(report, 'audibleMs')]).toEqual([2, 1, hourMs]);
    expect(report.exclusions.map(({ count }) => count)).toEqual([1]);
    expect(report.rows[0]?.[3]).toBe('Bản tin xã');
  });

  test('minutes are summed by class, level and language, the longest first', () => {
    const receipts = [
      { dev: 'a', receipt: receipt({ audibleMs: 10 }) },
      { dev: 'b', receipt: receipt({ audibleMs: 20 }) },
      { dev: 'b', receipt: receipt({ audibleMs: 50, class: 'live', programme: undefined } as Partial<Receipt>) },
    ];
    const report = minutes(known({ receipts }));
    expect(report.rows.map(([of, , , plays, , ms]) => [of, plays, ms])).toEqual([
      ['trực tiếp', 1, 50],
      ['thông thường', 2, 30],
    ]);
    expect(figureOf(report, 'audibleMs')).toBe(80);
  });

  test('what policy refused is listed with its rule', () => {
    const refused = receipt({ outcome: 'refused-by-policy', reason: 'quiet-hours' });
    const report = breaches(
      known({
        receipts: [
          { dev: 'a', receipt: refused },
          { dev: 'a', receipt: receipt() },
        ],
      }),
    );
    expect(report.rows).toEqual([[hourMs, 'a', 'Hộp a', 'Bản tin xã', 'giờ yên tĩnh']]);
  });

  test('the mean time to repair is of faults that ended, and those over thirty days are counted apart', () => {
    const fault = (change: Partial<Fault>): Fault => ({
      ...{ id: 'f', box: 'a', reason: 'offline', openedMs: 0, standingMs: 0, endedMs: null, times: 1, answeredBy: null, answeredMs: null },
      ...{ assignee: null, resolvedBy: null, resolvedMs: null, note: '' },
      ...change,
    });
    const list = [
      fault({ openedMs: hourMs, endedMs: 3 * hourMs }),
      fault({ endedMs: 4 * hourMs }),
      fault({}),
      fault({ openedMs: 2 * dayMs }),
    ];
    const report = faults(known({ faults: list, nowMs: 31 * dayMs }));
    expect([figureOf(report, 'faults'), figureOf(report, 'meanRepairMs'), figureOf(report, 'overThirtyDays')]).toEqual([3, 3 * hourMs, 1]);
    expect(figureOf(faults(known()), 'meanRepairMs')).toBeNull();
  });

  test('an exercise counts boxes that sounded of those that told anything', () => {
    const boxes = [
      { box: 'a', sounded: true, told: true, soundedMs: 1_500 },
      { box: 'b', sounded: false, told: true, soundedMs: null },
      { box: 'c', sounded: false, told: false, soundedMs: null },
    ];
    const orders = ['exercise', 'actual'].map((of) => ({ id: of, class: of, template: 'lu-quet', givenMs: 1_000, by: 'truc-ban', boxes }));
    const report = drills(known({ orders }));
    expect([figureOf(report, 'drills'), figureOf(report, 'sounded')]).toEqual([1, 0.5]);
    expect(report.rows).toEqual([[1_000, 'lu-quet', 'truc-ban', 3, 2, 1, 500]]);
  });

  test('equipment: online of those enrolled', () => {
    const report = equipment(known({ boxes: [box('a'), { ...box('b'), online: false }, { ...box('c'), enrolled: false }] }));
    expect(figureOf(report, 'online')).toBe(0.5);
    expect(report.rows[2]?.[5]).toBeNull();
    expect(report.exclusions).toHaveLength(1);
  });
});

describe('written', () => {
  const report: Report = {
    ...{ id: 'play-log', title: reportTitles['play-log'], centre: 'Xã <Sơn Dương>', zone: 'Asia/Ho_Chi_Minh' },
    ...{ asOfMs: Date.UTC(2026, 10, 27, 17), fromMs: 0, toMs: 1 },
    ...playLog(
      known({
        receipts: [
          {
            dev: '=cmd()',
            receipt: receipt({ programme: undefined, occurrence: 'a","b\n<img src=x>', startedMs: undefined } as Partial<Receipt>),
          },
        ],
      }),
    ),
  };

  test('a table file that no office program takes for a formula, in the centre’s own time', () => {
    const csv = reportCsv(report);
    expect(csv.startsWith('\uFEFFGiờ theo lịch,Hộp,')).toBe(true);
    // Until 1975 clocks there stood at UTC+8.
    expect(csv).toContain("01/01/1970 09:00:00,'=cmd(),");
    expect(csv).toContain('"a"",""b\n<img src=x>"');
    expect(csv).toContain('chưa đo');
    expect(csv).toContain('Tính đến,28/11/2026 00:00:00');
  });

  test('a page in which nothing of others is markup', () => {
    const html = reportHtml(report);
    expect(html).toContain('Xã &#60;Sơn Dương&#62;');
    expect(html).not.toContain('<img');
    expect(html).not.toMatch(/<script|https?:/);
    expect(html).toContain('Lãnh đạo duyệt');
  });
});

describe('reports over REST', () => {
  let built: BuiltCentre;
  let leader: Asker;

  beforeAll(async () => {
    built = await makeCentre();
    leader = await built.as('duyet');
    const technician = await built.as('ky-thuat');
    const outputs = [{ id: 'main', kind: 'loudspeaker' }];
    for (const [id, area] of [
      ['hop-1', '08/02536/thon-1'],
      ['hop-2', '08/02536/thon-2'],
    ])
      await technician('POST', '/boxes', { id, name: id, area, groups: ['thon-1'], outputs });
    const receipts = ['hop-1', 'hop-2'].map((dev) => ({ dev, receipt: receipt({ plannedStartMs: built.clock.nowMs }), receivedMs: 1 }));
    await built.centre.store.log.commit({ rows: [], receipts, progress: [], conflicts: [], heads: [] });
  });
  afterAll(() => built.stop());

  const period = () => `fromMs=${built.clock.nowMs - hourMs}&toMs=${built.clock.nowMs + hourMs}`;

  test('people see only the boxes of their own area, and may ask for a part of it', async () => {
    const hamlet = await built.as('thon-2');
    expect((await hamlet('GET', `/reports/play-log?${period()}`)).body.rows).toHaveLength(1);
    expect((await leader('GET', `/reports/play-log?${period()}`)).body.rows).toHaveLength(2);
    expect((await leader('GET', `/reports/play-log?${period()}&area=08/02536/thon-1`)).body.rows).toHaveLength(1);
  });

  test('a log of any length comes whole as a table file, part after part, in order, with its figures', async () => {
    const { store } = built.centre;
    const [fromMs, count] = [built.clock.nowMs + 10 * dayMs, 4_100];
    const one = (at: number) => {
      // Several of one moment, so that parts end between them.
      const plannedStartMs = fromMs + Math.floor(at / 7) * 1_000;
      const change = { occurrence: `nam@${at}@main`, plannedStartMs, plannedEndMs: plannedStartMs + 1_000, audibleMs: 1_000 };
      return {
        dev: at % 2 ? 'hop-1' : 'hop-2',
        receipt: receipt({ ...change, ...(at === 5 && { proof: 'simulated' as const }) }),
        receivedMs: 1,
      };
    };
    const receipts = Array.from({ length: count }, (_, at) => one(at));
    await store.log.commit({ rows: [], receipts, progress: [], conflicts: [], heads: [] });
    const asked = `fromMs=${fromMs}&toMs=${fromMs + 2 * dayMs}`;
    const lines = String((await leader('GET', `/reports/play-log?${asked}&format=csv`)).body).split('\r\n');
    expect(lines[0]).toContain('Giờ theo lịch,Hộp');
    const end = lines.indexOf('');
    expect(end - 1).toBe(count);
    const times = lines.slice(1, end).map((line) => line.slice(0, 19));
    expect(times).toEqual(receipts.map((each) => written(each.receipt.plannedStartMs, 'instant')));
    expect(lines.slice(end + 1)).toEqual(
      expect.arrayContaining([
        expect.stringContaining(`Lượt phát,${count - 1},`),
        'Không tính,1,"lượt phát mô phỏng, không tính vào số liệu"',
      ]),
    );
    const hamlet = await built.as('thon-2');
    const own = String((await hamlet('GET', `/reports/play-log?${asked}&format=csv`)).body).split('\r\n');
    expect(own.indexOf('') - 1).toBe(Math.ceil(count / 2));
  });

  test('a report that is none, or a period that is none, is refused', async () => {
    expect(codeOf(await leader('GET', `/reports/khong-co?${period()}`))).toBe('not-found');
    expect(codeOf(await leader('GET', '/reports/minutes?fromMs=5&toMs=5'))).toBe('bad-input');
    expect(codeOf(await leader('GET', `/reports/minutes?fromMs=0&toMs=${500 * dayMs}`))).toBe('bad-input');
    expect(codeOf(await built.stranger('GET', `/reports/minutes?${period()}`))).toBe('not-signed-in');
  });
});
