// When each box of a fleet passed each stage of an order, on the machine's one monotonic clock.
import { monoMs } from '../../../hardware/host/system-clock.ts';

/** What a box can know of an order: its frame came, its signatures held, it sounds, the centre's receipt for that row was verified, and so for its end. */
export const boxStages = ['received', 'verified', 'sounding', 'acknowledged', 'cleared'] as const;
export type BoxStage = (typeof boxStages)[number];
export type StageTimes = Readonly<Record<BoxStage, readonly number[]>>;

export class FleetMarks {
  readonly #firsts = new Map<BoxStage, Map<string, number>>();

  /** Only the first time of a box counts until `reset`. */
  mark(stage: BoxStage, dev: string): void {
    const firsts = this.#firsts.get(stage) ?? new Map<string, number>();
    this.#firsts.set(stage, firsts);
    if (!firsts.has(dev)) firsts.set(dev, monoMs());
  }

  count(stage: BoxStage): number {
    return this.#firsts.get(stage)?.size ?? 0;
  }

  reset(): void {
    this.#firsts.clear();
  }

  times(): StageTimes {
    const of = (stage: BoxStage) => [...(this.#firsts.get(stage)?.values() ?? [])];
    return Object.fromEntries(boxStages.map((stage) => [stage, of(stage)])) as Record<BoxStage, number[]>;
  }
}
