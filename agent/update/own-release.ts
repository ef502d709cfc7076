// Which release this program belongs to: the record beside its bundle, or the version it was built with.
import { readFileSync } from 'node:fs';
import { parseJson } from '../../schemas/parse.ts';
import { ReleaseRecord } from './layout.ts';

export interface OwnRelease {
  readonly version: string;
  readonly counter: number;
}

export function ownRelease(beside: string, built: string): OwnRelease {
  try {
    const read = parseJson(ReleaseRecord, readFileSync(new URL('./release.json', beside), 'utf8'), 4 * 1024 * 1024);
    if (read.ok) return { version: read.value.version, counter: read.value.counter };
  } catch {
    // No record: it was not installed as a release.
  }
  return { version: built, counter: 0 };
}
