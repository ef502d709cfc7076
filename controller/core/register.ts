// Entries of the register as dated states that are only ever added: what may follow what, and how an import is taken back. Pure.
import { bad, ok, type Result } from '../../schemas/problems.ts';
import {
  type EquipmentFacts,
  type EquipmentField,
  type EquipmentVersion,
  type RegisterImport,
  registerLimits,
} from '../../schemas/register.ts';
import type { LocalDate } from '../../schemas/time.ts';

export interface Maker {
  readonly by: string;
  readonly atMs: number;
  readonly today: LocalDate;
  readonly imported: string | null;
}

export interface EquipmentWish {
  readonly entry: string;
  readonly version: number;
  readonly from: LocalDate | undefined;
  readonly facts: EquipmentFacts;
}

/** Fields in which two states differ. */
export function changedFields(before: EquipmentFacts | null, after: EquipmentFacts | null): EquipmentField[] {
  const fields = new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})] as EquipmentField[]);
  return [...fields].filter((field) => JSON.stringify(before?.[field] ?? null) !== JSON.stringify(after?.[field] ?? null));
}

/**
 * The next state of an entry; undefined where nothing changes.
 * Problems: conflict (somebody else was first; earlier than the state before), bad-input (a day to come), over-budget.
 */
export function judgeState(last: EquipmentVersion | undefined, wish: EquipmentWish, maker: Maker): Result<EquipmentVersion | undefined> {
  const seen = last?.n ?? 0;
  if (wish.version !== seen) return bad('conflict', `version ${wish.version} was looked at, ${seen} is the newest`, '/version');
  const from = wish.from ?? maker.today;
  if (from > maker.today) return bad('bad-input', `${from} is a day to come`, '/from');
  if (last?.facts && from < last.from) return bad('conflict', `its last state holds since ${last.from}`, '/from');
  if (seen >= registerLimits.versions) return bad('over-budget', `${registerLimits.versions} states of one entry`);
  if (last?.facts && changedFields(last.facts, wish.facts).length === 0) return ok(undefined);
  const { by, atMs, imported } = maker;
  return ok({ entry: wish.entry, n: seen + 1, from, atMs, by, imported, undoes: null, facts: wish.facts });
}

/** What stood there before may stay, whoever has it. Problem: not-found. */
export function checkPhotos(photos: readonly string[], before: readonly string[], given: ReadonlySet<string>): Result<void> {
  const at = photos.findIndex((photo) => !given.has(photo) && !before.includes(photo));
  return at < 0 ? ok(undefined) : bad('not-found', `no photograph ${photos[at]}; give it to /api/photos first`, `/photos/${at}`);
}

/** A state an import made, the one before it, and the newest. */
export interface ImportedState {
  readonly made: EquipmentVersion;
  readonly before: EquipmentVersion | undefined;
  readonly last: EquipmentVersion;
}

/** Entries that were changed after the import: it cannot be taken back over them. */
export function laterChanged(states: readonly ImportedState[]): string[] {
  return states.filter(({ made, last }) => last.n !== made.n).map(({ made }) => made.entry);
}

/** States that take an import back. Problem: conflict (taken back already; changed later, by name). */
export function judgeImportUndo(
  { undoneMs, undoneBy }: RegisterImport,
  states: readonly ImportedState[],
  { by, atMs }: Pick<Maker, 'by' | 'atMs'>,
): Result<EquipmentVersion[]> {
  if (undoneMs !== null) return bad('conflict', `taken back by ${undoneBy} already`, '/id');
  const later = laterChanged(states);
  if (later.length > 0) return bad('conflict', `changed since then: ${later.join(', ')}`, '/id');
  return ok(
    states.map(({ made, before }) => ({
      ...{ entry: made.entry, n: made.n + 1, from: before?.facts ? before.from : made.from, atMs, by },
      ...{ imported: null, undoes: made.n, facts: before?.facts ?? null },
    })),
  );
}

/** The state in which an entry was at the end of a day, of all its states; what was taken back never was. */
export function stateOn(versions: readonly EquipmentVersion[], day: LocalDate): EquipmentVersion | undefined {
  const undone = new Set(versions.flatMap(({ undoes }) => undoes ?? []));
  const held = versions.filter(({ n, from }) => from <= day && !undone.has(n));
  return held.reduce<EquipmentVersion | undefined>((last, one) => (last && last.n > one.n ? last : one), undefined);
}
