// Uploads that go on where a bad line broke them off (tus 1.0.0, creation, expiration, termination): kept apart until they are whole and asked for.
import { link, mkdir, readdir, rm, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import type { FileStore } from '@tus/file-store';
import type { Server } from '@tus/server';
import { bad, ok, type Result } from '../../schemas/problems.ts';

/** One file; an hour of a commune's camera. */
export const resumableBytesMax = 1024 ** 3;
/** Begun by one person and not used yet. */
export const openUploadsMax = 8;
const totalBytesMax = 8 * 1024 ** 3;
/** Left free on the disk for receipts and orders. */
const reserveBytes = 1024 ** 3;
export const uploadLifeMs = 24 * 3_600_000;
export const uploadId = /^[0-9a-f]{32}$/;
/** All that the protocol reads; nothing else of a request reaches it. */
const headersRead = ['tus-resumable', 'upload-length', 'upload-offset', 'content-type', 'content-length'];
const headersTold = ['tus-resumable', 'upload-offset', 'upload-length', 'upload-expires', 'cache-control'];

export interface TusRequest {
  readonly method: 'POST' | 'HEAD' | 'PATCH' | 'DELETE';
  /** Absent at its creation. */
  readonly id?: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Readable | undefined;
}

export interface TusAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** The new upload's name. */
  readonly id?: string;
}

interface Opened {
  readonly server: Server;
  readonly files: FileStore;
}

export interface ResumableOptions {
  readonly dir: string;
}

export class ResumableUploads {
  readonly #dir: string;
  #opened: Promise<Opened> | undefined;
  /** What was asked of creations is judged one after the other, or two would share one place. */
  #creating: Promise<unknown> = Promise.resolve();
  readonly #taken = new Set<string>();

  constructor({ dir }: ResumableOptions) {
    this.#dir = dir;
  }

