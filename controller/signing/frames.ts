// What travels between the centre and its signing desk: JSON behind its length, over pipes that nobody else can open.
import * as v from 'valibot';
import { Problem } from '../../schemas/problem-shape.ts';
import type { Problem as Fault, Result } from '../../schemas/problems.ts';
import { AskedDraft, bodyCharactersMax, Sealed } from '../core/signing-statement.ts';

/** Of one message: u32 BE length, then JSON in UTF-8. */
export const messageBytesMax = 4 * 1024 * 1024;
/** So much of ordinary work shares a message; an order never waits for more than one slice of it. */
export const draftsPerMessage = 64;
/** Signed between two looks for something urgent. */
export const draftsPerSlice = 8;

const Count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const { body: _, ...draftEntries } = AskedDraft.entries;

/** Drafts of one message; a body that several say stands once. */
export const Asked = v.strictObject({
  n: Count,
  urgent: v.boolean(),
  bodies: v.pipe(v.array(v.pipe(v.string(), v.maxLength(bodyCharactersMax))), v.maxLength(draftsPerMessage)),
  drafts: v.pipe(v.array(v.strictObject({ ...draftEntries, at: Count })), v.minLength(1), v.maxLength(draftsPerMessage)),
});
export type Asked = v.InferOutput<typeof Asked>;

export const Answered = v.strictObject({
  n: Count,
  out: v.pipe(v.array(v.union([Sealed, v.strictObject({ problem: Problem })])), v.maxLength(draftsPerMessage)),
});
export type Answered = v.InferOutput<typeof Answered>;

/** The first message: for whom it signs. The trust is verified from its root; the root is remembered. */
export const Hello = v.strictObject({
  centre: v.string(),
  trust: v.looseObject({}),
  keysDir: v.string(),
  slotsDir: v.string(),
  /** Read by the desk itself; absent for keys that lie open (tests). */
  secretFile: v.optional(v.string()),
  dataDir: v.string(),
  counterFloor: Count,
});
export type Hello = v.InferOutput<typeof Hello>;

export const Welcome = v.union([v.strictObject({ ready: v.literal(true) }), v.strictObject({ problem: Problem })]);

export function packDrafts(n: number, urgent: boolean, drafts: readonly AskedDraft[]): Asked {
  const places = new Map<string, number>();
  const packed = drafts.map(({ body, ...rest }) => {
    const at = places.get(body) ?? places.size;
    places.set(body, at);
    return { ...rest, at };
  });
  return { n, urgent, bodies: [...places.keys()], drafts: packed };
}

export function unpackDrafts({ bodies, drafts }: Asked): AskedDraft[] {
  return drafts.map(({ at, ...rest }) => ({ ...rest, body: bodies[at] ?? '' }));
}

export function packResults(n: number, results: readonly Result<Sealed>[]): Answered {
  return { n, out: results.map((one) => (one.ok ? one.value : { problem: one.problem })) };
}

export function unpackResults({ out }: Answered): Result<Sealed>[] {
  return out.map((one) => ('problem' in one ? { ok: false, problem: one.problem as Fault } : { ok: true, value: one }));
}

export function encodeMessage(message: unknown): Buffer {
  const text = Buffer.from(JSON.stringify(message), 'utf8');
  const head = Buffer.alloc(4);
  head.writeUInt32BE(text.length);
  return Buffer.concat([head, text]);
}

/** Cuts a stream of bytes into messages. Throws on a length beyond the limit: then nothing after it can be read. */
export class MessageReader {
  #chunks: Buffer[] = [];
  #bytes = 0;

  take(chunk: Buffer): string[] {
    this.#chunks.push(chunk);
    this.#bytes += chunk.length;
    const messages: string[] = [];
    for (;;) {
      if (this.#bytes < 4) return messages;
      const head = this.#chunks[0] as Buffer;
      const all = head.length >= 4 ? head : this.#join();
      const length = all.readUInt32BE(0);
      if (length > messageBytesMax) throw new Error(`a message of ${length} bytes, at most ${messageBytesMax}`);
      if (this.#bytes < 4 + length) return messages;
      const whole = this.#join();
      messages.push(whole.toString('utf8', 4, 4 + length));
      this.#chunks = [whole.subarray(4 + length)];
      this.#bytes -= 4 + length;
    }
  }

  #join(): Buffer {
    const whole = this.#chunks.length === 1 ? (this.#chunks[0] as Buffer) : Buffer.concat(this.#chunks);
    this.#chunks = [whole];
    return whole;
  }
}
