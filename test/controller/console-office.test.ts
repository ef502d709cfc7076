// What the office pages decide without a browser: periods, addresses, what is drawn and how it is said, what proves an exercise.
import { describe, expect, test } from 'vitest';
import { evaluationAddress, evaluationAsked } from '../../controller/console/pages/evaluation/asked.ts';
import { filePath, logAddress, logAsked, receiptsPath } from '../../controller/console/pages/log/asked.ts';
import { addressOf, askedIn, pathOf } from '../../controller/console/pages/reports/asked.ts';
import { instantsOf, monthOf, periodOf } from '../../controller/console/pages/reports/days.ts';
import { freeId, mailsOf } from '../../controller/console/pages/reports/mail-list.ts';
import { plotOf, sentenceOf } from '../../controller/console/pages/reports/plots.ts';
import { lengthText, written } from '../../controller/console/pages/reports/values.ts';
import { splitPlays } from '../../controller/console/pages/today/split.ts';
import { seenSteps } from '../../controller/console/pages/training/proof.ts';
import type { DayPlay } from '../../schemas/day.ts';
import type { ReportMail } from '../../schemas/report-mail.ts';
import { exercises } from '../../schemas/training.ts';

const t = (key: string, values?: object) => `${key.replace(/^\w+:/, '')}${values ? ` ${Object.values(values).join('|')}` : ''}`;
const dayPlay = (change: Partial<DayPlay>): DayPlay => ({
  ...{ schedule: 's', programme: 'p', title: 'x', class: 'normal', tier: 'normal', form: 'audio', startMs: 0, endMs: 1, spreadMs: 0 },
  ...{ refused: null, boxes: 1, online: 1, sounding: 0, groups: { count: 0, names: [] }, units: { count: 0, names: [] } },
  ...change,
});
const units = [
  { id: 'xa', area: '08/02536', parent: null },
  { id: 'thon-1', area: '08/02536/thon-1', parent: 'xa' },
].map((unit) => ({ ...unit, kind: 'x', level: 'commune' as const, name: unit.id, nameEn: null, code: null, from: null, until: null }));

describe('periods', () => {
  test.each([
    ['today', '2026-11-28', '2026-11-28', '2026-11-28'],
    ['week', '2026-11-28', '2026-11-23', '2026-11-29'],
    ['week', '2026-11-23', '2026-11-23', '2026-11-29'],
    ['week', '2026-11-29', '2026-11-23', '2026-11-29'],
    ['month', '2028-02-10', '2028-02-01', '2028-02-29'],
    ['before', '2026-01-31', '2025-12-01', '2025-12-31'],
    ['before', '2026-03-31', '2026-02-01', '2026-02-28'],
    ['year', '2026-11-28', '2026-01-01', '2026-12-31'],
  ] as const)('%s of %s', (name, today, from, to) => {
    expect(periodOf(name, today)).toEqual({ from, to });
  });

  test('a month is asked from its first midnight there to the next month’s', () => {
    const { fromMs, toMs } = instantsOf(monthOf('2026-11'));
    expect([new Date(fromMs).toISOString(), new Date(toMs).toISOString()]).toEqual([
      '2026-10-31T17:00:00.000Z',
      '2026-11-30T17:00:00.000Z',
    ]);
  });
});

describe('addresses', () => {
  const standard = { from: '2026-11-22', to: '2026-11-28' };

  test('what the log is asked stands in its address, and comes back from it', () => {
    const asked = { ...logAsked([], standard), box: 'loa-1', outcome: 'missed' as const, unit: 'thôn 1/2' };
    const parts = logAddress(asked).replace('#/nhat-ky/', '').split('/').map(decodeURIComponent);
    expect(logAsked(parts, standard)).toEqual(asked);
    expect(receiptsPath({ ...asked, unit: 'xa' }, 50)).toContain('unit=xa&box=loa-1&outcome=missed&limit=50');
  });

  test('an address that says nonsense is read as nothing', () => {
    expect(logAsked(['x', '2026-13-01_2026-12-01', 'outcome=hay'], standard)).toEqual(logAsked([], standard));
    expect(logAsked(['luot-phat', '2026-11-28_2026-11-01'], standard)).toMatchObject(standard);
    expect(askedIn(['2026-11-28_x'], '2026-11-28')).toEqual({ from: '2026-11-01', to: '2026-11-30', unit: undefined });
    expect(evaluationAsked(['xa', '2027-01'], units, '2026-11')).toEqual({ unit: 'xa', month: '2026-11' });
  });

  test('files are of the very same question', () => {
    const asked = { ...logAsked([], standard), unit: 'thon-1', outcome: 'missed' as const };
    const { fromMs, toMs } = instantsOf(standard);
    const same = `/api/reports/play-log?fromMs=${fromMs}&toMs=${toMs}&area=08%2F02536%2Fthon-1&outcome=missed`;
    expect(filePath(asked, units, 'csv')).toBe(`${same}&format=csv`);
    expect(filePath({ ...asked, side: 'bang-tin' }, units, 'csv')).toMatch(/^\/api\/showings\?.*format=csv/);
  });

  test('each report is asked for what it needs', () => {
    const asked = { from: '2026-11-01', to: '2026-11-30', unit: undefined };
    const { fromMs, toMs } = instantsOf(asked);
    const door = (path: string, ...asks: string[]) => ({ id: 'x', vi: 'x', en: 'x', path, asks });
    const today = '2026-11-28';
    expect(pathOf(door('/api/reports/minutes', 'fromMs', 'toMs', 'area'), asked, units, today)).toBe(
      `/reports/minutes?fromMs=${fromMs}&toMs=${toMs}`,
    );
    expect(pathOf(door('/api/weeks/{unit}', 'unit', 'day'), asked, units, today)).toBe('/weeks/xa?day=2026-11-28');
    expect(pathOf(door('/api/evaluations', 'unit', 'month'), { ...asked, unit: 'thon-1' }, units, today)).toBe(
      '/evaluations?unit=thon-1&month=2026-11',
    );
    expect(pathOf(door('/api/register-statistics', 'year', 'unit'), asked, units, today)).toBe('/register-statistics?year=2025&unit=xa');
    expect(pathOf(door('/api/weeks/{unit}', 'unit', 'day'), asked, [], today)).toBeUndefined();
    expect(addressOf('minutes', { ...asked, unit: 'xa' })).toBe('#/bao-cao/minutes/2026-11-01_2026-11-30/xa');
    expect(evaluationAddress({ unit: 'xa', month: '2026-11' })).toBe('#/danh-gia/xa/2026-11');
  });
});

