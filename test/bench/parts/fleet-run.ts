// One order to a fleet, from confirm to the last commit, and what it comes to in figures.
import { readFileSync } from 'node:fs';
import { monoMs } from '../../../hardware/host/system-clock.ts';
import type { OrderAnswer } from '../../../schemas/order-api.ts';
import { defaultBoxSettings } from '../../../schemas/settings.ts';
import type { Fleet } from './fleet.ts';
import type { FleetCentre } from './fleet-centre.ts';
import type { FleetConsole } from './fleet-console.ts';
import { percentile } from './percentiles.ts';

const stages = ['confirmed', 'published', 'received', 'verified', 'sounding', 'committed'] as const;
type Stage = (typeof stages)[number];

const lookEveryMs = 10;
const commitWithinMs = 60_000;

export interface Run {
  readonly kind: 'actual' | 'exercise';
  /** `cold`: relays and warm-up of every box lie in the time; `armed`: the amplifiers were on. */
  readonly amplifier: 'cold' | 'armed';
  readonly allSoundingMs: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Boxes that passed it, and when the last one did. */
  readonly stages: Readonly<Record<Stage, number>>;
  readonly stageMs: Readonly<Record<Stage, number>>;
  readonly firstReceivedMs: number;
  /** As the desk's card shows them once all rows are committed. */
  readonly counts: OrderAnswer['counts'];
  /** When the last box had verified the centre's receipt for its row. */
  readonly acknowledgedMs: number;
  /** From the officer's click to the last box's row "cleared" committed. */
  readonly stopMs: number;
  /** Of both programs from the confirm to the last commit. */
  readonly centreCpuMs: number;
  readonly fleetCpuMs: number;
  /** Others meanwhile: an ordinary question's longest wait, the list of orders. */
  readonly otherMaxMs: number;
  readonly listMaxMs: number;
  readonly listBytes: number;
  readonly events: number;
}

interface Wish extends Pick<Run, 'kind' | 'amplifier'> {
  readonly centre: FleetCentre;
  readonly fleet: Fleet;
  readonly page: FleetConsole;
  readonly boxes: number;
  /** Prepares; the function it answers gives the order and answers its id. */
  readonly give: () => Promise<() => Promise<string>>;
}

export async function watchedRun({ centre, fleet, page, boxes, kind, amplifier, give }: Wish): Promise<Run> {
  const confirm = await give();
  await fleet.reset();
  page.reset();
  const [cpuBefore, fleetBefore] = [cpuMsOf(centre.program.pid), (await fleet.status()).cpuMs];
  const [wallMs, fromMs] = [Date.now(), monoMs()];
  const id = await confirm();
  const publishedMs = monoMs() - fromMs;
  const committed = await commits(centre, id, boxes, fromMs);
  const centreCpuMs = cpuMsOf(centre.program.pid) - cpuBefore;
  const { cpuMs } = await fleet.until('all receipts verified', (status) => status.stages.acknowledged === boxes);
  const times = await fleet.times();
  const [otherMaxMs, listMaxMs, listBytes, events] = [
    percentile(page.answersMs, 1),
    percentile(page.listsMs, 1),
    page.listBytes,
    page.events,
  ];
  const order = await centre.duty.get<OrderAnswer>(`/orders/${id}`);
  const stoppedMs = monoMs();
  await centre.duty.post(`/orders/${id}/clear`);
  await fleet.until('the order to end everywhere', (status) => status.stages.cleared === boxes);
  const { cleared } = await fleet.times();
  const since = (list: readonly number[]) => list.map((at) => at - fromMs);
  const last = (list: readonly number[]) => percentile(since(list), 1);
  return {
    kind,
    amplifier,
    allSoundingMs: percentile(committed, 1),
    p50Ms: percentile(committed, 0.5),
    p99Ms: percentile(committed, 0.99),
    stages: {
      confirmed: order.progress.length,
      published: order.progress.filter(({ state }) => state !== 'offline').length,
      received: times.received.length,
      verified: times.verified.length,
      sounding: times.sounding.length,
      committed: committed.length,
    },
    stageMs: {
      confirmed: order.issuedMs - wallMs,
      published: rounded(publishedMs),
      received: last(times.received),
      verified: last(times.verified),
      sounding: last(times.sounding),
      committed: percentile(committed, 1),
    },
    counts: order.counts,
    firstReceivedMs: percentile(since(times.received), 0),
    acknowledgedMs: last(times.acknowledged),
    stopMs: rounded(Math.max(...cleared) - stoppedMs),
    centreCpuMs,
    fleetCpuMs: rounded(cpuMs - fleetBefore),
    otherMaxMs,
    listMaxMs,
    listBytes,
    events,
  };
}

