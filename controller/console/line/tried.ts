// What a form does with a refusal: it is shown beside the button, nothing typed is lost. Anything else is a bug and thrown.
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
