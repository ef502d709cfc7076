// Where the centre speaks under its name: statements with counters that never step back, each signed by its role's key.
import { sha256 } from '../../hardware/host/crypto.ts';
import { type Envelope, nextCounter, type StatementType, seal } from '../../schemas/envelope.ts';
import { roleOf } from '../../schemas/keys.ts';
import { liveSessionMsMax } from '../../schemas/live.ts';
import { bad, ok, type Result } from '../../schemas/problems.ts';
import type { CounterStore } from '../store/store.ts';
import type { SigningKeys } from './signing-keys.ts';

type CentreStatement = Exclude<keyof typeof roleOf, 'delegation'>;

const minuteMs = 60_000;
const dayMs = 24 * 3600_000;

/** How long each kind holds. What a box keeps must outlive a long outage; what answers a question need not. */
const lifeMs = {
  place: 20 * 365 * dayMs,
  want: 5 * 365 * dayMs,
  ack: dayMs,
  command: 10 * minuteMs,
  /** Said again with the same counter to the end of the longest session. */
  live: liveSessionMsMax + 10 * minuteMs,
  order: 15 * minuteMs,
  drill: 15 * minuteMs,
  clear: dayMs,
  answer: 10 * minuteMs,
  heartbeat: 10 * minuteMs,
} as const satisfies Record<CentreStatement, number>;

/** Counters of these are written before they are used; the others restart from the clock. */
const durable: readonly StatementType[] = ['place', 'want', 'command', 'live', 'order', 'drill', 'clear'];
export interface Draft {
  readonly typ: CentreStatement;
  readonly aud: string;
  readonly body: unknown;
  /** Same thing said to several audiences keeps one id. */
  readonly id?: string;
  readonly expMs?: number;
}

export interface Signed {
  readonly envelope: Envelope;
  readonly ctr: number;
  readonly id: string;
}

export class SigningDesk {
  readonly #centre: string;
  readonly #keys: SigningKeys;
  readonly #epoch: string;
  readonly #counters: CounterStore;
  readonly #nowMs: () => number;
  readonly #fleeting = new Map<string, number>();

  /** `epoch`: counter space of all it signs, begun by a delegation. */
  constructor(centre: { readonly id: string; readonly epoch: string }, keys: SigningKeys, counters: CounterStore, nowMs: () => number) {
    this.#centre = centre.id;
    this.#epoch = centre.epoch;
    this.#keys = keys;
    this.#counters = counters;
    this.#nowMs = nowMs;
  }

  /** Sign statements whose counters must survive a power cut. */
  async sign(drafts: readonly Draft[]): Promise<Signed[]> {
    if (drafts.length === 0) return [];
    const nowMs = this.#nowMs();
    const counters = await this.#counters.take([...new Set(drafts.map((draft) => this.#space(draft)))], nowMs);
    const used = new Map(counters);
    return drafts.map((draft) => {
      if (!durable.includes(draft.typ)) throw new Error(`${draft.typ} needs no durable counter`);
      const space = this.#space(draft);
      const ctr = used.get(space) ?? nowMs;
      // One audience gets one statement of a space in a call; more would need one counter each.
      if (!used.delete(space)) throw new Error(`two drafts for ${space}`);
      return this.#seal(draft, ctr, nowMs);
    });
  }

  /** Sign what is worthless after a restart: acks, answers, heartbeats. */
  signNow(draft: Draft): Signed {
    const nowMs = this.#nowMs();
    const space = this.#space(draft);
    const ctr = nextCounter(this.#fleeting.get(space) ?? 0, nowMs);
    this.#fleeting.set(space, ctr);
    return this.#seal(draft, ctr, nowMs);
  }

  /**
   * Sign time only while our own clock can be believed: never behind what the database knows to have passed.
   * Problem: no-time.
   */
  async signTime(draft: Draft & { readonly typ: 'answer' | 'heartbeat' }): Promise<Result<Signed>> {
    const behindMs = (await this.#counters.floorMs()) - this.#nowMs();
    // Writes of this very second may have been stamped a moment later than our reading.
    if (behindMs > 5_000) return bad('no-time', `the centre's clock is ${Math.round(behindMs / 1000)} s behind its database`);
    return ok(this.signNow(draft));
  }

  /** Highest order counter per issuer, for the heartbeat. */
  async orderCounters(): Promise<Record<string, number>> {
    const counters = await this.#counters.highest('order ');
    return counters.size === 0 ? {} : { [this.#centre]: Math.max(...counters.values()) };
  }

  /** Orders and clears share a space, so a box can tell their order. */
  #space({ typ, aud }: Draft): string {
    return `${typ === 'clear' ? 'order' : typ} ${this.#centre} ${this.#epoch} ${aud}`;
  }

  #seal(draft: Draft, ctr: number, nowMs: number): Signed {
    const { typ, aud, body } = draft;
    const id = draft.id ?? `${typ}-${sha256(Buffer.from(`${aud} ${ctr}`)).slice(0, 16)}`;
    const exp = draft.expMs ?? nowMs + lifeMs[typ];
    const statement = { typ, id, iss: this.#centre, epoch: this.#epoch, aud, ctr, iat: nowMs, nbf: nowMs - dayMs, exp, body };
    return { envelope: seal(statement, [this.#keys[roleOf[typ] as keyof SigningKeys]]), ctr, id };
  }
}
