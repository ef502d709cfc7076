// Sums of plays in SQL: narrow columns, in the order in which an index has them.
import type { Database, SqlRow, SqlValue } from '../../hardware/host/sqlite.ts';
import { Outcome } from '../../schemas/receipt.ts';
import type { KeptSum, PlayPeriod, PlayStore, PlaySum, RefusedPlay } from './play-store.ts';

const monthMs = 31 * 24 * 3600_000;
/** Longer periods are read box by box, in the order in which an index has them: sorting half a million rows takes longer. */
const shortMs = 2 * monthMs;
const count = (condition: string) => `SUM(CASE WHEN ${condition} THEN 1 ELSE 0 END)`;
const outcomes = Outcome.options;
const simulated = "CASE proof WHEN 'simulated' THEN 1 ELSE 0 END";
const minutesSql = `class, programme, ${simulated} AS simulated, COUNT(*) AS plays, SUM(lasts_ms) AS planned_ms, SUM(audible_ms) AS heard_ms`;
const keptSql = `dev, COUNT(*) AS planned, ${outcomes.map((one, at) => `${count(`outcome = '${one}'`)} AS o${at}`).join(', ')},
  ${count("outcome NOT IN ('refused-by-policy', 'withdrawn') AND COALESCE(reason, '') <> 'emergency'")} AS due`;

export class SqlPlays implements PlayStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async minutes(period: PlayPeriod): Promise<PlaySum[]> {
    const sums = new Map<string, PlaySum>();
    for (const month of partsOf(period.fromMs, period.toMs)) {
      const { where, params } = termsOf({ boxes: period.boxes, ...month });
      const groups = `class, programme, ${simulated}`;
      const sql = `SELECT ${minutesSql} FROM receipts ${where} GROUP BY ${groups} ORDER BY ${groups}`;
      for (const row of await this.#database.read(sql, params)) {
        const one = playSumOf(row);
        const key = JSON.stringify([one.class, one.programme, one.simulated]);
        const before = sums.get(key);
        sums.set(key, before ? added(before, one) : one);
      }
    }
    return [...sums.values()];
  }

  async kept(period: PlayPeriod): Promise<KeptSum[]> {
    const { where, params } = termsOf(period, period.toMs - period.fromMs > shortMs ? '+' : '');
    const sql = `SELECT ${keptSql} FROM receipts ${where} AND what = 'occurrence' AND proof <> 'simulated' GROUP BY dev ORDER BY dev`;
    const played = await this.#database.read(sql, params);
    const shown = termsOf(period);
    const only = `SELECT dev, COUNT(*) AS simulated FROM receipts ${shown.where} AND proof = 'simulated' GROUP BY dev ORDER BY dev`;
    const virtual = new Map((await this.#database.read(only, shown.params)).map((row) => [String(row['dev']), Number(row['simulated'])]));
    const sums = played.map((row) => keptSumOf(row, virtual.get(String(row['dev'])) ?? 0));
    const known = new Set(sums.map(({ dev }) => dev));
    const rest = [...virtual].filter(([dev]) => !known.has(dev)).map(([dev, times]) => keptSumOf({ dev }, times));
    return [...sums, ...rest];
  }

  async refused({ boxes, fromMs, toMs, limit }: PlayPeriod & { readonly limit: number }): Promise<RefusedPlay[]> {
    const found: RefusedPlay[] = [];
    for (const month of partsOf(fromMs, toMs)) {
      if (found.length >= limit) break;
      const { where, params } = termsOf({ boxes, ...month });
      const sql = `SELECT dev, occurrence, planned_ms, programme, reason, proof FROM receipts ${where}
        AND what = 'occurrence' AND outcome = 'refused-by-policy' ORDER BY planned_ms, dev, occurrence LIMIT ?`;
      found.push(...(await this.#database.read(sql, [...params, limit - found.length])).map(refusedOf));
    }
    return found;
  }
}

function partsOf(fromMs: number, toMs: number): { readonly fromMs: number; readonly toMs: number }[] {
  const parts = [];
  for (let at = fromMs; at < toMs; at += monthMs) parts.push({ fromMs: at, toMs: Math.min(toMs, at + monthMs) });
  return parts;
}

function refusedOf(row: SqlRow): RefusedPlay {
  return {
    dev: String(row['dev']),
    occurrence: String(row['occurrence']),
    plannedMs: Number(row['planned_ms']),
    programme: row['programme'] === null ? null : String(row['programme']),
    reason: row['reason'] as RefusedPlay['reason'],
    simulated: row['proof'] === 'simulated',
  };
}

/** `plus`: a `+` before the instant keeps SQLite from the index of instants. */
function termsOf({ boxes, fromMs, toMs }: PlayPeriod, plus: '+' | '' = ''): { readonly where: string; readonly params: SqlValue[] } {
  const of = boxes ? ' AND dev IN (SELECT value FROM json_each(?))' : '';
  const where = `WHERE ${plus}planned_ms >= ? AND ${plus}planned_ms < ?${of}`;
  return { where, params: [fromMs, toMs, ...(boxes ? [JSON.stringify(boxes)] : [])] };
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

function keptSumOf(row: SqlRow, simulatedPlays: number): KeptSum {
  return {
    dev: String(row['dev']),
    planned: Number(row['planned'] ?? 0),
    due: Number(row['due'] ?? 0),
    simulated: simulatedPlays,
    outcomes: Object.fromEntries(outcomes.map((one, at) => [one, Number(row[`o${at}`] ?? 0)])) as KeptSum['outcomes'],
  };
}
