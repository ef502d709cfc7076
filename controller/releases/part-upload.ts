// A part of a release as it comes in: straight to the disk, counted and hashed, kept only when it is what its name says.
import { createHash } from 'node:crypto';
import { open, rm } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { bad, ok, type Result } from '../../schemas/problems.ts';
import { releasePartBytesMax } from '../../schemas/release.ts';
import type { Blobs } from '../blobs.ts';

/** Problems: too-large, hash-mismatch, bad-input (it broke off). */
export async function takePart(
  blobs: Blobs,
  name: string,
  body: Readable,
): Promise<Result<{ readonly sha256: string; readonly bytes: number }>> {
  const temporary = blobs.temporary('.part');
  const file = await open(temporary, 'w', 0o600);
  const hash = createHash('sha256');
  let bytes = 0;
  try {
    for await (const chunk of body as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > releasePartBytesMax) return bad('too-large', `more than ${releasePartBytesMax} bytes`);
      hash.update(chunk);
      await file.appendFile(chunk);
    }
    await file.sync();
    const found = hash.digest('hex');
    if (found !== name) return bad('hash-mismatch', `named ${name}, is ${found}`);
    await blobs.adopt(temporary, found);
    return ok({ sha256: found, bytes });
  } catch (error) {
    return bad('bad-input', error instanceof Error ? error.message : 'broke off');
  } finally {
    await file.close();
    await rm(temporary, { force: true });
  }
}
