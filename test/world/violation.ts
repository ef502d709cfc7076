// A broken promise of a life, said so that it can be found.
import type { Trace } from './trace.ts';

export interface Violation {
  readonly invariant: string;
  readonly detail: string;
}

export function say(invariant: string, at: Trace, detail: string): Violation {
  return { invariant, detail: `${detail} [${at.lines.length} lines]` };
}
