// What a component shows from the centre: asked when it opens, again when the centre says that it changed, and seldom as a net below.
import { Refused, type ShownProblem } from './door.ts';
import { eventName } from './events.ts';
import { sameAnswer } from './same-answer.ts';

const leastRestMs = 300;
/** The line and this computer do other things too: it rests this many times as long as asking took. */
const restTimes = 4;
const netMs = 15_000;

export interface Live<T> {
  /** The last answer; undefined before the first. */
  readonly value: T | undefined;
  /** Why the last question had no answer; the last answer stays. */
  readonly problem: ShownProblem | undefined;
  /** When `value` was answered, ms. */
  readonly atMs: number | undefined;
  /** Ask now; done when answered. */
  again(): Promise<void>;
}

/**
 * To be called while a component is made. `ask` is asked again when one of the live events `names` comes, and when what it reads of
 * the component's state before its first `await` changes.
 */
export function live<T>(names: readonly string[], ask: () => Promise<T>): Live<T> {
  // As it was answered: answers are replaced, never changed, and a list of thousands is not wrapped item by item.
  let last = $state.raw<T>();
  let problem = $state.raw<ShownProblem>();
  let atMs = $state<number>();
  let asked = 0;
  let restMs = leastRestMs;
  const take = async (answer: Promise<T>) => {
    asked += 1;
    const mine = asked;
    const begunMs = performance.now();
    try {
      const value = await answer;
      if (mine !== asked) return;
      if (!sameAnswer(last, value)) last = value;
      problem = undefined;
      atMs = Date.now();
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      if (mine === asked) problem = error.problem;
    }
    restMs = Math.max(leastRestMs, restTimes * (performance.now() - begunMs));
  };
  $effect(() => {
    void take(ask());
    let timer: ReturnType<typeof setTimeout> | undefined;
    const soon = () => {
      timer ??= setTimeout(() => {
        timer = undefined;
        void take(ask());
      }, restMs);
    };
    for (const name of names) document.addEventListener(eventName(name), soon);
    const net = setInterval(soon, netMs);
    return () => {
      clearTimeout(timer);
      clearInterval(net);
      for (const name of names) document.removeEventListener(eventName(name), soon);
    };
  });
  return {
    get value() {
      return last;
    },
    get problem() {
      return problem;
    },
    get atMs() {
      return atMs;
    },
    again: () => take(ask()),
  };
}
