// The client processes of the ingest bench as their parent sees them: each is asked one thing at a time.
import { type ChildProcess, fork } from 'node:child_process';
import type { FleetCentre } from './fleet-centre.ts';
import type { IngestAsk, IngestTold } from './ingest-worker.ts';

const centreId = 'xa-02536';

export class IngestClients {
  readonly #workers: readonly ChildProcess[];

  constructor(file: string, workers: number) {
    const how = { serialization: 'advanced' as const, execArgv: ['--max-semi-space-size=32'] };
    this.#workers = Array.from({ length: workers }, () => fork(file, ['--clients'], how));
  }

  async connect({ members, place }: FleetCentre): Promise<void> {
    const share = Math.ceil(members.length / this.#workers.length);
    const port = Number(new URL(place.brokerUrl).port);
    const wish = { ask: 'connect', centre: centreId, port, ca: place.ca } as const;
    await Promise.all(this.#workers.map((worker, i) => ask(worker, { ...wish, members: members.slice(i * share, (i + 1) * share) })));
  }

  all(asked: (share: number) => IngestAsk): Promise<IngestTold[]> {
    return Promise.all(this.#workers.map((worker) => ask(worker, asked(1 / this.#workers.length))));
  }

  async stop(): Promise<void> {
    const gone = this.#workers.map((worker) => new Promise<void>((resolve) => worker.once('exit', () => resolve())));
    for (const worker of this.#workers) if (worker.connected) worker.send({ ask: 'stop' } satisfies IngestAsk);
    await Promise.all(gone.map((one, i) => (this.#workers[i]?.exitCode === null ? one : undefined)));
  }
}

function ask(worker: ChildProcess, asked: IngestAsk): Promise<IngestTold> {
  return new Promise((resolve, reject) => {
    const gone = () => reject(new Error('a client process is gone'));
    worker.once('exit', gone);
    worker.once('message', (told: IngestTold) => {
      worker.off('exit', gone);
      resolve(told);
    });
    worker.send(asked);
  });
}
