// Reads what a box sent on `up/log`: its signature and shape, so many at once as leave the tables their threads.
import * as v from 'valibot';
import type { CryptographyBeside } from '../schemas/envelope.ts';
import { openBeside } from '../schemas/envelope.ts';
import { LogBatch, type Row } from '../schemas/outbox.ts';
import { parseJson } from '../schemas/parse.ts';
import { bad, ok, type Result } from '../schemas/problems.ts';
import type { Registry } from './registry.ts';

const batchBytesMax = 64 * 1024;
/** Signatures and tables share the threads of the process: a transaction stands behind so many signatures at most. */
const readingMax = 8;
/** Read beforehand at most: rows that are read take five times the room of their bytes. */
const readAheadMax = 1_000;

export interface ReadBatch {
  readonly epoch: string;
  readonly rows: readonly Row[];
}

/** One message of a box, in the order of arrival. */
export interface Arrived {
  readonly dev: string;
  readonly payload: Uint8Array;
  /** Undefined until its reading is begun. */
  read: Promise<Result<ReadBatch>> | undefined;
}

export interface LogReadingOptions {
  readonly registry: Pick<Registry, 'signingKey'>;
  readonly centre: string;
  readonly crypto: CryptographyBeside;
}

/** The messages that nobody has judged yet. */
export class LogReading<One extends Arrived> {
  readonly #options: LogReadingOptions;
  readonly #waiting: One[] = [];
  /** Of those that wait, from the first on, so many were begun. */
  #begun = 0;
  #reading = 0;

  constructor(options: LogReadingOptions) {
    this.#options = options;
  }

  add(one: One): void {
    this.#waiting.push(one);
    this.#readAhead();
  }

  /** The next in order, read. Undefined: nothing waits. Its `read` may reject with a bug. */
  next(): (One & { readonly read: Promise<Result<ReadBatch>> }) | undefined {
    const one = this.#waiting.shift();
    if (!one) return undefined;
    if (this.#begun > 0) this.#begun--;
    const read = one.read ?? this.#begin(one);
    this.#readAhead();
    return Object.assign(one, { read });
  }

  #readAhead(): void {
    while (this.#reading < readingMax && this.#begun < Math.min(this.#waiting.length, readAheadMax)) {
      this.#begin(this.#waiting[this.#begun++] as One);
    }
  }

  #begin(one: One): Promise<Result<ReadBatch>> {
    this.#reading++;
    const over = () => {
      this.#reading--;
      this.#readAhead();
    };
    one.read = readBatch(one.dev, one.payload, this.#options);
    // It is awaited in its turn; until then nobody listens to its failure.
    one.read.then(over, over);
    return one.read;
  }
}

/** Problems: too-large, those of opening the envelope, wrong-audience, bad-input. */
async function readBatch(dev: string, payload: Uint8Array, options: LogReadingOptions): Promise<Result<ReadBatch>> {
  const { registry, centre, crypto } = options;
  if (payload.length > batchBytesMax) return bad('too-large', `log message of ${payload.length} bytes`);
  const json = parseJson(v.unknown(), Buffer.from(payload).toString('utf8'), batchBytesMax);
  if (!json.ok) return json;
  const opened = await openBeside(json.value, 'log', LogBatch, (keyid) => registry.signingKey(dev, keyid), crypto);
  if (!opened.ok) return opened;
  const { iss, aud, epoch, body } = opened.value.statement;
  if (iss !== dev) return bad('wrong-audience', `signed as ${iss}, sent by ${dev}`, '/iss');
  if (aud !== `c/${centre}`) return bad('wrong-audience', `addressed to ${aud}`, '/aud');
  if (body.rows.some(({ entry }) => entry.includes('\0'))) return bad('bad-input', 'a row holds U+0000', '/rows');
  return ok({ epoch, rows: body.rows });
}
