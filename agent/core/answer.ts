// The answer to a command: one fact, kept until the centre has it.
import type { Fact } from '../../schemas/outbox.ts';
import type { Turn } from './turn.ts';

export type Answer = 'done' | 'failed' | 'refused';
type More = Pick<Extract<Fact, { kind: 'command' }>, 'proof' | 'picture'>;

export function answer(turn: Turn, command: string, state: Answer, detail: string, more: More = {}): void {
  turn.tell({ kind: 'command', command, state, detail: detail.slice(0, 300), ...more });
}