  /** Those of a day ago are forgotten, and what a power cut left without its record; younger ones outlive a restart. */
  async start(): Promise<void> {
    await mkdir(this.#dir, { recursive: true, mode: 0o700 });
    const names = await readdir(this.#dir);
    if (names.length === 0) return;
    const { files } = await this.#open();
    await files.deleteExpired();
    for (const name of names)
      if (!(await files.getUpload(name.replace(/\.json$/, '')).catch(() => undefined))) await rm(join(this.#dir, name), { force: true });
  }

  /** One request of the protocol. Problems: not-found (another's are not found either), too-large, too-many-requests, disk-full, conflict, bad-input. */
  async handle(account: string, request: TusRequest): Promise<Result<TusAnswer>> {
    if (request.id === undefined) return this.#create(account, request);
    const mine = await this.#mine(account, request.id);
    return mine.ok ? this.#pass(request, `/${request.id}`) : mine;
  }

  /** A whole upload at `target` as well; one at a time. Problems: not-found, conflict (bytes are missing yet, or it is being used). */
  async take(account: string, id: string, target: string): Promise<Result<void>> {
    const mine = await this.#mine(account, id);
    if (!mine.ok) return mine;
    const { offset, size } = mine.value;
    if (offset !== size) return bad('conflict', `${offset} of ${size} bytes are here`, '/upload');
    if (this.#taken.has(id)) return bad('conflict', 'something is being made of it', '/upload');
    this.#taken.add(id);
    await link(join(this.#dir, id), target);
    return ok(undefined);
  }

  /** What was to be made of it is made, or cannot be: an upload that failed for a tool's sake is kept for the next try. */
  async settle(id: string, kept: boolean): Promise<void> {
    if (!kept) for (const name of [id, `${id}.json`]) await rm(join(this.#dir, name), { force: true });
    this.#taken.delete(id);
  }

  #create(account: string, request: TusRequest): Promise<Result<TusAnswer>> {
    const created = this.#creating.then(async () => {
      const bytes = Number(request.headers['upload-length']);
      if (!Number.isSafeInteger(bytes) || bytes < 1) return bad<TusAnswer>('bad-input', 'Upload-Length must say how long the file is');
      const room = await this.#roomFor(account, bytes);
      if (!room.ok) return room;
      // Whose it is we say ourselves.
      const metadata = `account ${Buffer.from(account).toString('base64')}`;
      return this.#pass(request, '', metadata);
    });
    this.#creating = created.catch(() => undefined);
    return created;
  }

  async #roomFor(account: string, bytes: number): Promise<Result<void>> {
    if (bytes > resumableBytesMax) return bad('too-large', `${bytes} bytes, at most ${resumableBytesMax}`);
    const { files } = await this.#open();
    await files.deleteExpired();
    const open = await this.#all();
    if (open.filter((one) => one.account === account).length >= openUploadsMax)
      return bad('too-many-requests', `${openUploadsMax} uploads are open; finish, use or delete one`);
    const promised = open.reduce((sum, { size }) => sum + size, 0);
    const { bavail, bsize } = await statfs(this.#dir);
    const missing = open.reduce((sum, { size, offset }) => sum + size - offset, bytes);
    if (promised + bytes > totalBytesMax || missing > bavail * bsize - reserveBytes) return bad('disk-full', 'no space for the upload');
    return ok(undefined);
  }

  async #mine(account: string, id: string): Promise<Result<{ readonly offset: number; readonly size: number }>> {
    if (!uploadId.test(id)) return bad('not-found', 'no such upload');
    const found = await this.#look(id);
    return found?.account === account ? ok(found) : bad('not-found', 'no such upload');
  }

  async #all() {
    const names = (await readdir(this.#dir)).filter((name) => uploadId.test(name));
    return (await Promise.all(names.map((name) => this.#look(name)))).flatMap((one) => one ?? []);
  }

  async #look(id: string) {
    const { files } = await this.#open();
    const found = await files.getUpload(id).catch(() => undefined);
    const account = found?.metadata?.['account'];
    if (!found || account == null) return undefined;
    const old = Date.now() - Date.parse(found.creation_date ?? '') > uploadLifeMs;
    return old ? undefined : { account, offset: found.offset, size: found.size ?? 0 };
  }

  async #pass({ method, headers, body }: TusRequest, path: string, metadata?: string): Promise<Result<TusAnswer>> {
    const { server } = await this.#open();
    const sent = new Headers();
    for (const name of headersRead) if (typeof headers[name] === 'string') sent.set(name, headers[name]);
    if (metadata !== undefined) sent.set('upload-metadata', metadata);
    const streams = body && (method === 'PATCH' || sent.get('content-type') === 'application/offset+octet-stream');
    const init = { method, headers: sent, ...(streams && { body: Readable.toWeb(body) as ReadableStream, duplex: 'half' }) };
    const answer = await server.handleWeb(new Request(`http://localhost/uploads${path}`, init as RequestInit));
    if (answer.status >= 400) return refused(answer.status, await answer.text());
    const told = Object.fromEntries(
      headersTold.flatMap((name) => (answer.headers.has(name) ? [[name, answer.headers.get(name) ?? '']] : [])),
    );
    const id = answer.headers.get('location')?.split('/').at(-1);
    return ok({ status: answer.status, headers: told, ...(id !== undefined && { id }) });
  }

  #open(): Promise<Opened> {
    this.#opened ??= openTus(this.#dir);
    return this.#opened;
  }
}

async function openTus(dir: string): Promise<Opened> {
  const [tus, store] = await Promise.all([import('@tus/server'), import('@tus/file-store')]);
  const files = new store.FileStore({ directory: dir, expirationPeriodInMilliseconds: uploadLifeMs });
  return { files, server: new tus.Server({ path: '/uploads', datastore: files, maxSize: resumableBytesMax, relativeLocation: true }) };
}

/** The protocol's own words as a problem. */
function refused(status: number, words: string): Result<never> {
  const detail = words.trim();
  if (status === 404 || status === 410) return bad('not-found', detail);
  if (status === 409 || status === 423) return bad('conflict', detail);
  if (status === 413) return bad('too-large', detail);
  if (status >= 500) return bad('internal-error', 'the upload could not be written');
  return bad('bad-input', detail);
}
