// May something in a bulletin flash more than three times a second (WCAG 2.2 §2.3.1)? Counted from its styles, strictly: better slow than wrong.
import type { Declaration, Rule } from './bulletin-css.ts';

const flashesPerSecondMax = 3;

/**
 * The worst that the styles of one document may put together; its rules may meet on one element in any way, and elements may stand side by
 * side over the whole screen: ten slow ones, each begun a little later, flash as fast as one fast one.
 */
export interface Motion {
  /** Stops of the longest list of key frames. */
  stops: number;
  /** Steps of the finest `steps()`. */
  steps: number;
  /** Animations named at once on one element. */
  atOnce: number;
  /** Different sets of declarations that move something. */
  readonly sets: Set<string>;
  /** Of each property that moves something, its different values. */
  readonly values: Map<string, Set<string>>;
}

export function noMotion(): Motion {
  return { stops: 2, steps: 1, atOnce: 1, sets: new Set(), values: new Map() };
}

/** Add what these rules and declarations bring. */
export function countMotion(motion: Motion, rules: readonly Rule[], declarations: readonly Declaration[] = []): void {
  for (const rule of rules) {
    if (rule.kind === 'keyframes') {
      motion.stops = Math.max(motion.stops, stopsOf(rule.rules));
      for (const frame of rule.rules) if (frame.kind === 'frame') countSteps(motion, frame.declarations);
    } else if (rule.kind === 'media') countMotion(motion, rule.rules);
    else countMotion(motion, [], rule.declarations);
  }
  const own = moving(declarations);
  if (own.length > 0) motion.sets.add(own.map(({ property, value }) => `${property}:${value}`).join(';'));
  countSteps(motion, own);
  for (const { property, value } of own) {
    motion.values.set(property, (motion.values.get(property) ?? new Set()).add(value));
    if (property === 'animation' || property === 'animation-name') motion.atOnce = Math.max(motion.atOnce, listOf(value).length);
  }
}

function moving(declarations: readonly Declaration[]): Declaration[] {
  return declarations.filter(({ property }) => property.startsWith('animation'));
}

/** A count that is not read is as many as there may be. */
function countSteps(motion: Motion, declarations: readonly Declaration[]): void {
  for (const { value } of moving(declarations))
    for (const [, said = ''] of value.matchAll(/steps\(([^,)]*)/gi))
      motion.steps = Math.max(motion.steps, /^\d{1,4}$/.test(said.trim()) ? Number(said) : Number.POSITIVE_INFINITY);
}

/**
 * In how many ways elements may move, each at its own instants: what moves alike moves together and is one flash. One set of declarations
 * is one way; where several meet, each property may have any of its values, or stay unsaid.
 */
function waysOf({ sets, values }: Motion): number {
  if (sets.size < 2) return 1;
  const counts = [...values.values()].map(({ size }) => size);
  return counts.length === 1 ? (counts[0] ?? 1) : counts.reduce((ways, count) => ways * (count + 1), 1);
}

/** Two changes make a flash; one run must last so long that the whole document does not pass three flashes a second. Milliseconds. */
export function runMsMin(motion: Motion): number {
  const { stops, steps, atOnce } = motion;
  return Math.ceil((((stops * steps) / 2) * atOnce * waysOf(motion) * 1000) / flashesPerSecondMax);
}

/** A time that is not understood is too fast. */
export function isTooFast({ property, value }: Declaration, motion: Motion): boolean {
  if (property !== 'animation' && property !== 'animation-duration') return false;
  const leastMs = runMsMin(motion);
  return listOf(value).some((one) => {
    const numbers = numbersOf(one);
    const times = numbers.map(msOf);
    // A bare number counts runs, and only the shorthand has one.
    if (times.some((ms, at) => ms === undefined && !(property === 'animation' && /^\d*\.?\d+$/.test(numbers[at] ?? '')))) return true;
    // The first time of the shorthand is the length, the second the delay; browsers differ about a first one below zero.
    const [runMs = 0] = times.filter((ms) => ms !== undefined);
    return runMs < 0 || (runMs > 0 && runMs < leastMs);
  });
}

/** Whatever begins as a number does, names and the insides of functions aside. Styles join words without a space: `f.1s` is `f` and `.1s`. */
function numbersOf(part: string): string[] {
  const words = part.replace(/\([^()]*\)/g, ' ').matchAll(/-{0,2}[a-z_][\w-]*|([+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?(?:%|[a-z]*))/gi);
  return [...words].flatMap(([, number]) => (number === undefined ? [] : [number]));
}

function msOf(number: string): number | undefined {
  const [, count, unit] = /^([+-]?(?:\d+\.?\d*|\.\d+))(m?s)$/i.exec(number) ?? [];
  return count === undefined ? undefined : Number(count) * (unit?.toLowerCase() === 's' ? 1000 : 1);
}

/** Where the first or the last stop is not written the element's own look stands there. */
function stopsOf(rules: readonly Rule[]): number {
  const stops = rules.flatMap((rule) => (rule.kind === 'frame' ? rule.selector.toLowerCase().split(',') : []));
  const begins = stops.some((stop) => stop === 'from' || Number.parseFloat(stop) === 0);
  const ends = stops.some((stop) => stop === 'to' || Number.parseFloat(stop) === 100);
  return stops.length + (begins ? 0 : 1) + (ends ? 0 : 1);
}

/** Parts of a list, commas within brackets and strings aside. */
function listOf(value: string): string[] {
  const parts: string[] = [''];
  let open = 0;
  for (const letter of value.replace(/"[^"]*"/g, 'name')) {
    if (letter === '(') open += 1;
    if (letter === ')') open -= 1;
    if (letter === ',' && open === 0) parts.push('');
    else parts[parts.length - 1] += letter;
  }
  return parts;
}
