// A poll as it is being written, and what is sent of it. Pure.
import type { PollQuestion, PollRequest } from '../../../../schemas/citizen.ts';
import type { PollAnswer } from '../../../../schemas/citizen-api.ts';

export interface DraftQuestion {
  type: PollQuestion['type'];
  text: string;
  /** One a line. */
  options: string;
}

export interface Draft {
  kind: 'poll' | 'survey';
  unit: string;
  title: string;
  text: string;
  questions: DraftQuestion[];
  voter: PollRequest['voter'];
  opensMs: number;
  closesMs: number;
}

const weekMs = 7 * 24 * 3600_000;
const hourMs = 3600_000;

/** From the next full hour, for a week. */
export function emptyDraft(unit: string, nowMs: number): Draft {
  const opensMs = Math.ceil(nowMs / hourMs) * hourMs;
  return { kind: 'poll', unit, title: '', text: '', questions: [emptyQuestion()], voter: 'device', opensMs, closesMs: opensMs + weekMs };
}

export function emptyQuestion(): DraftQuestion {
  return { type: 'one', text: '', options: '' };
}

export function draftOf(poll: PollAnswer): Draft {
  const { kind, unit, title, text, voter, opensMs, closesMs } = poll;
  const questions = poll.questions.map((one) => ({
    type: one.type,
    text: one.text,
    options: one.type === 'text' ? '' : one.options.join('\n'),
  }));
  return { kind, unit: unit.id, title, text, questions, voter, opensMs, closesMs };
}

function optionsOf(lines: string): string[] {
  return lines
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

/** A poll asks its first question alone. */
export function wishOf({ questions, ...draft }: Draft): PollRequest {
  const asked = draft.kind === 'poll' ? questions.slice(0, 1) : questions;
  return {
    ...draft,
    questions: asked.map(({ type, text, options }) => (type === 'text' ? { type, text } : { type, text, options: optionsOf(options) })),
  };
}
