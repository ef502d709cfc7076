// A real box process under a real broker over mutual TLS, with an ear at its loudspeaker and hands on everything around it.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { enrol } from '../../../agent/enrol.ts';
import type { PageState } from '../../../agent/page/view.ts';
import { sha256 } from '../../../hardware/host/crypto.ts';
import { wavHead } from '../../../hardware/host/wav.ts';
import type { Envelope } from '../../../schemas/envelope.ts';
import type { Order } from '../../../schemas/order.ts';
import type { Fact } from '../../../schemas/outbox.ts';
import { defaultBoxSettings } from '../../../schemas/settings.ts';
import { Ear, monoNowMs } from '../../wire/ear.ts';
import { Program } from '../../wire/program.ts';
import { SmallCentre } from '../../wire/small-centre.ts';
import { order, policy } from '../../world/build.ts';
import { Line } from './line.ts';

export interface BedOptions {
  readonly config?: object;
  readonly env?: NodeJS.ProcessEnv;
  readonly groups?: readonly string[];
  /** Gives this centre its keys; its broker is told of this one's boxes. */
  readonly upper?: SmallCentre;
  /** Where the data folder lies. */
  readonly dir?: string;
  /** Not yet started: something is to be done to its files first. */
  readonly cold?: boolean;
}

/** What the box speaks: a tone that is none of the sirens', in a form that needs no decoder. */
export const speechHz = 700;
export const speechMs = 1_500;
const wavHz = 8_000;
const holdMs = 1_000;
/** Louder than this is sound. */
const audible = 500;
const windowMs = 50;
const gapMs = 400;

export class Bed {
  readonly centre: SmallCentre;
  readonly line: Line;
  readonly dataDir: string;
  readonly program: Program;
  readonly #ears: Ear[] = [];
  page = '';

  constructor(centre: SmallCentre, line: Line, dataDir: string, program: Program) {
    this.centre = centre;
    this.line = line;
    this.dataDir = dataDir;
    this.program = program;
  }

  /** Start the process; resolves when it is ready, its line up unless `alone`. */
  async startBox({ alone = false } = {}): Promise<void> {
    const ready = await this.program.start();
    this.page = String(ready['page']);
    const ear = new Ear();
    await soon('a loudspeaker', () => ear.listen(this.page).then(() => true), 20_000);
    this.#ears.push(ear);
    if (alone) return;
    await soon('the line', async () => (await this.look()).link.up || undefined, 20_000);
  }

  /** A power cut as far as the box is concerned, and the next boot. */
  async crash(then: 'restart' | 'stay' = 'restart', options = {}): Promise<void> {
    await this.program.kill();
    this.#ears.at(-1)?.stop();
    if (then === 'restart') await this.startBox(options);
  }

  async look(): Promise<PageState> {
    return (await (await fetch(`${this.page}/state.json`)).json()) as PageState;
  }

  /** An order as it would be signed now. */
  sign(id: string, change: Partial<Order> = {}, as: Parameters<SmallCentre['sign']>[3] = {}, group = 'xa-1'): Envelope {
    return this.centre.sign('order', `g/${group}`, spoken(change), { id, ...as });
  }

  clear(ids: readonly string[], group = 'xa-1'): Envelope {
    return this.centre.sign('clear', `g/${group}`, { ids: [...ids], level: 'commune', reason: 'x' });
  }

  /** What stands on the group's topic from now on; answers when it was published. */
  async give(envelopes: readonly Envelope[], attachments: readonly Uint8Array[] = [tone], group = 'xa-1'): Promise<number> {
    const atMonoMs = monoNowMs();
    await this.centre.order(envelopes, attachments, group);
    return atMonoMs;
  }

  /** What the box told of an order. */
  told(id: string, state: string): (Fact & { kind: 'order' })[] {
    return this.centre.facts.filter((fact) => fact.kind === 'order').filter((fact) => fact.order === id && fact.state === state);
  }

  fault(name: string, state: 'raised' | 'ended'): Fact | undefined {
    return this.centre.facts.find((fact) => fact.kind === 'fault' && fact.fault === name && fact.state === state);
  }

