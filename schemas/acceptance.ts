// The acceptance record: what a technician found at a box that was just installed, in twelve lines, and what they heard. Pure.
import * as v from 'valibot';
import { Sha256 } from './ids.ts';
import { parse } from './parse.ts';
import { bad, ok, type Result } from './problems.ts';

/** In the order in which people read them. */
export const acceptanceLines = [
  'power',
  'card',
  'modem',
  'names',
  'time',
  'tls',
  'claim',
  'centre',
  'amplifier',
  'tone',
  'screen',
  'place',
] as const;
export const AcceptanceLine = v.picklist(acceptanceLines);
export type AcceptanceLine = v.InferOutput<typeof AcceptanceLine>;

export const AcceptanceCheck = v.strictObject({
  line: AcceptanceLine,
  /** `absent`: this box has no such part. `unknown`: it could not be looked at. */
  result: v.picklist(['pass', 'fail', 'unknown', 'absent']),
  /** Why, in words of the page; empty where nothing is to be said. */
  reason: v.optional(v.pipe(v.string(), v.maxLength(120)), ''),
  /** What was measured, with its unit: `5,02 V`, `-87 dBm`. */
  value: v.optional(v.pipe(v.string(), v.maxLength(40)), ''),
});
export type AcceptanceCheck = v.InferOutput<typeof AcceptanceCheck>;

export const AcceptanceAnswers = v.strictObject({
  /** Did the technician hear the tone at the horn? */
  toneHeard: v.boolean(),
  /** Who looked, as they wrote it. */
  by: v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(64)),
  photo: v.optional(Sha256),
  /** WGS 84, degrees. */
  position: v.optional(
    v.strictObject({
      latitude: v.pipe(v.number(), v.minValue(-90), v.maxValue(90)),
      longitude: v.pipe(v.number(), v.minValue(-180), v.maxValue(180)),
      accuracyM: v.optional(v.pipe(v.number(), v.minValue(0), v.maxValue(100_000))),
    }),
  ),
  note: v.optional(v.pipe(v.string(), v.trim(), v.maxLength(300)), ''),
});
export type AcceptanceAnswers = v.InferOutput<typeof AcceptanceAnswers>;

/** Body of a signed `acceptance` statement. When it was made is the statement's `iat`; which box, its `iss`. */
export const AcceptanceRecord = v.strictObject({
  checks: v.pipe(
    v.array(AcceptanceCheck),
    v.length(acceptanceLines.length),
    v.check((checks) => checks.every(({ line }, i) => line === acceptanceLines[i]), 'must be the twelve lines in their order'),
  ),
  answers: AcceptanceAnswers,
});
export type AcceptanceRecord = v.InferOutput<typeof AcceptanceRecord>;

/**
 * The record of what was looked at and answered. A line nobody looked at is `unknown`; the line of the tone is what the technician
 * heard, the line of the place says whether photo or position are there. Problem: bad-input (shape, a line named twice).
 */
export function acceptanceRecord(checks: readonly unknown[], answers: unknown): Result<AcceptanceRecord> {
  const said = parse(AcceptanceAnswers, answers);
  if (!said.ok) return bad('bad-input', said.problem.detail, `/answers${said.problem.path}`);
  const given = parse(v.pipe(v.array(AcceptanceCheck), v.maxLength(acceptanceLines.length)), checks);
  if (!given.ok) return bad('bad-input', given.problem.detail, `/checks${given.problem.path}`);
  const twice = given.value.findIndex(({ line }, i) => given.value.findIndex((one) => one.line === line) !== i);
  if (twice >= 0) return bad('bad-input', 'this line stands there twice', `/checks/${twice}/line`);
  const found = new Map(given.value.map((check) => [check.line, check]));
  return ok({ checks: acceptanceLines.map((line) => lineOf(line, found.get(line), said.value)), answers: said.value });
}

function lineOf(line: AcceptanceLine, check: AcceptanceCheck | undefined, answers: AcceptanceAnswers): AcceptanceCheck {
  const { reason = '', value = '' } = check ?? {};
  if (line === 'tone') return { line, result: answers.toneHeard ? 'pass' : 'fail', reason, value };
  if (line === 'place') return { line, result: answers.photo || answers.position ? 'pass' : 'unknown', reason, value };
  return check ?? { line, result: 'unknown', reason, value };
}

/** Nothing failed and the tone was heard. What is `unknown` is told, and does not stand in the way. */
export function accepted({ checks }: AcceptanceRecord): boolean {
  return checks.every(({ result }) => result !== 'fail');
}

/** What a technician found at a box, signed by the box. */
export interface AcceptanceAnswer {
  readonly id: string;
  /** By the box's clock. */
  readonly atMs: number;
  readonly receivedMs: number;
  readonly accepted: boolean;
  /** The box's signing key. */
  readonly signedBy: string;
  readonly record: AcceptanceRecord;
}
