// chaos line-kill: the centre with its broker is killed again and again while boxes say rows; none is lost end to end, none counts twice.
// Boxes run the agent's own line, outbox and rules; only their longest wait between two attempts is shorter than the product's.
import { setTimeout as pass } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { monoMs } from '../../hardware/host/system-clock.ts';
import { FleetBox } from '../bench/parts/fleet-box.ts';
import { type FleetCentre, startFleetCentre } from '../bench/parts/fleet-centre.ts';
import { FleetMarks } from '../bench/parts/fleet-marks.ts';
import { percentile } from '../bench/parts/percentiles.ts';
import { until } from '../wire/waiting.ts';

const boxesStandard = 10;
const rowsPerBoxSecond = 20;
/** The product's is 300 s: a hundred kills would take a day. */
const reconnectMaxMs = 500;
/** So many rows must be acknowledged by the new centre before it dies as well: each kill meets a line at work. */
const ackedBetween = 20;
const killWithinMs = 400;
const settleWithinMs = 120_000;

export interface LineKills {
  readonly kills: number;
  readonly boxes: number;
  readonly rows: number;
  /** Said and not in the tables at the end. */
  readonly lost: number;
  /** In the tables more than once. */
  readonly twice: number;
  /** Contradictions the centre noted: one number with two hashes, one occurrence with two receipts. */
  readonly conflicts: number;
  /** Said and not acknowledged at the instant of a kill. */
  readonly owedAtKillP50: number;
  readonly killsWithNothingOwed: number;
  readonly restartP50Ms: number;
  /** From the centre's being ready to the last box's being back. */
  readonly backP50Ms: number;
  readonly backMaxMs: number;
  readonly reconnectMaxMs: number;
  readonly seconds: number;
}

export async function killLine(
  kills: number,
  boxCount = boxesStandard,
  tell: (line: string) => void = () => undefined,
): Promise<LineKills> {
  const beganMs = monoMs();
  const centre = await startFleetCentre(boxCount, 0, { mute: true });
  const marks = new FleetMarks();
  const boxes = centre.members.map((member) => new FleetBox(member, { ...centre.place, reconnectMaxMs }, marks));
  const talking = new Talking(boxes);
  const [owed, restartsMs, backMs]: [number[], number[], number[]] = [[], [], []];
  try {
    await Promise.all(boxes.map((box) => box.start()));
    await until('all boxes up', () => boxes.every(({ up }) => up) || undefined, settleWithinMs);
    talking.begin();
    for (let killed = 0; killed < kills; killed++) {
      const before = talking.acked;
      await until('rows acknowledged', () => talking.acked >= before + ackedBetween || undefined, settleWithinMs);
      await pass(Math.random() * killWithinMs);
      owed.push(talking.said - talking.acked);
      await restarted(centre, boxes, restartsMs, backMs);
      if (killed % 10 === 9) tell(`${killed + 1} kills, ${talking.said} rows said, ${talking.acked} acknowledged`);
    }
    talking.end();
    await until('all rows acknowledged', () => talking.acked === talking.said || undefined, settleWithinMs);
    const { stored, distinct, conflicts } = await centre.saidRows();
    return {
      ...{ kills, boxes: boxCount, rows: talking.said, lost: talking.said - distinct, twice: stored - distinct, conflicts },
      ...{ owedAtKillP50: percentile(owed, 0.5), killsWithNothingOwed: owed.filter((rows) => rows === 0).length },
      ...{ restartP50Ms: Math.round(percentile(restartsMs, 0.5)), backP50Ms: Math.round(percentile(backMs, 0.5)) },
      ...{ backMaxMs: Math.round(percentile(backMs, 1)), reconnectMaxMs, seconds: Math.round((monoMs() - beganMs) / 1000) },
    };
  } finally {
    talking.end();
    await Promise.all(boxes.map((box) => box.stop()));
    await centre.stop();
  }
}

async function restarted(centre: FleetCentre, boxes: readonly FleetBox[], restartsMs: number[], backMs: number[]): Promise<void> {
  const killedMs = monoMs();
  await centre.program.kill();
  await centre.restart();
  const readyMs = monoMs();
  restartsMs.push(readyMs - killedMs);
  await until('all boxes back', () => boxes.every(({ up }) => up) || undefined, settleWithinMs);
  backMs.push(monoMs() - readyMs);
}

/** Rows all the time, whether anybody listens or not. */
class Talking {
  readonly #boxes: readonly FleetBox[];
  #timer: NodeJS.Timeout | undefined;

  constructor(boxes: readonly FleetBox[]) {
    this.#boxes = boxes;
  }

  begin(): void {
    this.#timer = setInterval(() => {
      for (const box of this.#boxes) void box.say();
    }, 1000 / rowsPerBoxSecond);
  }

  end(): void {
    clearInterval(this.#timer);
  }

  get said(): number {
    return this.#boxes.reduce((sum, { rows }) => sum + rows.said, 0);
  }

  get acked(): number {
    return this.#boxes.reduce((sum, { rows }) => sum + rows.acked, 0);
  }
}

export async function lineKill(words: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...words],
    options: {
      json: { type: 'boolean', default: false },
      kills: { type: 'string', default: '100' },
      boxes: { type: 'string', default: String(boxesStandard) },
    },
  });
  const result = await killLine(Number(values.kills), Number(values.boxes), (line) => console.error(line));
  console.log(JSON.stringify({ name: 'line-kill', ...result }));
  return result.lost + result.twice + result.conflicts > 0 ? 1 : 0;
}
