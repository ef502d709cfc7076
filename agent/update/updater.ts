// Carries an update through its steps: what the rule says is written down, then done on the disk, and its outcome told back.
import { join } from 'node:path';
import * as v from 'valibot';
import { problemOf } from '../../hardware/host/failure.ts';
import { unpackArchive } from '../../hardware/host/release-archive.ts';
import type { Problem, Result } from '../../schemas/problems.ts';
import { Release, type ReleasePart, UpdateFact, type UpdateReason, updateReasons, Version } from '../../schemas/release.ts';
import { type Act, type Around, blankUpdate, decideUpdate, type UpdateEvent, type UpdateKept, type UpdateState } from './decide.ts';
import type { ReleaseDisk } from './disk.ts';
import {
  Pending,
  places,
  point,
  pointed,
  programName,
  type ReleaseRecord,
  readRecord,
  WayBack,
  wholeReleases,
  writeRecord,
} from './layout.ts';

/** A disk that refused is asked again. */
const keepAgainMs = 30_000;

const Counter = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const Target = v.strictObject({ version: Version, counter: Counter });

const Kept = v.strictObject({
  step: v.picklist([
    'idle',
    'offered',
    'downloading',
    'verified',
    'unpacked',
    'pending',
    'switched',
    'healthy',
    'committed',
    'rolled-back',
  ]),
  target: v.nullable(Target),
  counter: Counter,
  failed: v.pipe(v.array(Counter), v.maxLength(64)),
  refused: v.nullable(v.strictObject({ counter: Counter, reason: v.picklist(updateReasons) })),
  untold: v.pipe(v.array(UpdateFact), v.maxLength(64)),
  /** The manifest of the target: an update goes on without being offered again. */
  release: v.nullable(Release),
});
type Kept = v.InferOutput<typeof Kept>;

export interface UpdaterOptions {
  readonly disk: ReleaseDisk;
  readonly root: string;
  /** Where the steps are kept. */
  readonly stateFile: string;
  readonly running: { readonly version: string; readonly counter: number };
  readonly architecture: string;
  /** Answers where a whole, verified archive lies. */
  readonly fetch: (part: ReleasePart) => Promise<Result<string>>;
  readonly stopFetching: () => void;
  /** The archives of a release are not needed any more. */
  readonly forget: (parts: readonly ReleasePart[]) => Promise<void>;
  readonly around: (release: Release | null, pending: Pending | null) => Around;
  readonly before: () => Pending['before'];
  /** Resolves when the journal has it. */
  readonly tell: (fact: UpdateFact) => Promise<void>;
  /** Ends this program in order, so that the launcher begins what `current` names. */
  readonly restart: () => void;
  readonly warn: (event: string, problem: Problem) => void;
  /** Called after each act with its name: tests stop there. */
  readonly onStep?: (step: string) => void;
}

/** INVARIANTS: one act at a time; what was decided is on the disk before it is done; `current` is only ever replaced by rename. */
export class Updater {
  readonly #options: UpdaterOptions;
  readonly #queue: UpdateEvent[] = [];
  #state: UpdateState;
  #release: Release | null = null;
  #pending: Pending | null = null;
  #working: Promise<void> | undefined;
  #acting: Promise<void> | undefined;
  #started = false;
  #stopped = false;

  constructor(options: UpdaterOptions) {
    this.#options = options;
    const { version, counter } = options.running;
    this.#state = blankUpdate(version, counter, options.architecture);
  }

  /** What was kept, compared with what lies on the disk. */
  async start(): Promise<void> {
    const { disk, root, stateFile, running } = this.#options;
    const at = places(root);
    const kept = await readRecord(disk, stateFile, Kept);
    if (kept) {
      const { release, ...rest } = kept;
      this.#release = release;
      this.#state = { ...this.#state, kept: { ...rest, counter: Math.max(rest.counter, running.counter) } };
    }
    this.#pending = await readRecord(disk, at.pending, Pending);
    const wayBack = await readRecord(disk, at.launcher, WayBack);
    const [current, whole] = [await pointed(disk, at.current), await wholeReleases(disk, root)];
    const pending = this.#pending && { version: this.#pending.version, counter: this.#pending.counter };
    this.#started = true;
    this.#take({ is: 'began', disk: { current, pending, wayBack, whole } });
  }

