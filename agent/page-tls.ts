// Certificate and key of the local page, where it is HTTPS.
import { readFile } from 'node:fs/promises';
import { bad, ok, type Result } from '../schemas/problems.ts';
import type { AgentConfig } from './config.ts';
import type { PageOptions } from './page.ts';

/** Undefined: the page is in the clear. Problem: not-found. */
export async function pageTls({ page: { tls } }: Pick<AgentConfig, 'page'>): Promise<Result<PageOptions['tls']>> {
  if (!tls) return ok(undefined);
  try {
    const [cert, key] = await Promise.all([readFile(tls.cert, 'utf8'), readFile(tls.key, 'utf8')]);
    return ok({ cert, key });
  } catch (error) {
    return bad('not-found', `certificate of the page: ${(error as Error).message}`);
  }
}
