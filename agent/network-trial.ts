// A change of the network made at the box: in force at once, kept when the centre is reached through it, else taken back (DESIGN §5).
import type { Network, NetworkChange, Trial } from '../hardware/network.ts';
import { bad, ok, type Result } from '../schemas/problems.ts';

export const networkTrialMs = 10 * 60_000;
const lookEveryMs = 1_000;

export interface NetworkTrialOptions {
  readonly network: Pick<Network, 'try' | 'keep' | 'revert'>;
  readonly monoMs: () => number;
  /** Has the centre been heard by a connection, or with a sign of life, later than this instant? */
  readonly reachedSince: (monoMs: number) => boolean;
  readonly tell: (act: 'network-tried' | 'network-kept' | 'network-reverted', detail: string) => void;
  readonly trialMs?: number;
}

export class NetworkTrial {
  readonly #options: NetworkTrialOptions;
  #trial: { readonly change: Trial; readonly sinceMonoMs: number } | undefined;
  #timer: NodeJS.Timeout | undefined;
  #busy = false;

  constructor(options: NetworkTrialOptions) {
    this.#options = options;
  }

  /** For the page; null while nothing is on trial. */
  get pending(): { readonly kind: Trial['kind']; readonly leftMs: number } | null {
    if (!this.#trial) return null;
    const { change, sinceMonoMs } = this.#trial;
    return { kind: change.kind, leftMs: Math.max(0, sinceMonoMs + this.#trialMs - this.#options.monoMs()) };
  }

  /** Problems: conflict (another is on trial), and those of the door. */
  async try(change: NetworkChange): Promise<Result<void>> {
    if (this.#busy || this.#trial) return bad('conflict', 'another change is on trial');
    this.#busy = true;
    try {
      const tried = await this.#options.network.try(change);
      const what = wordsOf(change);
      if (!tried.ok) {
        this.#options.tell('network-reverted', `${what}: ${tried.problem.code}`);
        return tried;
      }
      this.#trial = { change: tried.value, sinceMonoMs: this.#options.monoMs() };
      this.#options.tell('network-tried', `${what} on ${tried.value.device}`);
      this.#timer = setInterval(() => void this.#look(), lookEveryMs);
      return ok(undefined);
    } finally {
      this.#busy = false;
    }
  }

  /** What is on trial goes with the next start of box or machine. */
  stop(): void {
    clearInterval(this.#timer);
  }

  get #trialMs(): number {
    return this.#options.trialMs ?? networkTrialMs;
  }

  async #look(): Promise<void> {
    const trial = this.#trial;
    if (!trial || this.#busy) return;
    const { network, monoMs, reachedSince, tell } = this.#options;
    const reached = reachedSince(trial.sinceMonoMs);
    if (!reached && monoMs() < trial.sinceMonoMs + this.#trialMs) return;
    this.#busy = true;
    try {
      const done = reached ? await network.keep(trial.change) : await network.revert(trial.change);
      tell(reached ? 'network-kept' : 'network-reverted', `${trial.change.kind}${done.ok ? '' : `: ${done.problem.code}`}`);
      this.#trial = undefined;
      clearInterval(this.#timer);
    } finally {
      this.#busy = false;
    }
  }
}

/** Never the secrets. */
function wordsOf(change: NetworkChange): string {
  switch (change.kind) {
    case 'wifi':
      return `wifi ${change.ssid}`;
    case 'mobile':
      return `APN ${change.apn}`;
    case 'cable':
      return `${change.device} ${change.fixed ? `${change.fixed.address}/${change.fixed.prefix}` : 'by DHCP'}`;
    default:
      return change satisfies never;
  }
}

/** A connection that came up later, or a sign of life that came later: the old line may look alive long after its way is gone. */
export function reachedSince(
  {
    up,
    upSinceMonoMs,
    heartbeatAgeMs,
  }: { readonly up: boolean; readonly upSinceMonoMs: number | null; readonly heartbeatAgeMs: number | null },
  sinceMonoMs: number,
  nowMonoMs: number,
): boolean {
  if (!up) return false;
  return (upSinceMonoMs ?? 0) > sinceMonoMs || (heartbeatAgeMs !== null && nowMonoMs - heartbeatAgeMs > sinceMonoMs);
}
