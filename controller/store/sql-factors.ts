// Second factors and PINs in SQL; a code and a recovery code are used up once, whoever races for it.
import type { SqlRow } from '../../hardware/host/sqlite.ts';
import { bad, ok, type Result } from '../../schemas/problems.ts';
import { put } from './batch.ts';
import type { NextFactor, SecondFactor } from './duty-store.ts';
import type { Act } from './store.ts';
import type { Writer } from './writer.ts';

export class SqlFactors {
  readonly #writer: Writer;

  constructor(writer: Writer) {
    this.#writer = writer;
  }

  async factor(person: string): Promise<SecondFactor | undefined> {
    const [row] = await this.#writer.database.read('SELECT * FROM second_factors WHERE person = ?', [person]);
    return (
      row && {
        person,
        state: stateOf(row),
        secret: String(row['secret']),
        lastStep: Number(row['last_step']),
        recovery: JSON.parse(String(row['recovery'])) as string[],
        pinHash: row['pin_hash'] === null ? null : String(row['pin_hash']),
        madeMs: Number(row['made_ms']),
        next: nextOf(row),
      }
    );
  }

  save({ person, state, secret, lastStep, recovery, pinHash, madeMs, next }: SecondFactor, act: Act): Promise<void> {
    const nexts = next ? [next.secret, JSON.stringify(next.recovery)] : [null, null];
    const row = [person, state, secret, lastStep, JSON.stringify(recovery), pinHash, madeMs, ...nexts];
    const others = ['state', 'secret', 'last_step', 'recovery', 'pin_hash', 'made_ms', 'next_secret', 'next_recovery'];
    return this.#writer.write([put('second_factors', ['person'], others, [row])], act);
  }

  async states(): Promise<ReadonlyMap<string, SecondFactor['state']>> {
    const rows = await this.#writer.database.read('SELECT person, state FROM second_factors');
    return new Map(rows.map((row) => [String(row['person']), stateOf(row)]));
  }

  setNext(person: string, { secret, recovery }: NextFactor, act: Act): Promise<void> {
    const sql = 'UPDATE second_factors SET next_secret = ?, next_recovery = ? WHERE person = ?';
    return this.#writer.write([{ sql, params: [secret, JSON.stringify(recovery), person] }], act);
  }

  takeNext(person: string, step: number, act: Act): Promise<Result<void>> {
    return this.#writer.alone(async () => {
      if (!(await this.factor(person))?.next) return bad('wrong-code', 'no other app waits for its first code', '/code');
      const sql = `UPDATE second_factors SET secret = next_secret, recovery = next_recovery, last_step = ?, next_secret = NULL,
        next_recovery = NULL WHERE person = ?`;
      await this.#writer.commit([{ sql, params: [step, person] }], act);
      return ok(undefined);
    });
  }

  remove(person: string, act: Act): Promise<Result<void>> {
    return this.#writer.alone(async () => {
      if (!(await this.factor(person))) return bad('not-found', `${person} has no second factor`);
      await this.#writer.commit([{ sql: 'DELETE FROM second_factors WHERE person = ?', params: [person] }], act);
      return ok(undefined);
    });
  }

  setPin(person: string, pinHash: string, act: Act): Promise<void> {
    return this.#writer.write([{ sql: 'UPDATE second_factors SET pin_hash = ? WHERE person = ?', params: [pinHash, person] }], act);
  }

  setRecovery(person: string, recovery: readonly string[], act: Act): Promise<void> {
    const sql = 'UPDATE second_factors SET recovery = ? WHERE person = ?';
    return this.#writer.write([{ sql, params: [JSON.stringify(recovery), person] }], act);
  }

  useStep(person: string, step: number, act: Act): Promise<Result<void>> {
    return this.#writer.alone(async () => {
      const kept = await this.factor(person);
      if (!kept || kept.lastStep >= step) return bad('wrong-code', 'this code was used already; wait for the next one', '/code');
      const sql = `UPDATE second_factors SET last_step = ?, state = 'active' WHERE person = ?`;
      await this.#writer.commit([{ sql, params: [step, person] }], act);
      return ok(undefined);
    });
  }

  useRecovery(person: string, hash: string, act: Act): Promise<Result<void>> {
    return this.#writer.alone(async () => {
      const kept = await this.factor(person);
      if (!kept?.recovery.includes(hash)) return bad('wrong-code', 'no such recovery code is left', '/code');
      const left = JSON.stringify(kept.recovery.filter((one) => one !== hash));
      await this.#writer.commit([{ sql: 'UPDATE second_factors SET recovery = ? WHERE person = ?', params: [left, person] }], act);
      return ok(undefined);
    });
  }
}

function stateOf(row: SqlRow): SecondFactor['state'] {
  return row['state'] === 'active' ? 'active' : 'waiting';
}

function nextOf(row: SqlRow): NextFactor | null {
  if (row['next_secret'] == null) return null;
  return { secret: String(row['next_secret']), recovery: JSON.parse(String(row['next_recovery'])) as string[] };
}
