// What was done at a box before it belonged to anybody: kept beside the journal that does not exist yet, told once it does.
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import { readIfPresent, writeFileAtomic } from '../hardware/host/files.ts';
import { parseJson } from '../schemas/parse.ts';

const rowsMax = 32;
const acts = ['hotspot-on', 'hotspot-off', 'network-tried', 'network-kept', 'network-reverted', 'logs-read'] as const;
const EarlyRow = v.strictObject({ act: v.picklist(acts), detail: v.pipe(v.string(), v.maxLength(200)) });
export type EarlyRow = v.InferOutput<typeof EarlyRow>;
const EarlyRows = v.pipe(v.array(EarlyRow), v.maxLength(rowsMax));

export async function readEarlyRows(dataDir: string): Promise<readonly EarlyRow[]> {
  const read = parseJson(EarlyRows, (await readIfPresent(fileOf(dataDir)))?.toString('utf8') ?? '');
  return read.ok ? read.value : [];
}

/** The newest of too many stay. */
export async function keepEarlyRow(dataDir: string, row: EarlyRow): Promise<void> {
  const rows = [...(await readEarlyRows(dataDir)), { ...row, detail: row.detail.slice(0, 200) }].slice(-rowsMax);
  await writeFileAtomic(fileOf(dataDir), JSON.stringify(rows), 0o600);
}

export async function forgetEarlyRows(dataDir: string): Promise<void> {
  await rm(fileOf(dataDir), { force: true });
}

function fileOf(dataDir: string): string {
  return join(dataDir, 'early-rows.json');
}
