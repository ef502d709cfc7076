// The rules of federation on plain facts: who answers, what goes to whom, what a silent centre's word is worth.
import { describe, expect, test } from 'vitest';
import { answererOf, freshnessOf, placeOf, silentAfterMs, tellFrom } from '../../controller/core/federation.ts';
import { downKeyOf, downOf, filesBelow, type InForce, offeredOf } from '../../controller/core/federation-down.ts';
import { judgeReceived, receivedIssue } from '../../controller/core/federation-received.ts';
import { boxesUp, daysUp, mayTell, toldFirst, upKeyOf, upSubjectOf, voicesUp } from '../../controller/core/federation-up.ts';
import { placed } from '../../controller/core/placed.ts';
import { figuresOf, type HandlingFacts, handlingFar } from '../../controller/core/source-handling.ts';
import { type SourceIssue, waitingEntry } from '../../controller/core/source-issue.ts';
import { measureVoices } from '../../controller/core/voices.ts';
import { type DownItem, federationLimits, type UpHandling } from '../../schemas/federation.ts';
import type { Occurrence } from '../../schemas/timeline.ts';
import { must } from './built-centre.ts';
import { content, sound, source, version } from './source-rig.ts';

const below = [
  { centre: 'xa-a', area: '08/a' },
  { centre: 'thon-1', area: '08/a/1' },
  { centre: 'xa-b', area: '08/b' },
];
const issue: SourceIssue = {
  ...{ id: 'p-1', item: 'tin-1', by: 'binh', atMs: 10, tier: 'normal', to: ['tinh'], levels: ['commune'] },
  ...{ disseminateByMs: null, note: '', withdrawn: null },
};

describe('a place', () => {
  test('is answered for by the outermost centre around it, which passes on; beside all of them by nobody below', () => {
    expect(['08/a', '08/a/1', '08/a/1/x', '08/b', '08', '08/ab'].map((area) => answererOf(area, below)?.centre)).toEqual([
      ...['xa-a', 'xa-a', 'xa-a', 'xa-b', undefined, undefined],
    ]);
  });
  test('is known as freshly as all that its centre knew has come', () => {
    const nowMs = 10 * silentAfterMs;
    const of = (asOfMs: number | null) => freshnessOf({ asOfMs }, nowMs);
    expect([of(nowMs), of(nowMs - silentAfterMs), of(nowMs - silentAfterMs - 1), of(null), freshnessOf(undefined, nowMs)]).toEqual([
      ...['current', 'current', 'stale', 'unknown', 'unknown'],
    ]);
  });
});

describe('a numbering', () => {
  test('is read on where the reader stands, and from the beginning where the reader stands elsewhere or beyond it', () => {
    const own = { stream: 's', seq: 5 };
    expect([3, 5, 6].map((after) => tellFrom(own, { stream: 's', after }))).toEqual([3, 5, 0]);
    expect(tellFrom(own, { stream: 'x', after: 3 })).toBe(0);
    expect(tellFrom(own, { stream: null, after: 0 })).toBe(0);
  });
  test('a part of it is next, known, or leaves a gap', () => {
    const at = (after: number, upto: number, stream = 's') => placeOf({ stream: 's', seq: 5 }, { stream, after, upto });
    expect([at(5, 7), at(3, 7), at(3, 5), at(6, 7), at(0, 2, 'x'), at(2, 4, 'x')]).toEqual(['next', 'next', 'known', 'gap', 'next', 'gap']);
  });
});

