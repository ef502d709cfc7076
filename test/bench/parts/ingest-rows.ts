// What boxes say in the ingest bench: chained rows of every common kind in signed batches, made before the clock starts.
import { sha256, signerFrom } from '../../../hardware/host/crypto.ts';
import { nextCounter, type Signer, seal } from '../../../schemas/envelope.ts';
import { chainText, type Entry, type Fact } from '../../../schemas/outbox.ts';
import type { Receipt } from '../../../schemas/receipt.ts';
import type { FleetMember } from './fleet-box.ts';

/** `mixed`: of ten rows five are play receipts. `receipts`: nothing else, the dearest there is. */
export type RowKinds = 'mixed' | 'receipts' | 'faults';

export interface SignedBatch {
  readonly payload: Buffer;
  readonly upto: number;
  readonly rows: number;
}

const dayMs = 24 * 3600_000;

/** One box's outbox, as far as it is said. */
export class IngestBox {
  readonly dev: string;
  readonly epoch: string;
  readonly #centre: string;
  readonly #signer: Signer;
  #seq = 0;
  #head: string;
  #counter = 0;

  constructor({ dev, signingKey }: FleetMember, centre: string, epoch: string) {
    this.dev = dev;
    this.epoch = epoch;
    this.#centre = centre;
    this.#signer = signerFrom(signingKey);
    this.#head = epoch;
  }

  /** The next rows, chained and signed as the outbox of a box does it. */
  batch(count: number, kinds: RowKinds, nowMs: number): SignedBatch {
    const rows = Array.from({ length: count }, () => {
      this.#seq += 1;
      const entry = JSON.stringify(entryOf(this.#seq, kinds, nowMs));
      this.#head = sha256(Buffer.from(chainText(this.#head, entry)));
      return { seq: this.#seq, hash: this.#head, entry };
    });
    this.#counter = nextCounter(this.#counter, nowMs);
    const { dev, epoch } = this;
    const envelope = seal(
      {
        ...{ typ: 'log', id: `${dev}:${epoch}:${rows[0]?.seq}-${this.#seq}`, iss: dev, epoch, aud: `c/${this.#centre}` },
        ...{ ctr: this.#counter, iat: nowMs, nbf: 0, exp: nowMs + 366 * dayMs, body: { rows } },
      },
      [this.#signer],
    );
    return { payload: Buffer.from(JSON.stringify(envelope)), upto: this.#seq, rows: count };
  }

  /** Hash of the last row made. */
  get head(): string {
    return this.#head;
  }
}

function entryOf(seq: number, kinds: RowKinds, nowMs: number): Entry {
  return { boot: 'b1', atMs: nowMs + seq, monoMs: seq * 1000.25, clock: 'signed', fact: factOf(seq, kinds, nowMs) };
}

function factOf(seq: number, kinds: RowKinds, nowMs: number): Fact {
  if (kinds === 'receipts' || (kinds === 'mixed' && seq % 2 === 0)) return receiptOf(seq, nowMs);
  const detail = `the amplifier of output main told ${seq} mA where 820 mA were measured before`;
  if (kinds === 'faults') return { kind: 'fault', fault: 'amplifier-current', state: seq % 4 < 2 ? 'raised' : 'ended', detail };
  switch (seq % 10) {
    case 1:
      return { kind: 'fault', fault: 'amplifier-current', state: 'raised', detail };
    case 3:
      return { kind: 'want', rev: seq, state: 'applied' };
    case 5:
      return { kind: 'act', act: 'tone', detail: 'page, 3 s at -12 dB' };
    case 7:
      return { kind: 'command', command: `cmd-${seq}`, state: 'done', detail: 'volume set to -6 dB' };
    default:
      return { kind: 'fault', fault: 'amplifier-current', state: 'ended', detail };
  }
}

function receiptOf(seq: number, nowMs: number): Fact {
  const startMs = nowMs + seq * 60_000;
  const receipt: Receipt = {
    ...({
      occurrence: `ban-tin-sang@${startMs}@main`,
      what: 'occurrence',
      schedule: 'ban-tin-sang',
      programme: `bai-${seq % 40}`,
    } as const),
    ...({ output: 'main', class: 'normal', outcome: 'played', plannedStartMs: startMs, plannedEndMs: startMs + 50_000 } as const),
    ...{ startedMs: startMs + 4, endedMs: startMs + 50_004, audibleMs: 50_000, items: [sha256(Buffer.from(`bai-${seq % 40}`))] },
    ...({ gainDb: -6, proof: 'relay', amplifierOnMs: startMs - 1_500, startErrorMs: 4, clock: 'signed' } as const),
  };
  return { kind: 'receipt', receipt };
}
