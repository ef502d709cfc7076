// What somebody has seen of a thing before changing it: a change of it by another since is not written over.
import * as v from 'valibot';
import { sha256 } from '../hardware/host/crypto.ts';
import { canonicalJson } from '../schemas/canonical.ts';
import { bad, ok, type Result } from '../schemas/problems.ts';

/** `seen`: what the change was made on, by the answer it was read from; without it the last word stands. */
export const SeenQuery = v.object({ seen: v.optional(v.pipe(v.string(), v.maxLength(64))) });

/** The SHA-256, in hex, of its canonical JSON as it is read back: without what is undefined. */
export function seenOf(thing: unknown): string {
  return sha256(Buffer.from(canonicalJson(JSON.parse(JSON.stringify(thing)))));
}

/** Problem: conflict, at `/seen`. `now` undefined: it is there no more. */
export function asSeen(seen: string | undefined, now: unknown): Result<void> {
  return seen === undefined || (now !== undefined && seen === seenOf(now))
    ? ok(undefined)
    : bad('conflict', 'it was changed since it was looked at', '/seen');
}
