// Both ends of an outbox in memory, with honest semantics: a box's rows with their hash chain, a centre that stores each once.

import type { OutboxStore } from '../../broker/link/outbox.ts';
import { cryptography, generateSigningKey, signerFrom } from '../../hardware/host/crypto.ts';
import { type KnownKey, nextCounter, open, type Signer, type Statement, seal } from '../../schemas/envelope.ts';
import { Ack, chainText, LogBatch, type Row } from '../../schemas/outbox.ts';
import { ok, type Result } from '../../schemas/problems.ts';

export interface TestKey {
  readonly signer: Signer;
  readonly known: KnownKey;
}

export function makeKey(): TestKey {
  const { privateKeyPem, publicKey, keyid } = generateSigningKey();
  return { signer: signerFrom(privateKeyPem), known: { keyid, alg: 'ed25519', publicKey } };
}

export function hashOf(previous: string, entry: string): string {
  return cryptography.sha256(new TextEncoder().encode(chainText(previous, entry)));
}

/** The box's side. */
export class MemoryOutbox implements OutboxStore {
  rows: Row[] = [];
  upto = 0;
  name: string;

  constructor(name = 'e1') {
    this.name = name;
  }

  add(entry: string): Row {
    const last = this.rows.at(-1);
    const row = { seq: (last?.seq ?? 0) + 1, hash: hashOf(last?.hash ?? this.name, entry), entry };
    this.rows.push(row);
    return row;
  }

  epoch(): string {
    return this.name;
  }

  ackedTo(): number {
    return this.upto;
  }

  async rowsAfter(seq: number, limits: { rowsMax: number; bytesMax: number }): Promise<readonly Row[]> {
    const rows: Row[] = [];
    let bytes = 0;
    for (const row of this.rows) {
      if (row.seq <= seq) continue;
      bytes += row.entry.length + 100;
      if (rows.length > 0 && (rows.length >= limits.rowsMax || bytes > limits.bytesMax)) break;
      rows.push(row);
    }
    return rows;
  }

  async acked(upto: number): Promise<void> {
    this.upto = Math.max(this.upto, upto);
  }
}

/** The centre's side: insert or ignore by (epoch, seq), acknowledge what is contiguous. */
export class MemoryCentre {
  readonly rows = new Map<string, Row>();
  readonly effects: string[] = [];
  readonly #box: KnownKey;
  readonly #key: TestKey;
  conflicts = 0;
  #counter = 0;

  constructor(box: KnownKey, key: TestKey) {
    this.#box = box;
    this.#key = key;
  }

  /** Store a batch; the signed acknowledgement to publish on `dn/ack`. */
  take(payload: Uint8Array): Result<Uint8Array> {
    const opened = open(
      JSON.parse(Buffer.from(payload).toString()),
      'log',
      LogBatch,
      (id) => (id === this.#box.keyid ? this.#box : undefined),
      cryptography,
    );
    if (!opened.ok) return opened;
    const { iss, epoch, body } = opened.value.statement;
    for (const row of body.rows) {
      const key = `${epoch}/${row.seq}`;
      const before = this.rows.get(key);
      if (before) {
        if (before.hash !== row.hash) this.conflicts++;
        continue;
      }
      this.rows.set(key, row);
      this.effects.push(row.entry);
    }
    let upto = 0;
    while (this.rows.has(`${epoch}/${upto + 1}`)) upto++;
    return ok(this.ack(iss, epoch, upto, this.rows.get(`${epoch}/${upto}`)?.hash ?? ''));
  }

  ack(dev: string, epoch: string, upto: number, head: string, counter?: number): Uint8Array {
    const ctr = counter ?? nextCounter(this.#counter, 1000);
    this.#counter = ctr;
    const statement: Statement<Ack> = {
      typ: 'ack',
      id: `ack-${ctr}`,
      iss: 'xa-1',
      epoch: 'c1',
      aud: `d/${dev}`,
      ctr,
      iat: 1000,
      nbf: 0,
      exp: 2000,
      body: { dev, epoch, upto, head },
    };
    return Buffer.from(JSON.stringify(seal(statement, [this.#key.signer])));
  }
}

/** The verify function a box passes to its sender. */
export function ackOpener(centre: KnownKey): (input: unknown) => Result<Statement<Ack>> {
  return (input) => {
    const opened = open(input, 'ack', Ack, (id) => (id === centre.keyid ? centre : undefined), cryptography);
    return opened.ok ? ok(opened.value.statement) : opened;
  };
}
