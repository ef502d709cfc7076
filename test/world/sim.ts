// Many random lives in a row, the first broken promise shrunk to its smallest script.
import fc from 'fast-check';
import type { Rules } from '../../agent/core/rules.ts';
import { standardRules } from '../../agent/core/rules.ts';
import { ok } from '../../schemas/problems.ts';
import { type Violation, violations } from './invariants.ts';
import { anyScript, live, type Script } from './script.ts';

/** Rules broken on purpose, one at a time: a simulation that does not notice is worth nothing. */
export const breaks = {
  'early-amp': { ...standardRules, audibleFrom: (onMonoMs: number) => onMonoMs },
  // Not for ever: a ledger that grows with each decision makes one life last minutes.
  'double-receipt': {
    ...standardRules,
    settled: (ledger, occurrence) =>
      standardRules.settled(ledger, occurrence) && ledger.settled.filter((id) => id === occurrence.id).length > 2,
  },
  replay: { ...standardRules, fresh: () => ok(true) },
  silence: { ...standardRules, winner: () => undefined },
  'loud-service': { ...standardRules, held: (holds, kind) => standardRules.held({ ...holds, service: false }, kind) },
  'deaf-mute': { ...standardRules, held: (holds, kind) => standardRules.held({ ...holds, muted: false }, kind) },
  battery: { ...standardRules, held: (holds, kind) => standardRules.held({ ...holds, onBattery: false }, kind) },
  overrun: { ...standardRules, soundUntil: (_policy, _fromMs, toMs) => toMs },
  'any-tone': { ...standardRules, tone: () => null },
} as const satisfies Record<string, Rules>;
export type Break = keyof typeof breaks;

export interface Outcome {
  readonly cases: number;
  readonly violations: number;
  readonly found: {
    readonly seed: number;
    readonly violation: Violation;
    readonly script: Script;
    readonly transcript: readonly string[];
  } | null;
}

/** One life judged; a thrown error is a violation too. */
export function judge(script: Script, rules?: Rules): Violation[] {
  try {
    return violations(live(script, rules));
  } catch (error) {
    return [{ invariant: 'total', detail: error instanceof Error ? error.message : String(error) }];
  }
}

/** 6: same script, same transcript. */
export function repeats(script: Script, rules?: Rules): boolean {
  const [first, second] = [live(script, rules), live(script, rules)];
  return first.world.trace.lines.join('\n') === second.world.trace.lines.join('\n');
}

/** Without boards: what is broken on purpose concerns sound, and its shrinking tries hundreds of lives. */
const soundOnly: fc.Arbitrary<Script> = anyScript.map((script) => ({
  ...script,
  plans: script.plans.map((plan) => plan.map((one) => ({ ...one, board: false, lastsS: null, share: 1, valid: null }))),
}));

export function simulate(cases: number, seed: number, broken?: Break): Outcome {
  const rules = broken ? breaks[broken] : undefined;
  let nth = 0;
  const property = fc.property(broken ? soundOnly : anyScript, (script) => {
    nth++;
    return judge(script, rules).length === 0 && (nth % 50 !== 0 || repeats(script, rules));
  });
  const details = fc.check(property, { numRuns: cases, seed, endOnFailure: false });
  const script = details.counterexample?.[0];
  if (!details.failed || !script) return { cases: details.numRuns, violations: 0, found: null };
  const violation = judge(script, rules)[0] ?? { invariant: '6 same transcript', detail: 'two lives of one script differ' };
  return { cases: details.numRuns, violations: 1, found: { seed, violation, script, transcript: transcriptOf(script, rules) } };
}

function transcriptOf(script: Script, rules: Rules | undefined): readonly string[] {
  try {
    return live(script, rules).world.trace.lines;
  } catch {
    return [];
  }
}
