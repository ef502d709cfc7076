// What a centre remembers of approving away from the desk: delegations and one-time links.
import type { Result } from '../../schemas/problems.ts';
import type { Delegation } from '../core/delegation.ts';
import type { Act } from './store.ts';

/** For one account, one version, once. */
export interface ApprovalLink {
  /** SHA-256 of the word in the link. */
  readonly tokenHash: string;
  readonly account: string;
  readonly of: { readonly source: string; readonly version: number } | { readonly programme: string; readonly changedMs: number };
  readonly by: string;
  readonly madeMs: number;
  readonly expMs: number;
  readonly usedMs: number | null;
}

export interface ApprovalStore {
  /** Read, decide, write: one after the other; `all` are those of the same giver. Problems: those of the judge. */
  decideDelegation(
    id: string,
    giver: string,
    judge: (delegation: Delegation | undefined, all: readonly Delegation[]) => Result<Delegation>,
    act: Act,
  ): Promise<Result<Delegation>>;
  delegation(id: string): Promise<Delegation | undefined>;
  /** Newest end first. */
  delegations(limit: number): Promise<Delegation[]>;
  /** Those that somebody holds and that end after this instant. */
  heldBy(holder: string, atMs: number): Promise<Delegation[]>;

  /** Problem: over-budget (open links of the account, or those of them that one person made). */
  addLink(link: ApprovalLink, atMs: number, act: Act): Promise<Result<void>>;
  link(tokenHash: string): Promise<ApprovalLink | undefined>;
  /** Of two that use it at once one does; what comes of it is told with `settleLink`. Problems: not-found (unknown, used), expired. */
  useLink(tokenHash: string, atMs: number): Promise<Result<ApprovalLink>>;
  /** What came of its use, into the audit; refused, the link is as it was. */
  settleLink(tokenHash: string, came: 'done' | 'refused', act: Act): Promise<void>;
}
