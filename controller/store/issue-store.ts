// What a centre remembers of source items on their way down: issues, and each unit's inbox.
import type { Result } from '../../schemas/problems.ts';
import type { InboxAnswer } from '../../schemas/source-issue.ts';
import type { InboxEntry, SourceIssue } from '../core/source-issue.ts';
import type { Act, StoredSchedule } from './store.ts';

export interface InboxFilter {
  readonly issues?: readonly string[];
  readonly units?: readonly string[];
  readonly item?: string;
  readonly answer?: InboxAnswer;
  readonly limit: number;
}

export interface IssueStore {
  /** Problem: over-budget (issues of the item). */
  add(issue: SourceIssue, entries: readonly InboxEntry[], act: Act): Promise<Result<void>>;
  issue(id: string): Promise<SourceIssue | undefined>;
  /** Newest first. */
  issues(filter: { readonly item?: string; readonly limit: number }): Promise<SourceIssue[]>;
  /** Those of a centre above that were issued since then or are due since then, newest first: however many of our own are newer. */
  from(centre: string, sinceMs: { readonly issued: number; readonly due: number }, limit: number): Promise<SourceIssue[]>;
  /** To be disseminated by then or later, and not taken back; what is due soonest first. */
  due(fromMs: number, limit: number): Promise<SourceIssue[]>;
  /** How many units got each, and in how many it was inserted. */
  counts(issues: readonly string[]): Promise<ReadonlyMap<string, { readonly units: number; readonly inserted: number }>>;
  /** Newest first, then by unit. */
  entries(filter: InboxFilter): Promise<InboxEntry[]>;
  /** Read, decide, write: one answer after the other. Problems: not-found, those of the judge. */
  answer(
    issue: string,
    unit: string,
    judge: (entry: InboxEntry, issue: SourceIssue) => Result<InboxEntry>,
    act: Act,
  ): Promise<Result<InboxEntry>>;
  /** The unit's schedule and its entry together; not where the unit has answered, or the issue was taken back, meanwhile. */
  insert(entry: InboxEntry, schedule: StoredSchedule, act: Act): Promise<boolean>;
  /**
   * Take an issue back: what was inserted for it leaves with it. Problems: not-found, those of the judge.
   */
  withdraw(id: string, judge: (issue: SourceIssue) => Result<SourceIssue>, act: Act): Promise<Result<SourceIssue>>;
  /** Programmes that are no longer to have an item, since all issues under which it was taken were taken back. */
  revoked(): Promise<readonly { readonly programme: string; readonly item: string }[]>;
}
