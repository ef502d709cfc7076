// Tables from before plays and photographs were found by their hash: walked forward, the old are found as the new.
import { describe, expect, test } from 'vitest';
import { migrations } from '../../controller/store/migrations/migrations.ts';
import { SqlStore } from '../../controller/store/sql-store.ts';
import type { Database } from '../../hardware/host/sqlite.ts';

const before = 21;

export interface OldBed {
  readonly database: Database;
  remove(): Promise<void>;
}

export function describeOldTables(name: string, makeBed: () => Promise<OldBed>): void {
  describe(`old tables on ${name}`, () => {
    test('plays are found by what sounded and photographs by what names them after a walk forward, each once', async () => {
      const { database, remove } = await makeBed();
      await database.exec('CREATE TABLE IF NOT EXISTS migrations (number INTEGER PRIMARY KEY)');
      for (const { number, sql } of migrations.filter((step) => step.number < before)) {
        const statements = sql.split(';\n').filter((text) => text.trim() !== '');
        await database.write([
          ...statements.map((text) => ({ sql: text })),
          { sql: 'INSERT INTO migrations (number) VALUES (?)', params: [number] },
        ]);
      }
      const [one, two] = ['a'.repeat(64), 'b'.repeat(64)] as const;
      const plays: readonly (readonly [occurrence: string, items: readonly string[] | undefined])[] = [
        ...([['o-1', [one, two, one]]] as const),
        ...([['o-2', [two]]] as const),
        ...([['o-3', []]] as const),
        ...([['o-4', undefined]] as const),
      ];
      const sql = 'INSERT INTO receipts (dev, occurrence, planned_ms, body, received_ms) VALUES (?, ?, ?, ?, ?)';
      await database.write(
        plays.map(([occurrence, items], at) => ({ sql, params: ['d', occurrence, at, JSON.stringify({ occurrence, items }), 1] })),
      );
      const shown = (table: string, columns: string, cells: readonly (string | number)[], body: object) => ({
        sql: `INSERT INTO ${table} (${columns}, body) VALUES (${cells.map(() => '?').join(', ')}, ?)`,
        params: [...cells, JSON.stringify(body)],
      });
      const state = (n: number, facts: object | null) =>
        shown('equipment', 'entry, n, from_day, undone', ['cum-1', n, '2026-01-01', 0], { entry: 'cum-1', facts });
      await database.write([
        shown('deliveries', 'id, item, unit, at_ms', ['g-1', 't', 'xa', 1], { id: 'g-1', photo: one }),
        shown('deliveries', 'id, item, unit, at_ms', ['g-2', 't', 'xa', 1], { id: 'g-2', photo: null }),
        shown('tickets', 'id, state, opened_ms', ['p-1', 'open', 1], {
          id: 'p-1',
          photos: [{ sha256: one }, { sha256: two }, { sha256: one }],
        }),
        ...[state(1, { photos: [two] }), state(2, { photos: [two] }), state(3, null)],
      ]);
      const store = new SqlStore(database);
      await store.migrate();
      const found = async (...contents: string[]) =>
        (await store.log.receiptsOf({ contents, fromMs: 0, toMs: 99 })).map(({ receipt }) => receipt.occurrence);
      expect([await found(one), await found(two), await found('c'.repeat(64))]).toEqual([['o-1'], ['o-1', 'o-2'], []]);
      const usesOf = async (photo: string) => (await store.steering.photoUses(photo, 9)).map(({ kind, thing }) => `${kind} ${thing}`);
      expect([await usesOf(one), await usesOf(two)]).toEqual([
        ['delivery g-1', 'ticket p-1'],
        ['entry cum-1', 'ticket p-1'],
      ]);
      await store.close();
      await remove();
    });
  });
}
