// What the local page takes beside acts: its shape, its size, whether it needs the PIN, and what it answers.
import * as v from 'valibot';
import { parseJson } from '../../schemas/parse.ts';
import { bad, type Problem, problemKinds, type Result } from '../../schemas/problems.ts';
import { pinShape } from '../pin.ts';

/** `path` → what is done with a body. The answer is sent as JSON, a text as it is; nothing as an empty answer. */
export interface PagePost {
  readonly path: string;
  readonly bytesMax: number;
  readonly pinned: boolean;
  readonly do: (body: unknown) => Promise<Result<unknown>>;
}

const Pin = v.pipe(v.string(), v.regex(pinShape));

/** Body of an act. What is not this opens nothing. */
export const ActBody = v.strictObject({
  pin: v.optional(Pin, ''),
  reason: v.optional(v.pipe(v.string(), v.maxLength(100)), ''),
});

/** A post whose body is `shape` and the PIN. */
export function pinnedPost<E extends v.ObjectEntries>(
  path: string,
  entries: E,
  act: (body: v.InferOutput<v.StrictObjectSchema<E, undefined>>) => Promise<Result<unknown>>,
  bytesMax = 2_048,
): PagePost {
  const Shape = v.strictObject(entries);
  return {
    path,
    bytesMax,
    pinned: true,
    do: async (body) => {
      const read = v.safeParse(Shape, body, { abortEarly: true });
      if (read.success) return act(read.output as never);
      const [issue] = read.issues;
      return bad('bad-input', `${issue.path?.map(({ key }) => String(key)).join('/') ?? ''} ${issue.message}`.trim());
    },
  };
}

/** The PIN of a pinned body and the rest of it; anything else has no PIN. */
export function takePin(text: string, bytesMax: number): { readonly pin: string; readonly rest: unknown } {
  const read = parseJson(v.looseObject({ pin: Pin }), text, bytesMax);
  if (!read.ok) return { pin: '', rest: null };
  const { pin, ...rest } = read.value;
  return { pin, rest };
}

/** A problem as people read it at the box: `Vietnamese (detail) · English`. */
export function wordsOf({ code, detail }: Problem): { readonly status: number; readonly text: string } {
  const { status, vi, en } = problemKinds[code];
  const more = detail === '' ? '' : `: ${detail.slice(0, 200).replaceAll(' · ', ', ')}`;
  return { status, text: `${vi}${more} · ${en}${more}` };
}
