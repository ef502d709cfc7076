// The centre's store on SQLite or PostgreSQL: opens the file, walks it forward to today's tables, one writer.
import type { Database } from '../../hardware/host/sqlite.ts';
import type { CitizenStore } from './citizen-store.ts';
import { migrations } from './migrations/migrations.ts';
import { SqlAlerts } from './sql-alerts.ts';
import { SqlApprovals } from './sql-approvals.ts';
import { SqlBulks } from './sql-bulks.ts';
import { SqlCalendar } from './sql-calendar.ts';
import { SqlContent } from './sql-content.ts';
import { SqlDirectives } from './sql-directives.ts';
import { SqlDuty } from './sql-duty.ts';
import { SqlEnrolment } from './sql-enrolment.ts';
import { SqlEstate } from './sql-estate.ts';
import { SqlEvaluation, SqlTraining } from './sql-evaluation.ts';
import { numberedAnew, SqlExchange } from './sql-exchange.ts';
import { SqlFaults } from './sql-faults.ts';
import { SqlFederation } from './sql-federation.ts';
import { SqlFeedback } from './sql-feedback.ts';
import { SqlFolders } from './sql-folders.ts';
import { SqlIdentities } from './sql-identities.ts';
import { SqlIssues } from './sql-issues.ts';
import { SqlAudit, SqlCounters, SqlMeta } from './sql-ledger.ts';
import { SqlLive } from './sql-live.ts';
import { SqlLog } from './sql-log.ts';
import { SqlOnce } from './sql-once.ts';
import { SqlOrders } from './sql-orders.ts';
import { SqlPeople } from './sql-people.ts';
import { SqlPlays } from './sql-plays.ts';
import { SqlPolls } from './sql-polls.ts';
import { SqlPushes } from './sql-pushes.ts';
import { SqlReadings } from './sql-readings.ts';
import { SqlRegister } from './sql-register.ts';
import { SqlReleases } from './sql-releases.ts';
import { SqlRetention } from './sql-retention.ts';
import { SqlSources } from './sql-sources.ts';
import { SqlSteering } from './sql-steering.ts';
import { SqlTickets } from './sql-tickets.ts';
import { SqlTokens } from './sql-tokens.ts';
import { SqlTries } from './sql-tries.ts';
import { SqlUnits } from './sql-units.ts';
import { SqlWants } from './sql-wants.ts';
import type { Act, Store } from './store.ts';
import { Writer } from './writer.ts';

/** More than a centre makes in its life. */
const revisionsAhead = 1_000_000;

export class SqlStore implements Store {
  readonly estate: SqlEstate;
  readonly units: SqlUnits;
  readonly people: SqlPeople;
  readonly identities: SqlIdentities;
  readonly tokens: SqlTokens;
  readonly tries: SqlTries;
  readonly content: SqlContent;
  readonly sources: SqlSources;
  readonly issues: SqlIssues;
  readonly directives: SqlDirectives;
  readonly federation: SqlFederation;
  readonly folders: SqlFolders;
  readonly steering: SqlSteering;
  readonly approvals: SqlApprovals;
  readonly bulks: SqlBulks;
  readonly calendar: SqlCalendar;
  readonly exchange: SqlExchange;
  readonly faults: SqlFaults;
  readonly enrolment: SqlEnrolment;
  readonly wants: SqlWants;
  readonly orders: SqlOrders;
  readonly live: SqlLive;
  readonly duty: SqlDuty;
  readonly alerts: SqlAlerts;
  readonly log: SqlLog;
  readonly plays: SqlPlays;
  readonly readings: SqlReadings;
  readonly retention: SqlRetention;
  readonly releases: SqlReleases;
  readonly register: SqlRegister;
  readonly tickets: SqlTickets;
  readonly evaluation: SqlEvaluation;
  readonly training: SqlTraining;
  readonly citizens: CitizenStore;
  readonly once: SqlOnce;
  readonly audit: SqlAudit;
  readonly counters: SqlCounters;
  readonly meta: SqlMeta;
  readonly #database: Database;
  readonly #writer: Writer;

