// Training: which boxes are virtual, who counts as trained, and a commune that practises.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { acts } from '../../controller/core/roles.ts';
import { isVirtual, trainedAt, trainedForMs } from '../../controller/core/training.ts';
import { AccountRole } from '../../schemas/api.ts';
import type { Report } from '../../schemas/report.ts';
import { exercises, type Training } from '../../schemas/training.ts';
import { type Asker, type BuiltCentre, codeOf } from './built-centre.ts';
import { makeCommune } from './register-rig.ts';

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
    built.clock.nowMs += 1_000;
    const begun = await begin({});
    expect([begun.status, begun.body]).toMatchObject([201, { person: 'ky-thuat', role: 'technician', result: null, by: 'lanh-dao' }]);
    expect(codeOf(await leader('POST', `/trainings/${begun.body.id}/complete`, { result: 'passed', completedMs: 5 }))).toBe('bad-input');
    built.clock.nowMs += 3_600_000;
    expect((await technician('POST', '/boxes/hop-2/claim')).status).toBe(201);
    const done = await leader('POST', `/trainings/${begun.body.id}/complete`, { result: 'passed', note: 'làm đúng' });
    expect(done.body).toMatchObject({ result: 'passed', completedBy: 'lanh-dao', completedMs: built.clock.nowMs });
    expect(codeOf(await leader('POST', `/trainings/${begun.body.id}/complete`, { result: 'failed' }))).toBe('conflict');
    expect((await technician('GET', '/trainings')).body).toMatchObject([{ id: begun.body.id }]);
    expect((await (await built.as('thon-2'))('GET', '/trainings')).body, 'those of other hamlets are not seen').toEqual([]);
    built.clock.nowMs += 1_000;
    await technician('POST', '/boxes/hop-2/claim');
    const acts = await technician('GET', `/trainings/${begun.body.id}/acts`);
    expect(acts.body, 'what was done before it began, after it was over, or by others is no part of it').toEqual([
      { atMs: done.body.completedMs, act: 'box.claim', subject: 'hop-2' },
    ]);
    expect(codeOf(await (await built.as('thon-2'))('GET', `/trainings/${begun.body.id}/acts`))).toBe('not-found');
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
