// The life of a real box process that is written down: it enrols, plays plans that change, sounds orders, is killed and restarted.
import { spawn } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pass } from 'node:timers/promises';
import type { PageState } from '../../../agent/page/view.ts';
import type { Envelope } from '../../../schemas/envelope.ts';
import { Entry, type LogBatch } from '../../../schemas/outbox.ts';
import { parseJson } from '../../../schemas/parse.ts';
import type { Presence, Report } from '../../../schemas/report.ts';
import { policy, programme, schedule } from '../../schemas/documents.ts';
import { dist, Program } from '../../wire/program.ts';
import { SmallCentre } from '../../wire/small-centre.ts';
import { until } from '../../wire/waiting.ts';
import { spoken, toneWav } from '../emergency/bed.ts';
import { Shadow, scratch } from './shadow.ts';

/** What was seen from outside the box: from there on no power cut may make it untrue. */
export type BoxMark =
  | { readonly saw: 'enrolled'; readonly dev: string }
  /** A row at the centre; of an order, what it says. */
  | { readonly saw: 'row'; readonly epoch: string; readonly seq: number; readonly hash: string; readonly order?: OrderSaid }
  /** An order on the air. */
  | { readonly saw: 'sounding'; readonly order: string }
  /** A plan in force, all of its files here. */
  | { readonly saw: 'plan'; readonly rev: number; readonly files: readonly string[] }
  | { readonly saw: 'connection'; readonly number: number }
  /** A receipt on its page. */
  | { readonly saw: 'receipt'; readonly occurrence: string };

export interface OrderSaid {
  readonly id: string;
  readonly state: string;
  /** It sounded before it was on the disk, and said so. */
  readonly unpersisted: boolean;
}

const dev = 'loa-1';
const lookEachMs = 40;
const speechMs = 900;
const orderEachMs = 5_000;
const planEachMs = 9_000;
/** Enough to need more than one sector and less than a second of the network. */
const longToneMs = 2_500;

export class BoxStory {
  readonly centre = new SmallCentre(dev);
  readonly dir = scratch('box-story');
  readonly shadow: Shadow;
  readonly envelopes = new Map<string, Envelope>();
  readonly #program = new Program('agent', ['--data', this.root]);
  #page = '';
  #files: readonly string[] = [];
  readonly #plans = new Map<number, readonly string[]>();
  readonly #seen = new Set<string>();
  #looking = true;

  constructor(cc: string) {
    mkdirSync(this.root, { mode: 0o700 });
    writeFileSync(join(this.root, 'config.json'), JSON.stringify(boxConfig), { mode: 0o600 });
    this.shadow = new Shadow(this.root, cc);
    this.#program.env = this.shadow.env;
  }

  get root(): string {
    return join(this.dir, 'data');
  }

  /** Resolves when it is over and the box is off; the centre still stands. */
  async tell(seconds: number): Promise<void> {
    await this.centre.start();
    this.centre.onSaid = (word, json) => this.#hear(word, json);
    await this.#enrol();
    this.#program.env = this.shadow.env;
    await this.#plan(0);
    await this.#start();
    const looking = this.#look();
    await this.#play(seconds);
    await this.#program.kill();
    this.#looking = false;
    await looking;
  }

  async stop(): Promise<void> {
    await this.#program.kill();
    await this.centre.stop();
    this.shadow.stop();
    rmSync(this.dir, { recursive: true, force: true });
  }

