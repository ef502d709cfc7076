// May something in a bulletin flash more than three times a second (WCAG 2.2 §2.3.1)? Counted from its styles, strictly: better slow than wrong.
import type { Declaration, Rule } from './bulletin-css.ts';

const flashesPerSecondMax = 3;

/** The worst that the styles of one document may put together; its rules may meet on one element in any way. */
export interface Motion {
  /** Stops of the longest list of key frames. */
  stops: number;
  /** Steps of the finest `steps()`. */
  steps: number;
  /** Animations named at once. */
  atOnce: number;
}

export function noMotion(): Motion {
  return { stops: 2, steps: 1, atOnce: 1 };
}

/** Add what these rules and declarations bring. */
export function countMotion(motion: Motion, rules: readonly Rule[], declarations: readonly Declaration[] = []): void {
  for (const rule of rules) {
    if (rule.kind === 'keyframes') motion.stops = Math.max(motion.stops, stopsOf(rule.rules));
    if (rule.kind === 'style') countMotion(motion, [], rule.declarations);
    else if (rule.kind !== 'frame') countMotion(motion, rule.rules);
    else countMotion(motion, [], rule.declarations);
  }
  for (const { property, value } of declarations) {
    if (!property.startsWith('animation')) continue;
    for (const [, steps] of value.matchAll(/steps\( ?(\d{1,4})/g)) motion.steps = Math.max(motion.steps, Number(steps));
    if (property === 'animation' || property === 'animation-name') motion.atOnce = Math.max(motion.atOnce, listOf(value).length);
  }
}

/** Two changes make a flash; one run must last so long that three flashes a second are not passed. Milliseconds. */
export function runMsMin({ stops, steps, atOnce }: Motion): number {
  return Math.ceil((((stops * steps) / 2) * atOnce * 1000) / flashesPerSecondMax);
}

export function isTooFast({ property, value }: Declaration, motion: Motion): boolean {
  if (property !== 'animation' && property !== 'animation-duration') return false;
  const leastMs = runMsMin(motion);
  return listOf(value).some((one) => {
    // The first time of the shorthand is the length, the second the delay.
    const [, number, unit] = /(?<![\w.#-])(\d+\.?\d*|\.\d+)(m?s)\b/.exec(one) ?? [];
    if (number === undefined) return false;
    const runMs = Number(number) * (unit === 's' ? 1000 : 1);
    return runMs > 0 && runMs < leastMs;
  });
}

function stopsOf(rules: readonly Rule[]): number {
  return rules.reduce((sum, rule) => sum + (rule.kind === 'frame' ? rule.selector.split(',').length : 0), 0);
}

/** Parts of a list, commas within brackets aside. */
function listOf(value: string): string[] {
  const parts: string[] = [''];
  let open = 0;
  for (const letter of value) {
    if (letter === '(') open += 1;
    if (letter === ')') open -= 1;
    if (letter === ',' && open === 0) parts.push('');
    else parts[parts.length - 1] += letter;
  }
  return parts;
}
