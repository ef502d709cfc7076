// Widgets: the one kind of board content that may bring script. Signed by whoever releases the platform, never by a centre.
// The seam only: no box runs one yet (controller/docs/bulletins.md); everything else with script is refused.
import * as v from 'valibot';
import { Id, Sha256 } from './ids.ts';

/** Body of a signed `widget` statement; role `release`. The document is content-addressed like a bulletin. */
export const Widget = v.strictObject({
  id: Id,
  version: v.pipe(v.number(), v.safeInteger(), v.minValue(1)),
  sha256: Sha256,
  bytes: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(512 * 1024)),
  title: v.pipe(v.string(), v.minLength(1), v.maxLength(200)),
});
export type Widget = v.InferOutput<typeof Widget>;

/** Each on an origin of its own: another process, so that one that hangs holds up nobody, and nothing of others to read. */
export function widgetOrigin({ id }: Pick<Widget, 'id'>, port: number): string {
  return `http://${id}.localhost:${port}`;
}

/** `allow-scripts` and nothing beside it: with `allow-same-origin` it could take its own sandbox off. */
export const widgetSandbox = 'allow-scripts';
