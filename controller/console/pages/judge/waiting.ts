// What waits for a judge, as one list: programmes handed in and versions of source items, whoever is due first, then the oldest.
import type { ProgrammeAnswer } from '../../../../schemas/api.ts';
import type { Item } from '../../../../schemas/programme.ts';
import type { SourceItemAnswer } from '../../../../schemas/source.ts';
import type { NoticeAnswer } from '../../../../schemas/steering.ts';

export interface Waiting {
  readonly is: 'programme' | 'source';
  readonly id: string;
  readonly title: string;
  readonly author: string;
  readonly sinceMs: number;
  /** Approved later, its start is lost; null: nothing is planned within a day. */
  readonly dueMs: number | null;
  readonly essential: boolean;
  readonly priority: boolean;
  readonly items: readonly Item[];
  /** Words beside what plays: of a source item. */
  readonly body: string;
  /** Of a source item: the version that is judged, and the one in force. */
  readonly version: number;
  readonly published: number | null;
  readonly form: ProgrammeAnswer['form'] | null;
}

export function waitingOf(
  programmes: readonly ProgrammeAnswer[],
  items: readonly SourceItemAnswer[],
  notices: readonly Pick<NoticeAnswer, 'why' | 'programme' | 'dueMs'>[],
): Waiting[] {
  const due = new Map<string, number>();
  for (const { why, programme, dueMs } of notices)
    if ((why === 'approval-waits' || why === 'not-approved') && programme !== null && dueMs !== null)
      due.set(programme, Math.min(dueMs, due.get(programme) ?? dueMs));
  const all = [
    ...programmes.map((one): Waiting => {
      const { id, title, author, madeMs, essential = false, tier, form } = one;
      const about = { dueMs: due.get(id) ?? null, essential, priority: tier === 'priority', form };
      return { is: 'programme', id, title, author, sinceMs: madeMs, ...about, items: one.items, body: '', version: 0, published: null };
    }),
    ...items.map((one): Waiting => {
      const { title, essential, tier, body } = one.content;
      const about = { id: one.id, title, author: one.author, sinceMs: one.changedMs, essential, priority: tier === 'priority', body };
      const { version, published } = one;
      return { is: 'source', ...about, dueMs: null, items: one.play ? [one.play] : [], version, published, form: null };
    }),
  ];
  return all.sort((a, b) => (a.dueMs ?? Infinity) - (b.dueMs ?? Infinity) || a.sinceMs - b.sinceMs);
}
