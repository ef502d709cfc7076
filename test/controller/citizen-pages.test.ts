// What the residents' app and the pages for it reckon by themselves: an area from coordinates, the nearest place, figures, a poll as it is sent.
import { describe, expect, test } from 'vitest';
import { drawArea } from '../../controller/citizen/frame/area-map.ts';
import { nearest } from '../../controller/citizen/line/nearest.ts';
import { beginsWith, listPath } from '../../controller/console/pages/feedback/looks.ts';
import { inTimePlot, inTimeShare, meanOf, receivedPlot } from '../../controller/console/pages/feedback/statistics.ts';
import { emptyDraft, wishOf } from '../../controller/console/pages/polls/draft.ts';
import { PollRequest } from '../../schemas/citizen.ts';
import type { PublicUnit, VoicesRow } from '../../schemas/citizen-api.ts';
import { parse } from '../../schemas/parse.ts';

const corners = (outline: string) =>
  outline
    .slice(1, -1)
    .split('L')
    .map((pair) => pair.split(' ').map(Number) as [number, number]);

describe('the drawing of an area', () => {
  const points = [
    { latitude: 21.7, longitude: 105.39 },
    { latitude: 21.71, longitude: 105.4 },
    { latitude: 21.69, longitude: 105.42 },
  ];
  test('holds all loudspeakers, north up, the same scale both ways, within its frame', () => {
    const drawing = drawArea(points, 320, 200);
    const [first, north, south] = drawing.points;
    expect(north?.y).toBeLessThan(first?.y ?? 0);
    expect(south?.x).toBeGreaterThan(first?.x ?? 0);
    const ring = corners(drawing.outline);
    expect(ring.length).toBeGreaterThan(6);
    for (const [x, y] of ring) expect(x >= 15 && x <= 305 && y >= 15 && y <= 185).toBe(true);
    // A kilometre north is as long as a kilometre east: 0.01° of latitude is 1,113 m, of longitude there 1,034 m.
    const perMetreNorth = ((first?.y ?? 0) - (north?.y ?? 0)) / 1_113.2;
    const perMetreEast = ((north?.x ?? 0) - (first?.x ?? 0)) / (1_113.2 * Math.cos((21.7 * Math.PI) / 180));
    expect(perMetreNorth / perMetreEast).toBeCloseTo(1, 1);
    expect(drawing.scale.length / drawing.scale.metres).toBeCloseTo(perMetreNorth, 2);
  });
  test('draws one loudspeaker as a circle around it, and nothing where there is none', () => {
    const [only] = drawArea(points.slice(0, 1), 320, 200).points;
    expect(only).toEqual({ x: 160, y: 100 });
    expect(drawArea([], 320, 200)).toMatchObject({ outline: '', points: [] });
  });
});

describe('the nearest place', () => {
  const unit = (id: string, parent: string | null, latitude?: number): PublicUnit => ({
    ...{ id, name: id, level: parent === null ? 'commune' : 'hamlet', parent },
    place: latitude === undefined ? null : { latitude, longitude: 105.4 },
  });
  const units = [unit('xa', null, 21.7), unit('thon-1', 'xa', 21.69), unit('thon-2', 'xa', 21.74), unit('thon-3', 'xa')];
  test('is a hamlet before its commune, and none when all are far', () => {
    expect(nearest(units, { latitude: 21.701, longitude: 105.4 })?.id).toBe('thon-1');
    expect(nearest(units, { latitude: 21.73, longitude: 105.4 })?.id).toBe('thon-2');
    expect(nearest(units.slice(0, 1), { latitude: 21.7, longitude: 105.4 })?.id).toBe('xa');
    expect(nearest(units, { latitude: 10.8, longitude: 106.7 })).toBeUndefined();
  });
});

describe('what officials see', () => {
  const row = (name: string, change: Partial<VoicesRow>): VoicesRow => ({
    ...{ unit: name, name, month: '2026-11', received: 4, answered: 3, inTime: 2, due: 4, refused: 0, medianMs: 3_600_000 },
    ...{ byKind: { suggestion: 1, petition: 1, loudspeaker: 1, policy: 1 }, satisfaction: [0, 0, 0, 1, 1] },
    ratings: { commune: [0, 0, 0, 0, 0], centre: [0, 0, 1, 0, 0], province: [0, 0, 0, 0, 2] },
    ...change,
  });
  test('what nobody gave or nothing was due of is no figure, never 0', () => {
    expect([meanOf([0, 0, 0, 0, 0]), meanOf([0, 0, 0, 1, 1]), meanOf([1, 0, 0, 0, 3])]).toEqual([null, 4.5, 4]);
    expect([inTimeShare({ inTime: 0, due: 0 }), inTimeShare({ inTime: 1, due: 2 })]).toEqual([null, 0.5]);
    expect(inTimePlot([row('Xã A', {}), row('Xã B', { inTime: 0, due: 0 })])?.lines[0]?.values).toEqual([0.5, null]);
    expect(receivedPlot([row('Xã A', {})])).toMatchObject({ labels: ['Xã A'], left: 0, lines: [{ values: [4] }, { values: [3] }] });
    expect(receivedPlot([])).toBeUndefined();
    expect(receivedPlot(Array.from({ length: 45 }, (_, at) => row(`Xã ${at}`, {})))).toMatchObject({ left: 5 });
  });
  test('a list asks only for what was chosen, and words are cut between words', () => {
    const nothing = { state: '', kind: '', unit: '', assignee: '', overdue: false, q: '' } as const;
    expect(listPath(nothing)).toBe('/feedback');
    expect(listPath({ ...nothing, state: 'held', q: 'đường & cầu', overdue: true })).toBe(
      '/feedback?state=held&q=%C4%91%C6%B0%E1%BB%9Dng+%26+c%E1%BA%A7u&overdue=1',
    );
    expect(beginsWith('một hai ba', 140)).toBe('một hai ba');
    expect(beginsWith('một hai ba bốn', 9)).toBe('một hai…');
  });
  test('a poll is sent as the centre takes it: one question, options without empty lines', () => {
    const draft = { ...emptyDraft('xa', Date.UTC(2026, 10, 23, 1, 5)), title: 'Giờ phát' };
    draft.questions = [
      { type: 'one', text: 'Giờ nào?', options: ' 5 giờ 30 \n\n6 giờ\n' },
      { type: 'text', text: 'Vì sao?', options: 'bỏ' },
    ];
    const poll = parse(PollRequest, wishOf(draft));
    expect(poll).toMatchObject({
      ok: true,
      value: { questions: [{ options: ['5 giờ 30', '6 giờ'] }], opensMs: Date.UTC(2026, 10, 23, 2) },
    });
    expect(parse(PollRequest, wishOf({ ...draft, kind: 'survey' }))).toMatchObject({
      ok: true,
      value: { questions: [{}, { type: 'text' }] },
    });
    expect(parse(PollRequest, wishOf({ ...draft, questions: [{ type: 'one', text: 'Giờ nào?', options: 'một' }] })).ok).toBe(false);
  });
});