  #mark(mark: BoxMark): void {
    this.shadow.mark(mark);
  }

  async #enrol(): Promise<void> {
    const claim = join(this.dir, 'claim.json');
    writeFileSync(claim, JSON.stringify(this.centre.claim()));
    const args = [`${dist}agent.js`, 'enrol', '--data', this.root, '--claim', claim];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit'], env: { ...process.env, ...this.shadow.env } });
    const code = await new Promise((resolve) => child.once('exit', resolve));
    if (code !== 0) throw new Error(`enrolment ended with ${code}`);
    this.#mark({ saw: 'enrolled', dev });
  }

  async #start(): Promise<void> {
    this.#page = String((await this.#program.start())['page']);
  }

  /** Orders and plans by the clock; two deaths and one orderly end on the way. */
  async #play(seconds: number): Promise<void> {
    const state = () => this.#state();
    await until('the plan', async () => ((await state()).wantRev > 0 && (await state()).now.quality === 'signed') || undefined);
    const beganMs = performance.now();
    const ends = [0.3, 0.55, 0.8].map((part) => part * seconds * 1000);
    let [orders, plans, endings] = [0, 0, 0];
    for (;;) {
      const spentMs = performance.now() - beganMs;
      if (spentMs > seconds * 1000) return;
      if (spentMs > plans * planEachMs) await this.#plan(++plans);
      if (spentMs > orders * orderEachMs) await this.#order(++orders);
      if (spentMs > (ends[endings] ?? Number.POSITIVE_INFINITY)) {
        if (++endings === 2) await this.#program.stop();
        else await this.#program.kill();
        await this.#start();
      }
      await pass(50);
    }
  }

  /** New sounds, some of them soon; the old plan's are over. */
  async #plan(number: number): Promise<void> {
    const sounds = [longToneMs, 700, 700].map((durationMs, at) => {
      const file = this.centre.put(toneWav(300 + number * 10 + at, durationMs));
      return { ...file, type: 'audio/wav' as const, title: `Tiếng ${number}-${at}`, language: 'vi', durationMs, gainDb: 0 };
    });
    const nowMs = Date.now();
    const programmes = sounds.map((item, at) => programme({ id: `p${number}-${at}`, items: [item] }));
    const schedules = sounds.map((_, at) =>
      schedule({ id: `s${number}-${at}`, programme: `p${number}-${at}`, start: localStart(nowMs + 2_500 + at * 2_500) }),
    );
    const permits = [{ fromMs: nowMs - 3_600_000, untilMs: nowMs + 3_600_000, reason: 'thử' }];
    this.#files = sounds.map(({ sha256 }) => sha256);
    this.#plans.set(number + 1, this.#files);
    await this.centre.want({
      settings: {},
      policy: policy({ permits, sessionGapMs: 0, sessionsPerDay: 100 }),
      schedules: { programmes, schedules, holidays: [], localOrder: [] },
    });
  }

  /** Each third is taken back while it sounds. */
  async #order(number: number): Promise<void> {
    const id = `o-${number}`;
    const sound = toneWav(700 + number, speechMs);
    const { sha256, bytes } = this.centre.put(sound);
    const speech = [{ language: 'vi', speak: 'Lũ quét.', audio: { sha256, bytes, durationMs: speechMs } }];
    const envelope = this.centre.sign(
      'order',
      'g/xa-1',
      spoken({ times: 1, sirenMs: 500, speech, screen: { title: id, text: 'Lên cao' } }),
      { id },
    );
    this.envelopes.set(id, envelope);
    await this.centre.order([envelope], [sound]);
    if (number % 3 !== 0) return;
    await pass(900);
    const clear = this.centre.sign('clear', 'g/xa-1', { ids: [id], level: 'commune', reason: 'x' });
    await this.centre.order([clear]);
  }

  #hear(word: string, json: unknown): void {
    if (word === 'on') {
      const { on, conn } = json as Presence;
      if (on) this.#mark({ saw: 'connection', number: conn });
    }
    if (word === 'report') {
      const { wantRev, cache } = json as Report;
      const files = this.#plans.get(wantRev);
      if (files && cache.missing === 0) this.#once(`plan ${wantRev}`, { saw: 'plan', rev: wantRev, files });
    }
    if (word === 'log') {
      const { epoch, body } = JSON.parse(Buffer.from((json as Envelope).payload, 'base64').toString('utf8')) as {
        epoch: string;
        body: LogBatch;
      };
      for (const { seq, hash, entry } of body.rows) {
        const read = parseJson(Entry, entry);
        const fact = read.ok ? read.value.fact : undefined;
        const order = fact?.kind === 'order' && { id: fact.order, state: fact.state, unpersisted: fact.unpersisted ?? false };
        this.#once(`row ${epoch} ${seq}`, { saw: 'row', epoch, seq, hash, ...(order && { order }) });
      }
    }
  }

  async #look(): Promise<void> {
    while (this.#looking) {
      const state = await this.#state().catch(() => undefined);
      for (const { occurrence } of state?.receipts ?? []) this.#once(`receipt ${occurrence}`, { saw: 'receipt', occurrence });
      for (const { sounding } of state?.outputs ?? [])
        if (sounding?.kind === 'order') this.#once(`sounding ${sounding.title}`, { saw: 'sounding', order: sounding.title });
      await pass(lookEachMs);
    }
  }

  #once(name: string, mark: BoxMark): void {
    if (this.#seen.has(name)) return;
    this.#seen.add(name);
    this.#mark(mark);
  }

  async #state(): Promise<PageState> {
    return (await (await fetch(`${this.#page}/state.json`)).json()) as PageState;
  }
}

export const boxConfig = {
  page: { port: 0 },
  outputs: [{ id: 'main', kind: 'loudspeaker' }],
  display: { kind: 'none' },
  clock: { rtc: true },
  reconnectMaxMs: 500,
  log: { level: 'warn' },
};

function localStart(ms: number): string {
  return new Date(Math.ceil(ms / 1000) * 1000 + 7 * 3_600_000)
    .toISOString()
    .replace(/[-:]|\.\d+Z/g, '')
    .slice(0, 15);
}
