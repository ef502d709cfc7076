// The rules of directives on plain facts: who issues to whom, who reads for a unit, what a silent centre's word is worth, what goes between centres.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type Directive,
  type DirectiveEntry,
  directiveFigures,
  judgeDirective,
  judgeDirectiveWithdrawal,
  judgeReading,
  readingState,
  unreadEntry,
} from '../../controller/core/directive.ts';
import { directivesDown, readingsUp, receivedDirective } from '../../controller/core/federation-directives.ts';
import { downKeyOf } from '../../controller/core/federation-down.ts';
import type { Grant } from '../../controller/core/roles.ts';
import { unitsOfRows } from '../../controller/core/unit-rows.ts';
import { treeOf } from '../../controller/core/unit-tree.ts';
import { AccountRole } from '../../schemas/api.ts';
import { type DirectiveState, directiveStates } from '../../schemas/directive.ts';
import { DownDirective, federationLimits } from '../../schemas/federation.ts';
import { parse } from '../../schemas/parse.ts';
import { must } from './built-centre.ts';
import { row } from './unit-rig.ts';

const directive = (change: Partial<Directive> = {}): Directive => ({
  ...{ id: 'cd-1', unit: 'tinh', by: 'binh', atMs: 10, title: 'Trực', body: 'Trực.', dueMs: null, readers: ['leader'], to: ['tinh'] },
  ...{ levels: ['commune'], withdrawn: null },
  ...change,
});
const entry = (change: Partial<DirectiveEntry> = {}): DirectiveEntry => ({ ...unreadEntry(directive(), 'xa-a'), ...change });
const reading = (role: AccountRole, account = 'chu-tich') => ({ role, account, title: 'Chủ tịch', atMs: 20 });
const tree = treeOf(
  unitsOfRows([
    row('tinh', null, 'province', '08', '08'),
    row('xa-a', 'tinh', 'commune', '08/00001', '00001'),
    row('xa-b', 'tinh', 'commune', '08/00002', '00002'),
    row('thon', 'xa-a', 'hamlet', '08/00001/thon'),
  ]),
);

describe('a directive', () => {
  const wish = {
    id: 'cd-1',
    unit: 'tinh',
    title: 'x',
    body: 'x',
    dueMs: null,
    readers: ['leader' as const],
    to: ['tinh'],
    levels: ['commune' as const],
  };
  const issue = (grants: readonly Grant[], change: object = {}, ownArea = '08') =>
    judgeDirective({ ...wish, ...change }, { tree, today: '2026-11-23', ownArea }, { account: 'binh', grants, atMs: 100 });

  test('goes to units of its levels below the one that issues it, by approvers and leaders of that place', () => {
    const leader: Grant[] = [{ role: 'leader', area: '08' }];
    expect(must(issue(leader)).units).toEqual(['xa-a', 'xa-b']);
    expect(must(issue([{ role: 'approver', area: '08' }], { levels: ['commune', 'hamlet'], to: ['xa-a'] })).units).toEqual([
      'xa-a',
      'thon',
    ]);
    expect(issue([{ role: 'author', area: '08' }])).toMatchObject({ problem: { code: 'not-allowed' } });
    expect(issue([{ role: 'leader', area: '08/00001' }])).toMatchObject({ problem: { code: 'not-allowed' } });
    expect(issue(leader, { to: ['xa-b'] }, '08/00001')).toMatchObject({ problem: { code: 'outside-area' } });
    expect(issue(leader, { to: ['la'] })).toMatchObject({ problem: { code: 'not-found', path: '/to/0' } });
    expect(issue(leader, { dueMs: 100 })).toMatchObject({ problem: { code: 'bad-input', path: '/dueMs' } });
  });

  test('is withdrawn once, where it was issued, and never one of a centre above', () => {
    const by = (role: Grant['role'], one: Directive) =>
      judgeDirectiveWithdrawal(one, '', { account: 'b', grants: [{ role, area: '08' }], atMs: 5 }, '08');
    expect(must(by('leader', directive())).withdrawn).toEqual({ by: 'b', atMs: 5, note: '' });
    expect(by('author', directive())).toMatchObject({ problem: { code: 'not-allowed' } });
    expect(by('leader', must(by('leader', directive())))).toMatchObject({ problem: { code: 'conflict' } });
    const origin = { centre: 'tw', directive: 'x', unit: { id: 'tw', name: 'x', level: 'ministry' as const, area: 'vn' }, units: [] };
    expect(by('leader', directive({ origin }))).toMatchObject({ problem: { code: 'conflict' } });
  });
});

