// A file somebody chose in a form, read under a limit: an empty one, too large a one, a folder or something else by another name is a problem.
import { bad, ok, type Result } from '../../../schemas/problems.ts';

/** A photograph as a camera makes it, before it is made small. */
export const photoBytesMax = 64 * 1024 * 1024;

/** What `read` makes of it. Problems at `/file`: bad-input (empty, or not to be read as such), too-large. */
export async function readChosen<T>(file: Blob, bytesMax: number, read: (file: Blob) => Promise<T>): Promise<Result<T>> {
  if (file.size === 0) return bad('bad-input', 'the file is empty', '/file');
  if (file.size > bytesMax) return bad('too-large', `${file.size} bytes, at most ${bytesMax}`, '/file');
  try {
    return ok(await read(file));
  } catch {
    return bad('bad-input', 'this browser cannot read the file as what it should be', '/file');
  }
}
