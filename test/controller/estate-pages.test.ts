// What the console's estate pages decide: which boxes a filter lets through, how faults are gathered, what a phone keeps.
import { describe, expect, test } from 'vitest';
import {
  type BoxLine,
  chosen,
  countStates,
  filterOf,
  filterText,
  fold,
  lineOf,
  noFilter,
  placeOfArea,
  placesOf,
  renewed,
} from '../../controller/console/pages/boxes/box-list.ts';
import { tableOf } from '../../controller/console/pages/boxes/box-table.ts';
import { spanIn } from '../../controller/console/pages/boxes/fault-span.ts';
import { gather } from '../../controller/console/pages/boxes/map-groups.ts';
import { readViews, viewsMax, withView, writeViews } from '../../controller/console/pages/boxes/saved-views.ts';
import { byCause, counted, inOrder, lookOf } from '../../controller/console/pages/faults/fault-groups.ts';
import { added, readQueue, readWork, waitingMax, without } from '../../controller/console/pages/work/queue.ts';
import type { BoxAnswer } from '../../schemas/api.ts';
import { type FaultAnswer, faultKinds } from '../../schemas/faults.ts';
import { shortCode } from '../../schemas/short-code.ts';

const centre = { area: '08/02536', name: 'Xã Sơn Dương' };
const hamlet = { id: 'thon-1', kind: 'thon', level: 'hamlet', name: 'Thôn Đình', nameEn: 'Dinh', code: null, parent: null } as const;
const units = [{ ...hamlet, area: '08/02536/thon-1', from: null, until: null }];
const places = placesOf(units, false, centre);

function box(id: string, more: Partial<BoxAnswer> = {}): BoxLine {
  const none = { enrolled: true, online: true, lastSeenMs: 1, wantRev: 0, report: null, telemetry: null } as const;
  const health = { state: 'ok', reasons: [] } as const;
  const known = {
    id,
    name: `Loa ${id}`,
    area: '08/02536/thon-1/xom-2',
    groups: ['toan-xa'],
    outputs: [{ id: 'main', kind: 'loudspeaker' }],
  } as const;
  return lineOf({ ...known, ...none, health: { ...health, reasons: [] }, ...more } as BoxAnswer, places);
}

function fault(id: string, more: Partial<FaultAnswer> = {}): FaultAnswer {
  const nobody = { answeredBy: null, answeredMs: null, assignee: null, resolvedBy: null, resolvedMs: null, note: '' };
  const stands = { box: 'b', reason: 'offline', openedMs: 1, standingMs: 2, endedMs: null, times: 1 } as const;
  return { id, ...stands, ...nobody, ...faultKinds.offline, boxName: 'B', open: true, ...more };
}

describe('the list of boxes', () => {
  const lines = [
    box('dinh-1', { name: 'Loa Đình Thượng' }),
    box('cho-1', {
      name: 'Bảng chợ',
      outputs: [{ id: 'screen', kind: 'board' }],
      health: { state: 'silent', reasons: ['display-failed'] },
    }),
    box('xa-1', { area: '08/02536', online: false, lastSeenMs: null, health: { state: 'unknown', reasons: [] } }),
  ];
  const ids = (filter: Partial<typeof noFilter>) => chosen(lines, { ...noFilter, ...filter }).map(({ id }) => id);

  test('is found by words in any order, with or without marks, and by the name of the unit around', () => {
    expect(ids({ text: 'thuong DINH' })).toEqual(['dinh-1']);
    expect(ids({ text: 'Đình' })).toEqual(['dinh-1', 'cho-1']);
    expect(ids({ text: 'khong co' })).toEqual([]);
    expect(fold('Đường Nguyễn Ứng')).toBe('duong nguyen ung');
  });

  test('is filtered by state, kind, connection, trouble and area with all below', () => {
    expect([ids({ state: 'silent' }), ids({ kind: 'board' }), ids({ reason: 'display-failed' })]).toEqual([
      ['cho-1'],
      ['cho-1'],
      ['cho-1'],
    ]);
    expect([ids({ online: 'no' }), ids({ online: 'never' })]).toEqual([['xa-1'], ['xa-1']]);
    expect(ids({ area: '08/02536/thon-1' })).toEqual(['dinh-1', 'cho-1']);
  });

  test('counts what choosing a state would show', () => {
    expect(countStates(lines, { ...noFilter, state: 'ok', text: 'dinh' })).toEqual({ ok: 1, silent: 1, degraded: 0, unknown: 0 });
  });

  test('names the nearest unit above a box, the centre where there is none, the area where nobody named it', () => {
    expect([placeOfArea(places, '08/02536/thon-1/xom-2'), placeOfArea(places, '08/02536'), placeOfArea(places, '09')]).toEqual([
      'Thôn Đình',
      'Xã Sơn Dương',
      '09',
    ]);
  });

  test('keeps a filter in an address, and throws away what is none', () => {
    const filter = { ...noFilter, text: 'a&b=c', state: 'ok', kind: 'board' } as const;
    expect(filterOf(filterText(filter))).toEqual(filter);
    expect(filterOf('state=evil&kind=x&online=1&nothing=2')).toEqual(noFilter);
  });

  test('changes only what is new, and puts an unknown box in its place', () => {
    const next = renewed(lines, [box('cho-1', { name: 'Mới' }), box('ao-1')]);
    expect(next.map(({ id, name }) => `${id} ${name}`)).toEqual(['ao-1 Loa ao-1', 'cho-1 Mới', 'dinh-1 Loa Đình Thượng', 'xa-1 Loa xa-1']);
    expect(next[2]).toBe(lines[0]);
  });

  test('keeps named views, one a name, and survives whatever stands in the browser', () => {
    const views = withView(withView([], ' Hỏng ', { ...noFilter, state: 'silent' }), 'Hỏng', { ...noFilter, state: 'degraded' });
    expect(readViews(writeViews(views))).toEqual([{ name: 'Hỏng', filter: { ...noFilter, state: 'degraded' } }]);
    for (const text of [null, '', '{', '{}', '[1,[2,3],["a"]]']) expect(readViews(text)).toEqual([]);
    const many = Array.from({ length: 30 }, (_, n) => `v${n}`).reduce<ReturnType<typeof withView>>(
      (all, name) => withView(all, name, noFilter),
      [],
    );
    expect(many).toHaveLength(viewsMax);
  });

  test('gives tables in which no cell is a formula', () => {
    expect(tableOf(['a'], [['=1+1'], ['x"y']])).toBe('\uFEFF"a"\r\n"\'=1+1"\r\n"x""y"\r\n');
  });

  test('names boxes by a short code that differs for ids that differ by one sign', () => {
    const codes = Array.from({ length: 10_000 }, (_, n) => shortCode(`hop-${n}`));
    expect(codes.every((code) => /^[2-9CDFGHJKMNPQRTVWXY]{3}-[2-9CDFGHJKMNPQRTVWXY]{3}$/.test(code))).toBe(true);
    expect(new Set(codes).size).toBeGreaterThan(9_990);
  });
});

