// Rules of what residents say: working days, states, holding, erasure, waits, polls, figures.
import { describe, expect, test } from 'vitest';
import { judgeWait, type WaitKind, type WaitRule, waitRules } from '../../controller/core/citizen-waits.ts';
import { erased, type FeedbackWish, feedbackTable, isOverdue, stepFeedback } from '../../controller/core/feedback.ts';
import { freePerDay, holdsOf, saidKey } from '../../controller/core/feedback-hold.ts';
import { countBallots, judgeBallot, pollState, rewritePoll, type StoredPoll, stepPoll } from '../../controller/core/polls.ts';
import type { TryCount } from '../../controller/core/sign-in-delay.ts';
import { measureVoices, openRow, type VoiceFact } from '../../controller/core/voices.ts';
import { answerWithinDays, daysOffOf, dueAfter } from '../../controller/core/working-days.ts';
import { BallotRequest, FeedbackRequest, feedbackStates, Phone, PollRequest } from '../../schemas/citizen.ts';
import { reckonHolidays } from '../../schemas/holidays.ts';
import { parse } from '../../schemas/parse.ts';
import { zoneClock } from '../../schemas/zones.ts';
import { must } from './built-centre.ts';
import { feedback } from './citizen-rig.ts';

const clock = must(zoneClock('Asia/Ho_Chi_Minh'));
const at = (text: string) => Date.parse(`${text}+07:00`);

describe('an answer is due', () => {
  const off = daysOffOf([2026, 2027].flatMap(reckonHolidays));
  test.each([
    ['Monday morning', '2026-11-23T08:00', '2026-11-26T00:00'],
    ['Monday one minute before midnight', '2026-11-23T23:59', '2026-11-26T00:00'],
    ['Thursday', '2026-11-26T10:00', '2026-12-01T00:00'],
    ['Saturday', '2026-11-28T10:00', '2026-12-02T00:00'],
    ['the day before New Year', '2026-12-31T10:00', '2027-01-06T00:00'],
    ['the eve of the Tết holidays', '2027-02-04T10:00', '2027-02-16T00:00'],
  ])('of what came on %s (%s) at %s', (_when, received, due) => {
    expect(new Date(dueAfter(at(received), answerWithinDays, clock, off)).toISOString()).toBe(new Date(at(due)).toISOString());
  });

  test('a calendar of nothing but days off ends the search', () => {
    const all = { has: () => true } as unknown as ReadonlySet<string>;
    expect(dueAfter(at('2026-11-23T08:00'), 2, clock, all)).toBeGreaterThan(at('2027-01-01T00:00'));
  });
});

