// Training: which boxes are virtual, who counts as trained, and a commune that practises.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { acts } from '../../controller/core/roles.ts';
import { isVirtual, silencedIn, type Training, trainedAt, trainedForMs } from '../../controller/core/training.ts';
import { AccountRole } from '../../schemas/api.ts';
import type { Programme } from '../../schemas/programme.ts';
import type { Report } from '../../schemas/report.ts';
import { exercises } from '../../schemas/training.ts';
import { schedule as scheduleOf } from '../schemas/documents.ts';
import { reportWith } from './box-report.ts';
import { type Asker, type BuiltCentre, codeOf, statementIn } from './built-centre.ts';
import { makeCommune } from './register-rig.ts';
import { sound } from './source-rig.ts';

const reportOf = (audioOut: string, board = 'none', display = 'simulated'): Report =>
  ({ hardware: { audioOut, board, display } }) as Report;

describe('rules', () => {
  test('a box is virtual when nothing real hangs on it, or when it never came', () => {
    const box = (enrolled: boolean, report: Report | null) => isVirtual({ id: 'd', enrolled, report });
    expect([box(true, reportOf('virtual')), box(true, reportOf('virtual', 'simulated')), box(false, null)]).toEqual([true, true, true]);
    expect([
      box(true, reportOf('alsa')),
      box(true, reportOf('virtual', 'gpio')),
      box(true, reportOf('virtual', 'none', 'chromium')),
    ]).toEqual([false, false, false]);
    expect(box(true, null), 'nobody knows').toBe(false);
  });

  test('silent are real boxes inside a sandbox and no others', () => {
    const box = (id: string, area: string, audioOut: string) => ({ id, area, enrolled: true, report: reportOf(audioOut) });
    const boxes = [
      box('that', '08/1/tap', 'alsa'),
      box('ao', '08/1/tap', 'virtual'),
      box('duoi', '08/1/tap/a', 'alsa'),
      box('ngoai', '08/1', 'alsa'),
    ];
    expect([...silencedIn(['08/1/tap'], boxes)]).toEqual(['that', 'duoi']);
    expect([...silencedIn([], boxes)]).toEqual([]);
  });

  test('every role has an exercise, in both languages, under a name of its own', () => {
    for (const role of AccountRole.options) expect(exercises.filter((one) => one.role === role).length).toBeGreaterThan(0);
    expect(new Set(exercises.map(({ id }) => id)).size).toBe(exercises.length);
    for (const { id, vi, en } of exercises)
      expect([/^[a-z0-9-]{1,32}$/.test(id), vi.length > 9, en.length > 9]).toEqual([true, true, true]);
    expect(acts['training.write'].length).toBeGreaterThan(0);
  });

  test('trained is who passed an exercise of a role they have, in the year before', () => {
    const person = (account: string, role: AccountRole) => ({ account, grants: [{ role, area: '08' }] });
    const training = (who: string, completedMs: number | null, result: Training['result'], role: AccountRole = 'technician'): Training => ({
      ...{
        id: who,
        person: who,
        exercise: 'thay-hop',
        role,
        unit: 'tap',
        by: 'x',
        beganMs: 0,
        completedMs,
        result,
        completedBy: 'x',
        note: '',
      },
    });
    const people = ['an', 'binh', 'chi', 'dung', 'em'].map((account) => person(account, 'technician'));
    const now = 2 * trainedForMs;
    const records = [
      ...[training('an', now - 1, 'passed'), training('binh', now - 1, 'failed'), training('chi', now - trainedForMs - 1, 'passed')],
      ...[training('dung', now, 'passed'), training('em', now - 1, 'passed', 'duty')],
    ];
    expect([...trainedAt(people, records, now)]).toEqual(['an']);
  });
});

