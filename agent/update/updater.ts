// Carries an update through its steps: what the rule says is written down, then done on the disk, and its outcome told back.
import * as v from 'valibot';
import { problemOf } from '../../hardware/host/failure.ts';
import type { Problem, Result } from '../../schemas/problems.ts';
import { Release, UpdateFact, updateReasons, Version } from '../../schemas/release.ts';
import { type Act, type Around, blankUpdate, decideUpdate, type UpdateEvent, type UpdateKept, type UpdateState } from './decide.ts';
import { Pending, places, pointed, readRecord, WayBack, wholeReleases, writeRecord } from './layout.ts';
import { type Failed, ReleaseActs, type ReleaseActsOptions } from './release-acts.ts';

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

export interface UpdaterOptions extends ReleaseActsOptions {
  /** Where the steps are kept. */
  readonly stateFile: string;
  readonly running: { readonly version: string; readonly counter: number };
  readonly architecture: string;
  readonly stopFetching: () => void;
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
  readonly #acts: ReleaseActs;
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
    this.#acts = new ReleaseActs(options);
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
    const { target } = this.#state.kept;
    const failed = await this.#acts.do(act, {
      version: target?.version ?? '',
      release: this.#release?.counter === target?.counter ? this.#release : null,
      before: this.#options.before,
    });
    // What lies there now is what the rule is asked with.
    this.#pending = await readRecord(this.#options.disk, places(this.#options.root).pending, Pending);
    return failed;
  }
}