describe('what goes down', () => {
  const unit = { id: 'tinh', name: 'Tỉnh', level: 'province' as const, area: '08' };
  const inForce: InForce = {
    item: source({ published: version({ n: 2 }) }),
    version: version({ n: 2, play: sound('a') }),
    unit,
    attachments: [sound('b')],
  };
  const areas: Record<string, string> = { a: '08/a', 'a-1': '08/a/1', b: '08/b', here: '08/c' };
  const facts = (units: readonly string[]) => ({
    ...{ issues: [issue], entries: units.map((one) => waitingEntry(issue, one)), items: new Map([['tin-1', inForce]]) },
    ...{ areaOf: (one: string) => areas[one], below },
  });

  test('is the item and its issue, to each centre with its own units alone; the rest stays here', () => {
    const down = downOf(facts(['a', 'a-1', 'here', 'gone']));
    expect([...down.keys()]).toEqual(['xa-a', 'thon-1', 'xa-b']);
    expect(down.get('xa-b')).toEqual([]);
    expect(down.get('thon-1'), 'through xa-a').toEqual([]);
    expect(down.get('xa-a')).toMatchObject([
      { is: 'item', item: 'tin-1', version: 2, state: 'published' },
      { is: 'issue', issue: 'p-1', units: [{ unit: 'a' }, { unit: 'a-1' }] },
    ]);
  });
  test('goes in parts with keys of their own, and names every file it is made of', () => {
    const many = Array.from({ length: federationLimits.units + 1 }, (_, at) => `u-${at}`);
    const wide = { ...facts(many), areaOf: () => '08/a' };
    const parts = downOf(wide).get('xa-a') ?? [];
    expect(parts).toHaveLength(3);
    expect(new Set(parts.map(downKeyOf)).size).toBe(3);
    const film = { sha256: 'f'.repeat(64), bytes: 3 };
    expect(filesBelow({ play: { ...sound('a'), film }, attachments: [sound('b'), sound('a')] }).map(({ sha256 }) => sha256[0])).toEqual([
      'a',
      'f',
      'b',
    ]);
  });
  test('too large a thing is named and left out', () => {
    const body = '\u0001'.repeat(federationLimits.thingBytes / 6);
    const [thing] =
      downOf({ ...facts(['a']), items: new Map([['tin-1', { ...inForce, version: version({ content: content({ body }) }) }]]) }).get(
        'xa-a',
      ) ?? [];
    expect(thing && offeredOf([thing], downKeyOf)).toEqual({ fit: [], tooLarge: ['item:tin-1'] });
  });
});

describe('what came from above', () => {
  const thing: DownItem = {
    ...{ is: 'item', item: 'tin-1', version: 2, state: 'published', publishedMs: 5, content: content(), play: null, attachments: [] },
    unit: { id: 'tinh', name: 'Tỉnh', level: 'province', area: '08' },
  };
  const here = { centre: 'tinh-08', id: 'tu-1', atMs: 9 };

  test('is an item with its origin, in force; a later version replaces it; withdrawn it is so', () => {
    const first = must(judgeReceived(undefined, thing, here)).item;
    expect(first).toMatchObject({
      id: 'tu-1',
      origin: { centre: 'tinh-08', item: 'tin-1' },
      published: { n: 2, author: 'centre:tinh-08' },
    });
    const next = must(judgeReceived(first, { ...thing, version: 3 }, here));
    expect(next.versions.map(({ n, state }) => `${n} ${state}`)).toEqual(['2 replaced', '3 published']);
    const gone = must(judgeReceived(next.item, { ...thing, version: 3, state: 'withdrawn' }, here));
    expect(gone.item).toMatchObject({ published: null, latest: { n: 3, state: 'withdrawn' } });
    expect(must(judgeReceived(gone.item, { ...thing, version: 3, state: 'withdrawn' }, here)).item.latest.steps, 'said twice').toHaveLength(
      3,
    );
  });
  test('is refused where it is older than known, of somebody else, or what no item may be', () => {
    const known = must(judgeReceived(undefined, thing, here)).item;
    const code = (...asked: Parameters<typeof judgeReceived>) => {
      const judged = judgeReceived(...asked);
      return judged.ok ? 'taken' : judged.problem.code;
    };
    expect(code(known, { ...thing, version: 1 }, here)).toBe('replayed');
    expect(code(known, thing, { ...here, centre: 'tinh-09' })).toBe('conflict');
    expect(code(source(), thing, here)).toBe('conflict');
    expect(code(undefined, { ...thing, content: content({ tier: 'emergency' }) }, here)).toBe('bad-input');
  });
  test('lies only in units of one’s own area that stand here, each once', () => {
    const units = [
      { unit: 'a', area: '08/a' },
      { unit: 'b', area: '08/b' },
      { unit: 'moi', area: '08/a/9' },
    ];
    const down = {
      ...{ is: 'issue' as const, issue: 'p-1', item: 'tin-1', tier: 'normal' as const, atMs: 1, disseminateByMs: null },
      ...{ note: '', withdrawn: null, levels: ['commune' as const], units },
    };
    const place = {
      centre: 'tinh-08',
      own: '08/a',
      names: { issue: 'tp-1', item: 'tu-1' },
      unitAt: (area: string) => ({ '08/a': 'xa', '08/b': 'b' })[area],
    };
    const first = receivedIssue(down, undefined, place);
    expect(first.entries.map(({ unit }) => unit)).toEqual(['xa']);
    expect(first.refused.map(({ unit }) => unit)).toEqual(['b', 'moi']);
    expect(first.issue.origin).toEqual({ centre: 'tinh-08', issue: 'p-1', units: [{ above: 'a', unit: 'xa' }] });
    expect(receivedIssue(down, first.issue, place).entries, 'said twice').toEqual([]);
  });
});

