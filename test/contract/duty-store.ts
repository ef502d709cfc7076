// What every store of a centre promises of duty: roster, shifts, second factors, rings.
import { expect, test } from 'vitest';
import type { Shift } from '../../controller/core/duty.ts';
import type { Act } from '../../controller/store/store.ts';
import { describeOnStore, type StoreBed } from './store-suite.ts';

const act = (name: string, atMs = 1000): Act => ({ atMs, actor: 'someone', act: name, subject: 'thing', sha256: 'ab' });

export function describeDutyStore(name: string, makeBed: () => Promise<StoreBed>): void {
  describeOnStore(name, makeBed, (on) => {
    test('the roster is asked by span, a line leaves when removed, a week makes way for another', async () => {
      const entry = (id: string, fromMs: number, toMs: number) => ({ id, person: 'x', place: 'first' as const, fromMs, toMs });
      for (const one of [entry('a', 0, 10), entry('b', 10, 20), entry('c', 20, 30)]) await on.store.duty.addEntry(one, act('roster'));
      const ids = async (fromMs: number, toMs: number) => (await on.store.duty.roster({ fromMs, toMs })).map(({ id }) => id);
      expect(await ids(10, 20)).toEqual(['b']);
      expect(await ids(9, 21)).toEqual(['a', 'b', 'c']);
      expect((await on.store.duty.removeEntry('a', act('roster'))).ok).toBe(true);
      expect((await on.store.duty.removeEntry('a', act('roster'))).ok).toBe(false);
      await on.store.duty.replaceEntries({ fromMs: 10, toMs: 20 }, [entry('d', 12, 25)], act('week'));
      expect(await ids(0, 100)).toEqual(['d', 'c']);
    });

    test('a person has one shift at a time; wrong PINs are counted, many at once too', async () => {
      const shift = (id: string, person = 'x'): Shift => ({
        ...{ id, person, place: 'first', startedMs: 5, untilMs: 100, endedMs: null, endedWhy: null },
        ...{ handedTo: null, note: '', wrongPins: 0 },
      });
      await on.store.duty.startShift(shift('s1'), act('shift', 5));
      await on.store.duty.startShift({ ...shift('s2'), startedMs: 9 }, act('shift', 9));
      await on.store.duty.startShift(shift('s3', 'y'), act('shift', 9));
      expect((await on.store.duty.openShifts()).map(({ id }) => id)).toEqual(['s3', 's2']);
      expect((await on.store.duty.shifts(5)).find(({ id }) => id === 's1')).toMatchObject({ endedMs: 9, endedWhy: 'replaced' });
      expect((await Promise.all([1, 2, 3].map(() => on.store.duty.takePinTry('s2')))).sort()).toEqual([1, 2, 3]);
      await on.store.duty.forgetPinTries('s2');
      expect(await on.store.duty.takePinTry('s2')).toBe(1);
      await on.store.duty.endShift('s2', 'handed-over', { note: 'n', handedTo: 'y' }, act('end', 20));
      await on.store.duty.endShift('s2', 'ended', { note: 'later', handedTo: null }, act('end', 30));
      expect((await on.store.duty.shifts(5)).find(({ id }) => id === 's2')).toMatchObject({
        ...{ endedMs: 20, endedWhy: 'handed-over', handedTo: 'y', note: 'n', wrongPins: 1 },
      });
    });

    test('a code and a recovery code are used once, by one of many who race for them', async () => {
      const account = { account: 'x', title: 'X', grants: [], passwordHash: 'h', createdMs: 1, disabledMs: null };
      await on.store.people.addAccount(account, act('b'));
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
      await on.store.duty.saveFactor(factor, act('factor'));
      expect(await on.store.duty.factor('x')).toEqual(factor);
      const steps = await Promise.all([7, 7, 6].map((step) => on.store.duty.useStep('x', step, act('code'))));
      expect(steps.map(({ ok }) => ok)).toEqual([true, false, false]);
      const codes = await Promise.all(['r1', 'r1', 'r9'].map((hash) => on.store.duty.useRecovery('x', hash, act('code'))));
      expect(codes.map(({ ok }) => ok)).toEqual([true, false, false]);
      await on.store.duty.setPin('x', 'ph', act('pin'));
      expect(await on.store.duty.factor('x')).toEqual({ ...factor, state: 'active', lastStep: 7, recovery: ['r2'], pinHash: 'ph' });
      await on.store.duty.setRecovery('x', ['r7', 'r8'], act('renew'));
      expect((await on.store.duty.useRecovery('x', 'r2', act('code'))).ok).toBe(false);
      expect((await on.store.duty.useRecovery('x', 'r8', act('code'))).ok).toBe(true);
      expect((await on.store.duty.removeFactor('x', act('remove'))).ok).toBe(true);
      expect(await on.store.duty.factor('x')).toBeUndefined();
      expect((await on.store.duty.removeFactor('x', act('remove'))).ok).toBe(false);
    });

    test('another app takes the place of the one in force after its first code, once, and not before', async () => {
      const account = { account: 'x', title: 'X', grants: [], passwordHash: 'h', createdMs: 1, disabledMs: null };
      await on.store.people.addAccount(account, act('b'));
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
      await on.store.duty.saveFactor(factor, act('factor'));
      expect(await on.store.duty.factorStates()).toEqual(new Map([['x', 'waiting']]));
      await on.store.duty.useStep('x', 7, act('code'));
      expect((await on.store.duty.takeNextFactor('x', 8, act('code'))).ok).toBe(false);
      await on.store.duty.setNextFactor('x', { secret: 't', recovery: ['q1'] }, act('factor'));
      const moving = { ...factor, state: 'active', lastStep: 7, next: { secret: 't', recovery: ['q1'] } };
      expect(await on.store.duty.factor('x')).toEqual(moving);
      expect((await on.store.duty.useStep('x', 8, act('code'))).ok).toBe(true);
      const taken = await Promise.all([1, 2].map(() => on.store.duty.takeNextFactor('x', 4, act('code'))));
      expect(taken.map(({ ok }) => ok)).toEqual([true, false]);
      expect(await on.store.duty.factor('x')).toEqual({ ...moving, secret: 't', recovery: ['q1'], lastStep: 4, next: null });
      expect(await on.store.duty.factorStates()).toEqual(new Map([['x', 'active']]));
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
      for (const one of [ring('r1', 'a', 1), ring('r2', 'a', 2), ring('r3', 'b', 3)]) await on.store.duty.addRing(one, act('ring'));
      expect(await on.store.duty.markRing('r1', 'y', 'seen', act('seen'))).toMatchObject({ ok: false, problem: { code: 'not-found' } });
      await on.store.duty.markRing('r1', 'x', 'seen', act('seen', 5));
      expect(await on.store.duty.markRing('r1', 'x', 'answered', act('answer', 9))).toMatchObject({
        ok: true,
        value: { seenMs: 5, answeredMs: 9 },
      });
      expect((await on.store.duty.openRings(9)).map(({ id }) => id)).toEqual(['r3', 'r2']);
      await on.store.duty.quietRings('a', 11);
      expect((await on.store.duty.openRings(9)).map(({ id }) => id)).toEqual(['r3']);
      expect((await on.store.duty.ringsAbout('a')).map(({ quietMs }) => quietMs)).toEqual([null, 11]);
      expect(await on.store.audit.verify()).toBeUndefined();
    });
  });
}