describe('a commune that practises', () => {
  let built: BuiltCentre;
  let leader: Asker;
  let admin: Asker;
  let technician: Asker;

  beforeAll(async () => {
    built = await makeCommune();
    [leader, admin, technician] = (await Promise.all(['lanh-dao', 'quan-tri', 'ky-thuat'].map((name) => built.as(name)))) as [
      Asker,
      Asker,
      Asker,
    ];
    const outputs = [{ id: 'main', kind: 'loudspeaker' }];
    for (const [dev, home] of [
      ['hop-1', 'thon-1'],
      ['hop-2', 'thon-2'],
    ])
      await technician('POST', '/boxes', { id: dev, name: dev, area: `08/02536/${home}`, groups: ['thon-1'], outputs });
  });
  afterAll(() => built.stop());

  const reports = async (dev: string, report: Report) => {
    const box = await built.centre.store.estate.box(dev);
    if (box) built.centre.registry.put({ ...box, enrolledMs: 1 });
    built.centre.registry.sawReport(dev, report, built.clock.nowMs);
  };

  test('a unit with a real box is no sandbox; one with virtual boxes is', async () => {
    await reports('hop-1', reportOf('alsa'));
    await reports('hop-2', reportOf('virtual', 'simulated'));
    const refused = await admin('PUT', '/sandboxes/thon-1');
    expect([codeOf(refused), refused.body.detail]).toEqual(['conflict', 'not virtual, or not known to be: hop-1']);
    expect(codeOf(await leader('PUT', '/sandboxes/thon-2'))).toBe('not-allowed');
    expect((await admin('PUT', '/sandboxes/thon-2')).body).toMatchObject({ unit: 'thon-2', by: 'quan-tri' });
    expect((await technician('GET', '/sandboxes')).body).toMatchObject([{ unit: 'thon-2', boxes: 1, real: [] }]);
  });

  test('an exercise of one’s role is begun and judged by somebody else, once', async () => {
    expect(codeOf(await technician('POST', '/trainings', { person: 'ky-thuat', exercise: 'thay-hop', unit: 'thon-2' }))).toBe(
      'not-allowed',
    );
    const begin = (change: object) => leader('POST', '/trainings', { person: 'ky-thuat', exercise: 'thay-hop', unit: 'thon-2', ...change });
    expect(codeOf(await begin({ unit: 'thon-1' }))).toBe('conflict');
    expect(codeOf(await begin({ exercise: 'phat-lenh' })), 'a technician gives no orders').toBe('conflict');
    expect(codeOf(await begin({ person: 'lanh-dao', exercise: 'doc-bao-cao' }))).toBe('conflict');
    expect(codeOf(await begin({ person: 'khong-co' }))).toBe('not-found');
    const begun = await begin({});
    expect([begun.status, begun.body]).toMatchObject([201, { person: 'ky-thuat', role: 'technician', result: null, by: 'lanh-dao' }]);
    expect(codeOf(await leader('POST', `/trainings/${begun.body.id}/complete`, { result: 'passed', completedMs: 5 }))).toBe('bad-input');
    built.clock.nowMs += 3_600_000;
    const done = await leader('POST', `/trainings/${begun.body.id}/complete`, { result: 'passed', note: 'làm đúng' });
    expect(done.body).toMatchObject({ result: 'passed', completedBy: 'lanh-dao', completedMs: built.clock.nowMs });
    expect(codeOf(await leader('POST', `/trainings/${begun.body.id}/complete`, { result: 'failed' }))).toBe('conflict');
    expect((await technician('GET', '/trainings')).body).toMatchObject([{ id: begun.body.id }]);
    expect((await (await built.as('thon-2'))('GET', '/trainings')).body, 'those of other hamlets are not seen').toEqual([]);
  });

  test('it counts upward in the evaluation, and boxes of the sandbox count in no figure', async () => {
    built.clock.nowMs += 1_000;
    const { body } = await leader('GET', '/evaluations/xa');
    const trained = body.figures.find(({ id }: { id: string }) => id === 'trained').value;
    expect(trained).toBeCloseTo(1 / 5, 9);
    expect(body.exclusions).toMatchObject([{ en: 'boxes in sandboxes', count: 1 }]);
  });

  test('a real box that comes to stand there stops training until it is gone', async () => {
    await reports('hop-2', reportOf('alsa'));
    const wish = { person: 'ky-thuat', exercise: 'tim-loi-tai-cot', unit: 'thon-2' };
    expect(codeOf(await leader('POST', '/trainings', wish))).toBe('conflict');
    expect((await admin('GET', '/sandboxes')).body).toMatchObject([{ real: ['hop-2'] }]);
    expect((await admin('DELETE', '/sandboxes/thon-2')).status).toBe(204);
    expect(codeOf(await admin('DELETE', '/sandboxes/thon-2'))).toBe('not-found');
    const done = (await built.centre.store.audit.entries(0, 1000)).map((one) => one.act).filter((act) => /^(sandbox|training)\./.test(act));
    expect(done).toEqual(['sandbox.make', 'training.begin', 'training.complete', 'sandbox.end']);
  });
});

