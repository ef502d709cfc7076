// The evaluation of units: sums that roll up, what nobody measured, and a commune's page of twelve months.
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Measure, type MonthFacts, meanStars, measure, monthsUpTo, shareOf } from '../../controller/core/evaluation.ts';
import { waitingEntry } from '../../controller/core/source-issue.ts';
import { criteria } from '../../controller/reports/evaluation.ts';
import type { Stars } from '../../schemas/evaluation.ts';
import { ok } from '../../schemas/problems.ts';
import type { Receipt } from '../../schemas/receipt.ts';
import { type Asker, type BuiltCentre, codeOf, must } from './built-centre.ts';
import { makeCommune } from './register-rig.ts';
import { content, source, version } from './source-rig.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

describe('measures', () => {
  const area = fc.constantFrom('08/a', '08/a/1', '08/a/2', '08/b', '08/b/1');
  const n = fc.nat(50);
  const facts: fc.Arbitrary<MonthFacts> = fc.record({
    boxes: fc.array(fc.record({ area, wholeMs: n, offlineMs: n, played: n, due: n, longFaults: n }), { maxLength: 8 }),
    items: fc.array(fc.record({ area, done: fc.boolean() }), { maxLength: 8 }),
    ratings: fc.array(fc.record({ area, level: fc.constantFrom('commune', 'centre', 'province'), stars: fc.tuple(n, n, n, n, n) }), {
      maxLength: 4,
    }),
    staff: fc.array(fc.record({ areas: fc.array(area, { minLength: 1, maxLength: 3 }), trained: fc.boolean() }), { maxLength: 6 }),
  });
  const add = (a: Measure, b: Measure) => ({ part: a.part + b.part, whole: a.whole + b.whole });

  test('a parent is the sum of what lies below it, never the mean of shares; a person counts once', () => {
    fc.assert(
      fc.property(facts, (known) => {
        const [all, a, b] = ['08', '08/a', '08/b'].map((one) => measure(one, known)) as [
          ReturnType<typeof measure>,
          ReturnType<typeof measure>,
          ReturnType<typeof measure>,
        ];
        for (const id of ['essential', 'online', 'kept'] as const) expect(all[id]).toEqual(add(a[id], b[id]));
        expect(all.longFaults ?? 0).toBe((a.longFaults ?? 0) + (b.longFaults ?? 0));
        expect(all.trained.whole).toBe(known.staff.length);
        expect(all.trained.whole).toBeLessThanOrEqual(a.trained.whole + b.trained.whole);
        for (const level of ['commune', 'centre', 'province'] as const)
          expect(all.ratings[level]).toEqual(a.ratings[level].map((one, at) => one + (b.ratings[level][at] ?? 0)));
        for (const { part, whole } of [all.essential, all.online, all.trained]) expect([part >= 0, part <= whole]).toEqual([true, true]);
      }),
    );
  });

  test('what nobody measured is null, never nought, and so is every figure of a unit without anything', () => {
    const nothing = measure('08', { boxes: [], items: [], ratings: [], staff: [] });
    expect(criteria.map(({ of }) => of(nothing))).toEqual(criteria.map(() => null));
    expect(shareOf({ part: 0, whole: 5 })).toBe(0);
    fc.assert(
      fc.property(fc.tuple(n, n, n, n, n), (stars) => {
        const mean = meanStars(stars as Stars);
        expect(mean === null ? stars.every((one) => one === 0) : mean >= 1 && mean <= 5).toBe(true);
      }),
    );
  });

  test('months follow one another over the ends of years', () => {
    expect(monthsUpTo('2026-02', 4)).toEqual(['2025-11', '2025-12', '2026-01', '2026-02']);
    expect(monthsUpTo('2026-12', 1)).toEqual(['2026-12']);
  });
});

