// Where the centre speaks under its name: drafts go to who holds the keys, statements come back numbered and signed.
import { Failure } from '../../hardware/host/failure.ts';
import { type Envelope, payloadTypeOf } from '../../schemas/envelope.ts';
import { bad, ok, type Result } from '../../schemas/problems.ts';
import { type AskedDraft, type CentreStatement, type Sealed, type Speaker, spaceOf, statementText } from '../core/signing-statement.ts';
import type { Signatory } from '../signing/room.ts';
import type { CounterStore } from '../store/store.ts';

export interface Draft {
  readonly typ: CentreStatement;
  readonly aud: string;
  readonly body: unknown;
  /** Same thing said to several audiences keeps one id. An order MUST have one. */
  readonly id?: string;
  readonly expMs?: number;
}

export interface Signed {
  readonly envelope: Envelope;
  readonly ctr: number;
  readonly id: string;
}

export class SigningDesk {
  readonly #speaker: Speaker;
  readonly #signatory: Signatory;
  readonly #counters: CounterStore;
  readonly #nowMs: () => number;
  #raising: Promise<void> = Promise.resolve();

  /** `epoch`: counter space of all it signs, begun by a delegation. */
  constructor(centre: { readonly id: string; readonly epoch: string }, signatory: Signatory, counters: CounterStore, nowMs: () => number) {
    this.#speaker = { centre: centre.id, epoch: centre.epoch };
    this.#signatory = signatory;
    this.#counters = counters;
    this.#nowMs = nowMs;
  }

  /**
   * Sign all or none; their counters survive a power cut and a restored database. Rejects with a `Failure`: signer-away while
   * who signs is restarting for longer than 8 s, or the problem for which it refused (controller/docs/keys.md).
   */
  async sign(drafts: readonly Draft[]): Promise<Signed[]> {
    if (drafts.length === 0) return [];
    const texts = new Map<unknown, string>();
    const asked = drafts.map(({ body, ...rest }): AskedDraft => {
      const text = texts.get(body) ?? JSON.stringify(body);
      texts.set(body, text);
      return { ...rest, body: text };
    });
    const results = await this.#signatory.sign(asked);
    const signed = asked.map((draft, i) => {
      const result = results[i] ?? bad('signer-away', 'no answer');
      if (!result.ok) throw new Failure(result.problem.code, result.problem.detail, result.problem);
      return { draft, sealed: result.value };
    });
    this.#raise(signed);
    return signed.map(({ draft, sealed }) => this.#envelope(draft, sealed));
  }

  /**
   * Sign time only while our own clock can be believed: never behind what the database knows to have passed; the desk has a
   * floor of its own. Problems: no-time, signer-away.
   */
  async signTime(draft: Draft & { readonly typ: 'answer' | 'heartbeat' }): Promise<Result<Signed>> {
    const behindMs = (await this.#counters.floorMs()) - this.#nowMs();
    // Writes of this very second may have been stamped a moment later than our reading.
    if (behindMs > 5_000) return bad('no-time', `the centre's clock is ${Math.round(behindMs / 1000)} s behind its database`);
    try {
      const [signed] = await this.sign([draft]);
      return signed ? ok(signed) : bad('signer-away', 'no answer');
    } catch (error) {
      if (error instanceof Failure) return { ok: false, problem: error.problem };
      throw error;
    }
  }

  /** Highest order counter per issuer, for the heartbeat. */
  async orderCounters(): Promise<Record<string, number>> {
    await this.#raising;
    const counters = await this.#counters.highest('order ');
    return counters.size === 0 ? {} : { [this.#speaker.centre]: Math.max(...counters.values()) };
  }

  /** Told in heartbeats, beside the order's own way: who signs keeps them from going back. */
  #raise(signed: readonly { readonly draft: AskedDraft; readonly sealed: Sealed }[]): void {
    const orders = signed.filter(({ draft: { typ } }) => typ === 'order' || typ === 'clear');
    if (orders.length === 0) return;
    const counters = new Map(orders.map(({ draft, sealed }) => [spaceOf(draft, this.#speaker), sealed.ctr]));
    const raised = this.#counters.raise(counters).catch(() => undefined); // a database that fails is told of where it matters
    this.#raising = Promise.all([this.#raising, raised]).then(() => undefined);
  }

  #envelope(draft: AskedDraft, sealed: Sealed): Signed {
    const { id, ctr, keyid, sig } = sealed;
    const payload = Buffer.from(statementText(draft, this.#speaker, sealed)).toString('base64');
    return { envelope: { payloadType: payloadTypeOf(draft.typ), payload, signatures: [{ keyid, sig }] }, ctr, id };
  }
}