describe('values and drawings', () => {
  test('what nobody measured is said so, and is never nought', () => {
    expect([written(null, 'share', t, 'vi'), written(0, 'share', t, 'vi'), written(null, 'instant', t, 'vi')]).toEqual([
      'unmeasured',
      '0 %',
      '–',
    ]);
    expect([written(0.125, 'share', t, 'vi'), written(0.125, 'share', t, 'en'), written(4.75, 'stars', t, 'vi')]).toEqual([
      '12,5 %',
      '12.5 %',
      '4,75',
    ]);
    expect(lengthText(3_723_400)).toBe('1:02:03');
  });

  const column = (id: string, kind: 'text' | 'share' | 'instant') => ({ id, kind, vi: id, en: id });

  test('rows are bars by name; what is unmeasured is a gap and is told', () => {
    const columns = [column('boxName', 'text'), column('kept', 'share')];
    const plot = plotOf({
      id: 'schedule-kept',
      columns,
      rows: [
        ['A', 1],
        ['B', null],
        ['C', 0.5],
      ],
    });
    expect(plot).toMatchObject({ form: 'bars', labels: ['A', 'B', 'C'], lines: [{ values: [1, null, 0.5] }], left: 0 });
    expect(plot && sentenceOf(plot, t, 'en')).toBe('plot.range kept|A|100 %|C|50 % plot.unmeasured 1');
  });

  test('plays are counted by day, oldest first, with those played whole', () => {
    const columns = [column('plannedStart', 'instant'), column('outcome', 'text')];
    const day = (of: number) => Date.UTC(2026, 10, of, 3);
    const plot = plotOf({
      id: 'play-log',
      columns,
      rows: [
        [day(2), 'phát đủ'],
        [day(1), 'bỏ lỡ'],
        [day(2), 'lỗi'],
      ],
    });
    expect(plot).toMatchObject({ labels: ['01/11', '02/11'], lines: [{ values: [1, 2] }, { values: [0, 1] }] });
  });

  test('nothing is drawn of nothing, and what has no room is told', () => {
    expect(plotOf({ id: 'minutes', columns: [], rows: [] })).toBeUndefined();
    const rows = Array.from({ length: 50 }, (_, at) => [`hộp ${at}`, at / 50]);
    const plot = plotOf({ id: 'schedule-kept', columns: [column('boxName', 'text'), column('kept', 'share')], rows });
    expect([plot?.labels.length, plot?.left]).toEqual([40, 10]);
  });
});

test('a play is on between its start and its end, unless a policy refuses it', () => {
  const plays = [
    dayPlay({ startMs: 0, endMs: 10 }),
    dayPlay({ startMs: 5, endMs: 9, refused: 'quiet-hours' }),
    dayPlay({ startMs: 6, endMs: 20 }),
  ];
  expect(splitPlays(plays, 5)).toEqual({ now: [plays[0]], next: [plays[2]] });
});

test('an exercise is proven by acts of the audit, each step by its first', () => {
  const done = [
    { atMs: 1, act: 'session.begin', subject: '' },
    { atMs: 2, act: 'order.give', subject: 'l-1' },
    { atMs: 3, act: 'order.give', subject: 'l-2' },
  ];
  expect(seenSteps('phat-lenh', done).map(({ id, atMs }) => [id, atMs])).toEqual([
    ['order', 2],
    ['clear', undefined],
  ]);
  expect(seenSteps('kiem-tra-kiem-toan', done)).toEqual([]);
  expect(exercises.filter(({ id }) => seenSteps(id, []).length > 0).length).toBeGreaterThan(8);
});

test('mails are sent back without what the centre adds, each under a name of its own', () => {
  const mail: ReportMail = { id: 'minutes-1', report: 'minutes', to: ['a@b.vn'], every: 'month', day: 1, hour: 7, format: 'html' };
  expect(mailsOf({ server: 'named', mails: [{ ...mail, nextMs: 5, sentMs: null, problem: null }] })).toEqual([mail]);
  expect(freeId('minutes', [mail])).toBe('minutes-2');
});