describe('steps of feedback', () => {
  const wishes: Record<FeedbackWish['act'], FeedbackWish> = {
    assign: { act: 'assign', assignee: 'binh', note: '' },
    note: { act: 'note', note: 'x' },
    hold: { act: 'hold', note: '' },
    accept: { act: 'accept', note: '' },
    refuse: { act: 'refuse', note: 'quảng cáo' },
    answer: { act: 'answer', text: 'Đã sửa' },
    publish: { act: 'publish', question: 'Đèn?', answer: 'Đã sửa' },
    hide: { act: 'hide', note: '' },
    link: { act: 'link', link: { item: 'tin-1' } },
    rate: { act: 'rate', stars: 4, text: '' },
    mended: { act: 'mended' },
  };
  const published = { question: 'q', answer: 'a', atMs: 1, by: 'an' };

  test.each(Object.keys(wishes) as FeedbackWish['act'][])('%s is taken exactly from the states of the table', (act) => {
    for (const state of Object.keys(feedbackStates) as (keyof typeof feedbackStates)[]) {
      const done = stepFeedback(feedback({ state, published }), wishes[act], 'an', 5);
      const to = feedbackTable[act][state];
      expect([state, done.ok ? done.value.state : done.problem.code]).toEqual([state, to ?? 'conflict']);
      if (done.ok) expect(done.value.steps.at(-1)).toMatchObject({ act, by: 'an', atMs: 5 });
    }
  });

  test('what changed since somebody looked is not written over, and an answer is rated once', () => {
    const answered = must(stepFeedback(feedback(), wishes.answer, 'an', 5, 0));
    expect(stepFeedback(answered, wishes.answer, 'an', 6, 0)).toMatchObject({ problem: { code: 'conflict', path: '/seen' } });
    const corrected = must(stepFeedback(answered, { act: 'answer', text: 'Sửa lại' }, 'an', 6, 1));
    expect(
      corrected.answers.map(({ text }) => text),
      'a correction stands beside what it corrects',
    ).toEqual(['Đã sửa', 'Sửa lại']);
    const rated = must(stepFeedback(corrected, wishes.rate, 'resident', 7));
    expect(stepFeedback(rated, wishes.rate, 'resident', 8)).toMatchObject({ problem: { code: 'conflict', path: '/stars' } });
  });

  test('overdue is what nobody answered after its time', () => {
    expect([isOverdue(feedback({ dueMs: 20 }), 20), isOverdue(feedback({ dueMs: 20 }), 21)]).toEqual([false, true]);
    expect(isOverdue(feedback({ state: 'answered' }), 99)).toBe(false);
  });

  test('erased keeps figures alone: no word, picture, phone, device or note is left in it', () => {
    const secretWord = 'BIMAT';
    const one = feedback({
      ...{ text: secretWord, phone: secretWord, phoneLocked: secretWord, device: secretWord, secret: secretWord, photos: [secretWord] },
      ...{ sound: secretWord, reason: secretWord, answers: [{ text: secretWord, atMs: 3, by: 'an' }] },
      ...{ satisfaction: { stars: 2, text: secretWord, atMs: 4 }, steps: [{ atMs: 1, by: 'an', act: 'note', note: secretWord }] },
    });
    const gone = erased(one, 9);
    expect(JSON.stringify(gone)).not.toContain(secretWord);
    expect(gone).toMatchObject({ kind: 'suggestion', receivedMs: 10, erasedMs: 9, answers: [{ atMs: 3 }], satisfaction: { stars: 2 } });
    const later = [wishes.note, { act: 'assign', assignee: 'binh', note: secretWord }, { act: 'answer', text: secretWord }] as const;
    const settled = later.reduce((now, wish) => must(stepFeedback(now, wish, 'an', 10)), gone);
    expect(settled).toMatchObject({ state: 'answered', erasedMs: 9 });
    expect(JSON.stringify(settled), 'nor does any come back after it').not.toContain(secretWord);
  });
});

describe('what is held', () => {
  const none = { same: 0, today: 0 };
  test.each([
    ['Loa ở đầu thôn rè quá, nhờ xã sửa giúp.', none, []],
    ['Xem thông báo tại https://xa.example/a đã cũ', none, []],
    ['Vay nhanh http://a.xyz và www.b.top', none, ['links']],
    ['aaaaaaaaaaaaaaaa', none, ['shouting']],
    ['ĐÈN ĐƯỜNG HỎNG', none, []],
    ['ĐÈN ĐƯỜNG HỎNG MÃI MÀ KHÔNG CÓ AI SỬA CHO DÂN ĐI LẠI BUỔI TỐI CẢ THÁNG NAY RỒI ĐẤY', none, ['shouting']],
    ['Đèn hỏng', { same: 1, today: freePerDay }, ['repeated', 'many']],
  ])('%s', (text, before, holds) => {
    expect(holdsOf(text, before)).toEqual(holds);
  });

  test('the same words are the same however they are written', () => {
    expect(saidKey('Đèn  đường HỎNG!!!')).toBe(saidKey('den duong hong'));
  });
});

test.each(Object.keys(waitRules) as WaitKind[])(
  'waits of %s begin after the free tries, double, end at their longest, and are forgotten',
  (kind) => {
    const { free, maxMs, forgetMs, firstMs = 1_000 }: WaitRule = waitRules[kind];
    let count: TryCount | undefined;
    let nowMs = 1_000_000;
    const waits: number[] = [];
    for (let n = 0; n < free + 40; n++) {
      const judged = judgeWait(kind, count, 'x', nowMs);
      expect(judged.waitMs).toBe(0);
      count = judged.count;
      waits.push(count.untilMs - nowMs);
      if (count.untilMs > nowMs) expect(judgeWait(kind, count, 'x', count.untilMs - 1).waitMs).toBe(1);
      nowMs = Math.max(nowMs, count.untilMs);
    }
    expect(waits.slice(0, free).every((ms) => ms === 0)).toBe(true);
    expect(waits.slice(free, free + 3)).toEqual([firstMs, 2 * firstMs, 4 * firstMs]);
    expect(Math.max(...waits)).toBe(maxMs);
    expect(judgeWait(kind, count, 'x', nowMs + forgetMs).count.failures).toBe(1);
  },
);

