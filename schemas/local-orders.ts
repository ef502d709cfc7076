// Orders that lie ready in one box, signed in advance: started by hand or by a dry contact where no network is (PRODUCT §1.3).
import * as v from 'valibot';
import { Envelope } from './envelope.ts';
import { Id, MessageId } from './ids.ts';
import { DurationMs } from './time.ts';

export const localOrdersMax = 8;

/** Inputs of the board that may start an order. */
export const StartInput = v.picklist(['key', 'contact-1', 'contact-2']);
export type StartInput = v.InferOutput<typeof StartInput>;

export const LocalOrder = v.strictObject({
  /** Id of the order inside. */
  id: MessageId,
  /** Full order, audience `d/{dev}`, with its officers' approvals. */
  envelope: Envelope,
  /** Starts within an hour at most, whoever starts. */
  perHour: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(20)), 4),
  /** Longest life of one start; boards show it so long. */
  maxMs: v.optional(v.pipe(DurationMs, v.minValue(10_000), v.maxValue(6 * 3600_000)), 30 * 60_000),
  /** Started by this key switch, held three seconds. */
  key: v.optional(v.literal('key')),
});
export type LocalOrder = v.InferOutput<typeof LocalOrder>;

/** A dry contact (rain gauge, float switch) that starts one of them under a mandate. */
export const Contact = v.pipe(
  v.strictObject({
    id: Id,
    inputs: v.pipe(v.array(StartInput), v.minLength(1), v.maxLength(2)),
    /** `2of2`: both have to be closed at once. */
    needs: v.picklist(['1of1', '2of2']),
    /** Closed (and open again) this long before it counts. */
    debounceMs: v.pipe(DurationMs, v.minValue(50), v.maxValue(600_000)),
    order: MessageId,
    perHour: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(20)),
    /** Signed by two officers: `feed` is this contact's id, `gateway` is `contact:DEV`. */
    mandate: Envelope,
  }),
  v.check(({ inputs, needs }) => new Set(inputs).size === (needs === '2of2' ? 2 : 1), 'needs as many inputs as it names'),
);
export type Contact = v.InferOutput<typeof Contact>;

/** The `localOrders` part of a want. */
export const LocalOrders = v.strictObject({ orders: v.pipe(v.array(LocalOrder), v.maxLength(localOrdersMax)) });
export type LocalOrders = v.InferOutput<typeof LocalOrders>;