describe('a commune’s page', () => {
  let built: BuiltCentre;
  let leader: Asker;
  let novemberMs: number;

  const receipt = (dev: string, plannedStartMs: number, outcome: Receipt['outcome'], proof: Receipt['proof'] = 'relay') => {
    const occurrence = `s1@${plannedStartMs}@main`;
    const what = { occurrence, what: 'occurrence', schedule: 's1', programme: 'p1', output: 'main', class: 'normal', outcome } as const;
    const times = {
      plannedStartMs,
      plannedEndMs: plannedStartMs + hourMs,
      audibleMs: outcome === 'played' ? hourMs : 0,
      items: [],
      gainDb: 0,
    };
    return { dev, receipt: { ...what, ...times, proof, clock: 'signed' } as Receipt, receivedMs: plannedStartMs };
  };

  beforeAll(async () => {
    built = await makeCommune();
    leader = await built.as('lanh-dao');
    const technician = await built.as('ky-thuat');
    const { store, registry } = built.centre;
    novemberMs = Date.UTC(2026, 9, 31, 17);
    const outputs = [{ id: 'main', kind: 'loudspeaker' }];
    for (const [dev, home] of [
      ['hop-1', 'thon-1'],
      ['hop-2', 'thon-2'],
      ['hop-3', 'thon-2'],
    ] as const) {
      await technician('POST', '/boxes', { id: dev, name: dev, area: `08/02536/${home}`, groups: ['thon-1'], outputs });
      const box = await store.estate.box(dev);
      if (box && dev !== 'hop-3') registry.put({ ...box, enrolledMs: 1 });
    }
    const receipts = [
      ...[receipt('hop-1', novemberMs + dayMs, 'played'), receipt('hop-1', novemberMs + 2 * dayMs, 'missed')],
      ...[receipt('hop-2', novemberMs + dayMs, 'played'), receipt('hop-2', novemberMs + 2 * dayMs, 'played')],
      ...[receipt('hop-2', novemberMs + 3 * dayMs, 'refused-by-policy'), receipt('hop-2', novemberMs - dayMs, 'missed')],
      receipt('hop-2', novemberMs + 4 * dayMs, 'played', 'simulated'),
    ];
    await store.log.commit({ rows: [], receipts, progress: [], conflicts: [], heads: [] });
    const nobody = {
      standingMs: 1,
      times: 1,
      answeredBy: null,
      answeredMs: null,
      assignee: null,
      resolvedBy: null,
      resolvedMs: null,
      note: '',
    };
    await store.faults.save([
      { ...nobody, id: 'f1', box: 'hop-1', reason: 'offline', openedMs: novemberMs - 5 * hourMs, endedMs: novemberMs + 10 * hourMs },
      { ...nobody, id: 'f2', box: 'hop-2', reason: 'hot', openedMs: novemberMs - 30 * dayMs, endedMs: null },
    ]);
    const act = { atMs: 1, actor: 'x', act: 'x', subject: 'x', sha256: '' };
    const latest = version({ state: 'published', content: content({ essential: true }) });
    const item = source({ id: 'tin-1', unit: 'xa', latest, published: latest });
    must(await store.sources.decide(item.id, () => ok({ item, versions: [latest] }), act));
    const issue = {
      ...{
        id: 'phat-1',
        item: item.id,
        by: 'x',
        atMs: novemberMs + dayMs,
        tier: 'normal' as const,
        to: ['xa'],
        levels: ['hamlet' as const],
      },
      ...{ disseminateByMs: null, note: '', withdrawn: null },
    };
    const done = { ...waitingEntry(issue, 'thon-1'), answer: 'taken' as const, form: 'sms' as const };
    must(await store.issues.add(issue, [done, waitingEntry(issue, 'thon-2')], act));
  });
  afterAll(() => built.stop());

  const figuresOf = (body: { figures: { id: string; value: unknown }[] }) =>
    Object.fromEntries(body.figures.map(({ id, value }) => [id, value]));

  test('each figure is a part of a whole of that month, with what it counts beside it and what was left out below', async () => {
    const votes = { unit: 'thon-1', month: '2026-11', level: 'commune', source: 'phieu', stars: [1, 0, 0, 0, 3] };
    expect((await leader('POST', '/ratings', votes)).status).toBe(201);
    const { body } = await leader('GET', '/evaluations/xa?month=2026-11');
    const wholeMs = built.clock.nowMs - novemberMs;
    expect(figuresOf(body)).toMatchObject({
      essential: 0.5,
      kept: 0.75,
      longFaults: 1,
      replied: null,
      trained: 0,
      'rating-commune': 4,
      'rating-province': null,
    });
    expect(figuresOf(body)['online']).toBeCloseTo(1 - (10 * hourMs) / (2 * wholeMs), 9);
    for (const { definition } of body.figures) expect(definition.vi.length).toBeGreaterThan(20);
    expect(body.exclusions.map(({ count, en }: { count: number; en: string }) => [en, count])).toEqual([
      ['boxes not enrolled that month', 1],
      ['simulated plays', 1],
    ]);
    expect(body.rows).toHaveLength(12);
    expect(body.rows.map(([month]: string[]) => month).slice(0, 2)).toEqual(['2026-11', '2026-10']);
    expect(body.rows[1].slice(1, 4), 'nothing was issued, the missed play was in October').toEqual([null, expect.any(Number), 0]);
    expect(body.asOfMs).toBe(built.clock.nowMs);
  });

  test('units stand side by side, under the figures of the unit above', async () => {
    const { body } = await leader('GET', '/evaluations?unit=xa&month=2026-11');
    const at = (id: string) => body.columns.findIndex((column: { id: string }) => column.id === id);
    expect(body.rows.map((row: unknown[]) => [row[0], row[at('essential')], row[at('kept')], row[at('longFaults')]])).toEqual([
      ['Thôn 1', 1, 0.5, 0],
      ['Thôn 2', 0, 1, 1],
    ]);
    expect(figuresOf(body)['kept']).toBe(0.75);
  });

  test('it comes as a table and as a page to print', async () => {
    expect(String((await leader('GET', '/evaluations/xa?month=2026-11&format=csv')).body)).toContain('"Thông tin thiết yếu"'.slice(1, -1));
    const page = String((await leader('GET', '/evaluations/xa?month=2026-11&format=html')).body);
    expect(page).toContain('Đánh giá hằng tháng: Xã Sơn Dương, tháng 11/2026');
    expect([page.includes('4,00'), page.includes('chưa đo')]).toEqual([true, true]);
  });

  test('votes of the same source are taken anew; of a month to come, or of another place, they are refused', async () => {
    const votes = { unit: 'thon-1', month: '2026-11', level: 'commune', source: 'phieu', stars: [0, 0, 0, 0, 1] };
    await leader('POST', '/ratings', votes);
    expect((await leader('GET', '/ratings?unit=xa&month=2026-11')).body).toMatchObject([{ stars: [0, 0, 0, 0, 1], by: 'lanh-dao' }]);
    expect(codeOf(await leader('POST', '/ratings', { ...votes, month: '2026-12' }))).toBe('not-yet');
    expect(codeOf(await leader('POST', '/ratings', { ...votes, stars: [1, 2] }))).toBe('bad-input');
    expect(codeOf(await (await built.as('thon-2'))('POST', '/ratings', votes))).toBe('not-allowed');
    expect(codeOf(await (await built.as('thon-2'))('GET', '/evaluations/xa'))).toBe('not-found');
    expect((await (await built.as('thon-2'))('GET', '/evaluations/thon-2')).status).toBe(200);
    expect(codeOf(await leader('GET', '/evaluations/xa?month=2026-12'))).toBe('not-yet');
  });
});