describe('a word from below', () => {
  const handling = (change: Partial<UpHandling> = {}): UpHandling => ({
    ...{ is: 'handling', issue: 'p-1', unit: 'a', answer: 'taken', answeredMs: 3, note: '', form: null, copied: false, state: 'played' },
    ...{ plays: 2, firstMs: 11, lastMs: 12, clusters: 4, clustersPlayed: 1, beyond: null, ...change },
  });
  const facts: HandlingFacts = {
    areaOf: (unit) => `08/${unit}`,
    boxes: placed([]),
    plays: placed([]),
    scheduled: new Set(),
    byHand: [],
    communes: [],
    households: new Map(),
    withdrawn: false,
    atMs: 20,
  };
  const far = (fresh: 'current' | 'stale' | 'unknown', told?: UpHandling, unit = 'a') =>
    handlingFar(waitingEntry(issue, unit), issue, { centre: 'xa-a', fresh, asOfMs: fresh === 'unknown' ? null : 5, handling: told }, facts);

  test('counts as long as it is fresh; what was heard or refused stays so; the rest becomes unknown', () => {
    const states = (['current', 'stale'] as const).map((fresh) =>
      [
        handling(),
        handling({ state: 'declined' }),
        handling({ state: 'taken', form: 'sms' }),
        handling({ state: 'waiting' }),
        undefined,
      ].map((one) => far(fresh, one).state),
    );
    expect(states).toEqual([
      ['played', 'declined', 'taken', 'waiting', 'unknown'],
      ['played', 'declined', 'taken', 'unknown', 'unknown'],
    ]);
  });
  test('never makes 0 % of what is not known', () => {
    const unknown = figuresOf([far('unknown')], facts);
    expect(unknown).toMatchObject({ units: 1, unitsUnknown: 1, unitsShare: null, clustersShare: null, oldestMs: null });
    const mixed = figuresOf([far('current', handling()), far('stale', handling({ unit: 'b', state: 'waiting', plays: 0 }), 'b')], facts);
    expect(mixed).toMatchObject({ units: 2, unitsPlayed: 1, unitsUnknown: 1, unitsShare: 1, clusters: 4, clustersPlayed: 1, oldestMs: 5 });
  });
  test('of a unit inside another is counted with it, unless a centre of its own answers for it', () => {
    const areaOf = (unit: string) => (unit === 'a' ? '08/a' : '08/a/1');
    const of = (beyond: UpHandling['beyond']) =>
      figuresOf([far('current', handling()), far('current', handling({ unit: 'a-1', beyond }), 'a-1')], { ...facts, areaOf });
    expect([of(null).clusters, of({ fresh: 'current', asOfMs: null }).clusters]).toEqual([4, 8]);
  });
  test('is believed of the centre’s own area and of what was issued there', () => {
    const may = (thing: Parameters<typeof mayTell>[0], issued = true) =>
      mayTell(
        thing,
        '08/a',
        (unit) => (unit === 'gone' ? undefined : `08/${unit}`),
        () => issued,
      );
    const boxes = { ...{ is: 'boxes' as const, name: 'x', total: 0, online: 0, offline: 0 }, ...{ awaited: 0, unwell: 0 } };
    expect([may(handling()), may(handling(), false), may(handling({ unit: 'b' })), may(handling({ unit: 'gone' }))]).toEqual([
      true,
      false,
      false,
      false,
    ]);
    expect([may({ ...boxes, area: '08/a/1' }), may({ ...boxes, area: '08' })]).toEqual([true, false]);
  });
});

