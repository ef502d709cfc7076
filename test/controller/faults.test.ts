// Faults: when a trouble is one, when it has gone, what a person may do; and the desk over REST on a real centre.
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hysteresis, isOpen, judgeFault, type Pending, sameWithinMs, shelvedMaxMs, stepFaults } from '../../controller/core/faults.ts';
import { type Fault, FaultReason, faultKinds } from '../../schemas/faults.ts';
import { type Asker, type BuiltCentre, codeOf, makeCentre } from './built-centre.ts';

const minute = 60_000;

/** A fleet of one, looked at again and again. */
class Watched {
  readonly faults = new Map<string, Fault>();
  pending: Pending = new Map();
  #count = 0;

  look(atMs: number, ...reasons: FaultReason[]): Fault[] {
    const { pending, changed } = stepFaults(
      [...this.faults.values()],
      this.pending,
      new Map([['hop-1', new Set(reasons)]]),
      atMs,
      () => `f${++this.#count}`,
    );
    this.pending = pending;
    for (const fault of changed) this.faults.set(fault.id, fault);
    return [...this.faults.values()];
  }
}

describe('a trouble', () => {
  test('is no fault until it has stood for a minute, and the fault began when the trouble did', () => {
    const box = new Watched();
    expect(box.look(0, 'hot')).toEqual([]);
    expect(box.look(hysteresis.openAfterMs - 1, 'hot')).toEqual([]);
    expect(box.look(hysteresis.openAfterMs, 'hot')).toMatchObject([{ reason: 'hot', openedMs: 0, endedMs: null, times: 1 }]);
  });

  test('that went away in between begins anew', () => {
    const box = new Watched();
    box.look(0, 'hot');
    box.look(30_000);
    box.look(40_000, 'hot');
    expect(box.look(70_000, 'hot')).toEqual([]);
    expect(box.look(100_000, 'hot')).toMatchObject([{ openedMs: 40_000 }]);
  });

  test('ends only after it was away for two minutes; a flicker is the same fault, counted', () => {
    const box = new Watched();
    for (const at of [0, 1, 2, 3]) box.look(at * minute, 'audio-failed');
    expect(box.look(4 * minute)).toMatchObject([{ endedMs: null }]);
    expect(box.look(5 * minute)).toMatchObject([{ endedMs: 5 * minute }]);
    expect(box.look(10 * minute, 'audio-failed')).toMatchObject([{ endedMs: null, times: 2 }]);
    box.look(11 * minute);
    box.look(13 * minute);
    expect(box.faults.size).toBe(1);
    box.look(13 * minute + sameWithinMs, 'audio-failed');
    expect(box.look(14 * minute + sameWithinMs, 'audio-failed')).toHaveLength(2);
  });

  test('of a box that goes away itself nobody knows: its fault neither ends nor begins anew', () => {
    const box = new Watched();
    box.look(0, 'audio-failed');
    box.look(minute, 'audio-failed');
    for (const at of [2, 3, 4, 60]) box.look(at * minute, 'offline');
    box.look(61 * minute, 'audio-failed');
    expect([...box.faults.values()].filter(({ reason }) => reason === 'audio-failed')).toMatchObject([{ endedMs: null, times: 1 }]);
  });

  test('whatever comes and goes, a box has at most one standing fault a reason and no fault ends before it begins', () => {
    const reason = fc.subarray(['hot', 'offline', 'audio-failed'] as FaultReason[]);
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.integer({ min: 1, max: 40 * minute }), reason), { maxLength: 40 }), (looks) => {
        const box = new Watched();
        let atMs = 0;
        for (const [afterMs, reasons] of looks) {
          atMs += afterMs;
          const standing = box.look(atMs, ...reasons).filter(({ endedMs }) => endedMs === null);
          expect(new Set(standing.map((fault) => fault.reason)).size).toBe(standing.length);
          for (const { openedMs, standingMs, endedMs } of box.faults.values())
            expect([openedMs <= standingMs, standingMs <= (endedMs ?? atMs)]).toEqual([true, true]);
        }
      }),
    );
  });
});

