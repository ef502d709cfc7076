// The register at work: who may write where, entries and imports decided in the store's turn.
import { randomHex, sha256 } from '../../hardware/host/crypto.ts';
import { canonicalJson } from '../../schemas/canonical.ts';
import { type AreaPath, within } from '../../schemas/ids.ts';
import { bad, ok, type Result } from '../../schemas/problems.ts';
import {
  type EquipmentRequest,
  type EquipmentVersion,
  type ImportPreviewRequest,
  type ImportRequest,
  type RegisterImport,
  type RegisterImportAnswer,
  registerLimits,
} from '../../schemas/register.ts';
import type { LocalDate } from '../../schemas/time.ts';
import { checkPhotos, type ImportedState, judgeImportUndo, judgeState, laterChanged, type Maker } from '../core/register.ts';
import { readHeader } from '../core/register-columns.ts';
import type { ImportRow } from '../core/register-import.ts';
import { type ImportPlace, idsIn, photosIn, planImport, rowsToWrite } from '../core/register-import.ts';
import { type Grant, may } from '../core/roles.ts';
import { homeOf, unitsAt } from '../core/source-place.ts';
import { periodOn } from '../core/unit-tree.ts';
import type { RegisterStore } from '../store/register-store.ts';
import type { SteeringStore } from '../store/steering-store.ts';
import type { Act } from '../store/store.ts';
import type { UnitDesk } from '../units/unit-desk.ts';
import { readCsv } from './csv-table.ts';

export interface RegisterDeskOptions {
  readonly register: RegisterStore;
  /** Only a photograph that was given may be named. */
  readonly photos: Pick<SteeringStore, 'photosGiven'>;
  readonly units: Pick<UnitDesk, 'tree' | 'today'>;
  readonly nowMs: () => number;
}

export interface RegisterAsking {
  readonly account: string;
  readonly grants: readonly Grant[];
  readonly act: (act: string, subject: string, content?: unknown) => Act;
}

export interface LookedImport {
  readonly rows: readonly ImportRow[];
  /** Names exactly what would be written. */
  readonly looked: string;
}

export class RegisterDesk {
  readonly #options: RegisterDeskOptions;

  constructor(options: RegisterDeskOptions) {
    this.#options = options;
  }

  /** Where the things of a unit belong today. */
  areaOf(unit: string): AreaPath | undefined {
    const { units } = this.#options;
    return homeOf(units.tree, units.today(), unit)?.area;
  }

  /** Units whose things somebody sees, under one if that is asked. */
  unitsSeen(sees: (area: AreaPath) => boolean, under: AreaPath | undefined): string[] {
    const { units } = this.#options;
    return unitsAt(units.tree, units.today(), (area) => sees(area) && (under === undefined || within(area, under)));
  }

  /** In the order of their ids, as they are now. */
  entries(filter: {
    readonly units?: readonly string[];
    readonly after?: string | undefined;
    readonly limit: number;
  }): Promise<EquipmentVersion[]> {
    const { register, units } = this.#options;
    return register.entries({ day: units.today(), ...filter });
  }

