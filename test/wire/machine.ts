// Machines with a card and a boot partition, their lives, and a small centre for them.
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as v from 'valibot';
import { claimName, statusName } from '../../agent/boot-files.ts';
import type { Ready } from '../../agent/box.ts';
import { AgentConfig } from '../../agent/config.ts';
import { Life } from '../../agent/life.ts';
import type { PageState } from '../../agent/page/view.ts';
import { wavHead } from '../../hardware/host/wav.ts';
import { policy, programme, schedule } from '../schemas/documents.ts';
import { SmallCentre } from './small-centre.ts';

const ends: (() => Promise<unknown>)[] = [];

/** After each test: what was started last ends first. */
export async function endAll(): Promise<void> {
  for (const end of ends.splice(0).reverse()) await end();
}

export async function makeCentre(change: Partial<Pick<SmallCentre, 'eraMs' | 'boxAgeMs' | 'away'>> = {}): Promise<SmallCentre> {
  const centre = Object.assign(new SmallCentre(), change);
  await centre.start();
  ends.push(() => centre.stop());
  return centre;
}

/** One machine: its card, its boot partition, its serial. */
export async function makeMachine(serial = '10000000abcdef01') {
  const dir = await mkdtemp(join(tmpdir(), 'loa-machine-'));
  ends.push(() => rm(dir, { recursive: true, force: true }));
  const [bootDir, dataDir, serialFile] = [join(dir, 'boot'), join(dir, 'data'), join(dir, 'serial')];
  await cp(tmpdirEmpty, bootDir, { recursive: true });
  await writeFile(serialFile, `${serial}\0`);
  const put = (text: object) => writeFile(join(bootDir, claimName), JSON.stringify(text));
  const status = () => readFile(join(bootDir, statusName), 'utf8').catch(() => '');
  return { dir, bootDir, dataDir, serialFile, put, status };
}
const tmpdirEmpty = await mkdtemp(join(tmpdir(), 'loa-empty-'));

export type Machine = Awaited<ReturnType<typeof makeMachine>>;

export function live({ dataDir, bootDir, serialFile }: Machine, change: v.InferInput<typeof AgentConfig> = {}) {
  const log = { level: 'info' as const, file: 'agent.log' };
  const config = v.parse(AgentConfig, { page: { port: 0 }, log, bootDir, serialFiles: [serialFile], reconnectMaxMs: 1_000, ...change });
  const life = new Life(dataDir, config);
  const over = new Promise<void>((resolve) => {
    life.onOver = () => resolve();
  });
  ends.push(() => life.stop());
  const ready = life.start();
  const stateAt = async ({ page }: Ready) => (await (await fetch(`${page}/state.json`)).json()) as PageState;
  return { life, over, ready, stateAt };
}

export async function readyOf(running: ReturnType<typeof live>): Promise<Ready> {
  const ready = await running.ready;
  if (!ready.ok) throw new Error(`${ready.problem.code}: ${ready.problem.detail}`);
  return ready.value;
}

function makeWav(seconds: number): Uint8Array {
  const frames = Int16Array.from({ length: seconds * 48_000 }, (_, i) => Math.round(8000 * Math.sin((2 * Math.PI * 440 * i) / 48_000)));
  return Buffer.concat([wavHead(48_000, frames.byteLength), Buffer.from(frames.buffer)]);
}

/** One programme of one second, at an instant of the centre's time. */
export function plan(centre: SmallCentre, startMs: number) {
  const sound = centre.put(makeWav(1));
  const item = { ...sound, type: 'audio/wav' as const, title: 'Tiếng', language: 'vi', durationMs: 1_000, gainDb: 0 };
  const permit = { fromMs: startMs - 3600_000, untilMs: startMs + 3600_000, reason: 'thử' };
  const start = new Date(startMs + 7 * 3600_000)
    .toISOString()
    .replace(/[-:]|\.\d+Z/g, '')
    .slice(0, 15);
  const schedules = { programmes: [programme({ items: [item] })], schedules: [schedule({ start })], holidays: [], localOrder: [] };
  return { settings: {}, policy: policy({ permits: [permit] }), schedules };
}

export const soonAt = (centre: SmallCentre) => Math.ceil((Date.now() + centre.eraMs + 4_000) / 1000) * 1000;
export const receipts = (centre: SmallCentre) => centre.facts.flatMap((fact) => (fact.kind === 'receipt' ? [fact.receipt] : []));
