// Updates of a running box: what its state, plan and page say, as the updater asks for it.
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { cryptography, sha256File } from '../../hardware/host/crypto.ts';
import { bad, ok, type Problem, type Result } from '../../schemas/problems.ts';
import { claimedRelease, openRelease, type Release, type ReleasePart, type UpdateFact } from '../../schemas/release.ts';
import { trusted } from '../../schemas/time.ts';
import { Cache } from '../cache.ts';
import type { AgentConfig } from '../config.ts';
import type { Event, State } from '../core/model.ts';
import { Fetcher, type FetcherOptions } from '../fetch.ts';
import type { HeldKeys } from '../held-keys.ts';
import type { Clock } from '../ports.ts';
import type { Around } from './decide.ts';
import { realDisk } from './disk.ts';
import { inFetchHours } from './fetch-hours.ts';
import { connectedWithinMs, lacking, steadyMs } from './health-gate.ts';
import type { Pending } from './layout.ts';
import type { OwnRelease } from './own-release.ts';
import { isQuiet } from './quiet.ts';
import { Updater } from './updater.ts';

const lookEveryMs = 2_000;
/** Releases are few and small beside media; what does not fit is not an update. */
const cacheBytesMax = 512 * 1024 ** 2;
const pageWithinMs = 5_000;
const standardZone = 'Asia/Ho_Chi_Minh';

export interface BoxUpdatesOptions {
  readonly root: string;
  readonly dataDir: string;
  readonly running: OwnRelease;
  readonly reserveBytes: number;
  readonly home: Omit<FetcherOptions, 'cache'>;
  readonly keys: Pick<HeldKeys, 'ring'>;
  readonly clock: Clock;
  readonly loop: { snapshot(): State; tell(event: Event): void; settled(): Promise<void> };
  /** Of the local page. */
  readonly page: string;
  /** Beats told so far to whoever watches; nobody watches: any number. */
  readonly beats: () => number;
  readonly restart: () => void;
  readonly warn: (event: string, problem: Problem) => void;
}

/** What the process around a box tells it. */
export interface Watch {
  /** Beats that were told to whoever watches; any number where nobody does. */
  readonly beats: () => number;
  /** Another release is to take this one's place. */
  readonly replaced: () => void;
}

export interface StartUpdates extends Watch, Pick<BoxUpdatesOptions, 'dataDir' | 'keys' | 'clock' | 'loop' | 'page' | 'warn'> {
  readonly config: Pick<AgentConfig, 'releases' | 'diskReserveBytes'>;
  readonly door: FetcherOptions['door'];
  readonly own: OwnRelease;
}

/** Only where releases lie; `LOA_RELEASES` is the launcher's word for it. */
export async function startUpdates({ config, door, own, replaced, ...rest }: StartUpdates): Promise<BoxUpdates | undefined> {
  const root = config.releases ?? process.env['LOA_RELEASES'];
  if (root === undefined) return undefined;
  const { dataDir, keys, clock, loop, page, warn, beats } = rest;
  const home = { door };
  const reserveBytes = config.diskReserveBytes;
  const updates = new BoxUpdates({
    root,
    running: own,
    home,
    reserveBytes,
    restart: replaced,
    dataDir,
    keys,
    clock,
    loop,
    page,
    warn,
    beats,
  });
  await updates.start();
  return updates;
}

export class BoxUpdates {
  readonly #options: BoxUpdatesOptions;
  readonly #cache: Cache;
  readonly #updater: Updater;
  #fetcher: Fetcher;
  #timer: NodeJS.Timeout | undefined;
  #offered: { readonly of: unknown; readonly ring: unknown; readonly read: Result<Release> } | undefined;
  #connectedMonoMs = Number.NEGATIVE_INFINITY;
  #pageAnswers = false;
  #wellSinceMs: number | undefined;