describe('đã đọc', () => {
  const place = { area: '08/00001', issuedAt: '08' };
  const read = (grants: readonly Grant[], one = entry(), of = directive()) =>
    judgeReading(one, of, { account: 'chu-tich', title: 'Chủ tịch', grants, atMs: 20 }, place);
  const leader: Grant = { role: 'leader', area: '08/00001' };

  test('is said by a holder of a role that must read, of that unit, by own right; the first of each role counts', () => {
    expect(must(read([leader])).readings).toEqual([reading('leader')]);
    const both = directive({ readers: ['leader', 'duty'] });
    const first = must(read([leader], entry(), both));
    expect(must(read([leader, { role: 'duty', area: '08/00001' }], first, both)).readings.map(({ role }) => role)).toEqual([
      'leader',
      'duty',
    ]);
    expect(must(read([leader], entry({ readings: [reading('leader', 'ai-do')] }))).readings).toEqual([reading('leader', 'ai-do')]);
    const no = { problem: { code: 'not-allowed' } };
    expect(read([{ role: 'author', area: '08/00001' }])).toMatchObject(no);
    expect(read([{ role: 'leader', area: '08/00002' }])).toMatchObject(no);
    expect(read([{ role: 'leader', area: '08' }]), 'of the place that issued it').toMatchObject(no);
    expect(read([{ ...leader, only: ['read'] }]), 'a token').toMatchObject(no);
    const lent = { delegation: 'd', by: 'x' } as unknown as NonNullable<Grant['delegated']>;
    expect(read([{ ...leader, delegated: lent }]), 'borrowed').toMatchObject(no);
    expect(read([leader], entry(), directive({ withdrawn: { by: 'x', atMs: 1, note: '' } }))).toMatchObject({
      problem: { code: 'conflict' },
    });
  });

  const arbitraryState = fc.record({
    readings: fc.subarray([...AccountRole.options]).map((roles) => roles.map((role) => reading(role))),
    readers: fc.subarray([...AccountRole.options], { minLength: 1 }),
    fresh: fc.constantFrom('current' as const, 'stale' as const, 'unknown' as const),
    told: fc.boolean(),
    dueMs: fc.option(fc.integer({ min: 0, max: 100 }), { nil: null }),
    nowMs: fc.integer({ min: 0, max: 100 }),
  });

  test('of a silent centre what was read stays read, and nothing else is claimed', () => {
    fc.assert(
      fc.property(arbitraryState, ({ readings, readers, fresh, told, dueMs, nowMs }) => {
        const of = { readers, dueMs, withdrawn: null };
        const state = readingState(entry(), of, { centre: 'c', fresh, asOfMs: 1, readings: told ? readings : undefined }, nowMs);
        const all = told && readers.every((role) => readings.some((one) => one.role === role));
        const own = readingState(entry({ readings }), of, undefined, nowMs);
        expect(own === 'unknown').toBe(false);
        expect(state).toBe(all ? 'read' : told && fresh === 'current' ? own : 'unknown');
        expect(own === 'overdue').toBe(dueMs !== null && nowMs > dueMs && own !== 'read');
      }),
    );
  });

  test('is counted of those that are known, and never 0 % of those that are not', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom<DirectiveState>(...directiveStates)), (states) => {
        const { units, read: done, waiting, overdue, unknown, readShare } = directiveFigures(states);
        expect(units).toBe(done + waiting + overdue + unknown);
        expect(readShare === null).toBe(units === unknown);
        if (readShare !== null) expect(readShare).toBe(done / (units - unknown));
      }),
    );
  });
});

describe('between centres', () => {
  const unit = { id: 'tinh', name: 'Tỉnh', level: 'province' as const, area: '08' };
  const many = Array.from({ length: federationLimits.units + 1 }, (_, n) => `xa-${n}`);
  const areaOf = (id: string) => (id === 'here' ? '08/here' : `08/a/${id}`);
  const facts = {
    directives: [directive()],
    entries: [...many, 'here'].map((id) => entry({ unit: id })),
    ...{
      areaOf,
      brief: () => unit,
      below: [
        { centre: 'a', area: '08/a' },
        { centre: 'b', area: '08/b' },
      ],
    },
  };

  test('it goes only to the centre that answers, in parts of their own, each a shape that is read there', () => {
    const down = directivesDown(facts);
    expect([...down].map(([centre, parts]) => [centre, parts.map(({ units }) => units.length)])).toEqual([
      ['a', [federationLimits.units, 1]],
      ['b', []],
    ]);
    const parts = down.get('a') ?? [];
    expect(new Set(parts.map(downKeyOf)).size).toBe(2);
    for (const part of parts) expect(parse(DownDirective, JSON.parse(JSON.stringify(part))).ok).toBe(true);
    expect(parse(DownDirective, { ...parts[0], body: 'a\u0007b' }).ok, 'plain text only').toBe(false);
  });

  test('its parts come together below, units that are not there are named, and what is said up bears the names above', () => {
    const here = {
      centre: 'tinh-08',
      own: '08/a',
      id: 'cd-here',
      unitAt: (area: string) => (area.endsWith('xa-7') ? undefined : `o-${area.slice(5)}`),
    };
    const [one, two] = directivesDown(facts).get('a') ?? [];
    if (!one || !two) throw new Error('two parts');
    const first = receivedDirective(one, undefined, here);
    const second = receivedDirective(two, first.directive, here);
    expect([first.entries.length, second.entries.length, first.refused]).toEqual([federationLimits.units - 1, 1, ['xa-7']]);
    expect(second.directive.origin?.units).toHaveLength(federationLimits.units);
    expect(receivedDirective(one, second.directive, here).entries, 'again it is known').toEqual([]);
    const done = { ...entry({ directive: 'cd-here', unit: 'o-xa-3' }), readings: [reading('leader')] };
    expect(readingsUp([second.directive], [done], () => undefined)).toEqual([
      { is: 'reading', directive: 'cd-1', unit: 'xa-3', readings: [reading('leader')], beyond: null },
    ]);
    const far = { centre: 'x', fresh: 'stale' as const, asOfMs: 9, readings: undefined };
    expect(readingsUp([second.directive], [done], () => far)).toMatchObject([{ readings: [], beyond: { fresh: 'unknown', asOfMs: 9 } }]);
  });
});
