// What is coming to a board, and when: pages that were told and are not on yet. Pure, on plain data.
import type { ShowAction } from './core/model.ts';

/** A page of an attempt. */
export interface ComingPage {
  readonly attempt: number;
  readonly order: boolean;
  readonly show: ShowAction;
}

/** Instants are looked for in short steps, so that a stepped clock is noticed. */
const lookMs = 500;
/** The screen is asked about the page before so long before the next one comes. */
export const lastLookMs = 250;
/** A page that ends while the next is so near stays until it comes. */
const meetMs = 300;

/** By their instants; of those for the same instant the one told last is the last. */
export function withPage<Page extends ComingPage>(coming: readonly Page[], page: Page): readonly Page[] {
  return [...coming, page].sort((a, b) => a.show.atMs - b.show.atMs);
}

/** What was told of an attempt for the same time or later is told no more. */
export function withoutLater<Page extends ComingPage>(coming: readonly Page[], { attempt, atMs }: ShowAction): readonly Page[] {
  return coming.filter((one) => one.attempt !== attempt || one.show.atMs < atMs);
}

export function withoutAttempt<Page extends ComingPage>(coming: readonly Page[], attempt: number): readonly Page[] {
  return coming.filter((one) => one.attempt !== attempt);
}

/** The page to be taken in hand now, and those after it: one whose time came and went while another was awaited was never on. */
export function dueBy<Page extends ComingPage>(
  coming: readonly Page[],
  wallMs: number,
): { readonly due: Page | undefined; readonly rest: readonly Page[] } {
  const due = coming.filter((one) => fromMs(one) <= wallMs);
  return { due: due.at(-1), rest: coming.filter((one) => !due.includes(one)) };
}

/** How long nothing is to be done; undefined: until something is told. `on` is the page that is on, `progressInMs` when it is told of. */
export function idleMs(
  [next]: readonly ComingPage[],
  on: { readonly show: ShowAction; readonly progressInMs: number } | undefined,
  wallMs: number,
): number | undefined {
  const untilMs = [next && fromMs(next) - wallMs, on?.progressInMs, on?.show.last ? on.show.untilMs - wallMs : undefined];
  const soonest = Math.min(...untilMs.filter((ms) => ms !== undefined));
  return Number.isFinite(soonest) ? Math.min(Math.max(0, soonest), lookMs) : undefined;
}

/** Has the attempt's last page had its time? Not while the next one is about to take its place. */
export function isOver(show: ShowAction, [next]: readonly ComingPage[], wallMs: number): boolean {
  const met = next && next.show.atMs - show.untilMs <= meetMs;
  return show.last && wallMs >= show.untilMs && !met;
}

/** How a page ended whose place another took. */
export function endedBy(show: ShowAction, paintedMs: number): 'completed' | 'stopped' {
  return paintedMs >= show.untilMs - meetMs ? 'completed' : 'stopped';
}

/** When a page is taken in hand: a bulletin a last look ahead, an order at its instant. */
function fromMs({ order, show }: ComingPage): number {
  return show.atMs - (order ? 0 : lastLookMs);
}
