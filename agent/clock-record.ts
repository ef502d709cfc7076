// The last instants known to have passed: the floor of the next boot's clock, and when a battery clock was last set right.
import { readIfPresent, writeFileAtomic } from '../hardware/host/files.ts';
import { type Moment, trusted } from '../schemas/time.ts';
import type { Clock } from './ports.ts';

const rtcGoodForMs = 60 * 24 * 3600_000;
const saveEveryMs = 3600_000;

interface Instants {
  /** Trusted wall time when last saved. */
  readonly floorMs: number;
  /** Signed time when last saved; a battery clock drifts from here. */
  readonly signedMs: number;
}

export class ClockRecord {
  readonly #file: string;
  #instants: Instants = { floorMs: 0, signedMs: 0 };
  #savedMs = Number.NEGATIVE_INFINITY;

  constructor(file: string) {
    this.#file = file;
  }

  async load(): Promise<void> {
    const text = (await readIfPresent(this.#file))?.toString('utf8');
    if (!text) return;
    try {
      const { floorMs, signedMs } = JSON.parse(text) as Partial<Instants>;
      this.#instants = { floorMs: Number(floorMs) || 0, signedMs: Number(signedMs) || 0 };
    } catch {
      // A damaged record is no floor: signed time will give a new one.
    }
  }

  get floorMs(): number {
    return this.#instants.floorMs;
  }

  /** True when a fitted battery clock may be trusted at `machineMs` (DESIGN §4). */
  rtcHolds(machineMs: number): boolean {
    const { signedMs, floorMs } = this.#instants;
    return signedMs > 0 && machineMs >= floorMs && machineMs - signedMs <= rtcGoodForMs;
  }

  /** Save once an hour, and at `now` when asked. */
  async save(clock: Clock, always: boolean): Promise<void> {
    const { wallMs, monoMs, quality } = clock.now();
    if (!trusted(quality) || (!always && monoMs - this.#savedMs < saveEveryMs)) return;
    this.#savedMs = monoMs;
    const signedMs = quality === 'signed' ? Math.round(wallMs) : this.#instants.signedMs;
    this.#instants = { floorMs: Math.round(wallMs), signedMs };
    await writeFileAtomic(this.#file, JSON.stringify(this.#instants), 0o600);
  }
}

/** Between which instants the time lies for certain, for certificates' dates. */
export function knownTime({ wallMs, quality, floorMs }: Moment): { readonly fromMs: number; readonly toMs: number } {
  if (trusted(quality)) return { fromMs: wallMs, toMs: wallMs };
  return { fromMs: floorMs ?? 0, toMs: Number.POSITIVE_INFINITY };
}
