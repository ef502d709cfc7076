// What is held until a person has looked: signs of spam, never a judgement of what somebody thinks. Pure.
import type { HoldReason } from '../../schemas/citizen.ts';
import { fold } from './source-search.ts';

const linksFree = 1;
const repeatedSigns = /(.)\1{9,}/u;
const link = /https?:\/\/|www\.|\b[a-z0-9-]{2,}\.(?:com|net|org|info|xyz|top|shop|vn)\b/giu;
/** Words in capitals are a habit of some; a long text of nothing else is shouting. */
const shoutedLetters = 60;
/** Of one device in a day before a person looks. */
export const freePerDay = 5;

export interface SaidBefore {
  /** The same words from anybody within a week. */
  readonly same: number;
  /** Of this device within a day. */
  readonly today: number;
}

export function holdsOf(text: string, { same, today }: SaidBefore): HoldReason[] {
  const letters = text.match(/\p{L}/gu) ?? [];
  const capitals = text.match(/\p{Lu}/gu) ?? [];
  const found: [HoldReason, boolean][] = [
    ['links', (text.match(link) ?? []).length > linksFree],
    ['shouting', repeatedSigns.test(text) || (letters.length >= shoutedLetters && capitals.length === letters.length)],
    ['repeated', same > 0],
    ['many', today >= freePerDay],
  ];
  return found.flatMap(([reason, is]) => (is ? [reason] : []));
}

/** The same words however they are written: their letters and figures alone. */
export function saidKey(text: string): string {
  return fold(text).replaceAll(/[^\p{L}\p{N}]/gu, '');
}
