// Names of things: one pattern each. Ids travel in topics, so they hold no dots, slashes or capitals.
import * as v from 'valibot';

/** An id that may stand in an MQTT topic level: `[a-z0-9-]{1,32}`. */
export const Id = v.pipe(v.string(), v.regex(/^[a-z0-9-]{1,32}$/, 'must be 1 to 32 of a-z, 0-9 and -'));
/** SHA-256 of exact bytes, lower-case hex (FIPS 180-4). Names every part, item and blob. */
export const Sha256 = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/, 'must be 64 lower-case hex digits'));
/** Identity of a message or row made once by its first sender (UUID, RFC 9562, or any id-like word). */
export const MessageId = v.pipe(v.string(), v.regex(/^[A-Za-z0-9._:@#-]{1,128}$/, 'must be 1 to 128 of A-Z a-z 0-9 . _ : @ # -'));
/** BCP 47 language tag, e.g. `vi`, `hmn`. */
export const LanguageTag = v.pipe(v.string(), v.regex(/^[a-zA-Z]{2,8}(-[a-zA-Z0-9]{1,8})*$/, 'must be a BCP 47 tag'));
/** Administrative place: codes from province to hamlet, e.g. `08/02536/thon-1`. Wider areas are prefixes. */
export const AreaPath = v.pipe(v.string(), v.regex(/^[a-z0-9-]{1,32}(\/[a-z0-9-]{1,32}){0,5}$/, 'must be 1 to 6 ids joined by /'));

export type Id = v.InferOutput<typeof Id>;
export type Sha256 = v.InferOutput<typeof Sha256>;
export type AreaPath = v.InferOutput<typeof AreaPath>;

/** True when `inner` is `outer` or lies below it. */
export function within(inner: AreaPath, outer: AreaPath): boolean {
  return inner === outer || inner.startsWith(`${outer}/`);
}
