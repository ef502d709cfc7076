// Source items, their versions, words and tags, in SQL.
import type { SqlRow, SqlValue, Statement } from '../../hardware/host/sqlite.ts';
import { bad, ok, type Result } from '../../schemas/problems.ts';
import type { Item } from '../../schemas/programme.ts';
import { type SourceContent, type SourceState, type SourceStepLine, sourceLimits } from '../../schemas/source.ts';
import type { SourceItem, SourceVersion } from '../core/source-item.ts';
import type { SourceChange } from '../core/source-life.ts';
import { itemTokens } from '../core/source-search.ts';
import { addNew, put } from './batch.ts';
import type { SourceFilter, SourceStore } from './source-store.ts';
import type { Act } from './store.ts';
import type { Writer } from './writer.ts';

const select = `SELECT i.id AS id, i.unit AS unit, i.folder AS folder, i.created_ms AS created_ms, i.changed_ms AS changed_ms, i.body AS body,
  i.latest AS latest_n, l.state AS latest_state, l.body AS latest_body, l.steps AS latest_steps,
  i.published AS published_n, p.state AS published_state, p.body AS published_body, p.steps AS published_steps
  FROM source_items i JOIN source_versions l ON l.item = i.id AND l.n = i.latest
  LEFT JOIN source_versions p ON p.item = i.id AND p.n = i.published`;
/** No letter sorts after it. */
const last = '\u{10ffff}';

interface ItemBody {
  readonly from: SourceItem['from'];
  readonly tags: readonly string[];
  readonly origin?: NonNullable<SourceItem['origin']>;
}
interface VersionBody {
  readonly content: SourceContent;
  readonly play: Item | null;
  readonly author: string;
  readonly madeMs: number;
}

export class SqlSources implements SourceStore {
  readonly #writer: Writer;

  constructor(writer: Writer) {
    this.#writer = writer;
  }

  decide(id: string, judge: (item: SourceItem | undefined) => Result<SourceChange>, act: Act): Promise<Result<SourceItem>> {
    return this.#writer.alone(async () => {
      const before = await this.item(id);
      const judged = judge(before);
      if (!judged.ok) return judged;
      if (!before && (await this.#count()) >= sourceLimits.items) return bad('over-budget', `${sourceLimits.items} items`);
      const { item } = judged.value;
      await this.#writer.commit(statementsOf(judged.value, before), act);
      return ok(item);
    });
  }

  async item(id: string): Promise<SourceItem | undefined> {
    return (await this.itemsOf([id]))[0];
  }

