// What stands around the bulletins of a public board, and how it is looked at, as its centre wants them.
import * as v from 'valibot';

const text = (most: number) => v.pipe(v.string(), v.minLength(1), v.maxLength(most));

export const BoardAround = v.strictObject({
  /** Short notices, shown as still pages one after the other; nothing scrolls. */
  notices: v.optional(v.pipe(v.array(text(240)), v.maxLength(12)), []),
  /** Beside the bulletins, or below them on an upright board. */
  side: v.optional(v.strictObject({ title: text(60), text: text(400) })),
  /** An address for people's telephones: in the side zone and on the safe page. */
  qr: v.optional(v.strictObject({ text: v.pipe(text(300), v.startsWith('https://')), label: text(60) })),
  /** Of the farthest reader in metres, and the lit screen in millimetres: an order's letters are made large enough where its words leave room. */
  viewing: v.optional(
    v.strictObject({
      distanceM: v.pipe(v.number(), v.minValue(0.5), v.maxValue(200)),
      heightMm: v.pipe(v.number(), v.minValue(50), v.maxValue(20_000)),
    }),
  ),
});
export type BoardAround = v.InferOutput<typeof BoardAround>;
