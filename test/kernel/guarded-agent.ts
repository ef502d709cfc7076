// A whole agent under its guard inside the lab's guest, enrolled at a small centre beside it, playing a tone on a real line.
import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { enrol } from '../../agent/enrol.ts';
import { SmallCentre } from '../wire/small-centre.ts';
import { planTone } from '../wire/tone-plan.ts';
import { until } from '../wire/waiting.ts';

/** The emulator needs its time to start two programs and to fetch a minute of sound. */
const aheadMs = 40_000;
const toneSeconds = 90;
const withinMs = 120_000;

export class GuardedAgent {
  readonly #guard: string;
  readonly #dataDir: string;
  readonly #centre = new SmallCentre();
  #child: ChildProcess | undefined;
  #pid: number | undefined;

  /** `dataDir` holds the configuration. */
  constructor(guard: string, dataDir: string) {
    this.#guard = guard;
    this.#dataDir = dataDir;
  }

  /** Resolves with the agent's process id when its amplifier is on. */
  async startSounding(isOn: () => boolean): Promise<number> {
    const config = readFileSync(join(this.#dataDir, 'config.json'));
    rmSync(this.#dataDir, { recursive: true });
    await this.#centre.start();
    const claim = join('/tmp', 'lab-claim.json');
    writeFileSync(claim, JSON.stringify(this.#centre.claim()));
    const enrolled = await enrol(this.#dataDir, claim);
    if (!enrolled.ok) throw new Error(`${enrolled.problem.code}: ${enrolled.problem.detail}`);
    writeFileSync(join(this.#dataDir, 'config.json'), config);
    await planTone(this.#centre, Math.ceil((Date.now() + aheadMs) / 1000) * 1000, toneSeconds);
    this.#start();
    await until('the amplifier on', () => (isOn() ? true : undefined), withinMs);
    return await until('the agent’s words', () => this.#pid, withinMs);
  }

  async stop(): Promise<void> {
    const child = this.#child;
    if (child && child.exitCode === null) {
      child.kill('SIGTERM');
      await new Promise((resolve) => child.once('exit', resolve));
    }
    await this.#centre.stop();
  }

  #start(): void {
    const child = spawn(process.execPath, [this.#guard, '--data', this.#dataDir], { stdio: ['ignore', 'pipe', 'inherit'] });
    this.#child = child;
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (!line.startsWith('{')) return;
      const said = JSON.parse(line) as { readonly event?: string; readonly pid?: number };
      if (said.event === 'ready') this.#pid = said.pid;
    });
  }
}
