// Polls and surveys: their states, what a ballot may say, what they come to. Pure; time is an argument.
import { citizenLimits, type PollQuestion, type PollRequest } from '../../schemas/citizen.ts';
import type { PollResult, PollState } from '../../schemas/citizen-api.ts';
import { bad, ok, type Result } from '../../schemas/problems.ts';

export interface StoredPoll extends PollRequest {
  readonly id: string;
  readonly by: string;
  /** Whoever wrote it anew: none of them opens it. */
  readonly writers?: readonly string[];
  readonly madeMs: number;
  readonly changes: number;
  /** As people set it: `open` counts from when it opens, and ends by itself. */
  readonly set: 'draft' | 'open' | 'closed' | 'withdrawn';
  /** When it is closed; then no ballot belongs to anybody any more. */
  readonly counted: CountedPoll | null;
}

export interface CountedPoll extends PollResult {
  readonly atMs: number;
  /** Words, by question, in no order that tells of persons. */
  readonly texts: readonly (readonly string[])[];
}

/** One for each question: numbers of options, or words. */
export type Answers = readonly (readonly number[] | string)[];

export type PollStep = 'open' | 'close' | 'withdraw';

/** As the page sees it: a draft that is set open waits for its hour. */
export function pollState({ set, opensMs, closesMs }: Pick<StoredPoll, 'set' | 'opensMs' | 'closesMs'>, nowMs: number): PollState {
  if (set !== 'open') return set;
  if (nowMs >= closesMs) return 'closed';
  return nowMs >= opensMs ? 'open' : 'draft';
}

/** Problems: conflict (its state; it would close in the past). */
export function stepPoll(poll: StoredPoll, step: PollStep, nowMs: number): Result<StoredPoll> {
  const state = pollState(poll, nowMs);
  if (step === 'open') {
    if (poll.set !== 'draft') return bad('conflict', `cannot open what is ${state}`, '/state');
    return poll.closesMs <= nowMs
      ? bad('conflict', 'its end is past', '/closesMs')
      : ok({ ...poll, set: 'open', changes: poll.changes + 1 });
  }
  if (step === 'close') {
    if (state !== 'open') return bad('conflict', `cannot close what is ${state}`, '/state');
    return ok({ ...poll, set: 'closed', closesMs: nowMs, changes: poll.changes + 1 });
  }
  if (state === 'withdrawn') return bad('conflict', 'it is withdrawn already', '/state');
  return ok({ ...poll, set: 'withdrawn', changes: poll.changes + 1 });
}

/** What is asked never changes once somebody may answer. Problem: conflict. */
export function rewritePoll(poll: StoredPoll, wish: PollRequest, by: string): Result<StoredPoll> {
  if (poll.set !== 'draft') return bad('conflict', 'only a draft is written anew', '/state');
  return ok({ ...poll, ...wish, writers: [...new Set([...(poll.writers ?? []), by])], changes: poll.changes + 1 });
}

/** Did this person write any of it? */
export function isWriter({ by, writers = [] }: Pick<StoredPoll, 'by' | 'writers'>, account: string): boolean {
  return by === account || writers.includes(account);
}

/** A ballot answers every question by its kind. Problems: bad-input, with the place. */
export function judgeBallot(questions: readonly PollQuestion[], answers: Answers): Result<Answers> {
  if (answers.length !== questions.length) return bad('bad-input', `${questions.length} answers are asked for`, '/answers');
  for (const [at, question] of questions.entries()) {
    const answer = answers[at];
    const wrong = answer === undefined ? 'missing' : wrongAnswer(question, answer);
    if (wrong !== undefined) return bad('bad-input', wrong, `/answers/${at}`);
  }
  return ok(answers);
}

function wrongAnswer(question: PollQuestion, answer: Answers[number]): string | undefined {
  if (question.type === 'text') return typeof answer === 'string' ? undefined : 'words are asked for';
  if (typeof answer === 'string') return 'numbers of options are asked for';
  if (answer.some((option) => option >= question.options.length)) return `options are 0 to ${question.options.length - 1}`;
  if (new Set(answer).size !== answer.length) return 'names each option once';
  return question.type === 'one' && answer.length !== 1 ? 'one option is asked for' : undefined;
}

export function countBallots(questions: readonly PollQuestion[], ballots: readonly Answers[], atMs: number): CountedPoll {
  const each = questions.map((question, at) => {
    const given = ballots.flatMap((answers) => (answers[at] === undefined ? [] : [answers[at]]));
    if (question.type === 'text') {
      const words = given.filter((one): one is string => typeof one === 'string' && one !== '');
      return { counts: [], answered: words.length, texts: [...words].sort().slice(0, citizenLimits.answerTexts) };
    }
    const counts = question.options.map((_, option) => given.filter((one) => typeof one !== 'string' && one.includes(option)).length);
    return { counts, answered: given.filter((one) => one.length > 0).length, texts: [] };
  });
  return {
    atMs,
    ballots: ballots.length,
    questions: each.map(({ counts, answered }) => ({ counts, answered })),
    texts: each.map(({ texts }) => texts),
  };
}