  constructor(options: BoxUpdatesOptions) {
    this.#options = options;
    const { dataDir, reserveBytes, root, running, loop, warn, restart } = options;
    const dir = join(dataDir, 'update');
    this.#cache = new Cache({ dir: join(dir, 'cache'), bytesMax: cacheBytesMax, reserveBytes, sha256File });
    this.#fetcher = new Fetcher({ ...options.home, cache: this.#cache });
    this.#updater = new Updater({
      disk: realDisk,
      root,
      stateFile: join(dir, 'state.json'),
      running,
      architecture: process.arch,
      fetch: (part) => this.#fetch(part),
      stopFetching: () => {
        this.#fetcher.stop();
        this.#fetcher = new Fetcher({ ...options.home, cache: this.#cache });
      },
      forget: async (parts) => {
        for (const { sha256 } of parts) await this.#cache.evict(sha256);
      },
      around: (release, pending) => this.#around(release, pending),
      before: () => this.#before(),
      tell: async (fact: UpdateFact) => {
        loop.tell({ is: 'updateTold', fact });
        await loop.settled();
      },
      restart,
      warn,
    });
  }

  async start(): Promise<void> {
    const cached = await this.#cache.start();
    if (!cached.ok) this.#options.warn('releasesNotRead', cached.problem);
    await this.#updater.start();
    this.#timer = setInterval(() => void this.#look(), lookEveryMs);
    await this.#look();
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#updater.stop();
    this.#fetcher.stop();
  }

  async #look(): Promise<void> {
    const { plan, linkUp } = this.#options.loop.snapshot().live;
    if (linkUp) this.#connectedMonoMs = performance.now();
    if (this.#updater.step === 'switched') this.#pageAnswers = await answers(this.#options.page);
    if (!plan) this.#updater.look();
    else this.#updater.offer(plan.release && this.#read(plan.release), plan.release && claimedRelease(plan.release.manifest));
  }

  /** Verified once for each offer and each ring of keys. */
  #read(offer: NonNullable<NonNullable<State['live']['plan']>['release']>): Result<Release> {
    const ring = this.#options.keys.ring();
    if (this.#offered?.of === offer && this.#offered.ring === ring) return this.#offered.read;
    const opened = openRelease(offer.manifest, ring, cryptography);
    const read = opened.ok ? ok(opened.value.statement.body) : opened;
    if (!read.ok) this.#options.warn('releaseRefused', read.problem);
    this.#offered = { of: offer, ring, read };
    return read;
  }

  async #fetch({ sha256, bytes }: ReleasePart): Promise<Result<string>> {
    const fetched = await this.#fetcher.fetch(sha256, bytes);
    if (!fetched.ok) return fetched;
    const path = this.#cache.pathOf(sha256);
    return path === undefined ? bad('not-cached', sha256) : ok(path);
  }

  #around(release: Release | null, pending: Pending | null): Around {
    const { loop, clock } = this.#options;
    const state = loop.snapshot();
    const now = clock.now();
    const nowMs = performance.now();
    const well = pending !== null && lacking(this.#seen(state), pending.before).length === 0;
    this.#wellSinceMs = well ? (this.#wellSinceMs ?? nowMs) : undefined;
    const zone = state.live.plan?.policy.zone ?? standardZone;
    return {
      nowMs,
      quiet: isQuiet(state, now),
      mayFetch:
        state.live.linkUp &&
        state.kept.orders.active.length === 0 &&
        inFetchHours(release?.fetchHours, zone, now.wallMs, trusted(now.quality)),
      healthy: this.#wellSinceMs !== undefined && nowMs - this.#wellSinceMs >= steadyMs,
    };
  }

  /** The journal and the keys are open, or this box had not started. */
  #seen({ kept, live }: State) {
    return {
      journalOpen: !live.faults.includes('store'),
      keysLoaded: true,
      outputs: working(live),
      planLoaded: live.plan !== null || kept.want.applied === null,
      pageAnswers: this.#pageAnswers,
      watchdogFed: this.#options.beats() > 0,
      connected: live.linkUp,
      lineUp: lineUp(),
    };
  }

  #before(): Pending['before'] {
    const { live } = this.#options.loop.snapshot();
    const connected = performance.now() - this.#connectedMonoMs <= connectedWithinMs;
    return { connected, plan: live.plan !== null, outputs: working(live) };
  }
}

function working({ outputs }: State['live']): string[] {
  return Object.values(outputs).flatMap(({ id, working: works }) => (works ? [id] : []));
}

function lineUp(): boolean {
  return Object.values(networkInterfaces()).some((all) => all?.some(({ internal }) => !internal));
}

async function answers(page: string): Promise<boolean> {
  try {
    const answer = await fetch(page, { signal: AbortSignal.timeout(pageWithinMs) });
    await answer.arrayBuffer();
    return answer.ok;
  } catch {
    return false;
  }
}
