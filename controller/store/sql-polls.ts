// Ratings, polls and ballots in SQL. A ballot is written once, and forgotten when it is counted.
import type { SqlRow } from '../../hardware/host/sqlite.ts';
import { bad, ok, type Result } from '../../schemas/problems.ts';
import type { Answers, CountedPoll, StoredPoll } from '../core/polls.ts';
import { put } from './batch.ts';
import type { PollStore, RatingSum, StoredBallot, StoredCitizenRating } from './citizen-store.ts';
import { terms } from './sql-log.ts';
import type { Act } from './store.ts';
import type { Writer } from './writer.ts';

const some = '(SELECT value FROM json_each(?))';

interface Voter {
  readonly poll: string;
  readonly voter: string;
}

export class SqlPolls implements PollStore {
  readonly #writer: Writer;

  constructor(writer: Writer) {
    this.#writer = writer;
  }

  rate({ about, unit, voter, stars, atMs }: StoredCitizenRating, names: readonly string[]): Promise<void> {
    return this.#writer.write([
      { sql: `DELETE FROM citizen_ratings WHERE about = ? AND voter IN ${some}`, params: [about, JSON.stringify(names)] },
      put('citizen_ratings', ['about', 'unit', 'voter'], ['stars', 'at_ms'], [[about, unit, voter, stars, atMs]]),
    ]);
  }

  async ratings(about: string): Promise<RatingSum[]> {
    // A range instead of LIKE: the same on both databases, and the key serves it.
    const sql = 'SELECT about, unit, stars, count(*) AS n FROM citizen_ratings WHERE about >= ? AND about < ? GROUP BY about, unit, stars';
    const sums = new Map<string, { about: string; unit: string; stars: number[] }>();
    for (const row of await this.#writer.database.read(sql, [about, `${about}\u{10ffff}`])) {
      const [of, unit] = [String(row['about']), String(row['unit'])];
      const sum = sums.get(`${of} ${unit}`) ?? { about: of, unit, stars: [0, 0, 0, 0, 0] };
      sum.stars[Number(row['stars']) - 1] = Number(row['n']);
      sums.set(`${of} ${unit}`, sum);
    }
    return [...sums.values()].sort((a, b) => (`${a.about} ${a.unit}` < `${b.about} ${b.unit}` ? -1 : 1)) as unknown as RatingSum[];
  }

  async ratingsOf(voters: readonly string[]): Promise<StoredCitizenRating[]> {
    const sql = `SELECT * FROM citizen_ratings WHERE voter IN ${some} ORDER BY at_ms, about, unit`;
    return (await this.#writer.database.read(sql, [JSON.stringify(voters)])).map((row) => ({
      ...{ about: String(row['about']), unit: String(row['unit']), voter: String(row['voter']) },
      ...{ stars: Number(row['stars']), atMs: Number(row['at_ms']) },
    }));
  }

  eraseRatings(voters: readonly string[]): Promise<number> {
    return this.#writer.alone(async () => {
      const found = await this.ratingsOf(voters);
      if (found.length > 0)
        await this.#writer.commit([{ sql: `DELETE FROM citizen_ratings WHERE voter IN ${some}`, params: [JSON.stringify(voters)] }]);
      return found.length;
    });
  }

  async poll(id: string): Promise<StoredPoll | undefined> {
    const [row] = await this.#writer.database.read('SELECT body FROM polls WHERE id = ?', [id]);
    return row && pollOf(row);
  }

  async polls(units: readonly string[] | undefined, limit: number): Promise<StoredPoll[]> {
    const { where, params } = terms([[`unit IN ${some}`, units && [JSON.stringify(units)]]]);
    const sql = `SELECT body FROM polls ${where} ORDER BY made_ms DESC, id DESC LIMIT ?`;
    return (await this.#writer.database.read(sql, [...params, limit])).map(pollOf);
  }

  decidePoll(id: string, judge: (poll: StoredPoll | undefined) => Result<StoredPoll>, most: number, act: Act): Promise<Result<StoredPoll>> {
    return this.#writer.alone(async () => {
      const before = await this.poll(id);
      if (!before && (await this.#count('polls')) >= most) return bad('over-budget', `at most ${most} polls`);
      const judged = judge(before);
      if (judged.ok) await this.#writer.commit([rowOf(judged.value)], act);
      return judged;
    });
  }

  vote({ poll, voter, atMs, answers }: StoredBallot, isOpen: (poll: StoredPoll) => boolean, most: number): Promise<Result<void>> {
    return this.#writer.alone(async () => {
      const { database } = this.#writer;
      // Asked again here: a ballot that comes behind the count would be counted by nobody and stay for ever.
      const asked = await this.poll(poll);
      if (!asked || asked.counted !== null || !isOpen(asked)) return bad('conflict', 'it is closed', '/state');
      const [same] = await database.read('SELECT voter FROM ballots WHERE poll = ? AND voter = ?', [poll, voter]);
      if (same) return bad('conflict', 'this voter has voted already');
      if ((await this.ballots(poll)) >= most) return bad('over-budget', `at most ${most} ballots`);
      const sql = 'INSERT INTO ballots (poll, voter, at_ms, body) VALUES (?, ?, ?, ?)';
      await this.#writer.commit([{ sql, params: [poll, voter, atMs, JSON.stringify(answers)] }]);
      return ok(undefined);
    });
  }

  async ballots(poll: string): Promise<number> {
    const [row] = await this.#writer.database.read('SELECT count(*) AS n FROM ballots WHERE poll = ?', [poll]);
    return Number(row?.['n']);
  }

  async hasVoted(voters: readonly Voter[]): Promise<string[]> {
    const sql = `SELECT poll FROM ballots WHERE voter IN ${some} ORDER BY poll`;
    return (await this.#writer.database.read(sql, [JSON.stringify(voters.map(({ voter }) => voter))])).map((row) => String(row['poll']));
  }

  eraseBallots(voters: readonly Voter[]): Promise<number> {
    return this.#writer.alone(async () => {
      const found = await this.hasVoted(voters);
      const params = [JSON.stringify(voters.map(({ voter }) => voter))];
      if (found.length > 0) await this.#writer.commit([{ sql: `DELETE FROM ballots WHERE voter IN ${some}`, params }]);
      return found.length;
    });
  }

  settle(id: string, count: (poll: StoredPoll, ballots: readonly Answers[]) => CountedPoll, act: Act): Promise<StoredPoll | undefined> {
    return this.#writer.alone(async () => {
      const poll = await this.poll(id);
      if (!poll || poll.counted !== null) return undefined;
      const rows = await this.#writer.database.read('SELECT body FROM ballots WHERE poll = ? ORDER BY voter', [id]);
      const settled = {
        ...poll,
        counted: count(
          poll,
          rows.map((row) => JSON.parse(String(row['body'])) as Answers),
        ),
      };
      await this.#writer.commit([rowOf(settled), { sql: 'DELETE FROM ballots WHERE poll = ?', params: [id] }], act);
      return settled;
    });
  }

  async #count(table: 'polls'): Promise<number> {
    const [row] = await this.#writer.database.read(`SELECT count(*) AS n FROM ${table}`);
    return Number(row?.['n']);
  }
}

function rowOf(poll: StoredPoll) {
  return put('polls', ['id'], ['unit', 'made_ms', 'body'], [[poll.id, poll.unit, poll.madeMs, JSON.stringify(poll)]]);
}

function pollOf(row: SqlRow): StoredPoll {
  return JSON.parse(String(row['body'])) as StoredPoll;
}