describe('what a person does', () => {
  const box = new Watched();
  box.look(0, 'audio-failed');
  const [fault] = box.look(minute, 'audio-failed') as [Fault];

  test('an alarm that has ended still needs an answer, a notice does not', () => {
    expect(isOpen({ ...fault, endedMs: 5 })).toBe(true);
    expect(isOpen({ ...fault, endedMs: 5, answeredMs: 6 })).toBe(false);
    expect(isOpen({ ...fault, reason: 'hot', endedMs: 5 })).toBe(false);
    expect(isOpen({ ...fault, reason: 'hot' })).toBe(true);
  });

  test('it is not resolved while the box still says so, and only once', () => {
    const wish = { act: 'resolve', note: 'thay dây' } as const;
    expect(judgeFault(fault, wish, 'an', 9)).toMatchObject({ ok: false, problem: { code: 'conflict' } });
    const done = judgeFault({ ...fault, endedMs: 8 }, wish, 'an', 9);
    expect(done).toMatchObject({ ok: true, value: { resolvedBy: 'an', answeredBy: 'an', note: 'thay dây' } });
    expect(done.ok && judgeFault(done.value, wish, 'binh', 10)).toMatchObject({ ok: false, problem: { code: 'conflict' } });
  });

  test('the first answer stays the first, a later note replaces an earlier one, no note keeps it', () => {
    const first = judgeFault(fault, { act: 'answer', note: 'đã xem' }, 'an', 5);
    const then = first.ok && judgeFault(first.value, { act: 'assign', assignee: 'ky-thuat', note: '' }, 'binh', 6);
    expect(then).toMatchObject({ ok: true, value: { answeredBy: 'an', answeredMs: 5, assignee: 'ky-thuat', note: 'đã xem' } });
  });

  test('what is laid aside keeps who and why, ends by its time, and is not answered by it', () => {
    const wish = { act: 'shelve', untilMs: 3_600_000, note: 'cắt điện theo lịch' } as const;
    const aside = judgeFault(fault, wish, 'an', 1_000);
    expect(aside).toMatchObject({ ok: true, value: { shelved: { untilMs: 3_600_000, by: 'an', why: wish.note }, answeredMs: null } });
    const back = aside.ok && judgeFault(aside.value, { act: 'shelve', untilMs: null, note: '' }, 'an', 2_000);
    expect(back).toMatchObject({ ok: true, value: { shelved: null } });
    for (const untilMs of [999, 1_000, 1_001 + shelvedMaxMs])
      expect(judgeFault(fault, { ...wish, untilMs }, 'an', 1_000)).toMatchObject({ ok: false, problem: { code: 'bad-input' } });
  });

  test('every reason has words in both languages and a next step', () => {
    for (const reason of FaultReason.options)
      for (const text of [faultKinds[reason].vi, faultKinds[reason].en, faultKinds[reason].nextVi, faultKinds[reason].nextEn])
        expect(text.length).toBeGreaterThan(3);
  });
});

describe('the fault desk', () => {
  let built: BuiltCentre;
  let technician: Asker;
  let author: Asker;

  beforeAll(async () => {
    built = await makeCentre();
    [technician, author] = (await Promise.all(['ky-thuat', 'tac-gia'].map((name) => built.as(name)))) as [Asker, Asker];
    const outputs = [{ id: 'main', kind: 'loudspeaker' }];
    await technician('POST', '/boxes', { id: 'hop-1', name: 'Hộp 1', area: '08/02536/thon-1', groups: ['thon-1'], outputs });
    await technician('POST', '/boxes', { id: 'hop-2', name: 'Hộp 2', area: '08/02536/thon-1', groups: ['thon-1'], outputs });
    const { value } = (await technician('POST', '/boxes/hop-1/claim')).body;
    expect(value).not.toBe(null);
    const enrolled = await built.centre.store.estate.box('hop-1');
    if (enrolled) built.centre.registry.put({ ...enrolled, enrolledMs: 1 });
  });
  afterAll(() => built.stop());

  const pass = async (ms: number) => {
    built.clock.nowMs += ms;
    await built.centre.faults.look();
  };

  test('an enrolled box that is away becomes an alarm with its next step; one that never came is none', async () => {
    await built.centre.faults.look();
    await pass(hysteresis.openAfterMs);
    const { body } = await author('GET', '/faults');
    expect(body).toMatchObject([{ box: 'hop-1', boxName: 'Hộp 1', reason: 'offline', rank: 'alarm', open: true, vi: 'Mất liên lạc' }]);
    expect((await author('GET', '/faults?box=hop-2&state=all')).body).toEqual([]);
  });

  test('it is answered, assigned and, once the box is back, resolved; by those who may', async () => {
    const [{ id }] = (await author('GET', '/faults')).body;
    expect(codeOf(await author('POST', `/faults/${id}/answer`, {}))).toBe('not-allowed');
    expect(codeOf(await technician('POST', `/faults/${id}/resolve`, {}))).toBe('conflict');
    expect(codeOf(await technician('POST', `/faults/${id}/assign`, { assignee: 'khong-co' }))).toBe('not-found');
    expect(codeOf(await (await built.as('thon-2'))('POST', `/faults/${id}/answer`, {}))).toBe('not-found');
    const assigned = await technician('POST', `/faults/${id}/assign`, { assignee: 'ky-thuat', note: 'đi xem' });
    expect(assigned.body).toMatchObject({ assignee: 'ky-thuat', answeredBy: 'ky-thuat', note: 'đi xem', open: true });
    built.connect('hop-1', true);
    await built.fromBox('hop-1', 'tm', telemetry(built.clock.nowMs));
    await pass(hysteresis.endAfterMs);
    expect((await author('GET', '/faults')).body).toEqual([]);
    const resolved = await technician('POST', `/faults/${id}/resolve`, { note: 'thay SIM' });
    expect(resolved.body).toMatchObject({ open: false, resolvedBy: 'ky-thuat', note: 'thay SIM' });
    expect((await author('GET', '/faults?state=all')).body).toMatchObject([{ id, times: 1 }]);
    const acts = (await built.centre.store.audit.entries(0, 1000)).map((one) => one.act);
    expect(acts.filter((act) => act.startsWith('fault.'))).toEqual(['fault.assign', 'fault.resolve']);
  });
});

function telemetry(atMs: number): object {
  const none = { upMs: 1, rssBytes: 1, diskFreeBytes: 1, load1: 0, temperatureC: null };
  return { atMs, clock: 'signed', ...none, health: { state: 'ok', reasons: [] } };
}
