// What a technician did without a line: kept in order, sent once each when the line is back. Pure, over plain data.
import type { MyWorkAnswer } from '../../../../schemas/tickets.ts';

export type WorkAct =
  | { readonly do: 'accept' | 'give-back' | 'self-test'; readonly ticket: string }
  | { readonly do: 'note'; readonly ticket: string; readonly note: string }
  | { readonly do: 'photo'; readonly ticket: string; readonly when: 'before' | 'after'; readonly picture: string };

export interface Waiting {
  /** Sent along, so that the centre does it once however often it is sent. */
  readonly key: string;
  readonly act: WorkAct;
}

/** Pictures are large; a phone's small store holds a few. */
export const waitingMax = 30;

export function added(queue: readonly Waiting[], act: WorkAct, key: string): readonly Waiting[] | undefined {
  return queue.length >= waitingMax ? undefined : [...queue, { key, act }];
}

export function without(queue: readonly Waiting[], key: string): readonly Waiting[] {
  return queue.filter((one) => one.key !== key);
}

/** What was kept, as far as it can still be read. */
export function readWork(text: string | null): readonly MyWorkAnswer[] {
  return listOf(text).filter((one): one is MyWorkAnswer => typeof (one as Partial<MyWorkAnswer>)?.id === 'string');
}

export function readQueue(text: string | null): readonly Waiting[] {
  return listOf(text).filter((one): one is Waiting => {
    const { key, act } = (one ?? {}) as Partial<Waiting>;
    return typeof key === 'string' && typeof act?.ticket === 'string';
  });
}

function listOf(text: string | null): unknown[] {
  try {
    const kept: unknown = JSON.parse(text ?? '[]');
    return Array.isArray(kept) ? kept : [];
  } catch {
    return [];
  }
}
