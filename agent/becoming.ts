// From nobody to a box: waits for a claim on the page where the configuration says so, then runs the box in the same process.
import type { Result } from '../schemas/problems.ts';
import { Box, type Ready, version } from './box.ts';
import type { AgentConfig } from './config.ts';
import { readCard } from './identity.ts';
import { Unenrolled } from './unenrolled.ts';

export type Begun = { readonly is: 'ready'; readonly ready: Ready } | { readonly is: 'unenrolled'; readonly page: string };

export class Becoming {
  readonly #dataDir: string;
  readonly #config: AgentConfig;
  /** Told when a box that was nobody is ready, or could not start. */
  readonly #onReady: (started: Result<Ready>) => void;
  #nobody: Unenrolled | undefined;
  #box: Box | undefined;
  #stopped = false;
  #change: Promise<void> = Promise.resolve();

  constructor(dataDir: string, config: AgentConfig, onReady: (started: Result<Ready>) => void) {
    this.#dataDir = dataDir;
    this.#config = config;
    this.#onReady = onReady;
  }

  async start(): Promise<Result<Begun>> {
    const card = await readCard(this.#dataDir);
    const waits = !card.ok && card.problem.code === 'not-found' && this.#config.whenUnenrolled === 'page';
    if (!waits) {
      this.#box = new Box(this.#dataDir, this.#config);
      const started = await this.#box.start();
      return started.ok ? { ok: true, value: { is: 'ready', ready: started.value } } : started;
    }
    const onEnrolled = () => {
      this.#change = this.#become();
    };
    this.#nobody = new Unenrolled({ dataDir: this.#dataDir, config: this.#config, version, onEnrolled });
    const begun = await this.#nobody.start();
    return begun.ok ? { ok: true, value: { is: 'unenrolled', page: begun.value.page } } : begun;
  }

  /** What a heartbeat asks; a box that is nobody only has to answer. */
  get heart(): { settled(): Promise<void>; pumps(): boolean } {
    return { settled: async () => this.#box?.heart.settled(), pumps: () => this.#box?.heart.pumps() ?? true };
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#change;
    await this.#nobody?.stop();
    await this.#box?.stop();
  }

  async #become(): Promise<void> {
    await this.#nobody?.stop();
    this.#nobody = undefined;
    if (this.#stopped) return;
    this.#box = new Box(this.#dataDir, this.#config);
    this.#onReady(await this.#box.start());
  }
}
