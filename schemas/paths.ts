// Where else a box finds orders: brokers of the centres above its own (DESIGN §4).
import * as v from 'valibot';
import { Id } from './ids.ts';

export const Path = v.strictObject({
  /** A centre of the box's chain of keys, above its own. */
  centre: Id,
  url: v.pipe(v.string(), v.maxLength(200), v.regex(/^mqtts:\/\/[^\s/@]+:\d{1,5}$/, 'must be mqtts://HOST:PORT')),
  /** PEM of the authority that the broker's certificate must come from. */
  ca: v.pipe(v.string(), v.startsWith('-----BEGIN CERTIFICATE-----'), v.maxLength(8 * 1024)),
});
export type Path = v.InferOutput<typeof Path>;

/** The `paths` part of a want; tried in this order, one at a time. */
export const Paths = v.strictObject({ paths: v.pipe(v.array(Path), v.maxLength(3)) });
export type Paths = v.InferOutput<typeof Paths>;
