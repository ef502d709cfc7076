// The plan as people look at it and change it over REST: the week, the strips, one schedule moved, a policy tried before it holds.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { AgendaPlay, BoxStrip, PolicyLook } from '../../schemas/agenda.ts';
import { type Asker, type BuiltCentre, codeOf, makeCentre, openPolicy, seedOf } from './built-centre.ts';

const zone = 'Asia/Ho_Chi_Minh';
const output = [{ id: 'main', kind: 'board' }];
const fromMs = Date.parse('2026-11-24T00:00:00+07:00');
const toMs = fromMs + 86_400_000;

describe('the plan of a week', () => {
  let built: BuiltCentre;
  let author: Asker;
  let approver: Asker;
  let admin: Asker;
  let bulletin: string;

  beforeAll(async () => {
    built = await makeCentre(seedOf({ groups: ['thon-1', 'thon-2', 'thon-3'].map((id) => ({ id, name: id })) }));
    const [a, b, c, technician] = (await Promise.all(['tac-gia', 'duyet', 'quan-tri', 'ky-thuat'].map((name) => built.as(name)))) as [
      Asker,
      Asker,
      Asker,
      Asker,
    ];
    [author, approver, admin] = [a, b, c];
    bulletin = (await author('POST', '/bulletins', { title: 'Lịch', text: 'Thứ ba', durationMs: 30_000 })).body.sha256;
    for (const [id, groups] of [
      ['hop-1', ['thon-1']],
      ['hop-2', ['thon-1', 'thon-2']],
    ] as const)
      await technician('POST', '/boxes', { id, name: `Hộp ${id}`, area: `08/02536/${groups.at(-1)}`, groups, outputs: output });
  });
  afterAll(() => built.stop());

  const made = async (title: string, approve = true) => {
    const { body } = await author('POST', '/programmes', { title, form: 'bulletin', tier: 'normal', items: [bulletin] });
    await author('POST', `/programmes/${body.id}/submit`);
    if (approve) await approver('POST', `/programmes/${body.id}/approve`);
    return body.id as string;
  };
  const week = async (more = '') => (await author('GET', `/agenda?fromMs=${fromMs}&toMs=${toMs}${more}`)).body as AgendaPlay[];

  test('shows each play once with how many boxes it is for, also what waits for approval and what has no box yet', async () => {
    const wish = { start: '20261124T170000', zone };
    await author('POST', '/schedules', { ...wish, programme: await made('Chung'), groups: ['thon-1', 'thon-2'] });
    await author('POST', '/schedules', { ...wish, start: '20261124T180000', programme: await made('Chờ', false), groups: ['thon-2'] });
    await author('POST', '/schedules', { ...wish, start: '20261124T190000', programme: await made('Xa'), groups: ['thon-3'] });
    expect((await week()).map(({ title, boxes, waiting }) => [title, boxes, waiting])).toEqual([
      ['Chung', 2, false],
      ['Chờ', 1, true],
      ['Xa', 0, false],
    ]);
    expect((await week('&group=thon-2')).map(({ title, boxes }) => [title, boxes])).toEqual([
      ['Chung', 1],
      ['Chờ', 1],
    ]);
    expect((await week('&box=hop-1')).map(({ title }) => title)).toEqual(['Chung']);
    expect(codeOf(await author('GET', `/agenda?fromMs=0&toMs=${toMs}`))).toBe('bad-input');
    const strips = (await author('GET', `/strips?fromMs=${fromMs}&toMs=${toMs}&boxes=hop-2,khong-co`)).body as BoxStrip[];
    expect(strips).toMatchObject([{ box: 'hop-2', name: 'Hộp hop-2', segments: [{ title: 'Chung', why: 'planned' }] }]);
  });

  test('one schedule is changed whole under its own name, and not over somebody else’s change', async () => {
    const programme = await made('Dời');
    const wish = { programme, groups: ['thon-1'], start: '20261124T050000', zone };
    const kept = (await author('POST', '/schedules', wish)).body;
    const met = await author('POST', '/schedules/preview', { ...wish, replaces: kept.id });
    expect(met.body.meetings).toEqual([]);
    expect((await author('POST', '/schedules/preview', wish)).body.meetings).toMatchObject([{ schedule: kept.id }]);
    const moved = await author('PUT', `/schedules/${kept.id}`, { ...wish, start: '20261124T060000', seen: kept.seen });
    expect(moved.body).toMatchObject({ id: kept.id, start: '20261124T060000', by: kept.by });
    expect(moved.body.seen).not.toBe(kept.seen);
    const late = await author('PUT', `/schedules/${kept.id}`, { ...wish, start: '20261124T070000', seen: kept.seen });
    expect(late.body).toMatchObject({ code: 'conflict', path: '/seen' });
    expect((await week('&box=hop-1')).filter(({ title }) => title === 'Dời').map(({ startMs }) => startMs)).toEqual([
      Date.parse('2026-11-24T06:00:00+07:00'),
    ]);
    expect(codeOf(await author('PUT', '/schedules/lich-khong-co', { ...wish, seen: kept.seen }))).toBe('not-found');
  });

  test('a policy is tried on the coming fortnight before it holds; nothing is kept', async () => {
    const quiet = { ...openPolicy, quiet: [{ from: '00:00', to: '24:00' }] };
    const before = (await admin('GET', '/policy')).body;
    const look = (await admin('POST', '/policy/preview', { policy: quiet })).body as PolicyLook;
    expect(look).toMatchObject({ boxes: 2, refused: [], freed: [] });
    expect((await admin('GET', '/policy')).body).toEqual(before);
    expect(codeOf(await admin('POST', '/policy/preview', { policy: null }))).toBe('bad-input');
    expect(codeOf(await admin('POST', '/policy/preview', { area: '09', policy: quiet }))).toBe('bad-input');
  });
});
