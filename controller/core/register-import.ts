// What an import would do, row by row: new, changed in which fields, unchanged, refused with code and column. Pure.
import { Id } from '../../schemas/ids.ts';
import { parse } from '../../schemas/parse.ts';
import { bad, ok, type Problem, type Result } from '../../schemas/problems.ts';
import { EquipmentFacts, type EquipmentVersion, type ImportLook, registerLimits } from '../../schemas/register.ts';
import type { LocalDate } from '../../schemas/time.ts';
import { changedFields, checkPhotos, judgeState, type Maker } from './register.ts';
import { type RegisterColumn, readCell, registerColumns } from './register-columns.ts';

/** A line of the file: its number there, and its cells. */
export interface ImportLine {
  readonly line: number;
  readonly cells: readonly string[];
}

export interface ImportRow extends ImportLook {
  /** What is written when the import is made. */
  readonly state: EquipmentVersion | null;
}

export interface ImportPlace {
  readonly columns: readonly RegisterColumn[];
  readonly known: ReadonlyMap<string, EquipmentVersion>;
  /** Entries of the whole register. */
  readonly entries: number;
  readonly from: LocalDate | undefined;
  /** Photographs of the file that somebody has given. */
  readonly given: ReadonlySet<string>;
  /** The unit that a cell names, by id or by official code. */
  readonly unitOf: (text: string) => string | undefined;
  /** May the importer write there? Problems: not-found, not-allowed. */
  readonly mayWrite: (unit: string) => Result<void>;
}

export function idsIn(columns: readonly RegisterColumn[], lines: readonly ImportLine[]): string[] {
  const at = columns.findIndex(({ field }) => field === 'id');
  return [...new Set(lines.map(({ cells }) => String(readCell('text', cells[at] ?? '') ?? '')))];
}

/** Photographs the file names, in whatever shape. */
export function photosIn(columns: readonly RegisterColumn[], lines: readonly ImportLine[]): string[] {
  const at = columns.findIndex(({ field }) => field === 'photos');
  const named = at < 0 ? [] : lines.flatMap(({ cells }) => readCell('list', cells[at] ?? '') ?? []);
  return [...new Set(named.map(String))];
}

/** Columns that the file does not have keep what is known; an empty cell empties. */
export function planImport(lines: readonly ImportLine[], place: ImportPlace, maker: Maker): ImportRow[] {
  const seen = new Set<string>();
  let added = 0;
  return lines.map((line): ImportRow => {
    const read = readLine(line, place);
    const id = typeof read.id === 'string' ? read.id.slice(0, 64) : '';
    const refused = (problem: Problem): ImportRow => {
      const column = columnOf(problem);
      return { line: line.line, id, verdict: 'refused', fields: [], problem, column, state: null };
    };
    const named = parse(Id, read.id);
    if (!named.ok) return refused({ ...named.problem, path: '/id' });
    if (seen.has(id)) return refused(problemOf(bad('conflict', 'stands in the file twice', '/id')));
    seen.add(id);
    const last = place.known.get(id);
    const judged = judgeLine(id, read.facts, last, place, maker);
    if (!judged.ok) return refused(judged.problem);
    const state = judged.value ?? null;
    if (!state) return { line: line.line, id, verdict: 'unchanged', fields: [], problem: null, column: null, state };
    const before = last?.facts ?? null;
    if (!last && place.entries + ++added > registerLimits.entries)
      return refused(problemOf(bad('over-budget', `a register has at most ${registerLimits.entries} entries`, '/id')));
    const fields = before ? changedFields(before, state.facts) : [];
    return { line: line.line, id, verdict: before ? 'changed' : 'new', fields, problem: null, column: null, state };
  });
}

function readLine(
  { cells }: ImportLine,
  { columns, unitOf }: ImportPlace,
): { readonly id: unknown; readonly facts: Record<string, unknown> } {
  const facts: Record<string, unknown> = {};
  for (const [at, { field, kind }] of columns.entries()) {
    const value = readCell(kind, cells[at] ?? '');
    facts[field] = field === 'unit' && typeof value === 'string' ? (unitOf(value) ?? value) : value;
  }
  const { id, ...others } = facts;
  // No state at all is the usual one.
  if (others['state'] === null) delete others['state'];
  return { id, facts: others };
}

function judgeLine(
  id: string,
  cells: Record<string, unknown>,
  last: EquipmentVersion | undefined,
  { from, given, mayWrite }: ImportPlace,
  maker: Maker,
): Result<EquipmentVersion | undefined> {
  const facts = parse(EquipmentFacts, { ...last?.facts, ...cells });
  if (!facts.ok) return facts;
  for (const unit of new Set([...(last?.facts ? [last.facts.unit] : []), facts.value.unit])) {
    const allowed = mayWrite(unit);
    if (!allowed.ok) return { ok: false, problem: { ...allowed.problem, path: '/unit' } };
  }
  const named = checkPhotos(facts.value.photos, last?.facts?.photos ?? [], given);
  if (!named.ok) return named;
  return judgeState(last, { entry: id, version: last?.n ?? 0, from, facts: facts.value }, maker);
}

function problemOf(result: Result<never>): Problem {
  if (result.ok) throw new Error('a problem was made and is none');
  return result.problem;
}

function columnOf({ path }: Problem): string | null {
  const field = path.split('/')[1];
  return registerColumns.find((column) => column.field === field)?.vi ?? null;
}

/** Rows to write. Problem: bad-input (the first refused row, unless refused ones are left out). */
export function rowsToWrite(rows: readonly ImportRow[], leaveOut: boolean): Result<EquipmentVersion[]> {
  const refused = rows.find(({ verdict }) => verdict === 'refused');
  if (refused?.problem && !leaveOut)
    return bad(
      'bad-input',
      `line ${refused.line}: ${refused.problem.code}, ${refused.problem.detail}`,
      `/csv/${refused.line}${refused.problem.path}`,
    );
  return ok(rows.flatMap(({ state }) => state ?? []));
}
