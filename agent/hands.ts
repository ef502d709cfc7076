// One function for each action of the core; outcomes come back as events. The compiler keeps the table total.
import { Failure, problemOf } from '../hardware/host/failure.ts';
import type { Problem } from '../schemas/problems.ts';
import type { Plan, Want } from '../schemas/want.ts';
import type { Cache } from './cache.ts';
import type { Action, Event } from './core/model.ts';
import type { Fetcher } from './fetch.ts';
import type { CentreLink } from './link.ts';
import type { LiveStreams } from './live/live-streams.ts';
import type { Outputs } from './outputs.ts';
import { loadPlan } from './plan-loader.ts';
import type { Clock, Hands, OutboxJournal, TrialDoor } from './ports.ts';
import type { ScreenHands } from './screen-hands.ts';

export interface AgentHandsOptions {
  readonly boot: string;
  readonly clock: Clock;
  readonly cache: Cache;
  /** Resolves when the audio programs are known: nothing is planned before. */
  readonly found: Promise<unknown>;
  readonly fetcher: Fetcher;
  readonly journal: OutboxJournal;
  readonly outputs: Outputs;
  readonly live: LiveStreams;
  readonly screens: Pick<ScreenHands, 'switch' | 'takePicture'>;
  readonly link: () => CentreLink | undefined;
  /** Out of service: whoever runs this box removes its keys. */
  readonly retire: () => void;
  /** By the first word of a trial's id: `network:…`, `authority:…`. */
  readonly trials?: Readonly<Record<string, TrialDoor>>;
  readonly warn: (event: string, problem: Problem) => void;
}

type Tell = (event: Event) => void;
type Table = { readonly [K in Action['do']]: (action: Extract<Action, { do: K }>, tell: Tell) => void | Promise<void> };

export class AgentHands implements Hands {
  readonly #options: AgentHandsOptions;
  readonly #table: Table;

  constructor(options: AgentHandsOptions) {
    this.#options = options;
    const { outputs, clock, journal, cache, boot, live } = options;
    this.#table = {
      loadPlan: (action, tell) => this.#load(action.attempt, action.want, tell),
      fetch: (action, tell) => this.#fetch(action, tell),
      evict: async ({ sha256 }, tell) => {
        await cache.evict(sha256);
        tell({ is: 'cacheSeen', ...(await cache.seen()) });
      },
      switchAmplifier: (action, tell) => outputs.switchAmplifier(action, tell),
      play: (action, tell) => outputs.play(action, tell),
      stop: (action) => outputs.stopPlaying(action),
      show: (action) => outputs.board(action.output)?.show(action),
      prepare: ({ output, order, languages }) => outputs.board(output)?.prepareOrder(order, languages),
      flashBeacon: ({ pattern }) => outputs.flashBeacon(pattern),
      switchFan: ({ on }, tell) => outputs.switchFan(on, tell),
      switchScreen: (action, tell) => options.screens.switch(action, tell),
      takePicture: (action, tell) => options.screens.takePicture(action, tell),
      publishReport: ({ report }) => options.link()?.publishReport(report),
      publishPresence: ({ presence }) => options.link()?.publishPresence(presence),
      publishTelemetry: ({ telemetry }) => options.link()?.publishTelemetry(telemetry),
      endTrial: (action, tell) => this.#endTrial(action, tell),
      ask: ({ kind }) => options.link()?.ask(kind),
      openLive: ({ session }, tell) => live.open(session, (event) => tell(event)),
      closeLive: ({ session }) => live.close(session),
      retire: () => options.retire(),
      newEpoch: () => options.link()?.beginEpoch(),
      forgetRows: () => {
        const { wallMs, monoMs, quality } = clock.now();
        return journal.forgetRows({ boot, atMs: Math.round(wallMs), monoMs, clock: quality });
      },
    };
  }

  perform(action: Action, tell: Tell): void {
    const act = this.#table[action.do] as (action: Action, tell: Tell) => void | Promise<void>;
    const done = act(action, tell);
    if (done) done.catch((error: unknown) => this.#judge(action.do, error));
  }

  /** A disk or device that fails is expected and tried again by the core; anything else is a bug and ends the process. */
  #judge(act: string, error: unknown): void {
    const expected = error instanceof Failure || (error instanceof Error && 'code' in error);
    if (!expected) throw error;
    this.#options.warn('actFailed', problemOf(new Error(`${act}: ${error.message}`, { cause: error })));
  }

  async #endTrial({ id, keep }: Extract<Action, { do: 'endTrial' }>, tell: Tell): Promise<void> {
    const door = this.#options.trials?.[id.split(':')[0] ?? ''];
    if (keep) return door?.keep(id);
    const problem = await (door ? door.revert(id) : Promise.reject(new Failure('driver-missing', `nothing can take ${id} back`)))
      .then(() => undefined)
      .catch((error: unknown) => problemOf(error));
    tell({ is: 'trialEnded', id, ...(problem && { problem }) });
  }

  async #load(attempt: number, want: Want, tell: Tell): Promise<void> {
    const loaded = await loadPlan(want, (sha256) => this.#options.cache.pathOf(sha256));
    if (!loaded.ok) {
      this.#options.warn('planRefused', loaded.problem);
      tell({ is: 'planRefused', attempt, rev: want.rev, problem: loaded.problem });
      return;
    }
    await Promise.all([this.#options.found, this.#prepare(loaded.value, tell)]);
    tell({ is: 'planLoaded', attempt, plan: loaded.value });
    await this.#options.outputs.lookOverFilms(loaded.value.orderAudio?.films ?? []);
  }

  /** Outputs that a plan names stand ready before the plan rules. */
  async #prepare(plan: Plan, tell: Tell): Promise<void> {
    await this.#options.outputs.ensure(plan.settings.outputs, tell);
    this.#options.outputs.setProgressEvery(plan.settings.progressEveryMs);
    this.#options.outputs.replaceSirens(plan.settings.sirens);
  }

  async #fetch({ attempt, sha256, bytes }: Extract<Action, { do: 'fetch' }>, tell: Tell): Promise<void> {
    const fetched = await this.#options.fetcher.fetch(sha256, bytes);
    if (!fetched.ok) this.#options.warn('fetchFailed', fetched.problem);
    // The truth first, so that the core never sees a fetch that ended well without its file.
    tell({ is: 'cacheSeen', ...(await this.#options.cache.seen()) });
    tell({ is: 'fetchEnded', attempt, sha256, ...(fetched.ok ? {} : { problem: fetched.problem }) });
  }
}
