// What every store promises of area policies, set holidays and schedules of named days.
import { expect, test } from 'vitest';
import type { Act } from '../../controller/store/store.ts';
import { policy, schedule } from '../schemas/documents.ts';
import { describeOnStore, type StoreBed } from './store-suite.ts';

const act = (name: string): Act => ({ atMs: 1_000, actor: 'someone', act: name, subject: 'thing', sha256: 'ab' });

export function describeCalendarStore(name: string, makeBed: () => Promise<StoreBed>): void {
  describeOnStore(name, makeBed, (on) => {
    test('an area has one policy, the last one saved, until it is removed', async () => {
      await on.store.calendar.saveAreaPolicy({ area: '08/b', policy: policy({ id: 'one' }) }, act('a'));
      await on.store.calendar.saveAreaPolicy({ area: '08/a', policy: policy({ id: 'two' }) }, act('a'));
      await on.store.calendar.saveAreaPolicy({ area: '08/b', policy: policy({ id: 'three' }) }, act('a'));
      await on.reopen();
      expect((await on.store.calendar.areaPolicies()).map(({ area, policy: { id } }) => [area, id])).toEqual([
        ['08/a', 'two'],
        ['08/b', 'three'],
      ]);
      expect(await on.store.calendar.removeAreaPolicy('08/b', act('r'))).toEqual({ ok: true, value: undefined });
      expect(await on.store.calendar.removeAreaPolicy('08/b', act('r'))).toMatchObject({ problem: { code: 'not-found' } });
      expect(await on.store.calendar.areaPolicies()).toHaveLength(1);
      expect((await on.store.audit.entries(0, 10)).map((one) => one.act)).toEqual(['a', 'a', 'a', 'r']);
    });

    test('a year is set whole, again, and taken back', async () => {
      const year = { year: 2027, days: [{ date: '2027-01-01', occasion: 'khac', vi: 'Tết', en: 'New Year' }], by: 'x', setMs: 5 } as const;
      await on.store.calendar.saveHolidayYear(year, act('a'));
      await on.store.calendar.saveHolidayYear({ ...year, days: [] }, act('a'));
      expect(await on.store.calendar.holidayYears()).toEqual([{ ...year, days: [] }]);
      expect(await on.store.calendar.removeHolidayYear(2027, act('r'))).toMatchObject({ ok: true });
      expect(await on.store.calendar.removeHolidayYear(2027, act('r'))).toMatchObject({ problem: { code: 'not-found' } });
    });

    test('a schedule keeps its named days; one without has none', async () => {
      const rest = { groups: ['g'], author: 'a', createdMs: 1 };
      await on.store.content.addSchedule({ ...rest, schedule: schedule({ id: 's-1' }), occasions: ['gio-to', 'tet'] }, act('a'));
      await on.store.content.addSchedule({ ...rest, schedule: schedule({ id: 's-2' }) }, act('a'));
      const found = await on.store.content.schedules();
      expect(found.map(({ occasions }) => occasions)).toEqual([['gio-to', 'tet'], undefined]);
    });
  });
}
