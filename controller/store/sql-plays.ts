// Sums of plays in SQL, a month at a time: short statements leave the tables to others in between.
import type { Database, SqlRow, SqlValue } from '../../hardware/host/sqlite.ts';
import { Outcome } from '../../schemas/receipt.ts';
import type { KeptSum, PlayPeriod, PlayStore, PlaySum } from './play-store.ts';
import { receiptOf } from './sql-log.ts';
import type { StoredReceipt } from './store.ts';

const stepMs = 31 * 24 * 3600_000;
const official = "what = 'occurrence' AND proof <> 'simulated'";
const count = (condition: string) => `SUM(CASE WHEN ${condition} THEN 1 ELSE 0 END)`;
const outcomes = Outcome.options;

const minutesSql = `class, programme, CASE proof WHEN 'simulated' THEN 1 ELSE 0 END AS simulated,
  COUNT(*) AS plays, SUM(lasts_ms) AS planned_ms, SUM(audible_ms) AS heard_ms`;
const keptSql = `dev, ${count(official)} AS planned, ${count("proof = 'simulated'")} AS simulated,
  ${count(`${official} AND outcome NOT IN ('refused-by-policy', 'withdrawn') AND COALESCE(reason, '') <> 'emergency'`)} AS due,
  ${outcomes.map((one, at) => `${count(`${official} AND outcome = '${one}'`)} AS o${at}`).join(', ')}`;

export class SqlPlays implements PlayStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async minutes(period: PlayPeriod): Promise<PlaySum[]> {
    const sums = new Map<string, PlaySum>();
    await this.#eachMonth(period, minutesSql, "class, programme, CASE proof WHEN 'simulated' THEN 1 ELSE 0 END", (row) => {
      const one = playSumOf(row);
      const key = JSON.stringify([one.class, one.programme, one.simulated]);
      const before = sums.get(key);
      sums.set(key, before ? added(before, one) : one);
    });
    return [...sums.values()];
  }

  async kept(period: PlayPeriod): Promise<KeptSum[]> {
    const sums = new Map<string, { -readonly [K in keyof KeptSum]: KeptSum[K] }>();
    await this.#eachMonth(period, keptSql, 'dev', (row) => {
      const one = keptSumOf(row);
      const before = sums.get(one.dev);
      sums.set(one.dev, before ? addedKept(before, one) : one);
    });
    return [...sums.values()];
  }

  async refused({ boxes, fromMs, toMs, limit }: PlayPeriod & { readonly limit: number }): Promise<StoredReceipt[]> {
    const found: StoredReceipt[] = [];
    for (const month of monthsOf(fromMs, toMs)) {
      if (found.length >= limit) break;
      const { where, params } = termsOf({ boxes, ...month });
      const sql = `SELECT dev, body, received_ms FROM receipts ${where} AND what = 'occurrence' AND outcome = 'refused-by-policy'
        ORDER BY planned_ms, dev, occurrence LIMIT ?`;
      found.push(...(await this.#database.read(sql, [...params, limit - found.length])).map(receiptOf));
    }
    return found;
  }

  async #eachMonth({ boxes, fromMs, toMs }: PlayPeriod, columns: string, groups: string, take: (row: SqlRow) => void): Promise<void> {
    for (const month of monthsOf(fromMs, toMs)) {
      const { where, params } = termsOf({ boxes, ...month });
      const sql = `SELECT ${columns} FROM receipts ${where} GROUP BY ${groups} ORDER BY ${groups}`;
      for (const row of await this.#database.read(sql, params)) take(row);
    }
  }
}

function monthsOf(fromMs: number, toMs: number): { readonly fromMs: number; readonly toMs: number }[] {
  const months = [];
  for (let at = fromMs; at < toMs; at += stepMs) months.push({ fromMs: at, toMs: Math.min(toMs, at + stepMs) });
  return months;
}

function termsOf({ boxes, fromMs, toMs }: PlayPeriod): { readonly where: string; readonly params: SqlValue[] } {
  const of = boxes ? ' AND dev IN (SELECT value FROM json_each(?))' : '';
  return { where: `WHERE planned_ms >= ? AND planned_ms < ?${of}`, params: [fromMs, toMs, ...(boxes ? [JSON.stringify(boxes)] : [])] };
}

function playSumOf(row: SqlRow): PlaySum {
  return {
    class: String(row['class']),
    programme: row['programme'] === null ? null : String(row['programme']),
    simulated: Number(row['simulated']) === 1,
    plays: Number(row['plays']),
    plannedMs: Number(row['planned_ms']),
    audibleMs: Number(row['heard_ms']),
  };
}

function added(a: PlaySum, b: PlaySum): PlaySum {
  return { ...a, plays: a.plays + b.plays, plannedMs: a.plannedMs + b.plannedMs, audibleMs: a.audibleMs + b.audibleMs };
}

function keptSumOf(row: SqlRow): KeptSum {
  return {
    dev: String(row['dev']),
    planned: Number(row['planned']),
    due: Number(row['due']),
    simulated: Number(row['simulated']),
    outcomes: Object.fromEntries(outcomes.map((one, at) => [one, Number(row[`o${at}`])])) as KeptSum['outcomes'],
  };
}

function addedKept(a: KeptSum, b: KeptSum): KeptSum {
  const sums = outcomes.map((one) => [one, a.outcomes[one] + b.outcomes[one]]);
  return {
    dev: a.dev,
    planned: a.planned + b.planned,
    due: a.due + b.due,
    simulated: a.simulated + b.simulated,
    outcomes: Object.fromEntries(sums) as KeptSum['outcomes'],
  };
}
