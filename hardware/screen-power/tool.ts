// Programs that steer screens: fixed words, five seconds, little output.
import type { Result } from '../../schemas/problems.ts';
import { runTool } from '../host/processes.ts';
import { programWithinMs } from '../screen-power.ts';

export type Run = (program: string, words: readonly string[]) => Promise<Result<string>>;

/** Standard output of a program. Problems: tool-missing, tool-timeout, tool-failed, too-large. */
export async function runScreenTool(program: string, words: readonly string[], timeoutMs = programWithinMs): Promise<Result<string>> {
  const done = await runTool(program, words, { timeoutMs, outputBytesMax: 256 * 1024 });
  return done.ok ? { ok: true, value: done.value.stdout.toString('utf8') } : done;
}
