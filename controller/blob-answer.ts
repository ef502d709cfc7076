// One content as an HTTP answer, whole or one range of it (RFC 9110 §14): what a box resumes, what a page plays.
import type { FastifyReply } from 'fastify';
import { bad, ok, type Result } from '../schemas/problems.ts';
import { readRange } from '../schemas/ranges.ts';
import type { Blobs } from './blobs.ts';

export interface BlobWish {
  readonly blobs: Pick<Blobs, 'size' | 'stream'>;
  readonly sha256: string;
  readonly type: string;
  readonly range: string | undefined;
  readonly reply: FastifyReply;
  /** Says how long it may be kept; for ever unless it does. */
  readonly cache?: (reply: FastifyReply) => unknown;
}

/** Sends the answer itself when the content is here. Problem: not-found. */
export async function sendBlob({ blobs, sha256, type, range, reply, cache }: BlobWish): Promise<Result<undefined>> {
  const size = await blobs.size(sha256);
  if (size === undefined) return bad('not-found', `no content ${sha256}`);
  const wanted = readRange(range, size);
  reply
    .header('accept-ranges', 'bytes')
    .header('etag', `"${sha256}"`)
    .header('cache-control', 'private, max-age=31536000, immutable')
    .type(type);
  cache?.(reply);
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
