// The story of a repair, from the fault to the self-test that closes it.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hysteresis } from '../../controller/core/faults.ts';
import { comesBackWithinMs, upwardAfterMs } from '../../controller/core/tickets.ts';
import { type Asker, type BuiltCentre, codeOf, statementIn } from './built-centre.ts';
import { makeCommune } from './register-rig.ts';

describe('a repair over REST', () => {
  let built: BuiltCentre;
  let technician: Asker;
  let other: Asker;
  let admin: Asker;
  let leader: Asker;
  let fault: string;
  let id: string;

  const signIn = async () => {
    [technician, other, admin, leader] = (await Promise.all(
      ['ky-thuat', 'ky-thuat-2', 'quan-tri', 'lanh-dao'].map((name) => built.as(name)),
    )) as [Asker, Asker, Asker, Asker];
  };
  const pass = async (ms: number) => {
    built.clock.nowMs += ms;
    if (ms > 3_600_000) await signIn();
    await built.centre.faults.look();
    await built.centre.tickets.look();
  };
  const alive = async (dev: string, reasons: string[] = []) => {
    built.connect(dev, true);
    const none = { upMs: 1, rssBytes: 1, diskFreeBytes: 1, load1: 0, temperatureC: null };
    await built.fromBox(dev, 'tm', {
      atMs: built.clock.nowMs,
      clock: 'signed',
      ...none,
      health: { state: reasons.length > 0 ? 'degraded' : 'ok', reasons },
    });
  };
  /** As the box's signed row would be kept. */
  const told = (dev: string, command: string, state: string, seq: number) => {
    const fact = { kind: 'command', command, state, detail: state === 'done' ? '' : 'device-failed: x' };
    const entry = JSON.stringify({ boot: 'b1', atMs: built.clock.nowMs, monoMs: 1, clock: 'signed', fact });
    const row = {
      dev,
      epoch: 'e1',
      seq,
      hash: '0'.repeat(64),
      kind: 'command',
      atMs: built.clock.nowMs,
      receivedMs: built.clock.nowMs,
      entry,
    };
    return built.centre.store.log.commit({ rows: [row], receipts: [], progress: [], conflicts: [], heads: [] });
  };
  const commandsTo = (dev: string) =>
    built.published
      .filter(({ topic }) => topic === `loa/1/d/${dev}/dn/cmd`)
      .map(({ payload }) => statementIn(JSON.parse(payload.toString())));

  beforeAll(async () => {
    built = await makeCommune();
    await signIn();
    const outputs = [{ id: 'main', kind: 'loudspeaker' }];
    for (const [dev, home] of [
      ['hop-1', 'thon-1'],
      ['hop-2', 'thon-2'],
    ]) {
      await technician('POST', '/boxes', { id: dev, name: `Hộp ${dev}`, area: `08/02536/${home}`, groups: ['thon-1'], outputs });
      const box = await built.centre.store.estate.box(dev ?? '');
      if (box) built.centre.registry.put({ ...box, enrolledMs: 1 });
      await alive(dev ?? '');
    }
    const cluster = { kind: 'cluster', technology: 'ip', unit: 'thon-1', name: 'Cụm 1', box: 'hop-1', latitude: 21.7, longitude: 105.4 };
    await technician('PUT', '/register/cum-1', { version: 0, facts: cluster });
    built.connect('hop-1', false);
    await pass(0);
    await pass(hysteresis.openAfterMs);
    fault = (await technician('GET', '/faults')).body[0].id;
  });
  afterAll(() => built.stop());

  test('a fault gets one ticket, which answers it and knows where it stands', async () => {
    expect(codeOf(await leader('POST', '/tickets', { fault }))).toBe('not-allowed');
    const opened = await technician('POST', '/tickets', { fault, note: 'người dân báo' });
    expect([opened.status, opened.body]).toMatchObject([
      201,
      { box: 'hop-1', entry: 'cum-1', state: 'open', severity: 'alarm', source: 'fault', boxName: 'Hộp hop-1' },
    ]);
    id = opened.body.id;
    expect(codeOf(await technician('POST', '/tickets', { fault }))).toBe('conflict');
    expect((await technician('GET', '/faults')).body).toMatchObject([{ answeredBy: 'ky-thuat', note: `Phiếu ${id}` }]);
    expect(codeOf(await (await built.as('thon-2'))('GET', `/tickets/${id}`))).toBe('not-found');
    expect((await (await built.as('thon-2'))('GET', '/tickets')).body).toEqual([]);
  });

  test('it is assigned to somebody who may work there, and stands in that person’s work by severity and distance', async () => {
    expect(codeOf(await admin('POST', `/tickets/${id}/assign`, { assignee: 'lanh-dao' }))).toBe('conflict');
    expect(codeOf(await admin('POST', `/tickets/${id}/assign`, { assignee: 'thon-2' }))).toBe('conflict');
    expect((await admin('POST', `/tickets/${id}/assign`, { assignee: 'ky-thuat' })).body).toMatchObject({ state: 'assigned' });
    const near = await technician('POST', '/tickets', { box: 'hop-2', title: 'Sơn lại cột' });
    await admin('POST', `/tickets/${near.body.id}/assign`, { assignee: 'ky-thuat' });
    const { body } = await technician('GET', '/my-work?lat=21.71&lon=105.4');
    expect(body).toMatchObject([
      { id, distanceM: 1112, place: { latitude: 21.7 } },
      { title: 'Sơn lại cột', distanceM: null },
    ]);
    expect((await other('GET', '/my-work')).body).toEqual([]);
    expect(codeOf(await technician('GET', '/my-work?lat=21'))).toBe('bad-input');
    await admin('POST', `/tickets/${near.body.id}/close`, { reason: 'không cần' });
  });

  test('only a passed self-test closes it: not the technician, not a box that is away, not one that fails', async () => {
    expect(codeOf(await technician('POST', `/tickets/${id}/self-test`)), 'not accepted yet').toBe('conflict');
    expect(codeOf(await other('POST', `/tickets/${id}/accept`))).toBe('conflict');
    await technician('POST', `/tickets/${id}/accept`);
    const picture = { when: 'before', sha256: 'a'.repeat(64) };
    expect(codeOf(await technician('POST', `/tickets/${id}/photos`, picture)), 'nobody has given such a picture').toBe('not-found');
    for (const sha256 of ['a'.repeat(64), 'b'.repeat(64)])
      await built.centre.store.steering.addPhoto(
        { sha256, atMs: 1, account: 'ky-thuat', bytes: 1 },
        { atMs: 1, actor: 'ky-thuat', act: 'photo.add', subject: sha256, sha256 },
      );
    expect((await technician('POST', `/tickets/${id}/photos`, picture)).status).toBe(200);
    expect(codeOf(await technician('POST', `/tickets/${id}/close`, { reason: 'xong' }))).toBe('not-allowed');
    expect(codeOf(await technician('POST', `/tickets/${id}/self-test`))).toBe('offline');
    await alive('hop-1');
    const asked = await technician('POST', `/tickets/${id}/self-test`);
    const [command] = asked.body.testing.commands;
    expect(commandsTo('hop-1')).toMatchObject([{ id: command, body: { do: 'tone', output: 'main' } }]);
    await built.centre.tickets.look();
    expect((await technician('GET', `/tickets/${id}`)).body.state, 'the box has not answered').toBe('accepted');
    await told('hop-1', command, 'failed', 1);
    await built.centre.tickets.look();
    const failed = (await technician('GET', `/tickets/${id}`)).body;
    expect([failed.state, failed.testing, failed.steps.at(-1)]).toMatchObject([
      'accepted',
      null,
      { act: 'fail', by: 'centre', note: 'device-failed: x' },
    ]);
  });

  test('the test passes, and as soon as the box no longer says the trouble the ticket closes and the fault is resolved', async () => {
    await technician('POST', `/tickets/${id}/photos`, { when: 'after', sha256: 'b'.repeat(64) });
    const asked = await technician('POST', `/tickets/${id}/self-test`);
    await told('hop-1', asked.body.testing.commands[0], 'done', 2);
    await built.centre.tickets.look();
    expect((await technician('GET', `/tickets/${id}`)).body.state, 'the fault still stands').toBe('accepted');
    await alive('hop-1');
    await pass(hysteresis.endAfterMs);
    const { body } = await technician('GET', `/tickets/${id}`);
    expect(body).toMatchObject({ state: 'closed', closed: { how: 'self-test', by: 'centre' } });
    expect((await technician('GET', '/faults?state=all')).body).toMatchObject([{ resolvedBy: 'ky-thuat' }]);
    expect((await technician('GET', '/my-work')).body).toEqual([]);
  });

  test('the same trouble within a fortnight opens it again; after that it does not', async () => {
    built.connect('hop-1', false);
    await pass(60_000);
    await pass(hysteresis.openAfterMs);
    const { body } = await technician('GET', `/tickets/${id}`);
    expect(body).toMatchObject({ state: 'open', times: 2, closed: null, assignee: null });
    expect(body.fault).not.toBe(fault);
    expect(codeOf(await admin('POST', `/tickets/${id}/close`, { reason: '' }))).toBe('bad-input');
    const closed = await admin('POST', `/tickets/${id}/close`, { reason: 'Cột đã nhổ, chờ dự án' });
    expect(closed.body.closed).toMatchObject({ how: 'administrator', by: 'quan-tri', reason: 'Cột đã nhổ, chờ dự án' });
    await pass(60_000);
    expect((await technician('GET', `/tickets/${id}`)).body.state, 'it stands as it stood when it was closed').toBe('closed');
    await alive('hop-1');
    await pass(hysteresis.endAfterMs);
    await pass(comesBackWithinMs);
    await alive('hop-1');
    built.connect('hop-1', false);
    await pass(60_000);
    await pass(hysteresis.openAfterMs);
    expect((await technician('GET', `/tickets/${id}`)).body.state).toBe('closed');
  });

  test('what stands for over thirty days is named in the view of the unit above, with or without a ticket', async () => {
    const standing = (await technician('GET', '/faults')).body.find(({ box }: { box: string }) => box === 'hop-1');
    const opened = await technician('POST', '/tickets', { fault: standing.id });
    expect((await leader('GET', '/long-faults?unit=xa')).body.lines).toEqual([]);
    await pass(upwardAfterMs + 60_000);
    const { lines } = (await leader('GET', '/long-faults?unit=xa')).body;
    expect(lines).toMatchObject([
      { unit: 'thon-1', box: 'hop-1', fault: standing.id, days: 30, ticket: { id: opened.body.id, state: 'open' } },
      { unit: 'thon-2', box: 'hop-2', ticket: null },
    ]);
    expect((await technician('GET', `/tickets/${opened.body.id}`)).body.steps.at(-1)).toMatchObject({ act: 'upward', by: 'centre' });
    expect(codeOf(await (await built.as('thon-2'))('GET', '/long-faults?unit=thon-1'))).toBe('not-found');
    const acts = new Set(
      (await built.centre.store.audit.entries(0, 1000)).map((one) => one.act).filter((act) => act.startsWith('ticket.')),
    );
    for (const act of ['open', 'assign', 'accept', 'photo', 'test', 'fail', 'pass', 'return', 'close', 'upward'])
      expect(acts).toContain(`ticket.${act}`);
  });
});
