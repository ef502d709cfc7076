// What a form does with a refusal: it is shown beside the button, nothing typed is lost. Anything else is a bug and thrown.
import { problemKinds, type Result } from '../../../schemas/problems.ts';
import { Refused, type ShownProblem } from './door.ts';

/** Do it; what refused it, or undefined when it was done. */
export async function tried(act: () => Promise<unknown>): Promise<ShownProblem | undefined> {
  try {
    await act();
    return undefined;
  } catch (error) {
    if (error instanceof Refused) return error.problem;
    throw error;
  }
}

/** What this page found wrong before it asked the centre is refused in the same words. Throws `Refused`. */
export function orRefused<T>(found: Result<T>): T {
  if (found.ok) return found.value;
  const { vi: title, status } = problemKinds[found.problem.code];
  throw new Refused({ ...found.problem, title, status });
}
