// Work on files: one at a time in each lane, so that orders keep a processor; a sound does not wait for films, nor one person for another's pile.
import type { WorkAnswer } from '../../schemas/media-work.ts';
import { bad, type Result } from '../../schemas/problems.ts';
import { type Lane, nextOf, type Waiting } from '../core/work-order.ts';

/** Files of one person, and of all, that may wait or be worked on. */
export const waitingOfOneMax = 16;
export const waitingMax = 128;

export interface Work {
  readonly lane: Lane;
  readonly account: string | null;
  readonly title: string;
}

/** Told as it goes: what is done now, and how much of the whole (0 … 1) is behind. */
export type Progress = (step: WorkAnswer['step'], share: number) => void;

interface Job extends Work, Waiting {
  readonly sinceMs: number;
  readonly begin: () => void;
  state: WorkAnswer['state'];
  step: WorkAnswer['step'];
  share: number;
}

export interface WorkLineOptions {
  readonly tell: (id: string) => void;
  readonly nowMs: () => number;
}

export class WorkLine {
  readonly #options: WorkLineOptions;
  #jobs: Job[] = [];
  readonly #busy = new Set<Lane>();
  readonly #servedAt = new Map<string, number>();
  #count = 0;

  constructor(options: WorkLineOptions) {
    this.#options = options;
  }

  /** Wait for the turn, work, make room. Problem: too-many-requests, and those of the work. The centre's own work is never refused. */
  async do<T>(work: Work, run: (progress: Progress) => Promise<Result<T>>): Promise<Result<T>> {
    const { account } = work;
    const mine = this.#jobs.filter((job) => job.account === account).length;
    if (account !== null && (mine >= waitingOfOneMax || this.#jobs.length >= waitingMax))
      return bad('too-many-requests', `${mine} files of yours and ${this.#jobs.length} of all wait to be worked on; try again later`);
    const job = await this.#turnOf(work);
    try {
      return await run((step, share) => {
        Object.assign(job, { step, share: Math.max(job.share, Math.min(1, share)) });
        this.#options.tell(String(job.number));
      });
    } finally {
      this.#jobs = this.#jobs.filter((one) => one !== job);
      this.#busy.delete(job.lane);
      this.#options.tell(String(job.number));
      this.#next(job.lane);
    }
  }

  /** What waits or is worked on of this person, the oldest first. */
  of(account: string): WorkAnswer[] {
    const mine = this.#jobs.filter((job) => job.account === account);
    return mine.map(({ number, title, lane, state, step, share, sinceMs }) => {
      return { id: String(number), title, kind: lane, state, step, share: Math.round(share * 100) / 100, sinceMs };
    });
  }

  #turnOf(work: Work): Promise<Job> {
    return new Promise((resolve) => {
      const number = ++this.#count;
      const begin = () => {
        job.state = 'working';
        resolve(job);
      };
      const job: Job = { ...work, number, sinceMs: this.#options.nowMs(), begin, state: 'waiting', step: null, share: 0 };
      this.#jobs.push(job);
      this.#options.tell(String(number));
      this.#next(work.lane);
    });
  }

  #next(lane: Lane): void {
    if (this.#busy.has(lane)) return;
    const job = nextOf(
      this.#jobs.filter(({ state }) => state === 'waiting'),
      lane,
      this.#servedAt,
    );
    if (!job) return;
    this.#busy.add(lane);
    if (job.account !== null) this.#remember(job.account);
    job.begin();
  }

  /** Who is served now goes behind everybody; whoever has nothing here is forgotten. */
  #remember(account: string): void {
    this.#servedAt.delete(account);
    this.#servedAt.set(account, ++this.#count);
    const [oldest] = this.#servedAt.keys();
    if (this.#servedAt.size > waitingMax && oldest !== undefined) this.#servedAt.delete(oldest);
  }
}
