// Issuing down by rule: who gets what, which groups reach them alone, what they may answer, what became of it.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { placed } from '../../controller/core/placed.ts';
import type { Grant } from '../../controller/core/roles.ts';
import { figuresOf, type HandlingFacts, handlingOf } from '../../controller/core/source-handling.ts';
import { insertedSchedule } from '../../controller/core/source-insert.ts';
import {
  groupsWithin,
  type InboxEntry,
  type InboxWish,
  judgeAnswer,
  judgeIssue,
  type SourceIssue,
  waitingEntry,
} from '../../controller/core/source-issue.ts';
import { unitsOfRows } from '../../controller/core/unit-rows.ts';
import { treeOf } from '../../controller/core/unit-tree.ts';
import { within } from '../../schemas/ids.ts';
import type { Schedule } from '../../schemas/schedule.ts';
import { defaultBoxSettings } from '../../schemas/settings.ts';
import { inboxAnswers } from '../../schemas/source-issue.ts';
import { wallOf, zoneClock } from '../../schemas/zones.ts';
import { must, openPolicy, startMs } from './built-centre.ts';
import { content, sound, source, version } from './source-rig.ts';
import { rows } from './unit-rig.ts';

const tree = treeOf(unitsOfRows(rows));
const place = { tree, today: '2026-11-23', ownArea: '08' };
const issuer = (area = '08') => ({ account: 'binh', grants: [{ role: 'approver', area }] as Grant[], atMs: 100 });
const published = version({ state: 'published' });
const inForce = source({ unit: 'tinh', latest: published, published });
const wish = { id: 'phat-1', version: 1, to: ['tinh'], levels: ['commune' as const], disseminateByMs: null, note: '' };

describe('who gets it', () => {
  test.each([
    [['tinh'], ['commune'], ['d', 'a', 'b', 'c']],
    [['huyen'], ['commune'], ['a', 'b', 'c']],
    [
      ['huyen', 'a'],
      ['commune', 'hamlet'],
      ['a', 'a-1', 'a-2', 'b', 'b-1', 'c'],
    ],
    [['a-2'], ['hamlet'], ['a-2']],
    [['tinh'], ['district', 'province'], ['huyen-2', 'huyen']],
  ] as const)('%j at %j: %j, each once, never the item’s own unit', (to, levels, expected) => {
    const judged = must(judgeIssue(inForce, { ...wish, to: [...to], levels: [...levels] }, place, issuer()));
    expect(judged.units).toEqual(expected);
  });

  test.each([
    ['a unit that is not there', { to: ['x'] }, {}, 'not-found'],
    ['levels that are not below', { to: ['a-1'] }, {}, 'not-found'],
    ['a version that is not in force', { version: 2 }, {}, 'conflict'],
    ['a time that has passed', { disseminateByMs: 100 }, {}, 'bad-input'],
    ['a place beside the item’s', {}, { ownArea: '08/075' }, 'outside-area'],
  ])('%s is refused', (_what, change, elsewhere, code) => {
    expect(judgeIssue(inForce, { ...wish, ...change }, { ...place, ...elsewhere }, issuer())).toMatchObject({ problem: { code } });
  });

  test('a right delegated over a district reaches that district, and not the province', () => {
    expect(judgeIssue(inForce, { ...wish, to: ['huyen'] }, place, issuer('08/075'))).toMatchObject({ ok: true });
    expect(judgeIssue(inForce, wish, place, issuer('08/075'))).toMatchObject({ problem: { code: 'not-allowed' } });
  });

  test('only what is published and still valid is issued; an essential priority item is issued as priority', () => {
    expect(judgeIssue(source({ latest: version({ state: 'approved' }) }), wish, place, issuer())).toMatchObject({
      problem: { code: 'conflict' },
    });
    const over = version({ state: 'published', content: content({ validUntilMs: 100 }) });
    expect(judgeIssue(source({ latest: over, published: over }), wish, place, issuer())).toMatchObject({ problem: { code: 'expired' } });
    const priority = version({ state: 'published', content: content({ tier: 'priority' }) });
    expect(must(judgeIssue(source({ latest: priority, published: priority }), wish, place, issuer())).issue.tier).toBe('priority');
  });
});

