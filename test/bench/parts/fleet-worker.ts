// A process that hosts many boxes of a fleet and tells its parent how far they are.
import { monoMs } from '../../../hardware/host/system-clock.ts';
import { FleetBox, type FleetMember, type FleetPlace, type SaidRows } from './fleet-box.ts';
import { type BoxStage, boxStages, FleetMarks, type StageTimes } from './fleet-marks.ts';

export type FleetAsk =
  | { readonly ask: 'start'; readonly members: readonly FleetMember[]; readonly place: FleetPlace }
  /** Forget the times: the next order counts. */
  | { readonly ask: 'reset' }
  | { readonly ask: 'status' }
  | { readonly ask: 'times' }
  /** Each box says rows at this pace until told otherwise; 0 is silence. */
  | { readonly ask: 'talk'; readonly perBoxSecond: number }
  /** So many boxes leave and come back `awayMs` later, drawn by turns; all of them when it is left out. Answered when they are back. */
  | { readonly ask: 'cycle'; readonly boxes?: number; readonly awayMs: number }
  /** Forget the times of rows so far: what is owed stays owed. */
  | { readonly ask: 'freshRows' }
  | { readonly ask: 'rows' }
  | { readonly ask: 'stop' };

export interface FleetStatus {
  readonly up: number;
  readonly ready: number;
  readonly quiet: number;
  readonly stages: Readonly<Record<BoxStage, number>>;
  readonly problems: readonly string[];
  readonly rssBytes: number;
  readonly cpuMs: number;
}

export interface FleetAnswer {
  readonly status: FleetStatus;
  readonly times?: StageTimes;
  readonly rows?: SaidRows;
  /** Of `cycle`: from a box's way back to its being connected, one for each. */
  readonly backMs?: readonly number[];
}

/** Handshakes begun together: more only queue for the same two cores. */
const startingMax = 32;

/** Rows at a pace, boxes by turns. */
class Talk {
  readonly #boxes: readonly FleetBox[];
  #timer: NodeJS.Timeout | undefined;
  #turn = 0;

  constructor(boxes: readonly FleetBox[]) {
    this.#boxes = boxes;
  }

  at(perBoxSecond: number): void {
    clearInterval(this.#timer);
    if (perBoxSecond === 0) return;
    const fromMs = monoMs();
    let said = 0;
    this.#timer = setInterval(() => {
      const due = Math.floor(((monoMs() - fromMs) / 1000) * perBoxSecond * this.#boxes.length);
      for (; said < due; said++) void this.#boxes[this.#turn++ % this.#boxes.length]?.say();
    }, 10);
  }
}

/** Serve the parent until it says stop. */
export function serveFleet(): void {
  const marks = new FleetMarks();
  const boxes: FleetBox[] = [];
  const talk = new Talk(boxes);
  let turn = 0;
  const status = (): FleetStatus => {
    const cpu = process.cpuUsage();
    return {
      up: boxes.filter((box) => box.up).length,
      ready: boxes.filter((box) => box.ready).length,
      quiet: boxes.filter((box) => box.quiet).length,
      stages: Object.fromEntries(boxStages.map((stage) => [stage, marks.count(stage)])) as FleetStatus['stages'],
      problems: boxes.flatMap(({ problems }) => problems.map(({ code, detail }) => `${code}: ${detail}`)).slice(0, 10),
      rssBytes: process.memoryUsage.rss(),
      cpuMs: (cpu.user + cpu.system) / 1000,
    };
  };
  const obey = async (asked: FleetAsk): Promise<FleetAnswer> => {
    switch (asked.ask) {
      case 'start': {
        const fresh = asked.members.map((member) => new FleetBox(member, asked.place, marks));
        for (let at = 0; at < fresh.length; at += startingMax) {
          const batch = fresh.slice(at, at + startingMax);
          await Promise.all(batch.map((box) => box.start()));
          boxes.push(...batch);
          await connected(batch);
        }
        break;
      }
      case 'reset':
        marks.reset();
        break;
      case 'talk':
        talk.at(asked.perBoxSecond);
        break;
      case 'cycle': {
        const count = Math.min(asked.boxes ?? boxes.length, boxes.length);
        const leaving = Array.from({ length: count }, () => boxes[turn++ % boxes.length] as FleetBox);
        return { status: status(), backMs: await cycled(leaving, asked.awayMs) };
      }
      case 'freshRows':
        for (const { rows } of boxes) rows.ackMs.length = 0;
        break;
      case 'rows':
        return { status: status(), rows: summed(boxes) };
      case 'times':
        return { status: status(), times: marks.times() };
      case 'stop':
        talk.at(0);
        await Promise.all(boxes.map((box) => box.stop()));
        process.disconnect();
        process.exit(0);
        break;
      case 'status':
        break;
      default:
        asked satisfies never;
    }
    return { status: status() };
  };
  process.on('message', (asked: FleetAsk) => void obey(asked).then((answer) => process.send?.(answer)));
  // A parent that is gone leaves no fleet behind.
  process.on('disconnect', () => process.exit(0));
}

async function connected(batch: readonly FleetBox[]): Promise<void> {
  const untilMs = performance.now() + 10_000;
  while (!batch.every((box) => box.up) && performance.now() < untilMs) await new Promise((resolve) => setTimeout(resolve, 10));
}

const backWithinMs = 120_000;

/** All leave, then all come back at once. */
async function cycled(leaving: readonly FleetBox[], awayMs: number): Promise<number[]> {
  await Promise.all(leaving.map((box) => box.leave()));
  await new Promise((resolve) => setTimeout(resolve, awayMs));
  const fromMs = monoMs();
  for (const box of leaving) box.comeBack();
  const waiting = new Set(leaving);
  const backMs: number[] = [];
  while (waiting.size > 0 && monoMs() - fromMs < backWithinMs) {
    for (const box of waiting) {
      if (!box.up) continue;
      waiting.delete(box);
      backMs.push(monoMs() - fromMs);
    }
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  return backMs;
}

function summed(boxes: readonly FleetBox[]): SaidRows {
  const sum = (pick: (rows: SaidRows) => number) => boxes.reduce((total, { rows }) => total + pick(rows), 0);
  return { said: sum(({ said }) => said), acked: sum(({ acked }) => acked), ackMs: boxes.flatMap(({ rows }) => rows.ackMs) };
}
