// What people ask while they make content: how a text would be said, how a page would be shown, where something is used. In shapes.
import * as v from 'valibot';
import { type BulletinAnswer, SpeechRequest } from './api.ts';
import { bulletinSentMax } from './bulletin-markup.ts';
import { Viewing } from './bulletin-removals.ts';
import type { Id } from './ids.ts';
import { Pronunciation } from './speech-text/pronunciations.ts';

/** How a text would be said; nothing is made. */
export const SpokenWordsRequest = v.strictObject({
  text: SpeechRequest.entries.text,
  language: SpeechRequest.entries.language,
  /** As the dictionary would say it with this entry, which is not kept. */
  trial: v.optional(Pronunciation),
});
export type SpokenWordsRequest = v.InferOutput<typeof SpokenWordsRequest>;
/** How a whole document would be shown, and what would be taken out of it; nothing is kept. */
export const BulletinPreviewRequest = v.strictObject({
  html: v.pipe(v.string(), v.minLength(1), v.maxLength(bulletinSentMax)),
  viewing: v.optional(Viewing, {}),
});

// ── answered ─────────────────────────────────────────────────────────────────────────────────────

export interface BulletinPreviewAnswer extends Pick<BulletinAnswer, 'removed' | 'warnings'> {
  readonly html: string;
}
/** Languages that some engine of the centre speaks, as tags in lower case. */
export interface SpeechVoicesAnswer {
  readonly languages: readonly string[];
}
/** Where a sound or a bulletin of the library is used. */
export interface MediaUsesAnswer {
  readonly programmes: readonly { readonly id: Id; readonly title: string; readonly state: string; readonly schedules: number }[];
  /** Pre-armed orders whose recording it is. */
  readonly templates: readonly { readonly id: Id; readonly title: string; readonly language: string }[];
}
