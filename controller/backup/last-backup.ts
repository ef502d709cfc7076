// What the folder remembers of its last backup, so that the settings page can say how old it is.
import * as v from 'valibot';
import { readIfPresent, writeFileAtomic } from '../../hardware/host/files.ts';
import { parseJson } from '../../schemas/parse.ts';
import { InstantMs } from '../../schemas/time.ts';

const LastBackup = v.strictObject({
  madeMs: InstantMs,
  /** Where the audit chain stood; null: the tables lie on a server and were backed up there. */
  audit: v.nullable(v.strictObject({ seq: v.number(), hash: v.string() })),
});
export type LastBackup = v.InferOutput<typeof LastBackup>;

export async function noteBackup(path: string, made: LastBackup): Promise<void> {
  await writeFileAtomic(path, `${JSON.stringify(made)}\n`, 0o600);
}

/** Null: none was made of this folder, or what was written down cannot be read. */
export async function readLastBackup(path: string): Promise<LastBackup | null> {
  const text = await readIfPresent(path);
  const read = text && parseJson(LastBackup, text.toString('utf8'));
  return read?.ok ? read.value : null;
}