  constructor(database: Database) {
    this.#database = database;
    this.#writer = new Writer(database);
    this.estate = new SqlEstate(this.#writer);
    this.enrolment = new SqlEnrolment(this.#writer);
    this.units = new SqlUnits(this.#writer);
    this.people = new SqlPeople(this.#writer);
    this.calendar = new SqlCalendar(this.#writer);
    this.exchange = new SqlExchange(this.#writer);
    this.faults = new SqlFaults(this.#writer);
    this.identities = new SqlIdentities(this.#writer);
    this.tokens = new SqlTokens(this.#writer);
    this.tries = new SqlTries(this.#writer);
    this.content = new SqlContent(this.#writer);
    this.sources = new SqlSources(this.#writer);
    this.issues = new SqlIssues(this.#writer);
    this.directives = new SqlDirectives(this.#writer);
    this.federation = new SqlFederation(this.#writer);
    this.folders = new SqlFolders(this.#writer);
    this.steering = new SqlSteering(this.#writer);
    this.approvals = new SqlApprovals(this.#writer);
    this.bulks = new SqlBulks(this.#writer);
    this.wants = new SqlWants(this.#writer);
    this.orders = new SqlOrders(this.#writer);
    this.live = new SqlLive(this.#writer);
    this.duty = new SqlDuty(this.#writer);
    this.alerts = new SqlAlerts(this.#writer);
    this.log = new SqlLog(this.#writer);
    this.plays = new SqlPlays(database);
    this.readings = new SqlReadings(this.#writer);
    this.retention = new SqlRetention(this.#writer);
    this.releases = new SqlReleases(this.#writer);
    this.register = new SqlRegister(this.#writer);
    this.tickets = new SqlTickets(this.#writer);
    this.evaluation = new SqlEvaluation(this.#writer);
    this.training = new SqlTraining(this.#writer);
    const writer = this.#writer;
    this.citizens = { feedback: new SqlFeedback(writer), polls: new SqlPolls(writer), pushes: new SqlPushes(writer) };
    this.once = new SqlOnce(this.#writer);
    this.audit = new SqlAudit(this.#writer);
    this.counters = new SqlCounters(this.#writer);
    this.meta = new SqlMeta(this.#writer);
  }

  /** Bring the tables up to date; each step is one transaction with its number, however long it takes. Throws when the file is newer than the program. */
  async migrate(steps = migrations): Promise<void> {
    await this.#database.exec('CREATE TABLE IF NOT EXISTS migrations (number INTEGER PRIMARY KEY)');
    const [row] = await this.#database.read('SELECT max(number) AS number FROM migrations');
    const at = Number(row?.['number'] ?? 0);
    const newest = steps.at(-1)?.number ?? 0;
    if (at > newest) throw new Error(`the data folder was written by a newer version (tables ${at}, this program knows ${newest})`);
    for (const step of steps.filter(({ number }) => number > at)) {
      const statements = step.sql.split(';\n').filter((sql) => sql.trim() !== '');
      const done = { sql: 'INSERT INTO migrations (number) VALUES (?)', params: [step.number] };
      // A start that a limit ends would end there at every start after it.
      await this.#database.write([...statements.map((sql) => ({ sql })), done], 'long');
    }
  }

  restored(act: Act): Promise<void> {
    const gone = ['sessions', 'invitations', 'claims', 'approval_links'].map((table) => ({ sql: `DELETE FROM ${table}` }));
    // Boxes have seen revisions that these tables do not know: the next ones lie above them all.
    const anew = { sql: 'UPDATE wants SET rev = rev + ?', params: [revisionsAhead] };
    // Numbers given since the backup are known elsewhere: each line begins a new stream, and asks for all from above and below.
    const lines = [{ sql: "UPDATE centre_lines SET out_stream = '', in_stream = NULL, in_seq = 0" }, { sql: 'DELETE FROM centre_outbox' }];
    return this.#writer.write([...gone, anew, ...lines, ...numberedAnew(revisionsAhead, act.atMs)], act);
  }

  /** Waits for the write in turn, then closes. */
  close(): Promise<void> {
    return this.#writer.alone(() => this.#database.close());
  }
}
