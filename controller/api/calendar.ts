// The calendar that schedules go by: holidays of a year.
import type { FastifyInstance } from 'fastify';
import { type Holiday, type HolidayAnswer, HolidayYear, type HolidayYearSet, reckonHolidays, seededDates } from '../../schemas/holidays.ts';
import { lunarOfDay, lunarYears } from '../../schemas/lunar.ts';
import { bad, ok, type Result } from '../../schemas/problems.ts';
import { dayOfLocalDate } from '../../schemas/zones.ts';
import type { Centre } from '../centre.ts';
import { may } from '../core/roles.ts';
import { asSeen, SeenQuery, seenOf } from '../seen.ts';
import { declare } from './route.ts';

export function calendarRoutes(app: FastifyInstance, centre: Centre): void {
  const { store, dispatch, feed, card } = centre;
  const answer = async (year: number) => {
    const seeded = JSON.parse((await store.meta.value('holidays')) ?? '[]') as string[];
    return answerOf(year, await store.calendar.holidayYears(), seeded);
  };

  declare(app, centre, { method: 'GET', url: '/api/holidays/:year', act: 'read' }, async ({ params }): Promise<Result<HolidayAnswer>> => {
    const year = yearOf(params['year']);
    return year.ok ? ok(await answer(year.value)) : year;
  });

  declare(
    app,
    centre,
    { method: 'PUT', url: '/api/holidays/:year', act: 'calendar.write', query: SeenQuery, body: HolidayYear },
    async ({ person, params, query, body, act }): Promise<Result<HolidayAnswer>> => {
      const allowed = may(person.grants, 'calendar.write', card.area);
      if (!allowed.ok) return allowed;
      const year = yearOf(params['year']);
      if (!year.ok) return year;
      const wrong = wrongDays(year.value, body);
      if (wrong) return wrong;
      const seen = asSeen(query.seen, daysSet(year.value, await store.calendar.holidayYears()));
      if (!seen.ok) return seen;
      const set: HolidayYearSet = {
        year: year.value,
        days: [...body].sort((a, b) => (a.date < b.date ? -1 : 1)),
        by: person.account,
        setMs: centre.nowMs(),
      };
      await store.calendar.saveHolidayYear(set, act('calendar.write', String(year.value), set.days));
      await dispatch.changed();
      feed.tell('schedule', String(year.value));
      return ok(await answer(year.value));
    },
  );

  declare(app, centre, { method: 'DELETE', url: '/api/holidays/:year', act: 'calendar.write' }, async ({ person, params, act }) => {
    const allowed = may(person.grants, 'calendar.write', card.area);
    if (!allowed.ok) return allowed;
    const year = yearOf(params['year']);
    if (!year.ok) return year;
    const removed = await store.calendar.removeHolidayYear(year.value, act('calendar.reckon', String(year.value)));
    if (!removed.ok) return removed;
    await dispatch.changed();
    feed.tell('schedule', String(year.value));
    return ok(await answer(year.value));
  });
}

function yearOf(text: string | undefined): Result<number> {
  const year = /^\d{4}$/.test(text ?? '') ? Number(text) : 0;
  const known = year >= lunarYears.from && year <= lunarYears.until;
  return known ? ok(year) : bad('bad-input', `a year from ${lunarYears.from} to ${lunarYears.until}`, '/year');
}

function wrongDays(year: number, days: readonly Holiday[]): Result<never> | undefined {
  for (const [index, { date }] of days.entries()) {
    if (dayOfLocalDate(date) === undefined || !date.startsWith(`${year}-`))
      return bad('bad-input', `${date} is no day of ${year}`, `/${index}/date`);
    if (days.findIndex((one) => one.date === date) !== index) return bad('conflict', `${date} stands twice`, `/${index}/date`);
  }
  return undefined;
}

function answerOf(year: number, years: readonly HolidayYearSet[], seeded: readonly string[]): HolidayAnswer {
  const set = years.find((one) => one.year === year);
  const known = set?.days ?? reckonHolidays(year);
  const more = seededDates(seeded, years)
    .filter((date) => date.startsWith(`${year}-`) && !known.some((day) => day.date === date))
    .map((date): Holiday => ({ date, occasion: 'khac', vi: 'Ngày nghỉ khác', en: 'Another day off' }));
  const days = [...known, ...more].sort((a, b) => (a.date < b.date ? -1 : 1)).map((day) => ({ ...day, lunar: lunarText(day.date) }));
  return { seen: seenOf(daysSet(year, years)), year, set: set ? { by: set.by, atMs: set.setMs } : null, days };
}

/** Null: reckoned. The same days set again by another are a change too. */
function daysSet(year: number, years: readonly HolidayYearSet[]): HolidayYearSet | null {
  return years.find((one) => one.year === year) ?? null;
}

function lunarText(date: string): string {
  const lunar = lunarOfDay(dayOfLocalDate(date) ?? 0);
  return lunar ? `${lunar.day}/${lunar.month}${lunar.leap ? 'n' : ''}` : '';
}
