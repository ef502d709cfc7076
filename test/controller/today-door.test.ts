// The centre's day over REST: counted box by box, cut to what who asks may see, and what waits for somebody.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hysteresis } from '../../controller/core/faults.ts';
import type { DayAnswer } from '../../schemas/day.ts';
import { reportWith } from './box-report.ts';
import { type Asker, type BuiltCentre, makeCentre, openPolicy } from './built-centre.ts';
import { addOrder } from './order-rows.ts';
import { addBox, makeProvince, type Province, sound } from './source-rig.ts';

const hourMs = 3600_000;
const loudspeaker = { id: 'main', kind: 'loudspeaker' } as const;

describe('the door', () => {
  let built: BuiltCentre;
  let [author, approver, technician, hamlet]: Asker[] = [];
  let planned: string;
  const who = (asker: Asker | undefined): Asker => asker as Asker;
  const today = async (asker: Asker | undefined): Promise<DayAnswer> => {
    const answer = await who(asker)('GET', '/today');
    expect(answer.status).toBe(200);
    return answer.body;
  };

  beforeAll(async () => {
    built = await makeCentre();
    [author, approver, technician, hamlet] = await Promise.all(['tac-gia', 'duyet', 'ky-thuat', 'thon-2'].map(built.as));
    for (const n of [1, 2, 3]) {
      const area = `08/02536/thon-${n === 3 ? 2 : n}`;
      const made = { id: `hop-${n}`, name: `Hộp ${n}`, area, groups: ['thon-1'], outputs: [loudspeaker] };
      expect((await who(technician)('POST', '/boxes', made)).status).toBe(201);
    }
    const item = sound('a');
    const act = (subject: string) => ({ atMs: 1, actor: 'x', act: 'x', subject, sha256: '' });
    await built.centre.store.content.addMedia({ item, source: '', author: 'tac-gia', createdMs: 1, peaks: [] }, act(item.sha256));
    const id = (await who(author)('POST', '/programmes', { title: 'Bản tin chiều', form: 'audio', tier: 'priority', items: [item.sha256] }))
      .body.id;
    await who(author)('POST', `/programmes/${id}/submit`, {});
    expect((await who(approver)('POST', `/programmes/${id}/approve`, {})).status).toBe(200);
    const wish = { programme: id, groups: ['thon-1'], start: '20261123T170000', zone: 'Asia/Ho_Chi_Minh', rrule: 'FREQ=DAILY' };
    const answer = await who(author)('POST', '/schedules', wish);
    expect(answer.status).toBe(201);
    planned = answer.body.id;
  });
  afterAll(() => built.stop());

  test('tells each play once, with where it is, and as many boxes as have it in their timeline', async () => {
    const { atMs, untilMs, plays, more, boxes } = await today(author);
    expect([untilMs - atMs, more]).toEqual([24 * hourMs, 0]);
    expect(plays).toMatchObject([
      {
        ...{ schedule: planned, title: 'Bản tin chiều', class: 'normal', tier: 'priority', form: 'audio', refused: null },
        ...{ startMs: Date.UTC(2026, 10, 23, 10), spreadMs: 0, boxes: 3, online: 0, sounding: 0 },
        groups: { count: 1, names: ['Thôn 1'] },
        units: { count: 2 },
      },
    ]);
    expect(boxes).toEqual({ all: 3, notEnrolled: 3, ok: 0, degraded: 0, silent: 0, unknown: 0, online: 0, sounding: 0 });
    const timelines = await Promise.all(
      [1, 2, 3].map(async (n) => (await who(author)('GET', `/timeline?box=hop-${n}&fromMs=${atMs}&toMs=${untilMs}`)).body.occurrences),
    );
    expect(timelines.flat()).toHaveLength(plays.reduce((sum, one) => sum + one.boxes, 0));
  });

  test('a policy of one hamlet refuses there, and both are told; whoever is of another place sees only theirs', async () => {
    const quiet = { ...openPolicy, id: 'thon-2', quiet: [{ from: '16:00', to: '05:00' }] };
    const changed = await (await built.as('quan-tri'))('PUT', `/policy?area=${encodeURIComponent('08/02536/thon-2')}`, quiet);
    expect(changed.status).toBe(200);
    const told = (day: DayAnswer) => day.plays.map(({ refused, boxes }) => [refused, boxes]);
    expect(told(await today(author))).toEqual([
      ['quiet-hours', 2],
      [null, 1],
    ]);
    const theirs = await today(hamlet);
    expect(told(theirs)).toEqual([['quiet-hours', 2]]);
    expect([theirs.boxes.all, theirs.plays[0]?.units.count]).toEqual([2, 1]);
  });

  test('what a box says it plays now is counted while it is there', async () => {
    const box = built.centre.registry.box('hop-1');
    if (!box) throw new Error('no box');
    const startMs = Date.UTC(2026, 10, 23, 10);
    built.centre.registry.put({ ...box, enrolledMs: 1, signingKey: Buffer.alloc(32, 7).toString('base64') });
    built.clock.nowMs = startMs + 10_000;
    built.connect('hop-1', true);
    await built.fromBox('hop-1', 'report', {
      ...reportWith({ epoch: 'e1', low: 0, high: 0 }),
      outputs: [{ id: 'main', sounding: `${planned}@${startMs}@main`, amplifier: 'on', next: null }],
    });
    const now = await today(author);
    expect(now.plays.find(({ refused }) => refused === null)).toMatchObject({ boxes: 1, online: 1, sounding: 1 });
    expect(now.boxes).toMatchObject({ all: 3, notEnrolled: 2, ok: 1, online: 1, sounding: 1 });
    built.connect('hop-1', false);
    const away = await today(author);
    expect(away.boxes).toMatchObject({ ok: 0, unknown: 1, online: 0, sounding: 0 });
    expect(away.plays.filter(({ sounding }) => sounding > 0)).toEqual([]);
  });

  test('faults that need somebody, and nobody else’s', async () => {
    await built.centre.faults.look();
    built.clock.nowMs += hysteresis.openAfterMs;
    await built.centre.faults.look();
    const { faults } = await today(author);
    expect(faults).toMatchObject({ open: 1, alarms: 1, worst: [{ code: 'offline', box: 'hop-1', boxName: 'Hộp 1', answered: false }] });
    expect((await today(hamlet)).faults).toEqual({ open: 0, alarms: 0, worst: [] });
  });

  test('what is handed in, and what of it who asks may judge: never one’s own', async () => {
    const item = { title: 'Chờ duyệt', form: 'audio', tier: 'normal', items: [sound('a').sha256] };
    const both = await built.as('ca-hai');
    for (const asker of [who(author), both]) {
      const { id } = (await asker('POST', '/programmes', item)).body;
      expect((await asker('POST', `/programmes/${id}/submit`, {})).status).toBe(200);
    }
    const approvals = await Promise.all([author, approver, both].map(async (asker) => (await today(asker)).approvals));
    expect(approvals.map(({ programmes, mine }) => [programmes, mine])).toEqual([
      [2, 0],
      [2, 2],
      [2, 1],
    ]);
  });

  test('orders that stand, of one’s own place', async () => {
    const { nowMs } = built.clock;
    await addOrder(built.centre, { id: 'rieng-1', area: '08/02536/thon-1', boxes: ['hop-1'], givenMs: nowMs, expMs: nowMs + hourMs });
    await addOrder(built.centre, { id: 'da-qua', area: '08/02536/thon-1', boxes: ['hop-1'], givenMs: 1, expMs: nowMs });
    const counts = ({ orders }: DayAnswer) => orders.active + orders.drills;
    expect([counts(await today(author)), counts(await today(hamlet))]).toEqual([1, 0]);
  });
});