/** When each box's row "sounding" was seen in the tables, to the width of a look. */
async function commits(centre: FleetCentre, id: string, boxes: number, fromMs: number): Promise<number[]> {
  const seen: number[] = [];
  while (seen.length < boxes) {
    if (monoMs() - fromMs > commitWithinMs) throw new Error(`${seen.length} of ${boxes} rows committed within ${commitWithinMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, lookEveryMs));
    const count = await centre.committed(id, 'sounding');
    const atMs = monoMs() - fromMs;
    while (seen.length < count) seen.push(atMs);
  }
  return seen;
}

/** A line for people. */
export function judgeRun({
  kind,
  amplifier,
  allSoundingMs,
  p50Ms,
  stageMs,
  stages: counts,
  stopMs,
  centreCpuMs,
  fleetCpuMs,
  ...rest
}: Run): string {
  const each = stages.map((stage) => `${stage} ${counts[stage]} in ${Math.round(stageMs[stage])}`).join(', ');
  const head = `${kind}, amplifiers ${amplifier}: all ${Math.round(allSoundingMs)} ms, half ${Math.round(p50Ms)} ms, stop ${Math.round(stopMs)} ms`;
  return `${head} · ${each} · CPU centre ${centreCpuMs} fleet ${Math.round(fleetCpuMs)} ms · other ${Math.round(rest.otherMaxMs)} ms, list ${Math.round(rest.listMaxMs)} ms ${rest.listBytes} B, ${rest.events} events`;
}

/** The worst order in earnest with cold amplifiers is the figure; all runs stand beside it. */
export function summaryOf(boxes: number, runs: readonly Run[], relayDelayMs: number) {
  const worst = (list: readonly Run[]) => list.reduce((a, b) => (b.allSoundingMs > a.allSoundingMs ? b : a));
  const of = (kind: Run['kind'], amplifier: Run['amplifier']) => runs.filter((run) => run.kind === kind && run.amplifier === amplifier);
  const cold = worst(of('actual', 'cold'));
  const armed = worst(of('actual', 'armed'));
  const exercise = worst(of('exercise', 'cold'));
  return {
    name: 'order-fleet',
    boxes,
    allSoundingMs: cold.allSoundingMs,
    p50Ms: cold.p50Ms,
    p99Ms: cold.p99Ms,
    stages: cold.stages,
    stageMs: cold.stageMs,
    warmUpMs: relayDelayMs + defaultBoxSettings.warmUpMs,
    warmUpIncluded: true,
    allSoundingArmedMs: armed.allSoundingMs,
    exerciseMs: exercise.allSoundingMs,
    stopMs: Math.max(...runs.map(({ stopMs }) => stopMs)),
    acknowledgedMs: cold.acknowledgedMs,
    classes: { actual: of('actual', 'cold').length + of('actual', 'armed').length, exercise: of('exercise', 'cold').length },
    runs,
  };
}

/** User and system time of a process (proc(5): fields 14 and 15, in hundredths of a second). */
function cpuMsOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

function rounded(ms: number): number {
  return Math.round(ms * 10) / 10;
}