  /** What the plan says now; undefined: no release. Verified by the caller; `claimed`: what one says it is that does not hold. */
  offer(offered: Result<Release> | undefined, claimed?: Pick<Release, 'version' | 'counter'>): void {
    if (!offered) this.#take({ is: 'withdrawn' });
    else if (offered.ok) this.#take({ is: 'offered', release: offered.value });
    else this.#take({ is: 'unsigned', detail: `${offered.problem.code}: ${offered.problem.detail}`, claimed });
  }

  /** Time passed, or something around changed. */
  look(): void {
    if (!this.#queue.some(({ is }) => is === 'looked')) this.#take({ is: 'looked' });
  }

  get step(): UpdateKept['step'] {
    return this.#state.kept.step;
  }

  /** Resolves when nothing is left to be done now. */
  async settled(): Promise<void> {
    while (this.#working ?? this.#acting) await (this.#working ?? this.#acting);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#options.stopFetching();
    await Promise.all([this.#working, this.#acting]);
  }

  #take(event: UpdateEvent): void {
    if (!this.#started || this.#stopped) return;
    this.#queue.push(event);
    this.#working ??= this.#drain().finally(() => {
      this.#working = undefined;
      if (this.#queue.length > 0) this.look();
    });
  }

  async #drain(): Promise<void> {
    for (let event = this.#queue.shift(); event && !this.#stopped; event = this.#queue.shift()) {
      await this.#handle(event).catch((error: unknown) => this.#options.warn('updateFailed', problemOf(error)));
    }
  }

  async #handle(event: UpdateEvent): Promise<void> {
    const { around, stopFetching } = this.#options;
    const decided = decideUpdate(this.#state, event, around(this.#release, this.#pending));
    const before = { kept: this.#state.kept, release: this.#release };
    const offered = event.is === 'offered' && decided.state.kept.target?.counter === event.release.counter ? event.release : this.#release;
    try {
      if (decided.state.kept !== before.kept || offered !== before.release) await this.#keep(decided.state.kept, offered);
    } catch (error) {
      // Nothing is done that is not written down; it is decided again after a while, and every act may be done twice.
      const nowMs = around(before.release, this.#pending).nowMs;
      this.#state = { ...this.#state, doing: null, restUntilMs: nowMs + keepAgainMs };
      throw error;
    }
    this.#release = offered;
    this.#state = decided.state;
    if (decided.stopFetching) stopFetching();
    if (decided.act) this.#begin(decided.act);
    await this.#tellUntold();
  }

  /** Resolves when it is on the disk; a disk that refuses it stops the step, not the box. */
  async #keep(kept: UpdateKept, release: Release | null): Promise<void> {
    const { disk, stateFile } = this.#options;
    await writeRecord(disk, stateFile, { ...kept, release } satisfies Readonly<Record<keyof Kept, unknown>>);
    this.#options.onStep?.(kept.step);
  }

  async #tellUntold(): Promise<void> {
    const { untold } = this.#state.kept;
    if (untold.length === 0) return;
    for (const fact of untold) await this.#options.tell(fact);
    this.#queue.unshift({ is: 'told', count: untold.length });
  }

  /** A download takes long: events are heard meanwhile. */
  #begin(act: Act): void {
    const { onStep, restart } = this.#options;
    onStep?.(`${act} begins`);
    if (act === 'restart') {
      restart(); // and nothing more is done
      return;
    }
    const acting = this.#do(act).then(
      (problem) => {
        onStep?.(`${act} ends`);
        this.#take(problem ? { is: 'failed', act, ...problem } : { is: 'done', act });
      },
      (error: unknown) => this.#take({ is: 'failed', act, reason: 'disk', detail: problemOf(error).detail, lasting: false }),
    );
    this.#acting = acting.finally(() => {
      if (this.#acting === settled) this.#acting = undefined;
    });
    const settled = this.#acting;
  }

  async #do(act: Exclude<Act, 'restart'>): Promise<Failed | undefined> {
    const { disk, root } = this.#options;
    const at = places(root);
    switch (act) {
      case 'download':
        return this.#download();
      case 'unpack':
        return this.#unpack();
      case 'prepare':
        return this.#prepare();
      case 'switch':
        // The marker lies there already: from here on the launcher counts.
        await point(disk, at.current, this.#target.version);
        return undefined;
      case 'commit':
        await disk.remove(at.pending);
        await disk.syncFolder(root);
        this.#pending = null;
        return undefined;
      case 'clear':
        for (const path of [at.pending, at.starts, at.launcher]) await disk.remove(path);
        await disk.syncFolder(root);
        this.#pending = null;
        await this.#discard(this.#state.kept.target?.version);
        return undefined;
      case 'tidy':
        return this.#tidy();
      default:
        return act satisfies never;
    }
  }

  async #download(): Promise<Failed | undefined> {
    for (const part of this.#parts) {
      const fetched = await this.#options.fetch(part);
      if (!fetched.ok) return { reason: 'disk', detail: fetched.problem.code, lasting: false };
    }
    return undefined;
  }

  /** Into a folder of another name, which becomes the release when all of it is on the disk. */
  async #unpack(): Promise<Failed | undefined> {
    const { disk, root, fetch } = this.#options;
    const { release, releases } = places(root);
    const { version, counter, limits } = this.#target;
    const [beside, folder] = [join(releases, `.${version}.part`), release(version)];
    await disk.remove(beside);
    await disk.makeFolder(beside);
    const files: ReleaseRecord['files'] = [];
    const folders = new Set([beside]);
    for (const part of this.#parts) {
      const archive = await fetch(part);
      if (!archive.ok) return { reason: 'disk', detail: archive.problem.code, lasting: false };
      const unpacked = await unpackArchive(archive.value, limits, async (file, content) => {
        const path = join(beside, file.path);
        for (let up = join(path, '..'); up.length >= beside.length; up = join(up, '..')) folders.add(up);
        await disk.makeFolder(join(path, '..'));
        await disk.write(path, content, file.run === true);
      });
      if (!unpacked.ok) {
        const { code, detail } = unpacked.problem;
        return { reason: 'content', detail: `${part.name}: ${code} ${detail}`, lasting: code !== 'disk-full' && code !== 'device-failed' };
      }
      files.push(...unpacked.value);
    }
    if (new Set(files.map(({ path }) => path)).size !== files.length)
      return { reason: 'content', detail: 'two parts hold one file', lasting: true };
    if (!files.some(({ path }) => path === programName)) return { reason: 'content', detail: `no ${programName}`, lasting: true };
    const record: ReleaseRecord = { version, counter, files };
    await disk.write(join(beside, 'release.json'), [Buffer.from(JSON.stringify(record))], false);
    for (const each of [...folders].sort((a, b) => b.length - a.length)) await disk.syncFolder(each);
    await this.#discard(version);
    await disk.rename(beside, folder);
    await disk.syncFolder(releases);
    return undefined;
  }

  /** The way back first, then the marker that makes the launcher count. */
  async #prepare(): Promise<Failed | undefined> {
    const { disk, root, before } = this.#options;
    const at = places(root);
    const now = await pointed(disk, at.current);
    if (now === null || now === this.#target.version) return { reason: 'broken', detail: `current names ${now}`, lasting: now !== null };
    await point(disk, at.previous, now);
    await disk.remove(at.starts);
    await disk.remove(at.launcher);
    const { version, counter } = this.#target;
    const pending: Pending = { version, counter, previous: now, before: before() };
    await writeRecord(disk, at.pending, pending);
    this.#pending = pending;
    return undefined;
  }

  /** Two releases stay: the one that runs and the one before it. */
  async #tidy(): Promise<undefined> {
    const { disk, root, forget } = this.#options;
    const at = places(root);
    await disk.remove(at.starts);
    await disk.remove(at.launcher);
    const previous = await pointed(disk, at.previous);
    for (const name of await disk.list(at.releases)) if (name !== previous) await this.#discard(name);
    await forget(this.#parts);
    return undefined;
  }

  /** Half a release must never look like one: first its name goes, then its files. What runs or would run stays. */
  async #discard(name: string | undefined): Promise<void> {
    const { disk, root, running } = this.#options;
    const { releases, current } = places(root);
    if (name === undefined || name === running.version || name === (await pointed(disk, current))) return;
    const gone = join(releases, '.gone');
    await disk.remove(gone);
    if (!(await disk.list(releases)).includes(name)) return;
    await disk.rename(join(releases, name), gone);
    await disk.syncFolder(releases);
    await disk.remove(gone);
  }

  get #target(): Release {
    const { target } = this.#state.kept;
    if (!this.#release || this.#release.counter !== target?.counter) throw new Error('no release is in hand');
    return this.#release;
  }

  get #parts(): readonly ReleasePart[] {
    return this.#release && this.#release.counter === this.#state.kept.target?.counter ? this.#release.parts : [];
  }
}

interface Failed {
  readonly reason: UpdateReason;
  readonly detail: string;
  readonly lasting: boolean;
}