describe('what is told up', () => {
  test('boxes stand in the innermost unit, by what is known of them', () => {
    const status = (online: boolean, state: 'ok' | 'degraded' = 'ok') =>
      ({ online, lastSeenMs: 1, wantRev: 0, health: { state, reasons: [] } }) as never;
    const box = (area: string, enrolled: boolean, online: boolean, state?: 'ok' | 'degraded') => ({
      area,
      enrolled,
      status: status(online, state),
    });
    const units = [
      { name: 'A', area: '08/a' },
      { name: 'Thôn', area: '08/a/1' },
      { name: 'Khác', area: '09' },
    ];
    const told = boxesUp(
      units,
      [box('08/a', true, true), box('08/a/1', true, true, 'degraded'), box('08/a/1/x', true, false), box('08/a', false, false)],
      '08/a',
    );
    expect(told).toMatchObject([
      { area: '08/a', total: 2, online: 1, offline: 0, awaited: 1, unwell: 0 },
      { area: '08/a/1', total: 2, online: 1, offline: 1, awaited: 0, unwell: 1 },
    ]);
  });
  test('what residents said is told by month in figures alone, and believed of the centre’s own area exactly', () => {
    const fact = { area: '08/a/1', kind: 'petition' as const, receivedMs: 0, dueMs: 50, stars: null };
    const facts = [
      { ...fact, state: 'answered', answeredMs: 40, stars: 4 },
      { ...fact, state: 'received', answeredMs: null },
      { ...fact, state: 'refused', answeredMs: null },
      { ...fact, area: '08/b', state: 'received', answeredMs: null },
    ];
    const measured = measureVoices(facts, [{ area: '08/a', level: 'commune', stars: [0, 0, 2, 0, 0] }], '08/a', 60);
    const told = voicesUp({ area: '08/a', month: '2026-11' }, { ...measured, words: 'Đèn hỏng' } as typeof measured);
    expect(told).toEqual({
      ...{ is: 'voices', area: '08/a', month: '2026-11', received: 3, answered: 1, inTime: 1, due: 2, refused: 1, medianMs: 40 },
      byKind: { loudspeaker: 0, suggestion: 0, policy: 0, petition: 3 },
      satisfaction: [0, 0, 0, 1, 0],
      ratings: { commune: [0, 0, 2, 0, 0], centre: [0, 0, 0, 0, 0], province: [0, 0, 0, 0, 0] },
    });
    expect([upKeyOf(told), upSubjectOf(told)]).toEqual(['voices:08/a:2026-11', '08/a 2026-11']);
    const may = (area: string) =>
      mayTell(
        { ...told, area },
        '08/a',
        () => undefined,
        () => false,
      );
    expect(['08/a', '08/a/1', '08/b', '08'].map(may)).toEqual([true, false, false, false]);
  });
  test('a start of many boxes is told once, what a box refuses not at all', () => {
    const start = (schedule: string, startMs: number, refused: string | null = null) =>
      ({ schedule, startMs, endMs: startMs + 1, title: schedule, class: 'normal', refused }) as unknown as Occurrence;
    const told = daysUp([[start('a', 5), start('b', 2)], [start('a', 5), start('c', 3, 'hours')], [start('a', 99)]], 0, 50);
    expect(told).toMatchObject({
      cut: false,
      starts: [
        { title: 'b', boxes: 1 },
        { title: 'a', startMs: 5, boxes: 2 },
      ],
    });
  });
});

test('of what came from above the open ones are told first, newest first, each item once; what was taken back comes last', () => {
  const back = { by: 'x', atMs: 1, note: '' };
  const of = (item: string, withdrawn: SourceIssue['withdrawn'] = null) => ({ item, withdrawn });
  expect(toldFirst([of('a', back), of('b'), of('c'), of('a', back), of('b', back), of('d', back), of('c')])).toEqual(['b', 'c', 'a', 'd']);
  expect(toldFirst([of('a', back), of('a')]), 'one of its issues is open').toEqual(['a']);
});
