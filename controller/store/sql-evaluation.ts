// Ratings, training and sandboxes in SQL.
import type { SqlRow, Statement } from '../../hardware/host/sqlite.ts';
import type { Rating } from '../../schemas/evaluation.ts';
import { bad, ok, type Result } from '../../schemas/problems.ts';
import type { Sandbox, Training } from '../../schemas/training.ts';
import { put } from './batch.ts';
import type { EvaluationStore, TrainingFilter, TrainingStore } from './evaluation-store.ts';
import { terms } from './sql-log.ts';
import type { Act } from './store.ts';
import type { Writer } from './writer.ts';

export class SqlEvaluation implements EvaluationStore {
  readonly #writer: Writer;

  constructor(writer: Writer) {
    this.#writer = writer;
  }

  saveRating(rating: Rating, act: Act): Promise<void> {
    const { unit, month, level, source } = rating;
    const row = [unit, month, level, source, JSON.stringify(rating)];
    return this.#writer.write([put('ratings', ['unit', 'month', 'level', 'source'], ['body'], [row])], act);
  }

  async ratings(fromMonth: string, toMonth: string): Promise<Rating[]> {
    const sql = 'SELECT body FROM ratings WHERE month >= ? AND month <= ? ORDER BY month, unit, level, source';
    return (await this.#writer.database.read(sql, [fromMonth, toMonth])).map((row) => bodyOf<Rating>(row));
  }
}

export class SqlTraining implements TrainingStore {
  readonly #writer: Writer;

  constructor(writer: Writer) {
    this.#writer = writer;
  }

  add(training: Training, act: Act): Promise<void> {
    return this.#writer.write([trainingRow(training)], act);
  }

  async training(id: string): Promise<Training | undefined> {
    const [row] = await this.#writer.database.read('SELECT body FROM trainings WHERE id = ?', [id]);
    return row && bodyOf<Training>(row);
  }

  async trainings({ people, unit, after, limit }: TrainingFilter): Promise<Training[]> {
    const { where, params } = terms([
      ['person IN (SELECT value FROM json_each(?))', people && [JSON.stringify(people)]],
      ['unit = ?', unit === undefined ? undefined : [unit]],
      ['(began_ms, id) < (?, ?)', after && [after.beganMs, after.id]],
    ]);
    const sql = `SELECT body FROM trainings ${where} ORDER BY began_ms DESC, id DESC LIMIT ?`;
    return (await this.#writer.database.read(sql, [...params, limit])).map((row) => bodyOf<Training>(row));
  }

  async passed(fromMs: number, toMs: number): Promise<Training[]> {
    const sql = "SELECT body FROM trainings WHERE result = 'passed' AND completed_ms >= ? AND completed_ms < ? ORDER BY completed_ms, id";
    return (await this.#writer.database.read(sql, [fromMs, toMs])).map((row) => bodyOf<Training>(row));
  }

  decide(id: string, judge: (training: Training) => Result<Training>, act: Act): Promise<Result<Training>> {
    return this.#writer.alone(async () => {
      const training = await this.training(id);
      if (!training) return bad('not-found', `no training ${id}`);
      const judged = judge(training);
      if (judged.ok) await this.#writer.commit([trainingRow(judged.value)], act);
      return judged;
    });
  }

  async sandboxes(): Promise<Sandbox[]> {
    return (await this.#writer.database.read('SELECT body FROM sandboxes ORDER BY unit')).map((row) => bodyOf<Sandbox>(row));
  }

  saveSandbox(sandbox: Sandbox, act: Act): Promise<void> {
    return this.#writer.write([put('sandboxes', ['unit'], ['body'], [[sandbox.unit, JSON.stringify(sandbox)]])], act);
  }

  removeSandbox(unit: string, act: Act): Promise<Result<void>> {
    return this.#writer.alone(async () => {
      const [row] = await this.#writer.database.read('SELECT unit FROM sandboxes WHERE unit = ?', [unit]);
      if (!row) return bad('not-found', `${unit} is no sandbox`);
      await this.#writer.commit([{ sql: 'DELETE FROM sandboxes WHERE unit = ?', params: [unit] }], act);
      return ok(undefined);
    });
  }
}

function trainingRow(training: Training): Statement {
  const { id, person, unit, beganMs, completedMs, result } = training;
  const row = [id, person, unit, beganMs, completedMs, result, JSON.stringify(training)];
  return put('trainings', ['id'], ['person', 'unit', 'began_ms', 'completed_ms', 'result', 'body'], [row]);
}

function bodyOf<T>(row: SqlRow): T {
  return JSON.parse(String(row['body'])) as T;
}
