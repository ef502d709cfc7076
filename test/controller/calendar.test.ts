// Calendar and policies over REST, as they reach boxes: holidays, named days, areas with their own hours, the commune's order, and why.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Asker, type BuiltCentre, codeOf, makeCentre, openPolicy, seedOf, statementIn } from './built-centre.ts';

const output = [{ id: 'main', kind: 'board' }];
const two = (part: number) => String(part).padStart(2, '0');

describe('the calendar of a centre', () => {
  let built: BuiltCentre;
  let author: Asker;
  let approver: Asker;
  let technician: Asker;
  let admin: Asker;
  let bulletin: string;

  beforeAll(async () => {
    built = await makeCentre(seedOf({ groups: ['thon-1', 'thon-2'].map((id) => ({ id, name: id })) }));
    [author, approver, technician, admin] = (await Promise.all(
      ['tac-gia', 'duyet', 'ky-thuat', 'quan-tri'].map((name) => built.as(name)),
    )) as [Asker, Asker, Asker, Asker];
    bulletin = (await author('POST', '/bulletins', { title: 'Lịch', text: 'Thứ ba', durationMs: 30_000 })).body.sha256;
    for (const [id, group] of [
      ['hop-1', 'thon-1'],
      ['hop-2', 'thon-2'],
    ] as const)
      await technician('POST', '/boxes', { id, name: id, area: `08/02536/${group}`, groups: [group], outputs: output });
  });
  afterAll(() => built.stop());

  const approved = async (title: string, tier = 'normal') => {
    const { body } = await author('POST', '/programmes', { title, form: 'bulletin', tier, items: [bulletin] });
    await author('POST', `/programmes/${body.id}/submit`);
    await approver('POST', `/programmes/${body.id}/approve`);
    return body.id as string;
  };
  const timeline = async (box: string, from: string, to: string) =>
    (await author('GET', `/timeline?box=${box}&fromMs=${Date.parse(from)}&toMs=${Date.parse(to)}`)).body.occurrences as {
      programme: string;
      startMs: number;
    }[];

  test('a year is reckoned with its lunar dates until the centre sets it, and again when that is taken back', async () => {
    const reckoned = (await author('GET', '/holidays/2027')).body;
    expect(reckoned.set).toBeNull();
    expect(reckoned.days).toContainEqual(expect.objectContaining({ date: '2027-02-06', occasion: 'tet', lunar: '1/1' }));
    const days = [{ date: '2027-02-05', occasion: 'tet', vi: 'Tết Nguyên đán', en: 'Lunar New Year' }];
    expect(codeOf(await approver('PUT', '/holidays/2027', days))).toBe('not-allowed');
    const set = await admin('PUT', '/holidays/2027', days);
    expect(set.body).toMatchObject({ year: 2027, set: { by: 'quan-tri' }, days: [{ date: '2027-02-05', lunar: '29/12' }] });
    expect((await author('GET', '/holidays/2027')).body).toEqual(set.body);
    expect((await admin('DELETE', '/holidays/2027')).body).toEqual(reckoned);
    expect(codeOf(await admin('DELETE', '/holidays/2027'))).toBe('not-found');
  });

  test('a year that somebody else set meanwhile is not written over, nor one taken back meanwhile', async () => {
    const seen = async () => (await admin('GET', '/holidays/2028')).body.seen as string;
    const days = [{ date: '2028-01-03', occasion: 'khac', vi: 'Nghỉ bù', en: 'A day in lieu' }];
    const reckoned = await seen();
    const first = await admin('PUT', `/holidays/2028?seen=${reckoned}`, days);
    expect(first.status).toBe(200);
    expect(await admin('PUT', `/holidays/2028?seen=${reckoned}`, [])).toMatchObject({
      status: 409,
      body: { code: 'conflict', path: '/seen' },
    });
    expect((await admin('GET', '/holidays/2028')).body).toEqual(first.body);
    expect((await admin('PUT', `/holidays/2028?seen=${await seen()}`, [])).body.days).toEqual([]);
    const set = await seen();
    await admin('DELETE', '/holidays/2028');
    expect(codeOf(await admin('PUT', `/holidays/2028?seen=${set}`, days))).toBe('conflict');
    expect((await admin('PUT', '/holidays/2028', days)).status).toBe(200);
    expect((await admin('DELETE', '/holidays/2028')).body.seen).toBe(reckoned);
  });

  test.each([
    ['1900', [], 'bad-input', '/year'],
    ['2027', [{ date: '2028-01-01', occasion: 'khac', vi: 'x', en: 'x' }], 'bad-input', '/0/date'],
    ['2027', [{ date: '2027-02-30', occasion: 'khac', vi: 'x', en: 'x' }], 'bad-input', '/0/date'],
    ['2027', [1, 2].map(() => ({ date: '2027-01-01', occasion: 'khac', vi: 'x', en: 'x' })), 'conflict', '/1/date'],
    ['2027', [{ date: '2027-01-01', occasion: 'lễ', vi: 'x', en: 'x' }], 'bad-input', '/0/occasion'],
  ])('days of %s that are none are refused: %j', async (year, days, code, path) => {
    expect((await admin('PUT', `/holidays/${year}`, days)).body).toMatchObject({ code, path });
  });

  test('a programme for Giỗ Tổ plays on the tenth of the third month of each year, in the preview and on the box', async () => {
    const programme = await approved('Giỗ Tổ');
    const wish = { programme, groups: ['thon-1'], start: '20261201T060000', zone: 'Asia/Ho_Chi_Minh', occasions: ['gio-to'] };
    expect(codeOf(await author('POST', '/schedules', { ...wish, rrule: 'FREQ=DAILY' }))).toBe('bad-input');
    expect(codeOf(await author('POST', '/schedules', { ...wish, holidays: 'skip' }))).toBe('bad-input');
    const many = Array.from(
      { length: 400 },
      (_, n) => `2028${two(1 + (Math.floor(n / 28) % 12))}${two(1 + (n % 28))}T0700${two(Math.floor(n / 336))}`,
    );
    expect((await author('POST', '/schedules', { ...wish, exdates: many })).body).toMatchObject({ code: 'bad-input', path: '/exdates' });
    const preview = (await author('POST', '/schedules/preview', wish)).body;
    expect(preview.occurrences.map(({ startMs }: { startMs: number }) => new Date(startMs).toISOString())).toEqual([
      '2027-04-15T23:00:00.000Z',
    ]);
    const added = await author('POST', '/schedules', wish);
    expect(added.body).toMatchObject({ occasions: ['gio-to'], rdates: [] });
    expect((await author('GET', '/schedules')).body).toContainEqual(added.body);
    const plays = await timeline('hop-1', '2027-04-01T00:00:00Z', '2027-05-01T00:00:00Z');
    expect(plays.filter((one) => one.programme === programme)).toHaveLength(1);
  });

  test('in the Tết of two years each play stands once in the preview, also over midnight of UTC', async () => {
    const programme = await approved('Tết');
    const wish = {
      programme,
      groups: ['thon-1'],
      start: '20270101T065500',
      zone: 'Asia/Ho_Chi_Minh',
      occasions: ['tet'],
      lastsMs: 600_000,
    };
    const { occurrences } = (await author('POST', '/schedules/preview', wish)).body;
    expect(occurrences.map(({ startMs }: { startMs: number }) => new Date(startMs + 7 * 3600_000).getUTCDate())).toEqual([
      5, 6, 7, 8, 9, 25, 26, 27, 28, 29,
    ]);
  });

  test('a programme that leaves out holidays is not played in Tết', async () => {
    const programme = await approved('Hằng ngày');
    const wish = {
      programme,
      groups: ['thon-2'],
      start: '20270201T060000',
      zone: 'Asia/Ho_Chi_Minh',
      rrule: 'FREQ=DAILY',
      holidays: 'skip',
    };
    expect((await author('POST', '/schedules', wish)).status).toBe(201);
    const plays = await timeline('hop-2', '2027-02-01T00:00:00Z', '2027-02-14T00:00:00Z');
    const days = plays.map(({ startMs }) => new Date(startMs + 7 * 3600_000).getUTCDate());
    // 5 to 9 February by the law, 10 February for the Saturday and 11 for the Sunday among them.
    expect(days).toEqual([2, 3, 4, 12, 13, 14]);
  });

  test('an area’s own policy reaches its boxes and no others, and goes again', async () => {
    const want = (dev: string) => statementIn(JSON.parse(String(built.lastRetained(`loa/1/d/${dev}/dn/want`)?.payload))).body;
    const policyOf = (dev: string) => want(dev).parts.find(({ kind }: { kind: string }) => kind === 'policy').sha256;
    const before = [policyOf('hop-1'), policyOf('hop-2')];
    const town = { ...openPolicy, id: 'do-thi', sessionsPerDay: 2 };
    expect((await admin('PUT', '/policy?area=08/02536/thon-2', town)).status).toBe(200);
    expect(policyOf('hop-1')).toBe(before[0]);
    expect(policyOf('hop-2')).not.toBe(before[1]);
    expect((await author('GET', '/policies')).body).toMatchObject([
      { area: '08/02536', policy: { id: 'thu' } },
      { area: '08/02536/thon-2', policy: { id: 'do-thi' } },
    ]);
    expect(codeOf(await admin('PUT', '/policy?area=09/00001', town))).toBe('not-allowed');
    expect(codeOf(await technician('PUT', '/policy?area=08/02536/thon-2', town))).toBe('not-allowed');
    expect(codeOf(await admin('DELETE', '/policy'))).toBe('bad-input');
    expect((await admin('DELETE', '/policy?area=08/02536/thon-2')).status).toBe(204);
    expect(policyOf('hop-2')).toBe(before[1]);
  });

  test('a policy that somebody else changed meanwhile is not written over, be it the centre’s or an area’s', async () => {
    const seen = async () => ((await admin('GET', '/policies')).body as { area: string; seen: string }[]).map((one) => one.seen);
    const town = { ...openPolicy, id: 'do-thi', sessionsPerDay: 2 };
    await admin('PUT', '/policy?area=08/02536/thon-2', town);
    for (const [at, where] of ['', 'area=08/02536/thon-2&'].entries()) {
      const mine = (await seen())[at];
      expect((await admin('PUT', `/policy?${where}seen=${mine}`, { ...town, title: 'Giờ yên tĩnh mới' })).status).toBe(200);
      const late = await admin('PUT', `/policy?${where}seen=${mine}`, town);
      expect(late).toMatchObject({ status: 409, body: { code: 'conflict', path: '/seen' } });
      expect((await admin('GET', `/policy?${where}`)).body.title).toBe('Giờ yên tĩnh mới');
      expect((await admin('PUT', `/policy?${where}seen=${(await seen())[at]}`, town)).status).toBe(200);
    }
    await admin('DELETE', '/policy?area=08/02536/thon-2');
    expect(codeOf(await admin('PUT', '/policy?area=08/02536/thon-2&seen=x', town))).toBe('conflict');
    await admin('PUT', '/policy', openPolicy);
  });

  test('the commune’s order of priority programmes is kept, and only of those', async () => {
    const [first, second, usual] = [await approved('A', 'priority'), await approved('B', 'priority'), await approved('C')];
    expect((await author('PUT', '/local-order', { programmes: [second, first] })).status).toBe(200);
    expect((await author('GET', '/local-order')).body).toEqual({ programmes: [second, first] });
    expect((await author('PUT', '/local-order', { programmes: [usual] })).body).toMatchObject({ code: 'not-found', path: '/programmes/0' });
    expect(codeOf(await author('PUT', '/local-order', { programmes: [first, first] }))).toBe('conflict');
    expect(codeOf(await approver('PUT', '/local-order', { programmes: [] }))).toBe('not-allowed');
  });

  test('why: the higher class plays, the other says by which rule it waits, and what meets is seen while editing', async () => {
    const [usual, urgent] = [await approved('Thường'), await approved('Gấp', 'priority')];
    const at = { zone: 'Asia/Ho_Chi_Minh', start: '20261124T080000', groups: ['thon-1'], lastsMs: 600_000 };
    await author('POST', '/schedules', { ...at, programme: usual });
    const wish = { ...at, programme: urgent, class: 'priority', start: '20261124T080100', lastsMs: 120_000 };
    const { meetings } = (await author('POST', '/schedules/preview', wish)).body;
    expect(meetings).toEqual([expect.objectContaining({ title: 'Thường', first: 'this', output: 'main' })]);
    await author('POST', '/schedules', wish);
    const atMs = Date.parse('2026-11-24T08:01:30+07:00');
    const why = (await author('GET', `/explain?box=hop-1&at=${atMs}`)).body;
    expect(why).toMatchObject({ box: 'hop-1', policy: { id: 'thu' }, above: [], want: { applied: null } });
    expect(why.outputs[0].plays).toMatchObject({ occurrence: { title: 'Gấp' }, why: 'planned' });
    expect(why.outputs[0].contenders).toEqual([expect.objectContaining({ whyNot: 'class' })]);
    expect(why.outputs[0].next).toMatchObject({ occurrence: { title: 'Thường' }, why: 'resumed' });
    expect(codeOf(await author('GET', '/explain?box=khong-co'))).toBe('not-found');
  });
});

