// What may happen to what a resident said: one table of states, steps with their authors, erasure. Pure; time is an argument.
import {
  citizenLimits,
  type FeedbackAct,
  type FeedbackCategory,
  type FeedbackKind,
  type FeedbackState,
  type HoldReason,
  type LoudspeakerTrouble,
} from '../../schemas/citizen.ts';
import { bad, ok, type Result } from '../../schemas/problems.ts';

export interface FeedbackStep {
  readonly atMs: number;
  /** An account; `resident`; `centre`: done by itself. */
  readonly by: string;
  readonly act: FeedbackAct;
  readonly note: string;
}

export interface Feedback {
  readonly id: string;
  readonly number: string;
  /** Hash of the secret beside the number. */
  readonly secret: string;
  /** Hashes that only this centre's key can make again; `null`: erased, or anonymous. */
  readonly device: string | null;
  readonly phone: string | null;
  /** The number itself, locked in the strongbox, for an answer by SMS. */
  readonly phoneLocked: string | null;
  readonly kind: FeedbackKind;
  readonly category: FeedbackCategory;
  readonly unit: string;
  readonly state: FeedbackState;
  readonly holds: readonly HoldReason[];
  readonly text: string;
  readonly trouble: LoudspeakerTrouble | null;
  readonly entry: string | null;
  readonly item: string | null;
  readonly photos: readonly string[];
  readonly sound: string | null;
  readonly mayPublish: boolean;
  readonly receivedMs: number;
  readonly dueMs: number;
  readonly assignee: string | null;
  readonly answers: readonly { readonly text: string; readonly atMs: number; readonly by: string }[];
  readonly published: { readonly question: string; readonly answer: string; readonly atMs: number; readonly by: string } | null;
  readonly link: { readonly item: string } | { readonly programme: string } | null;
  readonly ticket: string | null;
  readonly mendedMs: number | null;
  readonly reason: string;
  readonly satisfaction: { readonly stars: number; readonly text: string; readonly atMs: number } | null;
  readonly erasedMs: number | null;
  readonly steps: readonly FeedbackStep[];
}

const here = { held: 'held', received: 'received', assigned: 'assigned', answered: 'answered' } as const;
/** From which states to which; what does not stand here is refused. Nothing held is answered: somebody takes it in first. */
export const feedbackTable: Readonly<Record<FeedbackAct, Readonly<Partial<Record<FeedbackState, FeedbackState>>>>> = {
  assign: { received: 'assigned', assigned: 'assigned', answered: 'answered' },
  note: { ...here, refused: 'refused' },
  hold: { received: 'held', assigned: 'held' },
  accept: { held: 'received', refused: 'received' },
  refuse: { held: 'refused', received: 'refused', assigned: 'refused' },
  answer: { received: 'answered', assigned: 'answered', answered: 'answered' },
  publish: { answered: 'answered' },
  hide: { answered: 'answered' },
  link: { answered: 'answered' },
  rate: { answered: 'answered' },
  mended: { ...here, refused: 'refused' },
};

export type FeedbackWish =
  | { readonly act: 'assign'; readonly assignee: string; readonly note: string }
  | { readonly act: 'note' | 'hold' | 'accept' | 'refuse' | 'hide'; readonly note: string }
  | { readonly act: 'answer'; readonly text: string }
  | { readonly act: 'publish'; readonly question: string; readonly answer: string }
  | { readonly act: 'link'; readonly link: NonNullable<Feedback['link']> }
  | { readonly act: 'rate'; readonly stars: number; readonly text: string }
  | { readonly act: 'mended' };

/** Of whoever sees `seen` steps. Problems: conflict (not in this state; changed since, at `/seen`; rated already), over-budget. */
export function stepFeedback(feedback: Feedback, wish: FeedbackWish, by: string, atMs: number, seen?: number): Result<Feedback> {
  if (seen !== undefined && seen !== feedback.steps.length)
    return bad('conflict', `it has ${feedback.steps.length} steps by now, ${seen} were seen`, '/seen');
  const state = feedbackTable[wish.act][feedback.state];
  if (state === undefined) return bad('conflict', `cannot ${wish.act} what is ${feedback.state}`, '/state');
  if (wish.act === 'rate' && feedback.satisfaction !== null) return bad('conflict', 'the answer was rated already', '/stars');
  if (wish.act === 'mended' && feedback.mendedMs !== null) return bad('conflict', 'it was told already');
  if (wish.act === 'hide' && feedback.published === null) return bad('conflict', 'nothing of it is published', '/published');
  if (feedback.steps.length >= citizenLimits.steps) return bad('over-budget', `at most ${citizenLimits.steps} steps`);
  const step: FeedbackStep = { atMs, by, act: wish.act, note: 'note' in wish ? wish.note : '' };
  const next = { ...feedback, ...changeOf(feedback, wish, by, atMs), state, steps: [...feedback.steps, step] };
  // It can be settled; words that quote somebody do not come back behind the erasure, where nothing would erase them again.
  return ok(feedback.erasedMs === null ? next : erased(next, feedback.erasedMs));
}

function changeOf(feedback: Feedback, wish: FeedbackWish, by: string, atMs: number): Partial<Feedback> {
  switch (wish.act) {
    case 'assign':
      return { assignee: wish.assignee };
    case 'refuse':
      return { reason: wish.note };
    case 'accept':
      return { reason: '', holds: [] };
    case 'answer':
      return { answers: [...feedback.answers, { text: wish.text, atMs, by }] };
    case 'publish':
      return { published: { question: wish.question, answer: wish.answer, atMs, by } };
    case 'hide':
      return { published: null };
    case 'link':
      return { link: wish.link };
    case 'rate':
      return { satisfaction: { stars: wish.stars, text: wish.text, atMs } };
    case 'mended':
      return { mendedMs: atMs };
    default:
      return {};
  }
}

/** What a person said goes, with everything that leads to the person; times, kind, states and stars stay for the figures. */
export function erased(feedback: Feedback, atMs: number): Feedback {
  return {
    ...feedback,
    ...{ text: '', photos: [], sound: null, device: null, phone: null, phoneLocked: null, reason: '', secret: '' },
    // The office's words may quote the resident's; what was published is the office's own and stays until it hides it.
    answers: feedback.answers.map((answer) => ({ ...answer, text: '' })),
    satisfaction: feedback.satisfaction && { ...feedback.satisfaction, text: '' },
    steps: feedback.steps.map((step) => ({ ...step, note: '' })),
    erasedMs: atMs,
  };
}

/** When the first answer came; undefined: none yet. */
export function answeredMs({ answers }: Feedback): number | undefined {
  return answers[0]?.atMs;
}

/** Nobody answered and its time is over. */
export function isOverdue({ state, dueMs }: Feedback, nowMs: number): boolean {
  return (state === 'held' || state === 'received' || state === 'assigned') && nowMs > dueMs;
}
