// The archive of a release part: an index of plain files with their hashes, then their bytes, packed by gzip (RFC 1952).
// Own, not tar: it cannot say links, devices, owners or paths that lead out, so nobody has to look for them.
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { createGunzip, gzipSync } from 'node:zlib';
import { parseJson } from '../../schemas/parse.ts';
import { bad, ok, type Result } from '../../schemas/problems.ts';
import { ArchiveIndex } from '../../schemas/release.ts';
import { sha256 } from './crypto.ts';
import { Failure, problemOf } from './failure.ts';

/** Then eight hexadecimal digits, the length of the index in bytes, and a line feed. */
const magic = 'LOA-RELEASE-1\n';
const headBytes = magic.length + 9;
const indexBytesMax = 2 * 1024 * 1024;

export interface ArchiveFile {
  readonly path: string;
  readonly content: Uint8Array;
  /** It may be executed. */
  readonly run?: boolean;
}

export type ArchivedFile = ArchiveIndex['files'][number];

/** Pack files, in the order of their paths: equal files, equal bytes. Throws on a path that may not stand in a release. */
export function packArchive(files: readonly ArchiveFile[]): Uint8Array {
  const sorted = [...files].sort((a, b) => (a.path < b.path ? -1 : 1));
  const listed = sorted.map(({ path, content, run }) => ({ path, bytes: content.length, sha256: sha256(content), ...(run && { run }) }));
  const index = parseJson(ArchiveIndex, JSON.stringify({ files: listed }), indexBytesMax);
  if (!index.ok) throw new Failure('bad-input', `${index.problem.path} ${index.problem.detail}`);
  const text = Buffer.from(JSON.stringify(index.value));
  const head = Buffer.from(`${magic}${text.length.toString(16).padStart(8, '0')}\n`);
  return gzipSync(Buffer.concat([head, text, ...sorted.map(({ content }) => content)]), { level: 9 });
}

export interface UnpackLimits {
  readonly unpackedBytes: number;
  readonly files: number;
}

/** Takes the bytes of one file to their end; rejects when the disk does. */
export type PutFile = (file: ArchivedFile, content: AsyncIterable<Uint8Array>) => Promise<void>;

/**
 * Read an archive, giving each file to `put` in turn. What was put is good only if this answers ok: bytes come before their hash is known.
 * Problems: bad-input (no archive, a path that leads out), too-large, hash-mismatch, and those of the disk.
 */
export async function unpackArchive(path: string, limits: UnpackLimits, put: PutFile): Promise<Result<readonly ArchivedFile[]>> {
  const packed = createReadStream(path);
  const plain = createGunzip();
  packed.on('error', (error) => plain.destroy(error));
  packed.pipe(plain);
  const bytes = new Bytes(plain);
  try {
    const index = await readIndex(bytes, limits);
    if (!index.ok) return index;
    for (const file of index.value) await put(file, checked(bytes, file));
    if (!(await bytes.ended())) return bad('bad-input', 'bytes after the last file');
    return ok(index.value);
  } catch (error) {
    const unreadable = error instanceof Error && 'code' in error && String(error.code).startsWith('Z_');
    return { ok: false, problem: problemOf(error, unreadable ? 'bad-input' : 'device-failed') };
  } finally {
    packed.destroy();
    plain.destroy();
  }
}

async function readIndex(bytes: Bytes, limits: UnpackLimits): Promise<Result<readonly ArchivedFile[]>> {
  const head = (await bytes.take(headBytes)).toString('latin1');
  const length = /^[0-9a-f]{8}\n$/.test(head.slice(magic.length)) ? Number.parseInt(head.slice(magic.length), 16) : 0;
  if (!head.startsWith(magic) || length === 0) return bad('bad-input', 'no archive of a release');
  if (length > indexBytesMax) return bad('too-large', `an index of ${length} bytes`);
  const index = parseJson(ArchiveIndex, (await bytes.take(length)).toString('utf8'), indexBytesMax);
  if (!index.ok) return index;
  const { files } = index.value;
  if (files.length > limits.files) return bad('too-large', `${files.length} files, the release says ${limits.files}`);
  const total = files.reduce((sum, file) => sum + file.bytes, 0);
  if (total > limits.unpackedBytes) return bad('too-large', `${total} bytes, the release says ${limits.unpackedBytes}`);
  return ok(files);
}

async function* checked(bytes: Bytes, file: ArchivedFile): AsyncGenerator<Uint8Array> {
  const hash = createHash('sha256');
  for await (const chunk of bytes.pass(file.bytes)) {
    hash.update(chunk);
    yield chunk;
  }
  const found = hash.digest('hex');
  if (found !== file.sha256) throw new Failure('hash-mismatch', `${file.path}: expected ${file.sha256}, got ${found}`);
}

/** A stream read by counts. */
class Bytes {
  readonly #chunks: AsyncIterator<Buffer>;
  #rest: Buffer = Buffer.alloc(0);

  constructor(stream: AsyncIterable<Buffer>) {
    this.#chunks = stream[Symbol.asyncIterator]();
  }

  async take(count: number): Promise<Buffer> {
    const parts: Uint8Array[] = [];
    for await (const part of this.pass(count)) parts.push(part);
    return Buffer.concat(parts);
  }

  async *pass(count: number): AsyncGenerator<Uint8Array> {
    let left = count;
    while (left > 0) {
      if (this.#rest.length === 0 && !(await this.#more())) throw new Failure('bad-input', `the archive ends ${left} bytes early`);
      const part = this.#rest.subarray(0, left);
      this.#rest = this.#rest.subarray(part.length);
      left -= part.length;
      yield part;
    }
  }

  async ended(): Promise<boolean> {
    return this.#rest.length === 0 && !(await this.#more());
  }

  async #more(): Promise<boolean> {
    const next = await this.#chunks.next();
    if (next.done) return false;
    this.#rest = next.value;
    return this.#rest.length > 0 || this.#more();
  }
}