describe('groups of an area', () => {
  test('are those whose boxes all lie in it, the widest first; a box that listens to wider groups only is not reached', () => {
    const box = (id: string, area: string, ...groups: string[]) => ({ id, area, groups });
    const boxes = [box('1', '08/a/1', 'a', 'all'), box('2', '08/a/2', 'a', 'a-2'), box('3', '08/a/3', 'all'), box('4', '08/b', 'all', 'b')];
    expect(groupsWithin(boxes, '08/a')).toEqual({ groups: ['a'], unreached: ['3'] });
    expect(groupsWithin(boxes, '08/a/2')).toEqual({ groups: ['a-2'], unreached: [] });
    expect(groupsWithin(boxes, '08')).toEqual({ groups: ['a', 'all'], unreached: [] });
    expect(groupsWithin(boxes, '09')).toEqual({ groups: [], unreached: [] });
  });

  const fleet = fc.array(
    fc.record({
      area: fc.constantFrom('08/a', '08/a/1', '08/a/2', '08/b', '08/b/1'),
      groups: fc.uniqueArray(fc.constantFrom('g', 'h', 'i', 'j', 'k'), { minLength: 1, maxLength: 3 }),
    }),
    { maxLength: 20 },
  );
  test('law: nobody outside ever hears, and whoever can be reached that way is', () => {
    fc.assert(
      fc.property(fleet, fc.constantFrom('08/a', '08/a/1', '08'), (some, area) => {
        const boxes = some.map((box, at) => ({ id: `${at}`, ...box }));
        const { groups, unreached } = groupsWithin(boxes, area);
        const hears = (box: (typeof boxes)[number]) => box.groups.some((group) => groups.includes(group));
        expect(boxes.filter((box) => hears(box) && !within(box.area, area))).toEqual([]);
        const outside = boxes.filter((box) => !within(box.area, area)).flatMap((box) => box.groups);
        const deaf = boxes.filter((box) => within(box.area, area) && box.groups.every((group) => outside.includes(group)));
        expect(unreached).toEqual(deaf.map(({ id }) => id));
      }),
    );
  });
});

describe('a priority item', () => {
  const clock = must(zoneClock('Asia/Ho_Chi_Minh'));
  const programme = (durationMs: number, form: 'audio' | 'bulletin' = 'audio') => ({
    ...{ id: 'ct-1', title: 'Ưu tiên', form, tier: 'priority' as const, level: 'province' as const, centre: 'tinh' },
    items: [{ ...sound('a', durationMs), ...(form === 'bulletin' && { type: 'text/html' as const }) }],
  });
  const daily = (id: string, start: string): Schedule => ({
    ...{
      id,
      programme: 'ct-2',
      class: 'normal',
      start,
      zone: 'Asia/Ho_Chi_Minh',
      rrule: 'FREQ=DAILY',
      rdates: [],
      exdates: [],
      holidays: 'play',
    },
    ...{ repeat: { times: 1, gapMs: 0 }, missedStart: { rule: 'join', withinMs: 0 }, interrupted: 'resume', gainDb: 0 },
  });
  const box = { id: 'loa', area: '08/a', groups: ['g'], settings: defaultBoxSettings };
  const usual = { ...programme(600_000), id: 'ct-2', tier: 'normal' as const };
  const insert = (at: string, schedules: Schedule[], change: object = {}, policy: object = {}) =>
    insertedSchedule({
      ...{ id: 'lich-1', programme: programme(60_000), groups: ['g'], boxes: [box], clock, untilMs: null },
      content: {
        policy: { ...openPolicy, ...policy },
        programmes: [{ programme: usual, state: 'approved' }],
        schedules: schedules.map((schedule) => ({ schedule, groups: ['g'] })),
        ...{ holidays: [], localOrder: [] },
      },
      atMs: clock.instantNear(wallOf(at) ?? 0),
      ...change,
    });

  test('begins with the next session, in the class that goes before it', () => {
    const found = insert('20261123T080000', [daily('s-1', '20261120T170000'), daily('s-2', '20261120T113000')]);
    expect(found).toMatchObject({ start: '20261123T113000', class: 'priority', programme: 'ct-1', zone: 'Asia/Ho_Chi_Minh' });
    expect(
      insert('20261123T165800', [daily('s-1', '20261120T170000')]),
      'a session of this minute is too near to be fetched',
    ).toMatchObject({ start: '20261124T170000' });
  });

  test('goes into no session that the policy refuses, and never into quiet hours', () => {
    expect(insert('20261123T210000', [daily('s-1', '20261120T230000'), daily('s-2', '20261120T060000')])?.start).toBe('20261124T060000');
    expect(insert('20261123T230000', [])?.start).toBe('20261124T050000');
  });

  test('begins on a half hour where there is no session, and nowhere where no hour would have it', () => {
    expect(insert('20261123T080700', [])?.start).toBe('20261123T083000');
    expect(insert('20261123T080700', [], {}, { windows: [] })).toBeUndefined();
    expect(insert('20261123T080000', [], { boxes: [] })).toBeUndefined();
    expect(insert('20261123T080000', [], { untilMs: startMs })).toBeUndefined();
  });

  test('as a page stands from the next minute for a day, or until it ends', () => {
    const page = programme(30_000, 'bulletin');
    expect(insert('20261123T080010', [], { programme: page })).toMatchObject({ start: '20261123T080200', lastsMs: 86_400_000 });
    const untilMs = clock.instantNear(wallOf('20261123T090200') ?? 0);
    expect(insert('20261123T080010', [], { programme: page, untilMs })?.lastsMs).toBe(3600_000);
  });
});

