// Units, their changes and the places of boxes, in SQL.
import type { SqlRow, Statement } from '../../hardware/host/sqlite.ts';
import { ok, type Result } from '../../schemas/problems.ts';
import type { AreaSince } from '../../schemas/units.ts';
import type { AreaHistory } from '../core/area-history.ts';
import type { Grant } from '../core/roles.ts';
import type { KeptPlan, UnitChangeEntry, UnitState } from '../core/unit-book.ts';
import type { Holder } from '../core/unit-moves.ts';
import { type UnitRow, unitsOfRows } from '../core/unit-rows.ts';
import type { Unit } from '../core/unit-tree.ts';
import { type CarriedRows, carriedIn, carriedStatements, readCarried } from './sql-carried.ts';
import type { Act, Box } from './store.ts';
import type { UnitStore, UnitWrite } from './unit-store.ts';
import type { Writer } from './writer.ts';

const saveUnit = 'INSERT INTO units (id, body) VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET body = excluded.body';

type BoxBody = Omit<Box, 'id' | 'createdMs' | 'enrolledMs' | 'signingKey' | 'certificate'>;

/** All that a decision is made from; bodies of boxes are kept whole, since only the place in them changes. */
interface Everything {
  readonly state: UnitState;
  readonly bodies: ReadonlyMap<string, BoxBody>;
  readonly along: CarriedRows;
  /** Rows of units are flat, as before the first change. */
  readonly flat: boolean;
}

export class SqlUnits implements UnitStore {
  readonly #writer: Writer;

  constructor(writer: Writer) {
    this.#writer = writer;
  }

  saveUnits(units: readonly Unit[], act: Act): Promise<void> {
    return this.#writer.write(units.map(unitStatement), act);
  }

  async units(): Promise<Unit[]> {
    return (await this.#units()).units;
  }

  async changes(): Promise<UnitChangeEntry[]> {
    const rows = await this.#writer.database.read('SELECT body FROM unit_changes ORDER BY turn, id');
    return rows.map((row) => JSON.parse(String(row['body'])) as UnitChangeEntry);
  }

  async areas(): Promise<ReadonlyMap<string, AreaHistory>> {
    const areas = new Map<string, AreaSince[]>();
    for (const row of await this.#writer.database.read('SELECT dev, from_ms, area FROM box_areas ORDER BY dev, from_ms')) {
      const history = areas.get(String(row['dev'])) ?? [];
      areas.set(String(row['dev']), history);
      history.push({ fromMs: Number(row['from_ms']), area: String(row['area']) });
    }
    return areas;
  }

  async state(): Promise<UnitState> {
    return (await this.#everything()).state;
  }

  decide(
    judge: (state: UnitState, kept: KeptPlan | undefined) => Result<UnitWrite | undefined>,
    of?: string,
  ): Promise<Result<UnitWrite | undefined>> {
    return this.#writer.alone(async () => {
      const everything = await this.#everything();
      const judged = judge(everything.state, of === undefined ? undefined : await this.#kept(of));
      if (!judged.ok || judged.value === undefined) return judged;
      const { entry, apply, keep, foreseen = new Map(), act } = judged.value;
      // What was flat is written out once, so that rows of both forms never stand beside each other.
      const forms = apply && everything.flat ? everything.state.units.map(unitStatement) : [];
      const others = [...foreseen].map(([id, plan]) => ({
        sql: 'UPDATE unit_changes SET plan = ? WHERE id = ?',
        params: [plan && JSON.stringify(plan), id],
      }));
      const done = apply ? doneStatements(apply, everything) : [];
      await this.#writer.commit([...forms, ...done, ...others, entryStatement(entry, keep)], act);
      return ok(judged.value);
    });
  }

  async #kept(id: string): Promise<KeptPlan | undefined> {
    const [row] = await this.#writer.database.read('SELECT plan FROM unit_changes WHERE id = ?', [id]);
    return typeof row?.['plan'] === 'string' ? (JSON.parse(row['plan']) as KeptPlan) : undefined;
  }

  async #units(): Promise<{ readonly units: Unit[]; readonly flat: boolean }> {
    const rows = await this.#writer.database.read('SELECT body FROM units ORDER BY id');
    const bodies = rows.map((row) => JSON.parse(String(row['body'])) as Unit | UnitRow);
    const flat = bodies.filter((body): body is UnitRow => !('periods' in body));
    const dated = bodies.filter((body): body is Unit => 'periods' in body);
    return { units: [...dated, ...unitsOfRows(flat)], flat: flat.length > 0 };
  }

  async #everything(): Promise<Everything> {
    const { database } = this.#writer;
    const { units, flat } = await this.#units();
    const areas = await this.areas();
    const bodies = new Map<string, BoxBody>();
    for (const row of await database.read('SELECT id, body FROM boxes ORDER BY id'))
      bodies.set(String(row['id']), JSON.parse(String(row['body'])) as BoxBody);
    const boxes = [...bodies].map(([id, { area, groups }]) => ({ id, area, groups, history: areas.get(id) ?? [] }));
    const holders = (await database.read('SELECT account, grants FROM accounts ORDER BY account')).map(holderOf);
    const foreseen = new Map<string, KeptPlan>();
    for (const row of await database.read("SELECT id, plan FROM unit_changes WHERE state = 'waiting' AND plan IS NOT NULL ORDER BY id"))
      foreseen.set(String(row['id']), JSON.parse(String(row['plan'])) as KeptPlan);
    const along = await readCarried(database);
    const state = { units, boxes, holders, carried: carriedIn(along), changes: await this.changes(), foreseen };
    return { state, bodies, along, flat };
  }
}

function holderOf(row: SqlRow): Holder {
  return { account: String(row['account']), grants: JSON.parse(String(row['grants'])) as Grant[] };
}

function unitStatement(unit: Unit): Statement {
  return { sql: saveUnit, params: [unit.id, JSON.stringify(unit)] };
}

function entryStatement(entry: UnitChangeEntry, keep: KeptPlan | null): Statement {
  return {
    sql: `INSERT INTO unit_changes (id, day, state, turn, body, plan) VALUES (?, ?, ?, ?, ?, ?)
      ON CONFLICT (id) DO UPDATE SET state = excluded.state, turn = excluded.turn, body = excluded.body, plan = excluded.plan`,
    params: [entry.id, entry.date, entry.state, entry.turn, JSON.stringify(entry), keep && JSON.stringify(keep)],
  };
}

function doneStatements({ units, boxes, grants, carried = [] }: KeptPlan, { bodies, along }: Everything): Statement[] {
  return [
    ...units.map(({ id, after }) => (after ? unitStatement(after) : { sql: 'DELETE FROM units WHERE id = ?', params: [id] })),
    ...boxes.flatMap(({ id, after: { area, groups, history } }) => [
      { sql: 'UPDATE boxes SET body = ? WHERE id = ?', params: [JSON.stringify({ ...bodies.get(id), area, groups }), id] },
      { sql: 'DELETE FROM box_areas WHERE dev = ?', params: [id] },
      ...history.map(({ fromMs, area: at }) => ({
        sql: 'INSERT INTO box_areas (dev, from_ms, area) VALUES (?, ?, ?)',
        params: [id, fromMs, at],
      })),
    ]),
    ...grants.map(({ account, after }) => ({
      sql: 'UPDATE accounts SET grants = ? WHERE account = ?',
      params: [JSON.stringify(after), account],
    })),
    ...carriedStatements(carried, along),
  ];
}