  /** The newest state of one. */
  async entry(id: string): Promise<EquipmentVersion | undefined> {
    return (await this.#options.register.lasts([id])).get(id);
  }

  entriesOn(day: LocalDate, units: readonly string[] | undefined): Promise<EquipmentVersion[]> {
    return this.#options.register.entries({ day, units, limit: registerLimits.entries });
  }

  /** Problems: not-found (unit, photograph), not-allowed, over-budget, those of `judgeState`. */
  async save(entry: string, { version, from, facts }: EquipmentRequest, asking: RegisterAsking): Promise<Result<EquipmentVersion>> {
    const given = await this.#options.photos.photosGiven(facts.photos);
    const decided = await this.#options.register.decide([entry], (lasts, entries) => {
      const last = lasts.get(entry);
      if (!last && entries >= registerLimits.entries) return bad('over-budget', `a register has at most ${registerLimits.entries} entries`);
      for (const unit of new Set([...(last?.facts ? [last.facts.unit] : []), facts.unit])) {
        const allowed = this.#mayWrite(asking.grants, unit);
        if (!allowed.ok) return { ok: false, problem: { ...allowed.problem, path: '/facts/unit' } };
      }
      const named = checkPhotos(facts.photos, last?.facts?.photos ?? [], given);
      if (!named.ok) return { ok: false, problem: { ...named.problem, path: `/facts${named.problem.path}` } };
      const judged = judgeState(last, { entry, version, from, facts }, this.#maker(asking, null));
      if (!judged.ok || judged.value === undefined) return judged.ok ? ok(undefined) : judged;
      return ok({ states: [judged.value], act: asking.act('register.write', entry, judged.value) });
    });
    if (!decided.ok) return decided;
    const [made] = decided.value?.states ?? [];
    const now = made ?? (await this.#options.register.lasts([entry])).get(entry);
    return now ? ok(now) : bad('not-found', `no entry ${entry}`);
  }

  /** What an import would do. Problems: bad-input, too-large. */
  async preview({ csv, from }: ImportPreviewRequest, asking: RegisterAsking): Promise<Result<LookedImport>> {
    const { register } = this.#options;
    const table = readTable(csv);
    if (!table.ok) return table;
    const [lasts, entries] = [await register.lasts(table.value.ids), await register.count()];
    const given = await this.#options.photos.photosGiven(photosIn(table.value.columns, table.value.lines));
    return ok(this.#plan(table.value, { lasts, entries, from, given }, asking, null));
  }

  /** Problems: those of `preview` and `rowsToWrite`, conflict (not what was looked at). */
  async import({ csv, from, looked, leaveOut }: ImportRequest, asking: RegisterAsking): Promise<Result<RegisterImport>> {
    const table = readTable(csv);
    if (!table.ok) return table;
    const id = `import-${randomHex(8)}`;
    const given = await this.#options.photos.photosGiven(photosIn(table.value.columns, table.value.lines));
    const decided = await this.#options.register.decide(table.value.ids, (lasts, entries) => {
      const plan = this.#plan(table.value, { lasts, entries, from, given }, asking, id);
      if (plan.looked !== looked) return bad('conflict', 'this is not what the preview showed; look again', '/looked');
      const states = rowsToWrite(plan.rows, leaveOut);
      if (!states.ok) return states;
      const count = (verdict: ImportRow['verdict']) => plan.rows.filter((row) => row.verdict === verdict).length;
      const made: RegisterImport = {
        ...{ id, atMs: this.#options.nowMs(), by: asking.account, added: count('new'), changed: count('changed') },
        ...{ leftOut: count('refused'), undoneMs: null, undoneBy: null },
      };
      return ok({
        states: states.value,
        imported: made,
        act: asking.act('register.import', id, { ...made, csv: sha256(Buffer.from(csv)) }),
      });
    });
    if (!decided.ok) return decided;
    return decided.value?.imported ? ok(decided.value.imported) : bad('not-found', `no import ${id}`);
  }

  /** With the entries that stand in the way of taking it back. Problem: not-found. */
  async imported(id: string): Promise<Result<RegisterImportAnswer>> {
    const { register } = this.#options;
    const found = await register.import(id);
    if (!found) return bad('not-found', `no import ${id}`);
    const states = await register.importedStates(id);
    return ok({ ...found, entries: states.length, changedSince: found.undoneMs === null ? laterChanged(states) : [] });
  }

  /** Take a whole import back. Problems: not-found, not-allowed, conflict (by name). */
  undo(id: string, asking: RegisterAsking): Promise<Result<RegisterImport>> {
    const judge = (imported: RegisterImport, states: readonly ImportedState[]): Result<readonly EquipmentVersion[]> => {
      const touched = states.flatMap(({ made, before }) => [made.facts?.unit ?? [], before?.facts?.unit ?? []].flat());
      for (const unit of new Set(touched)) {
        const allowed = this.#mayWrite(asking.grants, unit);
        if (!allowed.ok) return allowed;
      }
      return judgeImportUndo(imported, states, { by: asking.account, atMs: this.#options.nowMs() });
    };
    return this.#options.register.undo(id, judge, asking.act('register.undo', id));
  }

  #plan(
    { columns, lines }: Table,
    {
      lasts,
      entries,
      from,
      given,
    }: Pick<ImportPlace, 'entries' | 'from' | 'given'> & { readonly lasts: ReadonlyMap<string, EquipmentVersion> },
    asking: RegisterAsking,
    id: string | null,
  ): LookedImport {
    const unitOf = this.#unitFinder();
    const mayWrite = (unit: string) => this.#mayWrite(asking.grants, unit);
    const rows = planImport(lines, { columns, known: lasts, entries, from, given, unitOf, mayWrite }, this.#maker(asking, id));
    const written = rows.map(({ line, verdict, state }) => [line, verdict, state && [state.entry, state.n, state.from, state.facts]]);
    return { rows, looked: sha256(Buffer.from(canonicalJson(written))) };
  }

  /** Units of today by their id or their official code. */
  #unitFinder(): (text: string) => string | undefined {
    const { units } = this.#options;
    const codes = new Map<string, string>();
    for (const unit of units.tree.values()) {
      const code = periodOn(unit, units.today())?.code;
      if (code !== undefined && code !== null) codes.set(code, unit.id);
    }
    return (text) => (units.tree.has(text) ? text : codes.get(text));
  }

  #mayWrite(grants: readonly Grant[], unit: string): Result<void> {
    const area = this.areaOf(unit);
    return area === undefined ? bad('not-found', `no unit ${unit} today`) : may(grants, 'register.write', area);
  }

  #maker({ account }: RegisterAsking, imported: string | null): Maker {
    return { by: account, atMs: this.#options.nowMs(), today: this.#options.units.today(), imported };
  }
}

interface Table {
  readonly columns: Parameters<typeof idsIn>[0];
  readonly lines: Parameters<typeof idsIn>[1];
  readonly ids: readonly string[];
}

function readTable(csv: string): Result<Table> {
  const table = readCsv(csv, registerLimits.rows);
  if (!table.ok) return table;
  const columns = readHeader(table.value.header);
  if (!columns.ok) return columns;
  const { lines } = table.value;
  return ok({ columns: columns.value, lines, ids: idsIn(columns.value, lines) });
}
