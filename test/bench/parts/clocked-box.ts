// A real box process for measuring: its own small centre, a converter and a clock that are wrong by known amounts, an ear at its horn.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { enrol } from '../../../agent/enrol.ts';
import { policy, schedule } from '../../schemas/documents.ts';
import { Ear } from '../../wire/ear.ts';
import { Program } from '../../wire/program.ts';
import { SmallCentre } from '../../wire/small-centre.ts';
import { until } from '../../wire/waiting.ts';

export interface BoxWish {
  readonly dev: string;
  readonly audioOut?: { readonly ppm?: number; readonly rewinds?: boolean; readonly quantumMs?: number; readonly leadMs?: number };
  /** Its clock reads so much more than the machine's. */
  readonly offsetMs?: number;
  readonly relayDelayMs?: number;
}

export interface OutputView {
  readonly amplifier: string;
  readonly sounding: { readonly kind: string } | null;
}

const dayMs = 24 * 3600_000;

export class ClockedBox {
  readonly wish: BoxWish;
  readonly centre: SmallCentre;
  readonly ear = new Ear();
  #dir = '';
  #program: Program | undefined;
  #page = '';

  constructor(wish: BoxWish) {
    this.wish = wish;
    this.centre = new SmallCentre(wish.dev);
  }

  get offsetMs(): number {
    return this.wish.offsetMs ?? 0;
  }

  get pid(): number {
    return this.#program?.pid ?? 0;
  }

  /** Enrol with a centre of its own, start, and listen. */
  async start(): Promise<void> {
    await this.centre.start();
    this.#dir = await mkdtemp(join(tmpdir(), `loa-bench-${this.wish.dev}-`));
    const claim = join(this.#dir, 'claim.json');
    await writeFile(claim, JSON.stringify(this.centre.claim()));
    const enrolled = await enrol(this.#dir, claim);
    if (!enrolled.ok) throw new Error(`enrol: ${enrolled.problem.detail}`);
    const config = {
      page: { port: 0 },
      outputs: [{ id: 'main', kind: 'loudspeaker' }],
      audioOut: { kind: 'virtual', ...this.wish.audioOut },
      board: { kind: 'simulated', relayDelayMs: this.wish.relayDelayMs ?? 20 },
      clock: { offsetMs: this.offsetMs },
      log: { level: 'warn', file: 'agent.log' },
    };
    await writeFile(join(this.#dir, 'config.json'), JSON.stringify(config));
    this.#program = new Program('agent', ['--data', this.#dir]);
    this.#page = String((await this.#program.start())['page']);
    await this.ear.listen(this.#page);
  }

  /** Give it a plan and wait until it has applied it. */
  async apply(parts: Parameters<SmallCentre['want']>[0]): Promise<void> {
    const applied = () => this.centre.facts.filter((fact) => fact.kind === 'want').length;
    const before = applied();
    await this.centre.want(parts);
    await until(`${this.wish.dev} to apply its plan`, () => (applied() > before ? true : undefined));
  }

  async output(): Promise<OutputView | undefined> {
    const state = (await (await fetch(`${this.#page}/state.json`)).json()) as { outputs: OutputView[] };
    return state.outputs[0];
  }

  async stop(): Promise<void> {
    this.ear.stop();
    await this.#program?.stop();
    await this.centre.stop();
    if (process.env['LOA_KEEP'] === undefined) await rm(this.#dir, { recursive: true, force: true });
  }
}

/** Sound at any hour, as much as wanted. */
export function openPolicy() {
  return policy({
    windows: [{ days: ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'], from: '00:00', to: '24:00' }],
    quiet: [],
    sessionGapMs: 0,
    sessionMaxMs: dayMs,
    sessionsPerDay: 100,
    dayMaxMs: dayMs,
  });
}

/** A schedule that plays once, at a whole second. */
export function once(id: string, programme: string, startMs: number) {
  const start = new Date(startMs + 7 * 3600_000)
    .toISOString()
    .replace(/[-:]|\.\d+Z/g, '')
    .slice(0, 15);
  return schedule({ id, programme, start });
}