  async itemsOf(ids: readonly string[]): Promise<SourceItem[]> {
    if (ids.length === 0) return [];
    const sql = `${select} WHERE i.id IN (SELECT value FROM json_each(?)) ORDER BY i.id`;
    return (await this.#writer.database.read(sql, [JSON.stringify(ids)])).map(itemOf);
  }

  async items(filter: SourceFilter): Promise<SourceItem[]> {
    const { terms, params } = termsOf(filter);
    const where = terms.length > 0 ? `WHERE ${terms.join(' AND ')}` : '';
    const sql = `${select} ${where} ORDER BY i.changed_ms DESC, i.id LIMIT ?`;
    return (await this.#writer.database.read(sql, [...params, filter.limit])).map(itemOf);
  }

  async versions(id: string): Promise<SourceVersion[]> {
    const rows = await this.#writer.database.read('SELECT n, state, body, steps FROM source_versions WHERE item = ? ORDER BY n', [id]);
    return rows.map((row) => versionOf(row, ''));
  }

  async copies(id: string): Promise<SourceItem[]> {
    return (await this.#writer.database.read(`${select} WHERE i.origin = ? ORDER BY i.id`, [id])).map(itemOf);
  }

  async turned(afterMs: number, untilMs: number): Promise<boolean> {
    const sql = `SELECT id FROM source_items WHERE published IS NOT NULL
      AND ((valid_from_ms > ? AND valid_from_ms <= ?) OR (valid_until_ms > ? AND valid_until_ms <= ?)) ORDER BY id LIMIT 1`;
    return (await this.#writer.database.read(sql, [afterMs, untilMs, afterMs, untilMs])).length > 0;
  }

  async #count(): Promise<number> {
    const [row] = await this.#writer.database.read('SELECT count(*) AS known FROM source_items');
    return Number(row?.['known'] ?? 0);
  }
}

function termsOf(filter: SourceFilter): { readonly terms: readonly string[]; readonly params: readonly SqlValue[] } {
  const { seen, units, kind, state, published, validAtMs, essential, folder, tag, tokens = [] } = filter;
  const asked: readonly (readonly [string, SqlValue | undefined])[] = [
    ['(i.published IS NOT NULL OR i.unit IN (SELECT value FROM json_each(?)))', seen && JSON.stringify(seen)],
    ['i.unit IN (SELECT value FROM json_each(?))', units && JSON.stringify(units)],
    ['i.kind = ?', kind],
    ['i.state = ?', state],
    ['i.essential = ?', essential === undefined ? undefined : Number(essential)],
    ['i.folder = ?', folder],
    ['i.id IN (SELECT item FROM source_tags WHERE tag = ?)', tag],
    ['i.published IS NOT NULL AND (i.valid_from_ms IS NULL OR i.valid_from_ms <= ?)', validAtMs],
    ['(i.valid_until_ms IS NULL OR i.valid_until_ms > ?)', validAtMs],
  ];
  const given = asked.filter((one): one is readonly [string, SqlValue] => one[1] !== undefined);
  const inForce = published === undefined ? [] : [`i.published IS ${published ? 'NOT ' : ''}NULL`];
  const words = tokens.map(() => 'i.id IN (SELECT item FROM source_tokens WHERE token >= ? AND token < ?)');
  return {
    terms: [...given.map(([term]) => term), ...inForce, ...words],
    params: [...given.map(([, value]) => value), ...tokens.flatMap((token) => [token, `${token}${last}`])],
  };
}

function statementsOf({ item, versions }: SourceChange, before: SourceItem | undefined): Statement[] {
  const { id, unit, folder, from, tags, origin, createdMs, changedMs, latest, published } = item;
  const body: ItemBody = { from, tags, ...(origin && { origin }) };
  const { kind, essential } = (published ?? latest).content;
  const validity = [published?.content.validFromMs ?? null, published?.content.validUntilMs ?? null];
  const row = [
    ...[id, unit, folder, kind, latest.state, Number(essential), latest.n, published?.n ?? null],
    ...validity,
    ...[from?.item ?? null, createdMs, changedMs, JSON.stringify(body)],
  ];
  const columns = [
    'unit',
    'folder',
    'kind',
    'state',
    'essential',
    'latest',
    'published',
    'valid_from_ms',
    'valid_until_ms',
    'origin',
    'created_ms',
    'changed_ms',
    'body',
  ];
  return [
    put('source_items', ['id'], columns, [row]),
    {
      sql: `INSERT INTO source_versions (item, n, state, body, steps) ROWS
        ON CONFLICT (item, n) DO UPDATE SET state = excluded.state, steps = excluded.steps`,
      rows: versions.map((version) => [id, version.n, version.state, JSON.stringify(bodyOf(version)), JSON.stringify(version.steps)]),
    },
    ...wordStatements(item, before),
    ...tagStatements(item, before),
  ];
}

/** The words of the newest version and of the one in force. */
function wordStatements({ id, latest, published }: SourceItem, before: SourceItem | undefined): Statement[] {
  if (before && before.latest.n === latest.n && (before.published?.n ?? null) === (published?.n ?? null)) return [];
  const tokens = itemTokens(published && published.n !== latest.n ? [latest, published] : [latest]);
  return [
    { sql: 'DELETE FROM source_tokens WHERE item = ?', params: [id] },
    addNew(
      'source_tokens',
      ['token', 'item'],
      tokens.map((token) => [token, id]),
    ),
  ];
}

function tagStatements({ id, tags }: SourceItem, before: SourceItem | undefined): Statement[] {
  if (before && JSON.stringify(before.tags) === JSON.stringify(tags)) return [];
  return [
    { sql: 'DELETE FROM source_tags WHERE item = ?', params: [id] },
    addNew(
      'source_tags',
      ['tag', 'item'],
      tags.map((tag) => [tag, id]),
    ),
  ];
}

function bodyOf({ content, play, author, madeMs }: SourceVersion): VersionBody {
  return { content, play, author, madeMs };
}

function versionOf(row: SqlRow, prefix: 'latest_' | 'published_' | ''): SourceVersion {
  return {
    n: Number(row[`${prefix}n`]),
    state: String(row[`${prefix}state`]) as SourceState,
    steps: JSON.parse(String(row[`${prefix}steps`])) as SourceStepLine[],
    ...(JSON.parse(String(row[`${prefix}body`])) as VersionBody),
  };
}

function itemOf(row: SqlRow): SourceItem {
  const latest = versionOf(row, 'latest_');
  const published = row['published_n'] === null ? null : versionOf(row, 'published_');
  return {
    id: String(row['id']),
    unit: String(row['unit']),
    folder: row['folder'] === null ? null : String(row['folder']),
    createdMs: Number(row['created_ms']),
    changedMs: Number(row['changed_ms']),
    ...(JSON.parse(String(row['body'])) as ItemBody),
    latest,
    published,
  };
}
