// The centre's store on SQLite: opens the file, walks it forward to today's tables, one writer.
import type { Database } from '../../hardware/host/sqlite.ts';
import { migrations } from './migrations/migrations.ts';
import { SqliteAlerts } from './sqlite-alerts.ts';
import { SqliteContent } from './sqlite-content.ts';
import { SqliteDuty } from './sqlite-duty.ts';
import { SqliteEstate } from './sqlite-estate.ts';
import { SqliteAudit, SqliteCounters, SqliteMeta } from './sqlite-ledger.ts';
import { SqliteLive } from './sqlite-live.ts';
import { SqliteLog } from './sqlite-log.ts';
import { SqliteOrders } from './sqlite-orders.ts';
import { SqlitePeople } from './sqlite-people.ts';
import { SqliteTokens } from './sqlite-tokens.ts';
import { SqliteTries } from './sqlite-tries.ts';
import { SqliteWants } from './sqlite-wants.ts';
import type { Store } from './store.ts';
import { Writer } from './writer.ts';

export class SqliteStore implements Store {
  readonly estate: SqliteEstate;
  readonly people: SqlitePeople;
  readonly tokens: SqliteTokens;
  readonly tries: SqliteTries;
  readonly content: SqliteContent;
  readonly wants: SqliteWants;
  readonly orders: SqliteOrders;
  readonly live: SqliteLive;
  readonly duty: SqliteDuty;
  readonly alerts: SqliteAlerts;
  readonly log: SqliteLog;
  readonly audit: SqliteAudit;
  readonly counters: SqliteCounters;
  readonly meta: SqliteMeta;
  readonly #database: Database;
  readonly #writer: Writer;

  constructor(database: Database) {
    this.#database = database;
    this.#writer = new Writer(database);
    this.estate = new SqliteEstate(this.#writer);
    this.people = new SqlitePeople(this.#writer);
    this.tokens = new SqliteTokens(this.#writer);
    this.tries = new SqliteTries(this.#writer);
    this.content = new SqliteContent(this.#writer);
    this.wants = new SqliteWants(this.#writer);
    this.orders = new SqliteOrders(this.#writer);
    this.live = new SqliteLive(this.#writer);
    this.duty = new SqliteDuty(this.#writer);
    this.alerts = new SqliteAlerts(this.#writer);
    this.log = new SqliteLog(this.#writer);
    this.audit = new SqliteAudit(this.#writer);
    this.counters = new SqliteCounters(this.#writer);
    this.meta = new SqliteMeta(this.#writer);
  }

  /** Bring the tables up to date; each step is one transaction with its number. Throws when the file is newer than the program. */
  async migrate(): Promise<void> {
    await this.#database.exec('CREATE TABLE IF NOT EXISTS migrations (number INTEGER PRIMARY KEY)');
    const [row] = await this.#database.read('SELECT max(number) AS number FROM migrations');
    const at = Number(row?.['number'] ?? 0);
    const newest = migrations.at(-1)?.number ?? 0;
    if (at > newest) throw new Error(`the data folder was written by a newer version (tables ${at}, this program knows ${newest})`);
    for (const step of migrations.filter(({ number }) => number > at)) {
      const statements = step.sql.split(';\n').filter((sql) => sql.trim() !== '');
      await this.#database.write([
        ...statements.map((sql) => ({ sql })),
        { sql: 'INSERT INTO migrations (number) VALUES (?)', params: [step.number] },
      ]);
    }
  }

  /** Waits for the write in turn, then closes. */
  close(): Promise<void> {
    return this.#writer.alone(() => this.#database.close());
  }
}
