// The answer to a command: one fact, kept until the centre has it.
import type { Turn } from './turn.ts';

export type Answer = 'done' | 'failed' | 'refused';

export function answer(turn: Turn, command: string, state: Answer, detail: string): void {
  turn.tell({ kind: 'command', command, state, detail: detail.slice(0, 300) });
}
