// The schedule page's own rules: what a form makes of a rule and back, what would mend a refusal, an explanation in sentences.
import { describe, expect, test } from 'vitest';
import {
  draftOf,
  emptyDraft,
  movedAll,
  movedOne,
  ordinalOf,
  readRecurrence,
  retimed,
  ruleOf,
  wishOf,
} from '../../controller/console/pages/plan/draft.ts';
import { fixesOf, type Trouble } from '../../controller/console/pages/plan/fixes.ts';
import { clockOfZone, dateField, instantAt, mondayOf, timeField, wallAt, wallOfLocal } from '../../controller/console/pages/plan/wall.ts';
import { sentencesOf } from '../../controller/console/pages/plan/why-sentences.ts';
import type { PolicyRule } from '../../schemas/policy.ts';
import { policy, schedule } from '../schemas/documents.ts';

const zone = 'Asia/Ho_Chi_Minh';
const clock = clockOfZone(zone);
const at = (local: string) => instantAt(clock, wallOfLocal(local));
const answer = (change: object) => ({ ...schedule(), groups: ['g'], occasions: [], title: 'Tin', by: 'an', seen: 'x', ...change }) as never;

describe('a draft', () => {
  test.each([
    ['FREQ=DAILY', 'daily'],
    ['FREQ=DAILY;INTERVAL=2;UNTIL=20261231', 'daily'],
    ['FREQ=WEEKLY;BYDAY=MO,WE', 'weekly'],
    ['FREQ=MONTHLY;BYMONTHDAY=23', 'monthly'],
    ['FREQ=MONTHLY;BYDAY=4MO', 'monthly'],
    ['FREQ=DAILY;BYHOUR=5,17', 'other'],
    ['FREQ=YEARLY', 'other'],
    ['FREQ=WEEKLY;BYDAY=MO;COUNT=3', 'other'],
  ])('reads %s and writes it as it was', (rrule, again) => {
    const draft = draftOf(answer({ rrule }));
    expect(draft.again).toBe(again);
    expect(ruleOf(draft)).toBe(rrule);
  });

  test('loses nothing that the form does not show', () => {
    const kept = answer({ validFromMs: 5, gainDb: -3, interrupted: 'skip', rdates: ['20261124T060000'], holidays: 'skip' });
    expect(wishOf(draftOf(kept))).toMatchObject({
      validFromMs: 5,
      gainDb: -3,
      interrupted: 'skip',
      rdates: ['20261124T060000'],
      holidays: 'skip',
    });
  });

  test('moved as a whole takes its days along; moved once leaves the rule', () => {
    const draft = draftOf(answer({ rrule: 'FREQ=WEEKLY;BYDAY=MO,SU', exdates: ['20261130T060000'] }));
    const moved = movedAll(draft, 86_400_000 + 900_000);
    expect([moved.date, moved.time, ruleOf(moved), moved.exdates]).toEqual([
      '2026-11-24',
      '06:15',
      'FREQ=WEEKLY;BYDAY=MO,TU',
      ['20261201T061500'],
    ]);
    const once = movedOne(draft, wallOfLocal('20261207T060000'), 900_000);
    expect([once.exdates, once.rdates]).toEqual([['20261130T060000', '20261207T060000'], ['20261207T061500']]);
    expect(movedOne(once, wallOfLocal('20261207T061500'), 900_000).rdates).toEqual(['20261207T063000']);
  });

  test('days left out go along with its time', () => {
    expect(retimed(['20261124T170000', '20261125T050000'], '17:00', '17:30:10')).toEqual(['20261124T173010', '20261125T050000']);
  });

  test('says the last weekday of a month from the end', () => {
    expect([ordinalOf('20261123T060000'), ordinalOf('20261130T060000')]).toEqual(['4MO', '-1MO']);
    expect(readRecurrence('FREQ=MONTHLY;BYDAY=-1MO', '20261130T060000')).toMatchObject({ again: 'monthly', monthBy: 'weekday' });
  });

  test('begins whole on the wall clock', () => {
    const draft = emptyDraft(wallOfLocal('20261123T170000'), zone);
    expect([draft.date, draft.time, wishOf(draft).start]).toEqual(['2026-11-23', '17:00', '20261123T170000']);
    expect(dateField(mondayOf(wallOfLocal('20261129T235959')))).toBe('2026-11-23');
    expect(timeField(wallAt(clock, at('20261123T053010')))).toBe('05:30:10');
  });
});

describe('fixes', () => {
  const trouble = (local: string, rule: PolicyRule, change: Partial<Trouble> = {}): Trouble => ({
    ...{ refused: [{ startMs: at(local), rule }], plays: 1, roundMs: 600_000, times: 1, gapMs: 0, policies: [policy()], others: [], clock },
    ...change,
  });
  const words = (one: Trouble) =>
    fixesOf(one).map((fix) => (fix.do === 'move' ? timeField(fix.toWallMs) : fix.do === 'times' ? fix.times : fix.exdates));

  test('03:15 goes to 05:30, the first permitted time of that day', () => {
    expect(words(trouble('20261124T031500', 'outside-window'))).toEqual(['05:30']);
  });
  test('noon goes before or after the quiet hours, whichever is nearer', () => {
    expect(words(trouble('20261124T120000', 'quiet-hours'))).toEqual(['11:20', '13:30']);
  });
  test('what is too long is cut to as many rounds as fit', () => {
    expect(words(trouble('20261124T170000', 'session-too-long', { times: 6 }))).toContain(4);
  });
  test('a fourth session joins another rather than standing alone', () => {
    const others = ['060000', '080000', '100000'].map((time) => ({
      startMs: at(`20261124T${time}`),
      endMs: at(`20261124T${time}`) + 600_000,
    }));
    const [first] = fixesOf(trouble('20261124T170000', 'too-many-sessions', { others }));
    expect(first).toMatchObject({ do: 'move' });
    expect(first?.do === 'move' && timeField(first.toWallMs)).toBe('10:15');
  });
  test('refused days may be left out where others are not refused; what waits for approval is not mended here', () => {
    expect(words(trouble('20261124T120000', 'quiet-hours', { plays: 3 })).at(-1)).toEqual(['20261124T120000']);
    expect(words(trouble('20261124T120000', 'not-approved'))).toEqual([]);
  });
});

test('an explanation names what plays, what does not and why, and what the box knows', () => {
  const outputOf = (kind: string, name: string | undefined) => `${kind} ${name ?? 'alone'}`;
  const say = { time: String, day: () => 'd', outputOf, classOf: (name: string) => name, rule: (name: string) => name };
  const occurrence = { title: 'Tin', class: 'normal', startMs: 1 } as never;
  const found = sentencesOf(
    {
      ...{ box: 'b', atMs: 5, policy: { id: 'p', title: 'Nông thôn' }, health: { state: 'silent', reasons: [] } as never },
      above: [{ kind: 'live', id: 'l', title: 'Họp', fromMs: 1, untilMs: 9 }],
      outputs: [{ output: 'main', kind: 'loudspeaker', plays: null, contenders: [{ occurrence, whyNot: 'quiet-hours' }], next: null }],
      want: { wanted: 4, applied: 3, missingMedia: 2 },
    },
    say,
  );
  expect(found.map(({ key }) => key)).toEqual([
    'aboveLive',
    'silent',
    'not.quiet-hours',
    'nothingNext',
    'behind',
    'missing',
    'health.silent',
  ]);
  expect(found[1]?.values).toEqual({ output: 'loudspeaker alone' });
  expect(found[2]?.values).toMatchObject({ title: 'Tin', policy: 'Nông thôn' });
});
