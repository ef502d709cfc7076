// T − 30: approved thirty minutes ahead, or silent or filled, and the box's own timeline says why.
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  approvalNotices,
  approvedAheadMs,
  insteadIds,
  lateStarts,
  lostPlays,
  withLateApprovals,
} from '../../controller/core/late-approval.ts';
import type { Programme } from '../../schemas/programme.ts';
import { schedule as scheduleOf } from '../schemas/documents.ts';
import { type Asker, type BuiltCentre, codeOf, makeCentre, startMs } from './built-centre.ts';
import { sound } from './source-rig.ts';

const minuteMs = 60_000;
const programme: Programme = {
  id: 'ct-1',
  title: 'Tin',
  form: 'audio',
  tier: 'normal',
  level: 'commune',
  centre: 'xa',
  items: [sound('a')],
};
const T = Date.UTC(2026, 10, 23, 10);
const planned = (createdMs: number) => ({
  ...{ groups: ['g'], createdMs },
  schedule: scheduleOf({ id: 's-1', programme: 'ct-1', start: '20261123T170000', zone: 'Asia/Ho_Chi_Minh' }),
});

describe('the rule', () => {
  test('a start is lost exactly when it was planned 30 minutes ahead and approved later than that', () => {
    fc.assert(
      fc.property(fc.integer({ min: -90, max: 10 }), fc.integer({ min: -90, max: 10 }), (created, approved) => {
        const one = planned(T + created * minuteMs);
        const late = lateStarts(one, { programme, state: 'approved', changedMs: T + approved * minuteMs });
        const lost = created <= -30 && approved > -30 && created <= approved;
        expect(late).toEqual(lost ? [T] : []);
      }),
    );
  });

  test('people are warned a day ahead, told at thirty minutes, and of nothing that is approved or was put on at once', () => {
    const whys = (state: string, atMs: number, createdMs = T - 100 * approvedAheadMs) =>
      approvalNotices([planned(createdMs)], [{ programme, state, changedMs: 1 }], atMs).map(({ why }) => why);
    expect(whys('submitted', T - approvedAheadMs - 1)).toEqual(['approval-waits']);
    expect(whys('draft', T - approvedAheadMs)).toEqual(['not-approved']);
    expect(whys('submitted', T - 2 * 86_400_000)).toEqual([]);
    expect([whys('approved', T), whys('withdrawn', T), whys('submitted', T, T - 1)]).toEqual([[], [], []]);
  });
});

describe('what takes the place of a lost start', () => {
  const named = (id: string, createdMs: number) => ({ ...planned(createdMs), schedule: { ...planned(createdMs).schedule, id } });
  const idOf = fc.constantFrom(
    's',
    's-thay',
    's-thay1',
    `${'a'.repeat(27)}xxxxx`,
    `${'a'.repeat(27)}yyyyy`,
    `${'a'.repeat(27)}-thay`,
    'a'.repeat(32),
  );

  test('has a name that no schedule and no other such has, whatever they are called, and keeps it when another comes', () => {
    fc.assert(
      fc.property(fc.uniqueArray(idOf, { minLength: 1 }), idOf, (ids, later) => {
        const all = ids.map((id, i) => named(id, i));
        const given = insteadIds(all);
        const names = [...ids, ...given.values()];
        expect(new Set(names).size).toBe(2 * ids.length);
        for (const name of given.values()) expect(name).toMatch(/^[a-z0-9-]{1,32}$/);
        if (!names.includes(later))
          for (const [id, name] of insteadIds([...all, named(later, 99)])) if (id !== later) expect(name).toBe(given.get(id));
      }),
    );
  });

  test('makes a plan that a box takes, also of two schedules whose names begin alike', () => {
    const filler = { programme: { ...programme, id: 'lap-cho' }, state: 'approved', changedMs: 1 };
    const two = [named(`${'a'.repeat(27)}xxxxx`, 1), named(`${'a'.repeat(27)}yyyyy`, 2)];
    const made = withLateApprovals(two, [{ programme, state: 'submitted', changedMs: 1 }, filler], 'lap-cho', T - approvedAheadMs);
    expect(made.map(({ schedule }) => schedule.programme)).toEqual(['ct-1', 'lap-cho', 'ct-1', 'lap-cho']);
    expect(new Set(made.map(({ schedule }) => schedule.id)).size).toBe(4);
  });

  test('says in the plan of a box that nobody approved it, with nothing of its content; before the thirty minutes and once approved no more', () => {
    const secret = { ...programme, title: 'Bí mật', items: [{ ...sound('a'), speak: 'lời chưa duyệt' }] };
    const lost = (state: string, atMs: number) => lostPlays([planned(1)], [{ programme: secret, state, changedMs: 1 }], atMs);
    const [one] = lost('draft', T - approvedAheadMs);
    expect(one?.schedule).toMatchObject({ id: 's-1', start: '20261123T170000', rdates: [], unapprovedMs: [T] });
    expect(one?.programme.items[0]?.durationMs).toBe(sound('a').durationMs);
    for (const word of ['Bí mật', 'lời chưa duyệt', sound('a').sha256, sound('a').title]) expect(JSON.stringify(one)).not.toContain(word);
    expect([lost('draft', T - approvedAheadMs - 1), lost('approved', T), lost('withdrawn', T)]).toEqual([[], [], []]);
    expect(lost('draft', T + 8 * 86_400_000)).toEqual([]);
  });
});

