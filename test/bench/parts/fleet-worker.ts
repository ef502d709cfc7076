// A process that hosts many boxes of a fleet and tells its parent how far they are.
import { FleetBox, type FleetMember, type FleetPlace } from './fleet-box.ts';
import { type BoxStage, boxStages, FleetMarks, type StageTimes } from './fleet-marks.ts';

export type FleetAsk =
  | { readonly ask: 'start'; readonly members: readonly FleetMember[]; readonly place: FleetPlace }
  /** Forget the times: the next order counts. */
  | { readonly ask: 'reset' }
  | { readonly ask: 'status' }
  | { readonly ask: 'times' }
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
}

/** Handshakes begun together: more only queue for the same two cores. */
const startingMax = 32;

/** Serve the parent until it says stop. */
export function serveFleet(): void {
  const marks = new FleetMarks();
  const boxes: FleetBox[] = [];
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
      case 'times':
        return { status: status(), times: marks.times() };
      case 'stop':
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
