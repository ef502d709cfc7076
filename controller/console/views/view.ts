// What every view gets and gives: a place to draw, who looks, and how to leave.
import type { SessionAnswer } from '../../../schemas/api.ts';
import { Refused } from '../door.ts';
import { eventName } from '../events.ts';

export interface Stage {
  readonly content: HTMLElement;
  readonly session: SessionAnswer;
  may(...roles: string[]): boolean;
}

/** Draws itself; the function returned stops its timers and streams. */
export type View = (stage: Stage) => () => void;

/** Say what went wrong in the catalogue's words, with the place. */
export function tellProblem(target: HTMLElement, error: unknown): void {
  if (!(error instanceof Refused)) throw error;
  const { title, detail, path } = error.problem;
  target.textContent = [title, path && `(${path})`, detail && `– ${detail}`].filter(Boolean).join(' ');
}

/** A cut line is no news: the next event or the net below draws again. */
export function tellStray(error: unknown): void {
  if (!(error instanceof Refused && error.problem.code === 'offline')) console.warn(error);
}

/** Run `draw` now, again on each named live event of the centre, and each 15 s as a net below. */
export function follow(names: readonly string[], draw: () => Promise<void>): () => void {
  let waiting = false;
  let gone = false;
  const soon = () => {
    if (waiting || gone) return;
    waiting = true;
    setTimeout(() => {
      waiting = false;
      if (!gone) draw().catch(tellStray);
    }, 300);
  };
  for (const name of names) document.addEventListener(eventName(name), soon);
  const timer = setInterval(soon, 15_000);
  soon();
  return () => {
    gone = true;
    for (const name of names) document.removeEventListener(eventName(name), soon);
    clearInterval(timer);
  };
}
