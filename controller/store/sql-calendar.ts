// Policies of areas and the holidays of years, in SQL.

import type { HolidayYearSet } from '../../schemas/holidays.ts';
import type { AreaPolicy } from '../../schemas/policy.ts';
import { bad, ok, type Result } from '../../schemas/problems.ts';
import type { Act, CalendarStore } from './store.ts';
import type { Writer } from './writer.ts';

export class SqlCalendar implements CalendarStore {
  readonly #writer: Writer;

  constructor(writer: Writer) {
    this.#writer = writer;
  }

  async areaPolicies(): Promise<AreaPolicy[]> {
    const rows = await this.#writer.database.read('SELECT area, body FROM area_policies ORDER BY area');
    return rows.map((row) => ({ area: String(row['area']), policy: JSON.parse(String(row['body'])) as AreaPolicy['policy'] }));
  }

  saveAreaPolicy({ area, policy }: AreaPolicy, act: Act): Promise<void> {
    const sql = 'INSERT INTO area_policies (area, body) VALUES (?, ?) ON CONFLICT (area) DO UPDATE SET body = excluded.body';
    return this.#writer.write([{ sql, params: [area, JSON.stringify(policy)] }], act);
  }

  removeAreaPolicy(area: string, act: Act): Promise<Result<void>> {
    return this.#remove('area_policies', 'area', area, `no policy of ${area}`, act);
  }

  async holidayYears(): Promise<HolidayYearSet[]> {
    const rows = await this.#writer.database.read('SELECT body FROM holiday_years ORDER BY year');
    return rows.map((row) => JSON.parse(String(row['body'])) as HolidayYearSet);
  }

  saveHolidayYear(year: HolidayYearSet, act: Act): Promise<void> {
    const sql = 'INSERT INTO holiday_years (year, body) VALUES (?, ?) ON CONFLICT (year) DO UPDATE SET body = excluded.body';
    return this.#writer.write([{ sql, params: [year.year, JSON.stringify(year)] }], act);
  }

  removeHolidayYear(year: number, act: Act): Promise<Result<void>> {
    return this.#remove('holiday_years', 'year', year, `the holidays of ${year} are not set`, act);
  }

  #remove(table: string, key: string, value: string | number, absent: string, act: Act): Promise<Result<void>> {
    return this.#writer.alone(async () => {
      const [known] = await this.#writer.database.read(`SELECT ${key} FROM ${table} WHERE ${key} = ?`, [value]);
      if (!known) return bad('not-found', absent);
      await this.#writer.commit([{ sql: `DELETE FROM ${table} WHERE ${key} = ?`, params: [value] }], act);
      return ok(undefined);
    });
  }
}