describe('what was issued', () => {
  let province: Province;
  beforeAll(async () => {
    province = await makeProvince();
    await addBox(province, 'loa-a', '08/00001', ['xa-a']);
    await province.upload(sound('a'));
    const id = await province.publish({ kind: 'audio', media: sound('a').sha256, essential: true, title: 'Lịch tiêm', body: 'Ngày 5.' });
    const disseminateByMs = province.built.clock.nowMs + 8 * hourMs;
    const issued = await (await province.ask('duyet-tinh'))('POST', `/source-items/${id}/issue`, {
      version: 1,
      to: ['tinh'],
      disseminateByMs,
    });
    expect(issued.status).toBe(201);
  });
  afterAll(() => province.built.stop());

  const today = async (account: string): Promise<DayAnswer> => (await (await province.ask(account))('GET', '/today')).body;

  test('waits in each unit’s inbox and is due, until its time is over; each commune is told of its own', async () => {
    const [above, own] = [await today('duyet-tinh'), await today('xa-a')];
    expect(above).toMatchObject({ inbox: { waiting: 2, overdue: 0 }, essential: { due: 2, done: 0, overdue: 0, share: 0, leftOut: 0 } });
    expect(own).toMatchObject({ inbox: { waiting: 1, overdue: 0 }, essential: { due: 1, done: 0, overdue: 0, share: 0 } });
    province.built.clock.nowMs += 8 * hourMs;
    const late = await today('xa-a');
    expect(late).toMatchObject({
      inbox: { waiting: 1, overdue: 1 },
      essential: { due: 1, overdue: 1, asOfMs: province.built.clock.nowMs },
    });
  });

  test('essential figures are looked at once a minute, however many ask', async () => {
    const firstMs = (await today('xa-a')).essential.asOfMs;
    province.built.clock.nowMs += 59_999;
    expect((await today('xa-b')).essential.asOfMs).toBe(firstMs);
    province.built.clock.nowMs += 1;
    expect((await today('xa-b')).essential.asOfMs).toBe(firstMs + 60_000);
  });
});
