// One content as an HTTP answer, whole or one range of it (RFC 9110 §14): what a box resumes, what a page plays.
import type { FastifyReply } from 'fastify';
import { bad, ok, type Result } from '../schemas/problems.ts';
import type { Blobs } from './blobs.ts';

export interface BlobWish {
  readonly blobs: Blobs;
  readonly sha256: string;
  readonly type: string;
  readonly range: string | undefined;
  readonly reply: FastifyReply;
}

/** Sends the answer itself when the content is here. Problem: not-found. */
export async function sendBlob({ blobs, sha256, type, range, reply }: BlobWish): Promise<Result<undefined>> {
  const size = await blobs.size(sha256);
  if (size === undefined) return bad('not-found', `no content ${sha256}`);
  const wanted = readRange(range, size);
  reply
    .header('accept-ranges', 'bytes')
    .header('etag', `"${sha256}"`)
    .header('cache-control', 'private, max-age=31536000, immutable')
    .type(type);
  if (wanted === 'unsatisfiable') {
    await reply.code(416).header('content-range', `bytes */${size}`).send('');
    return ok(undefined);
  }
  const { from, to } = wanted ?? { from: 0, to: size - 1 };
  if (wanted) reply.code(206).header('content-range', `bytes ${from}-${to}/${size}`);
  reply.header('content-length', size === 0 ? 0 : to - from + 1);
  await reply.send(size === 0 ? '' : blobs.stream(sha256, from, to));
  return ok(undefined);
}

/** One range; several, or other units, are answered with the whole, as the standard allows. */
export function readRange(
  header: string | undefined,
  size: number,
): { readonly from: number; readonly to: number } | 'unsatisfiable' | undefined {
  const match = header === undefined ? null : /^bytes=(\d*)-(\d*)$/.exec(header.trim());
  if (!match || (match[1] === '' && match[2] === '')) return undefined;
  if (match[1] === '') {
    const last = Number(match[2]);
    return last === 0 ? 'unsatisfiable' : { from: Math.max(0, size - last), to: size - 1 };
  }
  const from = Number(match[1]);
  const to = match[2] === '' ? size - 1 : Math.min(Number(match[2]), size - 1);
  if (from >= size) return 'unsatisfiable';
  return from > to ? undefined : { from, to };
}
