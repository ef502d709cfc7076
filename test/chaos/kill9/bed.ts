// A district of four kinds of process (centre, loa-broker, two boxes) of which any may be killed at any instant and is started again.
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PageState } from '../../../agent/page/view.ts';
import { type District, freePorts, group, openDistrict, run, seedOf } from '../../wire/district.ts';
import { Program } from '../../wire/program.ts';
import { until } from '../../wire/waiting.ts';
import { toneWav } from '../emergency/bed.ts';
import { Recording } from './recording.ts';

/** One plays; the policy of the other's hamlet lets nothing sound, ever. */
export const boxes = ['loa-mo', 'loa-dong'] as const;
export type BoxId = (typeof boxes)[number];
export const silentBox: BoxId = 'loa-dong';
const silentArea = '08/02536/thon-2';

/** Each programme is one steady tone, so that it is known by ear. */
const tonesHz = [440, 620, 870, 1_230] as const;
export const toneMs = 1_200;
const eachMs = 3_000;
const startsPerTone = 400;
const leadMs = 40_000;
export const holdMs = 1_000;
/** On a machine that has everything else to do. */
const startWithinMs = 120_000;

export interface Planned {
  readonly startMs: number;
  readonly hz: number;
  readonly schedule: string;
}

/** Something that dies and comes back. */
class Victim {
  readonly name: string;
  readonly #start: () => Promise<void>;
  readonly #kill: () => Promise<unknown>;
  #starting: Promise<void> = Promise.resolve();
  /** Its newest start came to its end. */
  isUp = true;
  /** Of its starts that came to their end. */
  slowestStartMs = 0;

  constructor(name: string, start: () => Promise<void>, kill: () => Promise<unknown>) {
    [this.name, this.#start, this.#kill] = [name, start, kill];
  }

  /** Killed now, whatever it does, and started at once; resolves when it is dead. */
  async strike(): Promise<void> {
    this.isUp = false;
    await this.#kill();
    await this.#starting.catch(() => undefined);
    const beganMs = performance.now();
    this.#starting = this.#start().then(() => {
      this.isUp = true;
      this.slowestStartMs = Math.max(this.slowestStartMs, performance.now() - beganMs);
    });
    this.#starting.catch(() => undefined);
  }

  /** Resolves when it is up again; rejects when it does not come up. */
  up(): Promise<void> {
    return this.#starting;
  }
}

export class KillBed {
  readonly district: District;
  readonly broker: Program;
  readonly planned: readonly Planned[];
  readonly recordings: ReadonlyMap<BoxId, Recording>;
  readonly victims: readonly Victim[];

  constructor(district: District, broker: Program, planned: readonly Planned[], recordings: ReadonlyMap<BoxId, Recording>) {
    [this.district, this.broker, this.planned, this.recordings] = [district, broker, planned, recordings];
    const box = (id: BoxId) =>
      new Victim(
        id,
        async () => {
          const running = district.boxes.get(id);
          if (!running) return;
          running.page = String((await running.program.start(startWithinMs))['page']);
          await recordings.get(id)?.listen(running.page);
        },
        () => {
          recordings.get(id)?.killed();
          return district.boxes.get(id)?.program.kill() ?? Promise.resolve();
        },
      );
    const centre = new Victim(
      'centre',
      async () => void (await district.centre.start(startWithinMs)),
      () => district.centre.kill(),
    );
    const bus = new Victim(
      'broker',
      async () => void (await broker.start(startWithinMs)),
      () => broker.kill(),
    );
    this.victims = [...boxes.map(box), centre, bus];
  }

  async look(id: BoxId): Promise<PageState> {
    return (await (await fetch(`${this.district.boxes.get(id)?.page}/state.json`)).json()) as PageState;
  }

  /** Everything is up and nothing is owed. */
  async settled(): Promise<void> {
    for (const victim of this.victims) await victim.up();
    for (const id of boxes)
      await until(`${id} to owe nothing`, async () => {
        const { link } = await this.look(id);
        return (link.up && link.waitingRows === 0) || undefined;
      });
  }

  async stop(): Promise<void> {
    for (const recording of this.recordings.values()) recording.stop();
    await this.district.stop();
    await this.broker.kill();
  }
}