describe('an answer', () => {
  const entry = (answer: InboxEntry['answer']): InboxEntry => ({ ...waitingEntry({ id: 'phat-1', atMs: 1 } as SourceIssue, 'a'), answer });
  const scheduler = { account: 'chi', grants: [{ role: 'scheduler', area: '08/075/00001' }] as Grant[], atMs: 200 };
  const wishes: Readonly<Record<InboxWish['do'], InboxWish>> = {
    take: { do: 'take', programme: 'ct', schedule: null, form: null, note: '' },
    decline: { do: 'decline', note: 'Đã phát hôm qua' },
    copy: { do: 'copy', copy: 'tin-2' },
  };

  test.each([
    ['take', ['taken', 'conflict', 'taken', 'taken', 'taken']],
    ['decline', ['declined', 'conflict', 'declined', 'conflict', 'conflict']],
    ['copy', ['copied', 'inserted', 'taken', 'copied', 'copied']],
  ] as const)('%s from waiting, inserted, taken, declined, copied: %j', (does, outcomes) => {
    const judged = inboxAnswers.map((answer) => judgeAnswer(entry(answer), { withdrawn: null }, wishes[does], scheduler, '08/075/00001'));
    expect(judged.map((one) => (one.ok ? one.value.answer : one.problem.code))).toEqual(outcomes);
  });

  test('belongs to the unit’s people, and comes too late once it was taken back', () => {
    expect(judgeAnswer(entry('waiting'), { withdrawn: null }, wishes.decline, scheduler, '08/075/00002')).toMatchObject({
      problem: { code: 'not-allowed' },
    });
    const withdrawn = { by: 'x', atMs: 1, note: '' };
    expect(judgeAnswer(entry('waiting'), { withdrawn }, wishes.decline, scheduler, '08/075/00001')).toMatchObject({
      problem: { code: 'conflict' },
    });
    expect(must(judgeAnswer(entry('waiting'), { withdrawn: null }, wishes.decline, scheduler, '08/075/00001'))).toMatchObject({
      by: 'chi',
      answeredMs: 200,
      note: 'Đã phát hôm qua',
    });
  });
});

