// A fleet as its parent sees it: worker processes that are asked one thing at a time, answers added up.
import { type ChildProcess, fork } from 'node:child_process';
import type { FleetMember, FleetPlace, SaidRows } from './fleet-box.ts';
import { type BoxStage, boxStages, type StageTimes } from './fleet-marks.ts';
import type { FleetAnswer, FleetAsk, FleetStatus } from './fleet-worker.ts';

export class Fleet {
  readonly #workers: readonly ChildProcess[];

  /** `file` is a program that calls `serveFleet` when its arguments are `--fleet`. */
  constructor(file: string, workers: number) {
    // A thousand boxes in one heap would spend their time moving each other's young objects.
    const execArgv = ['--max-semi-space-size=64'];
    this.#workers = Array.from({ length: workers }, () => fork(file, ['--fleet'], { serialization: 'advanced', execArgv }));
  }

  /** Start all boxes; resolves once each was begun. */
  async start(members: readonly FleetMember[], place: FleetPlace): Promise<void> {
    const share = Math.ceil(members.length / this.#workers.length);
    await Promise.all(
      this.#workers.map((worker, i) => ask(worker, { ask: 'start', members: members.slice(i * share, (i + 1) * share), place })),
    );
  }

  async reset(): Promise<void> {
    await this.#all({ ask: 'reset' });
  }

  async status(): Promise<FleetStatus> {
    const answers = (await this.#all({ ask: 'status' })).map(({ status }) => status);
    const sum = (pick: (one: FleetStatus) => number) => answers.reduce((total, one) => total + pick(one), 0);
    return {
      up: sum(({ up }) => up),
      ready: sum(({ ready }) => ready),
      quiet: sum(({ quiet }) => quiet),
      stages: Object.fromEntries(boxStages.map((stage) => [stage, sum(({ stages }) => stages[stage])])) as Record<BoxStage, number>,
      problems: answers.flatMap(({ problems }) => problems),
      rssBytes: sum(({ rssBytes }) => rssBytes),
      cpuMs: sum(({ cpuMs }) => cpuMs),
    };
  }

  /** Monotonic instants of each stage, one for each box that passed it. */
  async times(): Promise<StageTimes> {
    const answers = await this.#all({ ask: 'times' });
    const all = (stage: BoxStage) => answers.flatMap(({ times }) => times?.[stage] ?? []);
    return Object.fromEntries(boxStages.map((stage) => [stage, all(stage)])) as Record<BoxStage, number[]>;
  }

  /** Rows a second of each box; 0 is silence. */
  async talk(perBoxSecond: number): Promise<void> {
    await this.#all({ ask: 'talk', perBoxSecond });
  }

  /** So many boxes (all, when left out) leave and come back; answers how long each took. */
  async cycle(awayMs: number, boxes?: number): Promise<number[]> {
    const share = boxes === undefined ? {} : { boxes: Math.ceil(boxes / this.#workers.length) };
    const answers = await this.#all({ ask: 'cycle', awayMs, ...share });
    return answers.flatMap(({ backMs = [] }) => backMs);
  }

  /** What boxes said so far, and how long receipts took since `freshRows`. */
  async rows(): Promise<SaidRows> {
    const answers = (await this.#all({ ask: 'rows' })).flatMap(({ rows }) => rows ?? []);
    const sum = (pick: (rows: SaidRows) => number) => answers.reduce((total, one) => total + pick(one), 0);
    return { said: sum(({ said }) => said), acked: sum(({ acked }) => acked), ackMs: answers.flatMap(({ ackMs }) => ackMs) };
  }

  async freshRows(): Promise<void> {
    await this.#all({ ask: 'freshRows' });
  }

  /** Until the fleet is as asked; throws with its last status. */
  async until(what: string, holds: (status: FleetStatus) => boolean, withinMs = 60_000): Promise<FleetStatus> {
    const untilMs = performance.now() + withinMs;
    for (;;) {
      const status = await this.status();
      if (holds(status)) return status;
      if (performance.now() > untilMs) throw new Error(`not within ${withinMs} ms: ${what}; ${JSON.stringify(status)}`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  async stop(): Promise<void> {
    const gone = this.#workers.map((worker) => new Promise<void>((resolve) => worker.once('exit', () => resolve())));
    for (const worker of this.#workers) if (worker.connected) worker.send({ ask: 'stop' } satisfies FleetAsk);
    await Promise.all(gone.map((one, i) => (this.#workers[i]?.exitCode === null ? one : undefined)));
  }

  #all(asked: FleetAsk): Promise<FleetAnswer[]> {
    return Promise.all(this.#workers.map((worker) => ask(worker, asked)));
  }
}

function ask(worker: ChildProcess, asked: FleetAsk): Promise<FleetAnswer> {
  return new Promise((resolve, reject) => {
    const gone = () => reject(new Error('a worker of the fleet is gone'));
    worker.once('exit', gone);
    worker.once('message', (answer: FleetAnswer) => {
      worker.off('exit', gone);
      resolve(answer);
    });
    worker.send(asked);
  });
}