/** Up, planned for more than an hour from `leadMs` on, and nobody dead yet. */
export async function makeKillBed(): Promise<KillBed> {
  const dir = await mkdtemp(join(tmpdir(), 'loa-kill9-'));
  const [port = '0', boxPort = '0', mqttPort = '0'] = await freePorts(3);
  const permits = [{ fromMs: Date.now() - 3_600_000, untilMs: Date.now() + 24 * 3_600_000, reason: 'thử' }];
  run('controller', ['init', '--data', join(dir, 'centre')], JSON.stringify({ ...seedOf({ permits }), templates: [template] }));
  const files = join(dir, 'broker');
  run('controller', ['broker-files', '--data', join(dir, 'centre'), '--out', files, '--port', mqttPort]);
  const config = JSON.parse(await readFile(join(files, 'broker.json'), 'utf8')) as object;
  await writeFile(join(files, 'broker.json'), JSON.stringify({ ...config, host: '127.0.0.1' }));
  const broker = new Program('broker', ['--config', join(files, 'broker.json')]);
  await broker.start();
  const outer = ['--mqtt-url', `mqtts://127.0.0.1:${mqttPort}`, '--broker-registry', join(files, 'registry.json')];
  const district = await openDistrict(dir, [port, boxPort, '0'], outer);
  const boxConfig = { clock: { rtc: true }, reconnectMaxMs: 500, log: { level: 'warn' } };
  for (const id of boxes)
    await district.addBox({ id, kind: 'loudspeaker', config: boxConfig, ...(id === silentBox && { area: silentArea }) });
  // It reads who is enrolled at its start.
  await broker.kill();
  await broker.start();
  const recordings = new Map(boxes.map((id) => [id, new Recording()]));
  for (const id of boxes) {
    await district.approver.put(`/boxes/${id}/settings`, { outputs: [{ id: 'main', kind: 'loudspeaker' }], holdMs });
    await recordings.get(id)?.listen(district.boxes.get(id)?.page ?? '');
  }
  const planned = await plan(district);
  const bed = new KillBed(district, broker, planned, recordings);
  await closePolicy(district);
  for (const id of boxes) await until(`the plan at ${id}`, async () => planIsThere(district, id));
  return bed;
}

async function plan(district: District): Promise<Planned[]> {
  const firstMs = Math.ceil((Date.now() + leadMs) / 1_000) * 1_000;
  const planned: Planned[] = [];
  for (const [at, hz] of tonesHz.entries()) {
    const programme = await district.programme(`Tiếng ${hz} Hz`, toneWav(hz, toneMs));
    const starts = Array.from({ length: startsPerTone }, (_, i) => firstMs + (i * tonesHz.length + at) * eachMs);
    const rules = { missedStart: { rule: 'join', withinMs: 60_000 }, interrupted: 'skip' };
    const made = await district.schedule(programme.id, starts[0] ?? 0, { ...rules, rdates: starts.slice(1).map(localStart) });
    planned.push(...starts.map((startMs) => ({ startMs, hz, schedule: made.id })));
  }
  return planned.sort((a, b) => a.startMs - b.startMs);
}

/** Nothing but an emergency may sound in that hamlet from now on. */
async function closePolicy(district: District): Promise<void> {
  const zone = 'Asia/Ho_Chi_Minh';
  const never = { id: 'dong', title: 'Không phát', zone, windows: [], quiet: [], permits: [] };
  const limits = { sessionGapMs: 0, sessionMaxMs: 1, sessionsPerDay: 0, dayMaxMs: 0, gainMaxDb: 0 };
  await district.approver.put(`/policy?area=${silentArea}`, { ...never, ...limits });
}

async function planIsThere(district: District, id: BoxId): Promise<true | undefined> {
  const all =
    await district.approver.get<
      { id: string; wantRev: number; report: { wantRev: number; cache: { missing: number }; clock: string } | null }[]
    >('/boxes');
  const box = all.find((one) => one.id === id);
  return (box?.report?.wantRev === box?.wantRev && box?.report?.cache.missing === 0 && box.report.clock === 'signed') || undefined;
}

function localStart(ms: number): string {
  return new Date(ms + 7 * 3_600_000)
    .toISOString()
    .replace(/[-:]|\.\d+Z/g, '')
    .slice(0, 15);
}

const template = {
  ...{ id: 'lu-quet', title: 'Lũ quét', hazard: 'flash-flood', severity: 'Extreme', urgency: 'Immediate', certainty: 'Observed' },
  ...{ sirenMs: 1_500, times: 1, pauseMs: 1_000, speak: 'Lũ quét. Lên cao ngay.', screen: { title: 'LŨ QUÉT', text: 'LÊN CAO' } },
};

export const exercise = { template: 'lu-quet', groups: [group], class: 'exercise', confirm: true, validMs: 60_000 } as const;
