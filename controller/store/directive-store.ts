// What a centre remembers of directives: those it issued, those that came from above, who has read them in which unit.
import type { Result } from '../../schemas/problems.ts';
import type { Directive, DirectiveEntry } from '../core/directive.ts';
import type { Act } from './store.ts';

export interface DirectiveFilter {
  /** Issued by these; `null`: by a centre above. */
  readonly units: readonly (string | null)[];
  /** Behind this one in the list. */
  readonly after?: { readonly atMs: number; readonly id: string };
  readonly limit: number;
}

export interface DirectiveEntryFilter {
  readonly directives?: readonly string[];
  readonly units?: readonly string[];
  readonly after?: { readonly atMs: number; readonly directive: string; readonly unit: string };
  readonly limit: number;
}

export interface DirectiveStore {
  /** A newer state of a known one takes its place; units that have it keep what they have read. Problem: over-budget. */
  put(directive: Directive, entries: readonly DirectiveEntry[], act: Act): Promise<Result<void>>;
  directive(id: string): Promise<Directive | undefined>;
  directivesOf(ids: readonly string[]): Promise<Directive[]>;
  /** Newest first. */
  directives(filter: DirectiveFilter): Promise<Directive[]>;
  /** The newest of all. */
  newest(limit: number): Promise<Directive[]>;
  /** Those of a centre above that were issued since then or are due since then, newest first. */
  from(centre: string, sinceMs: { readonly issued: number; readonly due: number }, limit: number): Promise<Directive[]>;
  /** Newest first, then by directive and unit. */
  entries(filter: DirectiveEntryFilter): Promise<DirectiveEntry[]>;
  /** Read, decide, write: one after the other; what changes nothing is not written. Problems: not-found, those of the judge. */
  read(
    directive: string,
    unit: string,
    judge: (entry: DirectiveEntry, directive: Directive) => Result<DirectiveEntry>,
    act: Act,
  ): Promise<Result<DirectiveEntry>>;
  /** Problems: not-found, those of the judge. */
  withdraw(id: string, judge: (directive: Directive) => Result<Directive>, act: Act): Promise<Result<Directive>>;
}
