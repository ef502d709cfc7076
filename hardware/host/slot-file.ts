// A small document in two alternating checksummed files: a torn write never loses the older one.
import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { Failure, raise } from './failure.ts';
import { makeFolder, readIfPresent, syncDirectory } from './files.ts';

const magic = Buffer.from('LoaSlot1');
/** magic 8 · generation u64 · length u32 · sha256 over generation, length and content. */
const headBytes = 8 + 8 + 4 + 32;
const contentBytesMax = 4 * 1024 * 1024;

interface Slot {
  readonly generation: bigint;
  readonly content: Uint8Array;
}

/**
 * INVARIANTS: the file holding the newest valid content is never written to; writes are one after another;
 * a write overwrites in place, so it needs no new block on a full disk once both files have grown.
 */
export class SlotFile {
  readonly #dir: string;
  readonly #paths: readonly [string, string];
  #newest: { readonly index: 0 | 1; readonly slot: Slot } | undefined;
  #known = false;
  #last: Promise<unknown> = Promise.resolve();

  constructor(dir: string, name: string) {
    this.#dir = dir;
    this.#paths = [join(dir, `${name}.a`), join(dir, `${name}.b`)];
  }

  /** The newest valid content, or `undefined` when neither file holds any. */
  read(): Promise<Uint8Array | undefined> {
    return this.#inTurn(async () => {
      await this.#look();
      return this.#newest?.slot.content;
    });
  }

  /** Resolves when the content is on the disk. On failure the former content stays. */
  write(content: Uint8Array): Promise<void> {
    return this.#inTurn(async () => {
      if (content.length > contentBytesMax) throw new Failure('too-large', `slot content of ${content.length} bytes`);
      if (!this.#known) await this.#look();
      const index = this.#newest?.index === 0 ? 1 : 0;
      const slot = { generation: (this.#newest?.slot.generation ?? 0n) + 1n, content: Uint8Array.from(content) };
      await this.#put(this.#paths[index], encode(slot)).catch(raise);
      this.#newest = { index, slot };
    });
  }

  async #look(): Promise<void> {
    const slots = await Promise.all(this.#paths.map(async (path) => decode(await readIfPresent(path))));
    const [a, b] = slots;
    this.#newest = undefined;
    if (a && (!b || a.generation > b.generation)) this.#newest = { index: 0, slot: a };
    else if (b) this.#newest = { index: 1, slot: b };
    this.#known = true;
  }

  async #put(path: string, bytes: Uint8Array): Promise<void> {
    const present = await open(path, 'r+').catch(() => undefined);
    if (!present) await makeFolder(this.#dir);
    const file = present ?? (await open(path, 'w', 0o600));
    try {
      for (let at = 0; at < bytes.length; ) at += (await file.write(bytes, at, bytes.length - at, at)).bytesWritten;
      await file.sync();
    } finally {
      await file.close();
    }
    if (!present) await syncDirectory(this.#dir);
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(work, work);
    this.#last = turn.catch(() => undefined);
    return turn;
  }
}

function encode({ generation, content }: Slot): Uint8Array {
  const bytes = Buffer.alloc(headBytes + content.length);
  magic.copy(bytes);
  bytes.writeBigUInt64BE(generation, 8);
  bytes.writeUInt32BE(content.length, 16);
  bytes.set(content, headBytes);
  checksum(bytes).copy(bytes, 20);
  return bytes;
}

/** Bytes behind the content are left from a longer one before it. */
function decode(bytes: Buffer | undefined): Slot | undefined {
  if (!bytes || bytes.length < headBytes || !bytes.subarray(0, 8).equals(magic)) return undefined;
  const length = bytes.readUInt32BE(16);
  if (length > contentBytesMax || bytes.length < headBytes + length) return undefined;
  const whole = bytes.subarray(0, headBytes + length);
  if (!checksum(whole).equals(whole.subarray(20, headBytes))) return undefined;
  return { generation: whole.readBigUInt64BE(8), content: Uint8Array.from(whole.subarray(headBytes)) };
}

function checksum(whole: Buffer): Buffer {
  return createHash('sha256').update(whole.subarray(8, 20)).update(whole.subarray(headBytes)).digest();
}
