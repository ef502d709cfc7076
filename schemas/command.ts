// Commands: only for what is worthless later. Signed, with id and expiry.
import * as v from 'valibot';
import { Id } from './ids.ts';
import { DurationMs } from './time.ts';

export const Command = v.variant('do', [
  /** A sine tone of 440 Hz at low volume through the amplifier. Obeys policy. */
  v.strictObject({ do: v.literal('tone'), output: Id, durationMs: v.pipe(DurationMs, v.maxValue(10_000)) }),
  v.strictObject({ do: v.literal('report') }),
  /** The outbox begins a new epoch (a restored card was seen). */
  v.strictObject({ do: v.literal('new-epoch') }),
]);
export type Command = v.InferOutput<typeof Command>;