describe('a relay set to 03:15 after a repair', () => {
  test('is refused by the rule of the one strict area among its boxes, although the centre’s policy would allow it', async () => {
    const built = await makeCentre(
      seedOf({ policy: { ...openPolicy, quiet: [], windows: [{ ...openPolicy.windows[0], from: '00:00', to: '24:00' }] } }),
    );
    try {
      const [author, technician, admin] = (await Promise.all(['tac-gia', 'ky-thuat', 'quan-tri'].map((name) => built.as(name)))) as [
        Asker,
        Asker,
        Asker,
      ];
      const outputs = [{ id: 'main', kind: 'loudspeaker' }];
      for (const [id, area] of [
        ['hop-1', '08/02536/thon-1'],
        ['hop-2', '08/02536/thon-2'],
      ])
        await technician('POST', '/boxes', { id, name: id, area, groups: ['thon-1'], outputs });
      const { sha256, item } = sound;
      await built.centre.store.content.addMedia(
        { item, source: sha256, author: 'tac-gia', createdMs: 1, peaks: [] },
        { atMs: 1, actor: 'tac-gia', act: 'media.add', subject: sha256, sha256 },
      );
      const { body } = await author('POST', '/programmes', { title: 'Tiếp sóng', form: 'audio', tier: 'normal', items: [sha256] });
      await author('POST', `/programmes/${body.id}/submit`);
      await (await built.as('duyet'))('POST', `/programmes/${body.id}/approve`);
      const wish = { programme: body.id, groups: ['thon-1'], start: '20261125T031500', zone: 'Asia/Ho_Chi_Minh' };
      expect((await author('POST', '/schedules/preview', wish)).body.occurrences).toMatchObject([{ refused: null }]);
      expect((await author('POST', '/schedules', wish)).status).toBe(201);
      await admin('PUT', '/policy?area=08/02536/thon-2', openPolicy);
      expect((await author('POST', '/schedules/preview', wish)).body.occurrences).toMatchObject([{ refused: 'outside-window' }]);
      expect(codeOf(await author('POST', '/schedules', wish))).toBe('policy-breach');
      const at = Date.parse('2026-11-25T03:15:10+07:00');
      const why = async (box: string) => (await author('GET', `/explain?box=${box}&at=${at}`)).body.outputs;
      expect(await why('hop-1')).toMatchObject([{ plays: { occurrence: { title: 'Tiếp sóng' } } }]);
      expect(await why('hop-2')).toMatchObject([{ plays: null, contenders: [{ whyNot: 'outside-window' }] }]);
    } finally {
      await built.stop();
    }
  });
});

const sound = {
  sha256: 'a'.repeat(64),
  item: { sha256: 'a'.repeat(64), bytes: 1000, type: 'audio/ogg', title: 'Bản tin', durationMs: 60_000, language: 'vi', gainDb: 0 },
} as const;
