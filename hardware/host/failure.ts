// Failures that a machine is expected to have, carried as one exception with a problem from the catalogue.
import type { Problem, ProblemCode } from '../../schemas/problems.ts';

/** Thrown by host doors whose answer is not a Result. `problem` is what to report. */
export class Failure extends Error {
  readonly problem: Problem;

  constructor(code: ProblemCode, detail: string, cause?: unknown) {
    super(`${code}: ${detail}`, { cause });
    this.name = 'Failure';
    this.problem = { code, path: '', detail: detail.slice(0, 500) };
  }
}

/** Turn whatever a system call threw into a problem; `standard` is for errors without a meaning of their own. */
export function problemOf(error: unknown, standard: ProblemCode = 'device-failed'): Problem {
  if (error instanceof Failure) return error.problem;
  const detail = (error instanceof Error ? error.message : String(error)).slice(0, 500);
  return { code: codeOf(error) ?? standard, path: '', detail };
}

/** Rethrow full disks as `Failure`; anything else passes unchanged. */
export function raise(error: unknown): never {
  const code = codeOf(error);
  if (code === undefined || error instanceof Failure) throw error;
  throw new Failure(code, error instanceof Error ? error.message : String(error), error);
}

function codeOf(error: unknown): ProblemCode | undefined {
  const errno = error instanceof Error && 'code' in error ? error.code : undefined;
  if (errno === 'ENOSPC' || errno === 'EDQUOT') return 'disk-full';
  if (errno === 'EBUSY') return 'device-busy';
  return undefined;
}