test('whoever asks codes for somebody’s phone without end rings it some twelve times in the first day', () => {
  let count: TryCount | undefined;
  let rung = 0;
  for (let nowMs = 1_000_000; nowMs < 1_000_000 + 24 * 3600_000; nowMs += 1_000) {
    const judged = judgeWait('phone', count, 'x', nowMs);
    if (judged.waitMs > 0) continue;
    count = judged.count;
    rung += 1;
  }
  expect(rung).toBeLessThan(13);
});

describe('polls', () => {
  const poll: StoredPoll = {
    ...{ id: 'bc', kind: 'survey', unit: 'xa', title: 't', text: '', voter: 'device', opensMs: 10, closesMs: 20, by: 'an', madeMs: 1 },
    questions: [
      { type: 'one', text: 'a', options: ['x', 'y'] },
      { type: 'many', text: 'b', options: ['x', 'y', 'z'] },
      { type: 'text', text: 'c' },
    ],
    ...{ changes: 0, set: 'draft', counted: null },
  };

  test('a poll opens and closes by itself, is written anew only as a draft, and never opened after its end', () => {
    const open = must(stepPoll(poll, 'open', 5));
    expect([9, 10, 19, 20].map((nowMs) => pollState(open, nowMs))).toEqual(['draft', 'open', 'open', 'closed']);
    expect(rewritePoll(open, poll, 'an')).toMatchObject({ problem: { code: 'conflict' } });
    expect(stepPoll(poll, 'open', 20)).toMatchObject({ problem: { path: '/closesMs' } });
    expect(stepPoll(open, 'close', 9), 'it has not opened').toMatchObject({ problem: { code: 'conflict' } });
    expect(must(stepPoll(open, 'close', 15))).toMatchObject({ set: 'closed', closesMs: 15 });
    expect(must(stepPoll(open, 'withdraw', 15)).set).toBe('withdrawn');
  });

  test.each([
    ['all three', [[1], [0, 2], 'tốt'], undefined],
    ['nothing of many, no words', [[1], [], ''], undefined],
    ['one answer too few', [[1], []], '/answers'],
    ['two of one', [[0, 1], [], ''], '/answers/0'],
    ['none of one', [[], [], ''], '/answers/0'],
    ['an option that is none', [[2], [], ''], '/answers/0'],
    ['one option twice', [[1], [1, 1], ''], '/answers/1'],
    ['words for options', [[1], 'x', ''], '/answers/1'],
    ['options for words', [[1], [], [0]], '/answers/2'],
  ] as const)('a ballot with %s', (_what, answers, path) => {
    const judged = judgeBallot(poll.questions, answers);
    expect(judged.ok ? undefined : judged.problem.path).toBe(path);
  });

  test('ballots are counted by option, words without their order', () => {
    const ballots = [
      [[1], [0, 2], 'b'],
      [[1], [2], 'a'],
      [[0], [], ''],
    ] as const;
    expect(countBallots(poll.questions, ballots, 30)).toEqual({
      ...{ atMs: 30, ballots: 3 },
      questions: [
        { counts: [1, 2], answered: 3 },
        { counts: [1, 0, 2], answered: 2 },
        { counts: [], answered: 2 },
      ],
      texts: [[], [], ['a', 'b']],
    });
  });

  test('a poll asks one question with options; a survey may ask many', () => {
    const wish = { unit: 'xa', title: 't', questions: poll.questions, voter: 'device', opensMs: 1, closesMs: 2 };
    expect(parse(PollRequest, { ...wish, kind: 'survey' }).ok).toBe(true);
    expect(parse(PollRequest, { ...wish, kind: 'poll' }).ok).toBe(false);
    expect(parse(PollRequest, { ...wish, kind: 'poll', questions: [{ type: 'text', text: 'x' }] }).ok).toBe(false);
    expect(parse(PollRequest, { ...wish, kind: 'survey', closesMs: 1 }).ok).toBe(false);
  });
});

