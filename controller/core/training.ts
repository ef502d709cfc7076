// What is recorded of training, which boxes are virtual, and who counts as trained. Pure; time is an argument.
import { bad, ok, type Result } from '../../schemas/problems.ts';
import type { Report } from '../../schemas/report.ts';
import { exercises, type Training, type TrainingRequest, type TrainingResultRequest } from '../../schemas/training.ts';
import type { Grant } from './roles.ts';

/** Whoever passed so long ago has to do it again. */
export const trainedForMs = 365 * 24 * 3600_000;

export interface KnownBox {
  readonly id: string;
  readonly enrolled: boolean;
  readonly report: Report | null;
}

const virtualWords: readonly string[] = ['none', 'virtual'];

/**
 * Nothing real hangs on it: it says so of its sound, its relays and its screen. A box that was never enrolled can make no
 * sound at all; an enrolled one that has told nothing yet may be anything.
 */
export function isVirtual({ enrolled, report }: KnownBox): boolean {
  if (!enrolled) return true;
  if (!report) return false;
  return Object.values(report.hardware).every((word) => virtualWords.includes(word) || word.startsWith('simulated'));
}

/** Boxes that keep a unit from being a sandbox. Problem: conflict, by name. */
export function judgeSandbox(boxes: readonly KnownBox[]): Result<void> {
  const real = boxes.filter((box) => !isVirtual(box)).map(({ id }) => id);
  return real.length === 0 ? ok(undefined) : bad('conflict', `not virtual, or not known to be: ${real.slice(0, 20).join(', ')}`, '/unit');
}

/** Problems: not-found (exercise), conflict (the person has no such role; nobody records own training). */
export function judgeTraining(
  { person, exercise, unit, note }: TrainingRequest,
  grants: readonly Grant[],
  { id, by, atMs }: { readonly id: string; readonly by: string; readonly atMs: number },
): Result<Training> {
  const asked = exercises.find((one) => one.id === exercise);
  if (!asked) return bad('not-found', `no exercise ${exercise}`, '/exercise');
  if (person === by) return bad('conflict', 'somebody else records it', '/person');
  if (!grants.some(({ role }) => role === asked.role)) return bad('conflict', `${person} has no role ${asked.role}`, '/person');
  return ok({ id, person, exercise, role: asked.role, unit, by, beganMs: atMs, completedMs: null, result: null, completedBy: null, note });
}

/** Problems: conflict (completed already; nobody records own training), bad-input (before it began, to come). */
export function judgeResult(
  training: Training,
  { result, completedMs, note }: TrainingResultRequest,
  by: string,
  nowMs: number,
): Result<Training> {
  if (training.completedMs !== null) return bad('conflict', 'completed already', '/id');
  if (training.person === by) return bad('conflict', 'somebody else records it', '/id');
  const atMs = completedMs ?? nowMs;
  if (atMs < training.beganMs || atMs > nowMs) return bad('bad-input', 'after it began, and not to come', '/completedMs');
  return ok({ ...training, completedMs: atMs, result, completedBy: by, note: note === '' ? training.note : note });
}

/** People who passed an exercise of a role they have within the year before an instant. */
export function trainedAt(
  people: readonly { readonly account: string; readonly grants: readonly Grant[] }[],
  trainings: readonly Training[],
  atMs: number,
): ReadonlySet<string> {
  const passed = trainings.filter(
    ({ result, completedMs }) => result === 'passed' && completedMs !== null && completedMs < atMs && completedMs >= atMs - trainedForMs,
  );
  const roles = new Set(passed.map(({ person, role }) => `${person} ${role}`));
  return new Set(
    people.filter(({ account, grants }) => grants.some(({ role }) => roles.has(`${account} ${role}`))).map(({ account }) => account),
  );
}
