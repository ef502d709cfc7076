// What a centre remembers of residents: what they said, ratings, polls with their ballots, where messages go. All of it can be erased.
import type { FeedbackKind, FeedbackState, PushTopic } from '../../schemas/citizen.ts';
import type { Result } from '../../schemas/problems.ts';
import type { Feedback } from '../core/feedback.ts';
import type { Answers, CountedPoll, StoredPoll } from '../core/polls.ts';
import type { Act } from './store.ts';

export interface FeedbackFilter {
  readonly states?: readonly FeedbackState[] | undefined;
  readonly kind?: FeedbackKind | undefined;
  readonly units?: readonly string[] | undefined;
  readonly assignee?: string | undefined;
  /** Unanswered, and due before. */
  readonly overdueMs?: number | undefined;
  readonly published?: boolean | undefined;
  readonly device?: string | undefined;
  readonly phone?: string | undefined;
  readonly fromMs?: number | undefined;
  readonly toMs?: number | undefined;
  /** Their repair was not told yet. */
  readonly mending?: boolean | undefined;
  readonly after?: Pick<Feedback, 'receivedMs' | 'id'> | undefined;
  readonly limit: number;
}

export interface FeedbackStore {
  /** The same `once` again answers what is there. `said`: what its words come to. Problem: over-budget (open ones). */
  add(feedback: Feedback, keys: { readonly once: string; readonly said: string }, openMax: number, act: Act): Promise<Result<Feedback>>;
  feedback(id: string): Promise<Feedback | undefined>;
  byNumber(number: string): Promise<Feedback | undefined>;
  byOnce(once: string): Promise<Feedback | undefined>;
  /** Newest first. */
  list(filter: FeedbackFilter): Promise<Feedback[]>;
  /** How often these words came, and how much this device said, since then. */
  before(
    said: string,
    saidFromMs: number,
    device: string,
    deviceFromMs: number,
  ): Promise<{ readonly same: number; readonly today: number }>;
  /** Of this phone since then. */
  ofPhone(phone: string, fromMs: number): Promise<number>;
  /** Read, decide, write. Problems: not-found, those of the judge. */
  decide(id: string, judge: (feedback: Feedback) => Result<Feedback>, act: Act): Promise<Result<Feedback>>;
  /** Settled so long ago that the words go, oldest first. */
  old(beforeMs: number, limit: number): Promise<Feedback[]>;
  /** Is this attachment named by any? */
  names(sha256: string): Promise<boolean>;
}

export interface StoredCitizenRating {
  /** `item ID`, `programme ID`, `level LEVEL MONTH`. */
  readonly about: string;
  readonly unit: string;
  readonly voter: string;
  readonly stars: number;
  readonly atMs: number;
}

export interface RatingSum {
  readonly about: string;
  readonly unit: string;
  /** How often one to five. */
  readonly stars: readonly [number, number, number, number, number];
}

export interface StoredBallot {
  readonly poll: string;
  readonly voter: string;
  readonly atMs: number;
  readonly answers: Answers;
}

export interface PollStore {
  /** In place of what the same person said of the same thing, whatever place and under whichever of these names. */
  rate(rating: StoredCitizenRating, names: readonly string[]): Promise<void>;
  /** Of things whose name begins so. */
  ratings(about: string): Promise<RatingSum[]>;
  ratingsOf(voters: readonly string[]): Promise<StoredCitizenRating[]>;
  eraseRatings(voters: readonly string[]): Promise<number>;

  poll(id: string): Promise<StoredPoll | undefined>;
  /** Newest first. */
  polls(units: readonly string[] | undefined, limit: number): Promise<StoredPoll[]>;
  /** Problems: over-budget, those of the judge. */
  decidePoll(id: string, judge: (poll: StoredPoll | undefined) => Result<StoredPoll>, most: number, act: Act): Promise<Result<StoredPoll>>;
  /** One of a voter, while the poll is open. Problems: conflict (voted already; closed meanwhile, at `/state`), over-budget. */
  vote(ballot: StoredBallot, isOpen: (poll: StoredPoll) => boolean, most: number): Promise<Result<void>>;
  ballots(poll: string): Promise<number>;
  /** Counts of open ones by poll. */
  hasVoted(voters: readonly { readonly poll: string; readonly voter: string }[]): Promise<string[]>;
  eraseBallots(voters: readonly { readonly poll: string; readonly voter: string }[]): Promise<number>;
  /** Count all ballots, keep what they come to, and forget them, in one transaction; counted already: nothing. */
  settle(poll: string, count: (poll: StoredPoll, ballots: readonly Answers[]) => CountedPoll, act: Act): Promise<StoredPoll | undefined>;
}

export interface StoredPush {
  readonly id: string;
  readonly device: string;
  /** Address and keys of the subscription, locked in the strongbox. */
  readonly locked: string;
  readonly units: readonly string[];
  readonly topics: readonly PushTopic[];
  readonly digestHour: number | null;
  readonly madeMs: number;
  /** In a row; then it is forgotten. */
  readonly failures: number;
}

export interface StoredPushMessage {
  readonly id: string;
  readonly topic: PushTopic | 'digest';
  readonly title: string;
  readonly text: string;
  readonly at: string;
  readonly units: readonly string[];
  readonly atMs: number;
  readonly sent: number;
  readonly accepted: number;
  readonly failed: number;
}

export interface PushStore {
  /** In place of one of the same address; of one device the oldest give way. Problem: over-budget. */
  put(push: StoredPush, most: number, mostOfDevice: number): Promise<Result<void>>;
  push(id: string): Promise<StoredPush | undefined>;
  ofDevice(device: string): Promise<StoredPush[]>;
  /** In the order of their ids, part after part. */
  page(after: string, limit: number): Promise<StoredPush[]>;
  failed(id: string, failures: number): Promise<void>;
  remove(ids: readonly string[]): Promise<number>;
  count(): Promise<number>;
  saveMessage(message: StoredPushMessage): Promise<void>;
  /** Newest first, with how many said that it came. */
  messages(fromMs: number, limit: number): Promise<(StoredPushMessage & { readonly received: number })[]>;
  message(id: string): Promise<StoredPushMessage | undefined>;
  /** Once for each tag. */
  received(message: string, tag: string): Promise<void>;
  forgetMessages(beforeMs: number): Promise<void>;
}

export interface CitizenStore {
  readonly feedback: FeedbackStore;
  readonly polls: PollStore;
  readonly pushes: PushStore;
}
