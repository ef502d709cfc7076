// Roster and shifts in SQL; second factors and rings stand in a file of their own each.
import type { SqlRow } from '../../hardware/host/sqlite.ts';
import type { DutyPlace } from '../../schemas/duty.ts';
import { bad, ok, type Result } from '../../schemas/problems.ts';
import type { RosterEntry, Shift, ShiftEnd, Span } from '../core/duty.ts';
import type { DutyStore, NextFactor, SecondFactor, StoredRing } from './duty-store.ts';
import { SqlFactors } from './sql-factors.ts';
import { SqlRings } from './sql-rings.ts';
import type { Act } from './store.ts';
import type { Writer } from './writer.ts';

export class SqlDuty implements DutyStore {
  readonly #writer: Writer;
  readonly #factors: SqlFactors;
  readonly #rings: SqlRings;

  constructor(writer: Writer) {
    this.#writer = writer;
    this.#factors = new SqlFactors(writer);
    this.#rings = new SqlRings(writer);
  }

  async roster({ fromMs, toMs }: Span): Promise<RosterEntry[]> {
    const sql = 'SELECT * FROM roster WHERE to_ms > ? AND from_ms < ? ORDER BY from_ms, place, id';
    return (await this.#writer.database.read(sql, [fromMs, toMs])).map(entryOf);
  }

  addEntry(entry: RosterEntry, act: Act): Promise<void> {
    return this.#writer.write([insertEntry(entry)], act);
  }

  removeEntry(id: string, act: Act): Promise<Result<void>> {
    return this.#writer.alone(async () => {
      const [row] = await this.#writer.database.read('SELECT id FROM roster WHERE id = ?', [id]);
      if (!row) return bad('not-found', `no roster entry ${id}`);
      await this.#writer.commit([{ sql: 'DELETE FROM roster WHERE id = ?', params: [id] }], act);
      return ok(undefined);
    });
  }

  replaceEntries({ fromMs, toMs }: Span, entries: readonly RosterEntry[], act: Act): Promise<void> {
    const clear = { sql: 'DELETE FROM roster WHERE from_ms >= ? AND from_ms < ?', params: [fromMs, toMs] };
    return this.#writer.write([clear, ...entries.map(insertEntry)], act);
  }

  startShift(shift: Shift, act: Act): Promise<void> {
    const { id, person, place, startedMs, untilMs, note } = shift;
    return this.#writer.write(
      [
        {
          sql: `UPDATE shifts SET ended_ms = CASE WHEN until_ms < ? THEN until_ms ELSE ? END, ended_why = 'replaced'
            WHERE person = ? AND ended_ms IS NULL`,
          params: [startedMs, startedMs, person],
        },
        {
          sql: 'INSERT INTO shifts (id, person, place, started_ms, until_ms, note, wrong_pins) VALUES (?, ?, ?, ?, ?, ?, 0)',
          params: [id, person, place, startedMs, untilMs, note],
        },
      ],
      act,
    );
  }

  endShift(id: string, why: ShiftEnd, more: { readonly note: string; readonly handedTo: string | null }, act: Act): Promise<void> {
    const sql = 'UPDATE shifts SET ended_ms = ?, ended_why = ?, handed_to = ?, note = ? WHERE id = ? AND ended_ms IS NULL';
    return this.#writer.write([{ sql, params: [act.atMs, why, more.handedTo, more.note, id] }], act);
  }

  async openShifts(): Promise<Shift[]> {
    return (await this.#writer.database.read('SELECT * FROM shifts WHERE ended_ms IS NULL ORDER BY started_ms, id')).map(shiftOf);
  }

  async shifts(limit: number): Promise<Shift[]> {
    return (await this.#writer.database.read('SELECT * FROM shifts ORDER BY started_ms DESC, id LIMIT ?', [limit])).map(shiftOf);
  }

  takePinTry(id: string): Promise<number> {
    return this.#writer.alone(async () => {
      await this.#writer.commit([{ sql: 'UPDATE shifts SET wrong_pins = wrong_pins + 1 WHERE id = ?', params: [id] }]);
      const [row] = await this.#writer.database.read('SELECT wrong_pins FROM shifts WHERE id = ?', [id]);
      return Number(row?.['wrong_pins'] ?? Number.POSITIVE_INFINITY);
    });
  }

  forgetPinTries(id: string): Promise<void> {
    return this.#writer.write([{ sql: 'UPDATE shifts SET wrong_pins = 0 WHERE id = ? AND ended_ms IS NULL', params: [id] }]);
  }

  factor(person: string): Promise<SecondFactor | undefined> {
    return this.#factors.factor(person);
  }

  saveFactor(factor: SecondFactor, act: Act): Promise<void> {
    return this.#factors.save(factor, act);
  }

  factorStates(): Promise<ReadonlyMap<string, SecondFactor['state']>> {
    return this.#factors.states();
  }

  setNextFactor(person: string, next: NextFactor, act: Act): Promise<void> {
    return this.#factors.setNext(person, next, act);
  }

  takeNextFactor(person: string, step: number, act: Act): Promise<Result<void>> {
    return this.#factors.takeNext(person, step, act);
  }

  removeFactor(person: string, act: Act): Promise<Result<void>> {
    return this.#factors.remove(person, act);
  }

  setPin(person: string, pinHash: string, act: Act): Promise<void> {
    return this.#factors.setPin(person, pinHash, act);
  }

  useStep(person: string, step: number, act: Act): Promise<Result<void>> {
    return this.#factors.useStep(person, step, act);
  }

  setRecovery(person: string, recovery: readonly string[], act: Act): Promise<void> {
    return this.#factors.setRecovery(person, recovery, act);
  }

  useRecovery(person: string, hash: string, act: Act): Promise<Result<void>> {
    return this.#factors.useRecovery(person, hash, act);
  }

  addRing(ring: StoredRing, act: Act): Promise<void> {
    return this.#rings.add(ring, act);
  }

  markRing(id: string, person: string, what: 'seen' | 'answered', act: Act): Promise<Result<StoredRing>> {
    return this.#rings.mark(id, person, what, act);
  }

  quietRings(about: string, atMs: number): Promise<void> {
    return this.#rings.quiet(about, atMs);
  }

  openRings(limit: number): Promise<StoredRing[]> {
    return this.#rings.open(limit);
  }

  ringsAbout(about: string): Promise<StoredRing[]> {
    return this.#rings.about(about);
  }
}

function insertEntry({ id, person, place, fromMs, toMs }: RosterEntry) {
  const sql = 'INSERT INTO roster (id, person, place, from_ms, to_ms) VALUES (?, ?, ?, ?, ?)';
  return { sql, params: [id, person, place, fromMs, toMs] };
}

function entryOf(row: SqlRow): RosterEntry {
  return {
    id: String(row['id']),
    person: String(row['person']),
    place: String(row['place']) as DutyPlace,
    fromMs: Number(row['from_ms']),
    toMs: Number(row['to_ms']),
  };
}

function shiftOf(row: SqlRow): Shift {
  return {
    id: String(row['id']),
    person: String(row['person']),
    place: String(row['place']) as DutyPlace,
    startedMs: Number(row['started_ms']),
    untilMs: Number(row['until_ms']),
    endedMs: row['ended_ms'] === null ? null : Number(row['ended_ms']),
    endedWhy: row['ended_why'] === null ? null : (String(row['ended_why']) as ShiftEnd),
    handedTo: row['handed_to'] === null ? null : String(row['handed_to']),
    note: String(row['note']),
    wrongPins: Number(row['wrong_pins']),
  };
}
