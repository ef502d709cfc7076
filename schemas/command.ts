// Commands: only for what is worthless later. Signed, with id and expiry.
import * as v from 'valibot';
import { Id, Sha256 } from './ids.ts';
import { DurationMs } from './time.ts';

export const Command = v.variant('do', [
  /** A sine tone of 440 Hz at low volume through the amplifier. Obeys policy. */
  v.strictObject({ do: v.literal('tone'), output: Id, durationMs: v.pipe(DurationMs, v.maxValue(10_000)) }),
  v.strictObject({ do: v.literal('report') }),
  /** The outbox begins a new epoch (a restored card was seen). */
  v.strictObject({ do: v.literal('new-epoch') }),
  /** Boards go dark until it is taken back, through restarts too. Orders are seen all the same. */
  v.strictObject({ do: v.literal('blank'), on: v.boolean() }),
  /** A picture of what the board shows, sent to the centre's door for boxes under the command's id. */
  v.strictObject({ do: v.literal('screenshot') }),
  /** Out of service for good: the box tells so, removes its keys and is silent until a new claim. */
  v.strictObject({ do: v.literal('decommission') }),
]);

/** A picture of a board: at most so large in dots and bytes. */
export const screenshotMax = { widthPx: 960, heightPx: 540, bytes: 500 * 1024 } as const;
export const Screenshot = v.strictObject({
  sha256: Sha256,
  bytes: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(screenshotMax.bytes)),
  widthPx: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(screenshotMax.widthPx)),
  heightPx: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(screenshotMax.heightPx)),
  /** Hardly a dot is lit: dark by order, or a browser that paints nothing. */
  nearlyBlack: v.boolean(),
});
export type Screenshot = v.InferOutput<typeof Screenshot>;
export type Command = v.InferOutput<typeof Command>;
