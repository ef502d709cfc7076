// Tables from before receipts were found by their contents: walked forward, old plays are found as new ones are.
import { describe, expect, test } from 'vitest';
import { migrations } from '../../controller/store/migrations/migrations.ts';
import { SqlStore } from '../../controller/store/sql-store.ts';
import type { Database } from '../../hardware/host/sqlite.ts';

const before = 21;

export interface OldBed {
  readonly database: Database;
  remove(): Promise<void>;
}

export function describeOldReceipts(name: string, makeBed: () => Promise<OldBed>): void {
  describe(`old receipts on ${name}`, () => {
    test('are found by what they played after a walk forward, each once, also those that played nothing twice or at all', async () => {
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
      const store = new SqlStore(database);
      await store.migrate();
      const found = async (...contents: string[]) =>
        (await store.log.receiptsOf({ contents, fromMs: 0, toMs: 99 })).map(({ receipt }) => receipt.occurrence);
      expect([await found(one), await found(two), await found('c'.repeat(64))]).toEqual([['o-1'], ['o-1', 'o-2'], []]);
      await store.close();
      await remove();
    });
  });
}
