// What every store of a centre promises of duty: roster, shifts, second factors, rings.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Shift } from '../../controller/core/duty.ts';
import type { Act, Store } from '../../controller/store/store.ts';
import type { StoreBed } from './store.ts';

const act = (name: string, atMs = 1000): Act => ({ atMs, actor: 'someone', act: name, subject: 'thing', sha256: 'ab' });

export function describeDutyStore(name: string, makeBed: () => Promise<StoreBed>): void {
  describe(name, () => {
    let bed: StoreBed;
    let store: Store;

    beforeEach(async () => {
      bed = await makeBed();
      store = await bed.open();
    });
    afterEach(async () => {
      await store.close();
      await bed.remove();
    });

    test('the roster is asked by span, a line leaves when removed, a week makes way for another', async () => {
      const entry = (id: string, fromMs: number, toMs: number) => ({ id, person: 'x', place: 'first' as const, fromMs, toMs });
      for (const one of [entry('a', 0, 10), entry('b', 10, 20), entry('c', 20, 30)]) await store.duty.addEntry(one, act('roster'));
      const ids = async (fromMs: number, toMs: number) => (await store.duty.roster({ fromMs, toMs })).map(({ id }) => id);
      expect(await ids(10, 20)).toEqual(['b']);
      expect(await ids(9, 21)).toEqual(['a', 'b', 'c']);
      expect((await store.duty.removeEntry('a', act('roster'))).ok).toBe(true);
      expect((await store.duty.removeEntry('a', act('roster'))).ok).toBe(false);
      await store.duty.replaceEntries({ fromMs: 10, toMs: 20 }, [entry('d', 12, 25)], act('week'));
      expect(await ids(0, 100)).toEqual(['d', 'c']);
    });

    test('a person has one shift at a time; wrong PINs are counted, many at once too', async () => {
      const shift = (id: string, person = 'x'): Shift => ({
        ...{ id, person, place: 'first', startedMs: 5, untilMs: 100, endedMs: null, endedWhy: null },
        ...{ handedTo: null, note: '', wrongPins: 0 },
      });
      await store.duty.startShift(shift('s1'), act('shift', 5));
      await store.duty.startShift({ ...shift('s2'), startedMs: 9 }, act('shift', 9));
      await store.duty.startShift(shift('s3', 'y'), act('shift', 9));
      expect((await store.duty.openShifts()).map(({ id }) => id)).toEqual(['s3', 's2']);
      expect((await store.duty.shifts(5)).find(({ id }) => id === 's1')).toMatchObject({ endedMs: 9, endedWhy: 'replaced' });
      expect((await Promise.all([1, 2, 3].map(() => store.duty.takePinTry('s2')))).sort()).toEqual([1, 2, 3]);
      await store.duty.forgetPinTries('s2');
      expect(await store.duty.takePinTry('s2')).toBe(1);
      await store.duty.endShift('s2', 'handed-over', { note: 'n', handedTo: 'y' }, act('end', 20));
      await store.duty.endShift('s2', 'ended', { note: 'later', handedTo: null }, act('end', 30));
      expect((await store.duty.shifts(5)).find(({ id }) => id === 's2')).toMatchObject({
        ...{ endedMs: 20, endedWhy: 'handed-over', handedTo: 'y', note: 'n', wrongPins: 1 },
      });
    });

    test('a code and a recovery code are used once, by one of many who race for them', async () => {
      const account = { account: 'x', title: 'X', grants: [], passwordHash: 'h', createdMs: 1, disabledMs: null };
      await store.people.addAccount(account, act('b'));
      const factor = {
        person: 'x',
        state: 'waiting' as const,
        secret: 's',
        lastStep: 0,
        recovery: ['r1', 'r2'],
        pinHash: null,
        madeMs: 3,
        next: null,
      };
      await store.duty.saveFactor(factor, act('factor'));
      expect(await store.duty.factor('x')).toEqual(factor);
      const steps = await Promise.all([7, 7, 6].map((step) => store.duty.useStep('x', step, act('code'))));
      expect(steps.map(({ ok }) => ok)).toEqual([true, false, false]);
      const codes = await Promise.all(['r1', 'r1', 'r9'].map((hash) => store.duty.useRecovery('x', hash, act('code'))));
      expect(codes.map(({ ok }) => ok)).toEqual([true, false, false]);
      await store.duty.setPin('x', 'ph', act('pin'));
      expect(await store.duty.factor('x')).toEqual({ ...factor, state: 'active', lastStep: 7, recovery: ['r2'], pinHash: 'ph' });
      await store.duty.setRecovery('x', ['r7', 'r8'], act('renew'));
      expect((await store.duty.useRecovery('x', 'r2', act('code'))).ok).toBe(false);
      expect((await store.duty.useRecovery('x', 'r8', act('code'))).ok).toBe(true);
      expect((await store.duty.removeFactor('x', act('remove'))).ok).toBe(true);
      expect(await store.duty.factor('x')).toBeUndefined();
      expect((await store.duty.removeFactor('x', act('remove'))).ok).toBe(false);
    });

    test('another app takes the place of the one in force after its first code, once, and not before', async () => {
      const account = { account: 'x', title: 'X', grants: [], passwordHash: 'h', createdMs: 1, disabledMs: null };
      await store.people.addAccount(account, act('b'));
      const factor = {
        person: 'x',
        state: 'waiting' as const,
        secret: 's',
        lastStep: 0,
        recovery: ['r1'],
        pinHash: 'ph',
        madeMs: 3,
        next: null,
      };
      await store.duty.saveFactor(factor, act('factor'));
      expect(await store.duty.factorStates()).toEqual(new Map([['x', 'waiting']]));
      await store.duty.useStep('x', 7, act('code'));
      expect((await store.duty.takeNextFactor('x', 8, act('code'))).ok).toBe(false);
      await store.duty.setNextFactor('x', { secret: 't', recovery: ['q1'] }, act('factor'));
      const moving = { ...factor, state: 'active', lastStep: 7, next: { secret: 't', recovery: ['q1'] } };
      expect(await store.duty.factor('x')).toEqual(moving);
      expect((await store.duty.useStep('x', 8, act('code'))).ok).toBe(true);
      const taken = await Promise.all([1, 2].map(() => store.duty.takeNextFactor('x', 4, act('code'))));
      expect(taken.map(({ ok }) => ok)).toEqual([true, false]);
      expect(await store.duty.factor('x')).toEqual({ ...moving, secret: 't', recovery: ['q1'], lastStep: 4, next: null });
      expect(await store.duty.factorStates()).toEqual(new Map([['x', 'active']]));
    });

    test('rings stay open until answered or quiet, and keep when they were first seen', async () => {
      const marks = { seenMs: null, answeredMs: null, quietMs: null };
      const ring = (id: string, about: string, atMs: number) => ({
        id,
        kind: 'alert' as const,
        about,
        person: 'x',
        title: 't',
        text: '',
        atMs,
        ...marks,
      });
      for (const one of [ring('r1', 'a', 1), ring('r2', 'a', 2), ring('r3', 'b', 3)]) await store.duty.addRing(one, act('ring'));
      expect(await store.duty.markRing('r1', 'y', 'seen', act('seen'))).toMatchObject({ ok: false, problem: { code: 'not-found' } });
      await store.duty.markRing('r1', 'x', 'seen', act('seen', 5));
      expect(await store.duty.markRing('r1', 'x', 'answered', act('answer', 9))).toMatchObject({
        ok: true,
        value: { seenMs: 5, answeredMs: 9 },
      });
      expect((await store.duty.openRings(9)).map(({ id }) => id)).toEqual(['r3', 'r2']);
      await store.duty.quietRings('a', 11);
      expect((await store.duty.openRings(9)).map(({ id }) => id)).toEqual(['r3']);
      expect((await store.duty.ringsAbout('a')).map(({ quietMs }) => quietMs)).toEqual([null, 11]);
      expect(await store.audit.verify()).toBeUndefined();
    });
  });
}
