// What every inlet is handed: one way on for bytes, and somebody to tell of what goes wrong.
import type { Result } from '../../../schemas/problems.ts';
import type { Journal } from '../../link.ts';
import type { Offered } from '../alert-desk.ts';

export interface InletWay {
  readonly offer: (source: string, bytes: Uint8Array, form: 'cap' | 'notice') => Promise<Result<Offered>>;
  readonly journal: Journal;
  readonly nowMs: () => number;
}

export interface Inlet {
  stop(): Promise<void>;
}
