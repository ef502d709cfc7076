// What a page shows from the centre: asked when it opens, when the centre says that it changed, when the line comes back, and seldom.
import type { PublicEvent } from '../../../schemas/citizen-api.ts';
import { sameAnswer } from '../../console/line/same-answer.ts';
import { Refused, type ShownProblem } from './door.ts';
import { changeOf } from './stream.ts';

const netMs = 60_000;

export interface Live<T> {
  /** The last answer; undefined before the first. Without a line it is the one that the phone kept. */
  readonly value: T | undefined;
  /** Why the last question had no answer; the last answer stays. */
  readonly problem: ShownProblem | undefined;
  again(): Promise<void>;
}

/** To be called while a component is made; asked again when what `ask` reads of the component's state before its first `await` changes. */
export function live<T>(names: readonly PublicEvent[], ask: () => Promise<T>): Live<T> {
  let last = $state.raw<T>();
  let problem = $state.raw<ShownProblem>();
  let count = 0;
  const take = async (answer: Promise<T>) => {
    count += 1;
    const mine = count;
    try {
      const value = await answer;
      if (mine !== count) return;
      if (!sameAnswer(last, value)) last = value;
      problem = undefined;
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      if (mine === count) problem = error.problem;
    }
  };
  $effect(() => {
    void take(ask());
    const soon = () => void (document.visibilityState === 'visible' && take(ask()));
    const net = setInterval(soon, netMs);
    addEventListener('online', soon);
    document.addEventListener('visibilitychange', soon);
    for (const name of names) document.addEventListener(changeOf(name), soon);
    return () => {
      clearInterval(net);
      removeEventListener('online', soon);
      document.removeEventListener('visibilitychange', soon);
      for (const name of names) document.removeEventListener(changeOf(name), soon);
    };
  });
  return {
    get value() {
      return last;
    },
    get problem() {
      return problem;
    },
    again: () => take(ask()),
  };
}