describe('a real box that comes to stand in a sandbox', () => {
  let built: BuiltCentre;
  beforeAll(async () => {
    built = await makeCommune();
  });
  afterAll(() => built.stop());

  const partsOf = () =>
    statementIn(JSON.parse(String(built.lastRetained('loa/1/d/hop-1/dn/want')?.payload))).body.parts as { kind: string; sha256: string }[];
  const groupsOf = () => {
    const keys = JSON.parse(String(built.lastRetained('loa/1/d/hop-1/dn/keys')?.payload));
    return statementIn(keys.place).body.groups as string[];
  };
  const report = (audioOut: string) =>
    built.fromBox('hop-1', 'report', {
      ...reportWith({ epoch: 'e1', low: 1, high: 1 }),
      hardware: { audioOut, board: 'simulated', display: 'none' },
    });
  const plays = async () => {
    const part = partsOf().find(({ kind }) => kind === 'schedules')?.sha256 ?? '';
    const read = JSON.parse(String(await built.centre.blobs.read(part))) as { schedules: unknown[] };
    return read.schedules.length;
  };

  test('falls silent at once, for programmes and for orders, until it is gone, virtual, or the sandbox ends', async () => {
    const [technician, admin] = [await built.as('ky-thuat'), await built.as('quan-tri')];
    const box = { name: 'Hộp', area: '08/02536/thon-1', groups: ['thon-1'], outputs: [{ id: 'main', kind: 'loudspeaker' }] };
    await technician('POST', '/boxes', { id: 'hop-1', ...box });
    await plan(built);
    const stored = await built.centre.store.estate.box('hop-1');
    if (stored) built.centre.registry.put({ ...stored, enrolledMs: 1 });
    await report('alsa');
    await built.centre.dispatch.changed();
    expect([await plays(), groupsOf()]).toEqual([1, ['thon-1']]);
    expect((await admin('PUT', '/sandboxes/thon-2')).status).toBe(200);
    expect([await plays(), groupsOf()]).toEqual([1, ['thon-1']]);

    const move = async (area: string) => {
      const known = built.centre.registry.box('hop-1');
      if (known) built.centre.registry.put({ ...known, area });
      await built.centre.dispatch.changed();
    };
    await move('08/02536/thon-2');
    expect([await plays(), groupsOf()]).toEqual([0, []]);
    await report('virtual');
    expect([await plays(), groupsOf()]).toEqual([1, ['thon-1']]);
    await report('alsa');
    expect([await plays(), groupsOf()]).toEqual([0, []]);
    await move('08/02536/thon-1');
    expect([await plays(), groupsOf()]).toEqual([1, ['thon-1']]);
    await move('08/02536/thon-2');
    expect([await plays(), groupsOf()]).toEqual([0, []]);
    expect((await admin('DELETE', '/sandboxes/thon-2')).status).toBe(204);
    expect([await plays(), groupsOf()]).toEqual([1, ['thon-1']]);
  });
});

/** One programme every day for the group thon-1, as if people had made and approved it. */
async function plan({ centre }: BuiltCentre): Promise<void> {
  const act = { atMs: 1, actor: 'x', act: 'x', subject: 'x', sha256: '' };
  const programme: Programme = {
    id: 'ct-1',
    title: 'Tin',
    form: 'audio',
    tier: 'normal',
    level: 'commune',
    centre: 'xa-02536',
    items: [sound('a')],
  };
  const life = { state: 'approved', author: 'x', approver: 'y', changedMs: 1, note: '' } as const;
  await centre.store.content.saveProgramme({ programme, ...life }, act);
  const schedule = scheduleOf({ id: 's-1', programme: 'ct-1', start: '20261120T170000', zone: 'Asia/Ho_Chi_Minh', rrule: 'FREQ=DAILY' });
  await centre.store.content.addSchedule({ schedule, groups: ['thon-1'], author: 'x', createdMs: 1 }, act);
}
