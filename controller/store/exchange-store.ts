// What a centre remembers of exchange with foreign systems: the links, what each was supplied with in its order, what each has said.
import type { Result } from '../../schemas/problems.ts';
import type { ExchangeLink, Supply } from '../core/exchange.ts';
import type { Act } from './store.ts';

export interface Supplied {
  readonly seq: number;
  readonly atMs: number;
  /** The document as JSON. */
  readonly body: string;
}

export interface Heard {
  readonly key: string;
  /** When they say it was so: an older word does not take a newer one's place. */
  readonly atMs: number;
  readonly heardMs: number;
  readonly body: string;
}

export interface ExchangeStore {
  /** By id. */
  links(): Promise<ExchangeLink[]>;
  /** Read all, decide, put or remove one; what a removed one was supplied with and has said goes with it. Problems: those of the judge. */
  decide(
    judge: (links: readonly ExchangeLink[]) => Result<{ readonly put: ExchangeLink } | { readonly remove: ExchangeLink }>,
    act: Act,
  ): Promise<Result<ExchangeLink>>;
  /**
   * Issues in inboxes of these units of which the word in force (its version, or that it was taken back) was not supplied yet; oldest first, each
   * once. Only these are read whole, however much was ever supplied.
   */
  owed(link: string, units: readonly string[], limit: number): Promise<string[]>;
  /** Those of these issues of which anything was supplied. */
  knows(link: string, issues: readonly string[]): Promise<ReadonlySet<string>>;
  /** Each key once, numbered without a gap (after a restore from far above what was given); answers how many were new. */
  supply(link: string, supplies: readonly Supply[], atMs: number): Promise<number>;
  /** In their order, after a number. */
  supplied(link: string, after: number, limit: number): Promise<Supplied[]>;
  /** Highest number of each link that was supplied, and when it was heard last. */
  standing(): Promise<ReadonlyMap<string, { readonly supplied: number; readonly lastHeardMs: number | null }>>;
  /** Whole rows in place of older ones of the same key. */
  hear(link: string, heard: readonly Heard[], act: Act): Promise<void>;
  /** Said last first. */
  heard(link: string, limit: number): Promise<Heard[]>;
}