  waitTold(id: string, state: string, withinMs = 15_000): Promise<Fact & { kind: 'order' }> {
    return soon(`${id} ${state}`, () => this.told(id, state)[0], withinMs);
  }

  /** Milliseconds from an instant to the first sound after it. */
  async soundsAfter(fromMonoMs: number, withinMs = 10_000): Promise<number> {
    const at = await soon('sound', () => this.firstSound(fromMonoMs), withinMs);
    return at - fromMonoMs;
  }

  firstSound(fromMonoMs: number): number | undefined {
    const found = this.#ears.flatMap((ear) => ear.firstAbove(audible, fromMonoMs) ?? []);
    return found.length > 0 ? Math.min(...found) : undefined;
  }

  heard(fromMonoMs: number, toMonoMs: number): Int16Array {
    const [first, ...others] = this.#ears.map((ear) => ear.between(fromMonoMs, toMonoMs));
    const all = first ?? new Int16Array(0);
    for (const one of others) for (let i = 0; i < one.length; i++) if (one[i]) all[i] = one[i] ?? 0;
    return all;
  }

  /** When it sounded, as stretches with no gap of 400 ms. */
  stretches(fromMonoMs: number, toMonoMs = monoNowMs()): { readonly fromMs: number; readonly toMs: number }[] {
    const frames = this.heard(fromMonoMs, toMonoMs);
    const step = windowMs * 48;
    const found: { fromMs: number; toMs: number }[] = [];
    for (let at = 0; at + step <= frames.length; at += step) {
      let peak = 0;
      for (let i = at; i < at + step; i++) peak = Math.max(peak, Math.abs(frames[i] ?? 0));
      if (peak <= audible) continue;
      const fromMs = at / 48;
      const last = found.at(-1);
      if (last && fromMs - last.toMs < gapMs) last.toMs = fromMs + windowMs;
      else found.push({ fromMs, toMs: fromMs + windowMs });
    }
    return found;
  }

  soundMs(fromMonoMs: number, toMonoMs = monoNowMs()): number {
    return this.stretches(fromMonoMs, toMonoMs).reduce((sum, { fromMs, toMs }) => sum + toMs - fromMs, 0);
  }

  /** Is the spoken part on the air now? */
  speaks(): boolean {
    const now = monoNowMs();
    return share(speechHz, this.heard(now - 250, now - 50)) > 0.5;
  }

  /** Nothing sounds for so long from now, and the amplifier is off at its end (it is held a few seconds behind a sound). */
  async quiet(forMs: number): Promise<void> {
    const fromMonoMs = monoNowMs();
    const heldUntilMs = performance.now() + holdMs + 1_500;
    await pass(forMs);
    while ((await this.closedRelays()) && performance.now() < heldUntilMs) await pass(100);
    const at = this.firstSound(fromMonoMs);
    if (at !== undefined) throw new Error(`sound ${Math.round(at - fromMonoMs)} ms into what must be silence`);
    if (await this.closedRelays()) throw new Error('the amplifier is still on');
  }

  async closedRelays(): Promise<boolean> {
    const { relay1 = false, relay2 = false } = (await this.look()).relays['main'] ?? {};
    return relay1 || relay2;
  }

