// How states of feedback look, and what stands in a line of the list. Pure.
import type { FeedbackState } from '../../../../schemas/citizen.ts';

/** Classes of `.pill`. */
export const feedbackLook: Readonly<Record<FeedbackState, string>> = {
  held: 'degraded',
  received: '',
  assigned: 'degraded',
  answered: 'ok',
  refused: 'silent',
};

export interface ListAsked {
  readonly state: FeedbackState | '';
  readonly kind: string;
  readonly unit: string;
  readonly assignee: string;
  readonly overdue: boolean;
  readonly q: string;
}

/** The question to the centre; what is not asked for is left out. */
export function listPath({ overdue, ...asked }: ListAsked): string {
  const given = Object.entries(asked).filter(([, value]) => value !== '');
  const query = new URLSearchParams([...given, ...(overdue ? [['overdue', '1'] as [string, string]] : [])]);
  return query.size === 0 ? '/feedback' : `/feedback?${query}`;
}

/** The beginning of what somebody wrote, cut between words. */
export function beginsWith(text: string, letters = 140): string {
  if (text.length <= letters) return text;
  const cut = text.slice(0, letters);
  return `${cut.slice(0, Math.max(cut.lastIndexOf(' '), letters / 2))}…`;
}
