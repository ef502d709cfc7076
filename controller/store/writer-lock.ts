// The lock of the one writer: waited for by who stands by, looked at by who holds it, missed at once by who lost it.
import { setTimeout as wait } from 'node:timers/promises';
import { Failure } from '../../hardware/host/failure.ts';
import type { Database } from '../../hardware/host/sqlite.ts';
import type { Problem, ProblemCode, Result } from '../../schemas/problems.ts';

/** Another process writes these tables. */
export class WriterLost extends Failure {
  constructor(detail: string) {
    super('device-busy', detail);
  }
}

/** Whoever lost the lock stops within so long, even if nothing is to be written. */
const lookEveryMs = 2_000;
const askAgainMs = 500;
/** Another writes; or the server is not there, and both wait for it. */
const passing: ReadonlySet<ProblemCode> = new Set(['device-busy', 'device-failed']);

/** Open until it is ours. `onWaiting` hears why, once for each reason. Problems: those that no waiting helps. */
export async function openWhenFree<T>(open: () => Promise<Result<T>>, onWaiting: (problem: Problem) => void): Promise<Result<T>> {
  for (let told: string | undefined; ; await wait(askAgainMs)) {
    const opened = await open();
    if (opened.ok || !passing.has(opened.problem.code)) return opened;
    if (told !== opened.problem.code) onWaiting(opened.problem);
    told = opened.problem.code;
  }
}

/** Asks the server over the writer's own connection, so that a lock which went with it is missed while nobody writes. */
export class WriterWatch {
  readonly #database: Pick<Database, 'exec'>;
  readonly #onLost: (problem: Problem) => void;
  #timer: NodeJS.Timeout | undefined;
  #asking = false;

  constructor(database: Pick<Database, 'exec'>, onLost: (problem: Problem) => void) {
    this.#database = database;
    this.#onLost = onLost;
  }

  start(): void {
    this.#timer = setInterval(() => void this.#look(), lookEveryMs);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  async #look(): Promise<void> {
    if (this.#asking) return;
    this.#asking = true;
    try {
      await this.#database.exec('SELECT 1');
    } catch (error) {
      // A server that is away has not given the lock to anybody; it is asked again.
      if (error instanceof WriterLost) {
        this.stop();
        this.#onLost(error.problem);
      }
    } finally {
      this.#asking = false;
    }
  }
}
