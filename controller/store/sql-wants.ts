// Signed wants and places in SQL: what must be published is what is stored.

import type { SqlRow } from '../../hardware/host/sqlite.ts';
import type { Envelope } from '../../schemas/envelope.ts';
import { put } from './batch.ts';
import type { StoredWant, WantStore } from './store.ts';
import type { Writer } from './writer.ts';

export class SqlWants implements WantStore {
  readonly #writer: Writer;

  constructor(writer: Writer) {
    this.#writer = writer;
  }

  async wants(): Promise<StoredWant[]> {
    return (await this.#writer.database.read('SELECT * FROM wants ORDER BY dev')).map(wantOf);
  }

  async want(dev: string): Promise<StoredWant | undefined> {
    const [row] = await this.#writer.database.read('SELECT * FROM wants WHERE dev = ?', [dev]);
    return row && wantOf(row);
  }

  saveWants(wants: readonly StoredWant[]): Promise<void> {
    if (wants.length === 0) return Promise.resolve();
    const all = wants.map((want) => [want.dev, want.rev, JSON.stringify(want.envelope), want.madeMs]);
    return this.#writer.write([put('wants', ['dev'], ['rev', 'envelope', 'made_ms'], all)]);
  }

  async places(): Promise<ReadonlyMap<string, Envelope>> {
    const rows = await this.#writer.database.read('SELECT dev, envelope FROM places ORDER BY dev');
    return new Map(rows.map((row) => [String(row['dev']), JSON.parse(String(row['envelope'])) as Envelope]));
  }

  savePlaces(places: ReadonlyMap<string, Envelope>): Promise<void> {
    const all = [...places].map(([dev, envelope]) => [dev, JSON.stringify(envelope)]);
    return this.#writer.write([put('places', ['dev'], ['envelope'], all)]);
  }
}

function wantOf(row: SqlRow): StoredWant {
  return {
    dev: String(row['dev']),
    rev: Number(row['rev']),
    envelope: JSON.parse(String(row['envelope'])) as Envelope,
    madeMs: Number(row['made_ms']),
  };
}