  async stop(): Promise<void> {
    for (const ear of this.#ears) ear.stop();
    await this.program.kill();
    this.line.stop();
    await this.centre.stop();
    await rm(this.dataDir, { recursive: true, force: true }).catch(() => undefined);
  }
}

/** A box that is up, knows the time and hears its centre. */
export async function makeBed({ config = {}, env = {}, groups = ['xa-1'], upper, dir = tmpdir(), cold }: BedOptions = {}): Promise<Bed> {
  const centre = new SmallCentre('loa-1', groups);
  await centre.start(true, upper);
  if (upper) {
    upper.below.push({ centre: centre.id, ca: centre.ca });
    await upper.broker.stop();
    await upper.startBroker();
  }
  const line = new Line(() => centre.mqttPort);
  await line.start();
  const dataDir = await mkdtemp(join(dir, 'loa-chaos-'));
  await writeFile(join(dataDir, 'claim.json'), JSON.stringify(centre.claim()));
  const enrolled = await enrol(dataDir, join(dataDir, 'claim.json'));
  if (!enrolled.ok) throw new Error(enrolled.problem.detail);
  const standard = {
    page: { port: 0 },
    brokerUrl: `mqtts://127.0.0.1:${line.port}`,
    outputs: [{ id: 'main', kind: 'loudspeaker' }],
    display: { kind: 'none' },
    clock: { rtc: true },
    reconnectMaxMs: 500,
    log: { level: 'warn' },
  };
  await writeFile(join(dataDir, 'config.json'), JSON.stringify({ ...standard, ...config }));
  const program = new Program('agent', ['--data', dataDir]);
  program.env = env;
  const bed = new Bed(centre, line, dataDir, program);
  // Silence is told apart from a hold sooner than by default.
  const outputs = [{ id: 'main', kind: 'loudspeaker' as const }];
  await centre.want({ settings: { ...defaultBoxSettings, outputs, holdMs }, policy: policy() });
  if (cold) return bed;
  await bed.startBox();
  await soon('its plan', async () => ((await bed.look()).wantRev > 0 ? true : undefined), 10_000);
  await soon('signed time', async () => ((await bed.look()).now.quality === 'signed' ? true : undefined), 10_000);
  return bed;
}

/** Do something with a box and take everything down, whatever came of it. */
export async function withBed<T>(options: BedOptions, run: (bed: Bed) => Promise<T>): Promise<T> {
  const bed = await makeBed(options);
  try {
    return await run(bed);
  } finally {
    await bed.stop();
  }
}

/** 16-bit mono WAV of a tone. */
export function toneWav(hz: number, durationMs: number): Buffer {
  const samples = Math.round((wavHz * durationMs) / 1000);
  const pcm = Int16Array.from({ length: samples }, (_, i) => Math.round(14_000 * Math.sin((2 * Math.PI * hz * i) / wavHz)));
  const head = Buffer.from(wavHead(wavHz, pcm.byteLength));
  return Buffer.concat([head, Buffer.from(pcm.buffer)]);
}

export const tone = toneWav(speechHz, speechMs);

/** Siren 1 s, speech 1.5 s, twice with a pause between. */
export function spoken(change: Partial<Order> = {}): Order {
  const audio = { sha256: sha256(tone), bytes: tone.length, durationMs: speechMs };
  const speech = [{ language: 'vi', speak: 'Lũ quét. Lên cao ngay.', audio }];
  return order({ sirenMs: 1_000, times: 2, pauseMs: 800, speech, ...change });
}

/** Ask each 20 ms until there is an answer. */
export async function soon<T>(what: string, ask: () => Promise<T | undefined> | T | undefined, withinMs = 10_000): Promise<T> {
  const untilMs = performance.now() + withinMs;
  let last: unknown;
  while (performance.now() < untilMs) {
    try {
      const answer = await ask();
      if (answer !== undefined && answer !== false) return answer;
      last = undefined;
    } catch (error) {
      last = error;
    }
    await pass(20);
  }
  throw new Error(`${what}: not within ${withinMs} ms${last ? `, last: ${String(last)}` : ''}`);
}

export function pass(ms: number): Promise<void> {
  return new Promise((go) => setTimeout(go, ms));
}

export function must(holds: boolean, what: string): asserts holds {
  if (!holds) throw new Error(what);
}

/** Part of a signal's power at one frequency (Goertzel), 0..1. */
export function share(hz: number, frames: Int16Array): number {
  const turn = (2 * Math.PI * hz) / 48_000;
  let [re, im, power] = [0, 0, 0];
  for (let i = 0; i < frames.length; i++) {
    const sample = frames[i] ?? 0;
    re += sample * Math.cos(turn * i);
    im += sample * Math.sin(turn * i);
    power += sample * sample;
  }
  return power === 0 ? 0 : (2 * (re * re + im * im)) / (frames.length * power);
}
