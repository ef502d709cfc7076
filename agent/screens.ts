// Bulletins as they lie in the cache; pages a board makes by itself are hardware/display/board-page.
import { readFile } from 'node:fs/promises';
import type { Page, Surround } from '../hardware/display.ts';
import { bad, ok, type Result } from '../schemas/problems.ts';
import { type Moment, trusted } from '../schemas/time.ts';
import type { Cache } from './cache.ts';

const bulletinBytesMax = 2 * 1024 * 1024;

/** A bulletin's page from the cache, and its words for screens without HTML. */
export async function readBulletin(cache: Cache, sha256: string): Promise<Result<Page>> {
  const path = cache.pathOf(sha256);
  if (!path) return bad('not-cached', `bulletin ${sha256} is not here`);
  const bytes = await readFile(path).catch(() => undefined);
  if (!bytes) return bad('not-cached', `bulletin ${sha256} cannot be read`);
  if (bytes.length > bulletinBytesMax) return bad('too-large', `bulletin of ${bytes.length} bytes`);
  const html = bytes.toString('utf8');
  // Boxes without a board never load the parser.
  const { textOf } = await import('../hardware/display/html-text.ts');
  return ok({ html, text: textOf(html) });
}

/** Vietnam has one zone; a board's clock shows it whatever the machine is set to. */
const boardZone = 'Asia/Ho_Chi_Minh';

/** What stands around bulletins: a clock only while the time is trusted, and the mark of a lost centre. */
export function surroundOf({ quality }: Moment, centreReached: boolean): Surround {
  return { ...(trusted(quality) && { clockZone: boardZone }), offline: !centreReached, ticker: [] };
}