describe('what became of it', () => {
  const issue = { atMs: 100, disseminateByMs: 1_000, withdrawn: null };
  const facts = (change: Partial<HandlingFacts> = {}): HandlingFacts => ({
    areaOf: (unit) => ({ a: '08/a', b: '08/b' })[unit],
    boxes: placed([
      { id: 'x', area: '08/a/1', groups: ['g'] },
      { id: 'y', area: '08/a', groups: ['h'] },
      { id: 'z', area: '08/b', groups: ['i'] },
    ]),
    ...{ plays: placed([]), byHand: [], communes: [], households: new Map(), scheduled: new Set<string>(), withdrawn: false, atMs: 500 },
    ...change,
  });
  const entry = (change: Partial<InboxEntry> = {}, unit = 'a'): InboxEntry => ({
    ...waitingEntry({ id: 'p', atMs: 100 } as SourceIssue, unit),
    ...change,
  });
  const play = (dev: string, area: string, startMs: number) => ({ dev, area, startMs });
  const stateOf = (change: Partial<InboxEntry>, more: Partial<HandlingFacts> = {}, of: object = {}) =>
    handlingOf(entry(change), { ...issue, ...of }, facts(more)).state;

  test.each([
    ['waiting', {}, {}],
    ['taken', { answer: 'taken', programme: 'ct' }, {}],
    ['taken', { answer: 'copied', copy: 't' }, {}],
    ['declined', { answer: 'declined' }, {}],
    ['declined', { answer: 'declined' }, { atMs: 2_000 }],
    ['scheduled', {}, { scheduled: new Set(['g']) }],
    ['scheduled', { answer: 'inserted' }, { scheduled: new Set(['h']) }],
    ['waiting', {}, { scheduled: new Set(['i']) }],
    ['overdue', {}, { atMs: 1_000 }],
    ['overdue', { answer: 'taken', programme: 'ct' }, { atMs: 1_000, scheduled: new Set(['g']) }],
    ['taken', { answer: 'taken', form: 'communicator' }, { atMs: 1_000 }],
    ['played', {}, { plays: placed([play('x', '08/a/1', 200)]) }],
    ['played', { answer: 'declined' }, { plays: placed([play('x', '08/a/1', 5_000)]), atMs: 9_000 }],
    ['waiting', {}, { plays: placed([play('z', '08/b', 200)]) }],
    ['waiting', {}, { plays: placed([play('x', '08/a/1', 99)]) }],
    ['withdrawn', { answer: 'taken' }, { withdrawn: true }],
  ] as [string, Partial<InboxEntry>, Partial<HandlingFacts>][])('%s: %j, %j', (state, change, more) => {
    expect(stateOf(change, more)).toBe(state);
  });

  test('an issue taken back is withdrawn; one without a time is never overdue', () => {
    expect(stateOf({}, {}, { withdrawn: { by: 'x', atMs: 1, note: '' } })).toBe('withdrawn');
    expect(stateOf({}, { atMs: 9e9 }, { disseminateByMs: null })).toBe('waiting');
  });

  test('plays are counted, with the first and the last', () => {
    const plays = placed([play('x', '08/a/1', 300), play('y', '08/a', 200), play('x', '08/a/1', 900), play('z', '08/b', 1)]);
    expect(handlingOf(entry(), issue, facts({ plays }))).toMatchObject({ plays: 3, firstMs: 200, lastMs: 900 });
  });

  test('two figures side by side: communes that heard it, clusters that played it; nothing to measure is no figure', () => {
    const known = facts({ plays: placed([play('x', '08/a/1', 200)]) });
    const handled = [entry(), entry({}, 'b')].map((one) => handlingOf(one, issue, known));
    expect(figuresOf(handled, known)).toMatchObject({
      units: 2,
      unitsPlayed: 1,
      unitsShare: 0.5,
      clusters: 3,
      clustersPlayed: 1,
      clustersShare: 1 / 3,
      states: { played: 1, waiting: 1 },
    });
    expect(figuresOf([], known)).toMatchObject({ unitsShare: null, clustersShare: null });
    const withdrawn = facts({ withdrawn: true, plays: placed([play('x', '08/a/1', 200)]) });
    expect(figuresOf([handlingOf(entry(), issue, withdrawn)], withdrawn)).toMatchObject({
      units: 0,
      unitsShare: null,
      states: { withdrawn: 1 },
    });
  });
});