describe('in a centre', () => {
  let built: BuiltCentre;
  let author: Asker;
  let approver: Asker;
  let late: { programme: string; schedule: string };
  let filler: string;
  beforeAll(async () => {
    built = await makeCentre();
    [author, approver] = [await built.as('tac-gia'), await built.as('duyet')];
    const technician = await built.as('ky-thuat');
    const box = { id: 'loa-1', name: 'x', area: '08/02536', groups: ['thon-1'], outputs: [{ id: 'main', kind: 'loudspeaker' }] };
    await technician('POST', '/boxes', box);
    for (const letter of 'ab') {
      const act = { atMs: 1, actor: 'x', act: 'media.add', subject: 'x', sha256: '' };
      await built.centre.store.content.addMedia({ item: sound(letter), source: '', author: 'tac-gia', createdMs: 1, peaks: [] }, act);
    }
    late = await plan('a', '20261123T100000');
    filler = (await plan('b')).programme;
    await approver('POST', `/programmes/${filler}/approve`, {});
  });
  afterAll(() => built.stop());

  async function plan(letter: string, start?: string) {
    const { id } = (await author('POST', '/programmes', { title: letter, form: 'audio', tier: 'normal', items: [sound(letter).sha256] }))
      .body;
    await author('POST', `/programmes/${id}/submit`, {});
    if (start === undefined) return { programme: id as string, schedule: '' };
    const wish = { programme: id, groups: ['thon-1'], start, zone: 'Asia/Ho_Chi_Minh', rrule: 'FREQ=DAILY' };
    return { programme: id as string, schedule: (await author('POST', '/schedules', wish)).body.id as string };
  }
  const firstMs = startMs + 2 * 3600_000;
  const heard = async () =>
    (
      (await author('GET', `/timeline?box=loa-1&fromMs=${firstMs}&toMs=${firstMs + 86_400_000 + minuteMs}`)).body.occurrences as {
        programme: string;
        class: string;
        refused: string | null;
      }[]
    ).map((one) => [one.programme, one.class, one.refused]);
  const whys = async () => ((await approver('GET', '/notices')).body as { why: string }[]).map(({ why }) => why);

  test('the approver is warned beforehand, once', async () => {
    await built.centre.approvals.look();
    await built.centre.approvals.look();
    expect(await whys()).toEqual(['approval-waits']);
  });

  test('thirty minutes ahead it is too late: told, and what is chosen to fill sounds in its place', async () => {
    expect(codeOf(await author('PUT', '/filler', { programme: late.programme }))).toBe('conflict');
    expect((await author('PUT', '/filler', { programme: filler })).status).toBe(200);
    built.clock.nowMs = firstMs - approvedAheadMs - 1;
    await built.centre.approvals.look();
    expect(await heard()).toEqual([]);
    built.clock.nowMs = firstMs - approvedAheadMs;
    await built.centre.approvals.look();
    expect(await whys()).toEqual(['not-approved', 'approval-waits']);
    const said = await heard();
    expect(said).toHaveLength(2);
    expect(said).toContainEqual([filler, 'filler', null]);
    expect(said).toContainEqual([late.programme, 'normal', 'not-approved']);
  });

  test('approved after that, this start stays lost and says why; the next one plays', async () => {
    built.clock.nowMs = firstMs - 10 * minuteMs;
    await approver('POST', `/programmes/${late.programme}/approve`, {});
    const want = await heard();
    expect(want).toHaveLength(3);
    expect(want).toContainEqual([late.programme, 'normal', 'not-approved']);
    expect(want).toContainEqual([filler, 'filler', null]);
    expect(want).toContainEqual([late.programme, 'normal', null]);
    await author('PUT', '/filler', { programme: null });
    expect(await heard()).toEqual([
      [late.programme, 'normal', 'not-approved'],
      [late.programme, 'normal', null],
    ]);
  });
});
