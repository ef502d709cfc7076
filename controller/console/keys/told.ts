// A refusal whose reason the page can tell better than the centre's English detail: at this path, in these words.
import type { ShownProblem } from '../line/door.ts';

export function told(problem: ShownProblem | undefined, path: string, words: string): ShownProblem | undefined {
  return problem?.path === path ? { ...problem, path: '', detail: words } : problem;
}
