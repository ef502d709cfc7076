// Many rows in one statement, told apart by what happens to a key that is there already.
import type { Statement } from '../../hardware/host/sqlite.ts';

export type Cell = string | number | null;

/** New rows; those whose key is known are left as they were. */
export function addNew(table: string, columns: readonly string[], rows: readonly (readonly Cell[])[]): Statement {
  return { sql: `INSERT INTO ${table} (${columns.join(', ')}) ROWS ON CONFLICT DO NOTHING`, rows };
}

/** Whole rows in place of those of the same key: `columns` begin with the key's. Of two rows of one key the later counts. */
export function put(table: string, key: readonly string[], others: readonly string[], rows: readonly (readonly Cell[])[]): Statement {
  const last = new Map(rows.map((row) => [JSON.stringify(row.slice(0, key.length)), row]));
  const change = others.map((column) => `${column} = excluded.${column}`).join(', ');
  const columns = [...key, ...others].join(', ');
  return {
    sql: `INSERT INTO ${table} (${columns}) ROWS ON CONFLICT (${key.join(', ')}) DO UPDATE SET ${change}`,
    rows: [...last.values()],
  };
}
