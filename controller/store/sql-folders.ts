// Folders of the library in SQL.
import type { SqlRow, Statement } from '../../hardware/host/sqlite.ts';
import { ok, type Result } from '../../schemas/problems.ts';
import type { Folder } from '../core/folders.ts';
import { put } from './batch.ts';
import type { FolderStore } from './source-store.ts';
import type { Act } from './store.ts';
import type { Writer } from './writer.ts';

export class SqlFolders implements FolderStore {
  readonly #writer: Writer;

  constructor(writer: Writer) {
    this.#writer = writer;
  }

  async folders(): Promise<Folder[]> {
    return (await this.#writer.database.read('SELECT body FROM source_folders ORDER BY id')).map(folderOf);
  }

  decide(judge: Parameters<FolderStore['decide']>[0], act: Act): Promise<Result<Folder>> {
    return this.#writer.alone(async () => {
      const rows = await this.#writer.database.read('SELECT DISTINCT folder FROM source_items WHERE folder IS NOT NULL ORDER BY folder');
      const judged = judge(await this.folders(), new Set(rows.map((row) => String(row['folder']))));
      if (!judged.ok) return judged;
      const decided = judged.value;
      const folder = 'put' in decided ? decided.put : decided.remove;
      const statement: Statement =
        'put' in decided
          ? put('source_folders', ['id'], ['unit', 'body'], [[folder.id, folder.unit, JSON.stringify(folder)]])
          : { sql: 'DELETE FROM source_folders WHERE id = ?', params: [folder.id] };
      await this.#writer.commit([statement], act);
      return ok(folder);
    });
  }
}

function folderOf(row: SqlRow): Folder {
  return JSON.parse(String(row['body'])) as Folder;
}