describe('the map', () => {
  const spot = (id: string, latitude: number, longitude: number, state: 'ok' | 'silent') => ({
    id,
    name: id,
    area: '08',
    latitude,
    longitude,
    state,
  });

  test('gathers what lies on one another, and shows the worst of it', () => {
    const signs = gather([spot('a', 21.01, 105.01, 'ok'), spot('b', 21.02, 105.02, 'silent'), spot('c', 22.5, 105, 'ok')], 0.1);
    expect(signs.map(({ spots, worst }) => [spots.length, worst])).toEqual([
      [2, 'silent'],
      [1, 'ok'],
    ]);
    expect(gather([spot('a', 21.01, 105.01, 'ok'), spot('b', 21.02, 105.02, 'ok')], 0.001)).toHaveLength(2);
  });
});

describe('faults', () => {
  test('need a person until they are laid aside; a shelf whose time is over holds nothing', () => {
    const shelved = { untilMs: 100, by: 'an', why: 'x' };
    expect([lookOf(fault('a'), 1), lookOf(fault('a', { shelved }), 99), lookOf(fault('a', { shelved }), 100)]).toEqual([
      'needs',
      'shelved',
      'needs',
    ]);
    expect([lookOf(fault('a', { rank: 'notice' }), 1), lookOf(fault('a', { open: false }), 1)]).toEqual(['notices', undefined]);
    expect(counted([fault('a'), fault('b', { shelved }), fault('c', { open: false })], 1)).toEqual({ needs: 1, shelved: 1, notices: 0 });
  });

  test('show what nobody has seen first, and gather by cause', () => {
    const all = [fault('old', { openedMs: 1, answeredMs: 2 }), fault('new', { openedMs: 5 }), fault('hot', { reason: 'hot', openedMs: 9 })];
    expect(inOrder(all).map(({ id }) => id)).toEqual(['hot', 'new', 'old']);
    expect(byCause(all).map(({ reason, faults, unanswered }) => [reason, faults.length, unanswered])).toEqual([
      ['offline', 2, 1],
      ['hot', 1, 1],
    ]);
  });

  test('lie on a line of time as far as they are in it', () => {
    expect(spanIn({ openedMs: 50, endedMs: 150 }, 100, 200)).toEqual({ from: 0, length: 0.5 });
    expect(spanIn({ openedMs: 150, endedMs: null }, 100, 200)).toEqual({ from: 0.5, length: 0.5 });
    expect(spanIn({ openedMs: 1, endedMs: 100 }, 100, 200)).toBeUndefined();
  });
});

describe('what a phone keeps without a line', () => {
  const act = { do: 'accept', ticket: 't' } as const;

  test('is sent in order, ends at its limit, and loses nothing but what was sent', () => {
    const two = added(added([], act, 'a') ?? [], { ...act, do: 'self-test' }, 'b') ?? [];
    expect(two.map(({ key }) => key)).toEqual(['a', 'b']);
    expect(without(two, 'a')).toEqual([{ key: 'b', act: { do: 'self-test', ticket: 't' } }]);
    const full = Array.from({ length: waitingMax }, (_, n) => ({ key: String(n), act }));
    expect(added(full, act, 'x')).toBeUndefined();
  });

  test('is read again after a restart, and what is none is left out', () => {
    const queue = added([], act, 'a') ?? [];
    expect(readQueue(JSON.stringify([...queue, null, { key: 1 }, 'x']))).toEqual(queue);
    for (const text of [null, '{', '7', '[null]']) expect([readQueue(text), readWork(text)]).toEqual([[], []]);
  });
});