describe('what is sent', () => {
  const word = `${'A'.repeat(22)}.${'B'.repeat(22)}`;
  const said = { once: 'a'.repeat(32), device: word, kind: 'suggestion', unit: 'xa', text: 'Đèn hỏng' };

  test.each(['0912345678', '+84 912 345 678', '84912345678', '0912.345.678', '+840912345678', '0084 912345678'])(
    '%s is one phone',
    (phone) => {
      expect(parse(Phone, phone)).toEqual({ ok: true, value: '0912345678' });
    },
  );
  test.each([
    '123',
    '+1 212 555 0100',
    '09123456789012',
    'không',
    '00442071234',
    '0019005550',
    '01900123456',
    '09123456789',
    '+84 00912345678',
  ])('%s is no phone of Viet Nam', (phone) => {
    expect(parse(Phone, phone).ok).toBe(false);
  });
  test.each([
    ['signs that turn text round', 'Đèn \u202ehỏng'],
    ['a zero sign', 'Đèn\u0000 hỏng'],
    ['nothing', '  '],
    ['too much', 'x'.repeat(4_001)],
  ])('words with %s are refused by their place', (_what, text) => {
    expect(parse(FeedbackRequest, { ...said, text })).toMatchObject({ problem: { code: 'bad-input', path: '/text' } });
  });
  test('lines and smileys are words; a loudspeaker has a trouble and nothing else has', () => {
    expect(parse(FeedbackRequest, { ...said, text: 'Đèn\nhỏng 👨‍👩‍👧' }).ok).toBe(true);
    expect(parse(FeedbackRequest, { ...said, kind: 'loudspeaker' }).ok).toBe(false);
    expect(parse(FeedbackRequest, { ...said, kind: 'loudspeaker', trouble: 'noisy', pole: 'C1' }).ok).toBe(true);
    expect(parse(FeedbackRequest, { ...said, trouble: 'noisy' }).ok).toBe(false);
    expect(parse(BallotRequest, { device: word, unit: 'xa', answers: [[99]] }).ok).toBe(false);
  });
});

test('open data tells stars of five and more; of nobody it says nobody, of a few nothing', () => {
  const row = { ...measureVoices([], [], '08', 0), unit: 'xa', name: 'Xã', month: '2026-11', satisfaction: [0, 1, 0, 3, 0] as const };
  const shown = openRow({ ...row, ratings: { ...row.ratings, commune: [1, 0, 0, 0, 4] } });
  expect([shown.satisfaction, shown.ratings]).toEqual([
    null,
    { commune: [1, 0, 0, 0, 4], centre: [0, 0, 0, 0, 0], province: [0, 0, 0, 0, 0] },
  ]);
});

test('a unit above is measured by all below it, and its median is of the answers themselves', () => {
  const fact = (area: string, tookMs: number | null, more: Partial<VoiceFact> = {}): VoiceFact => ({
    ...{ area, kind: 'petition', state: tookMs === null ? 'received' : 'answered', receivedMs: 0, dueMs: 100, stars: null },
    ...{ answeredMs: tookMs, ...more },
  });
  const facts = [
    fact('a/1', 10, { stars: 5 }),
    fact('a/1', 200),
    fact('a/2', 30, { kind: 'policy' }),
    fact('a/2', null),
    fact('a/2', null, { state: 'refused' }),
    fact('b', 1),
  ];
  const rated = [
    { area: 'a/1', level: 'commune' as const, stars: [0, 0, 0, 1, 2] as const },
    { area: 'b', level: 'commune' as const, stars: [9, 0, 0, 0, 0] as const },
  ];
  expect(measureVoices(facts, rated, 'a', 50)).toMatchObject({
    ...{ received: 5, answered: 3, inTime: 2, due: 3, refused: 1, medianMs: 30, satisfaction: [0, 0, 0, 0, 1] },
    ...{ byKind: { petition: 4, policy: 1, suggestion: 0 }, ratings: { commune: [0, 0, 0, 1, 2] } },
  });
  expect(measureVoices(facts, rated, 'a', 101).due).toBe(4);
  expect(measureVoices([], [], 'a', 0).medianMs).toBeNull();
});
