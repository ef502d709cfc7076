// A form that begins with what another programme says.
import type { ProgrammeAnswer } from '../../../../schemas/api.ts';
import { get } from '../../line/door.ts';
import { dateOf } from '../../words/when.ts';
import type { Details } from './make.ts';

/** `language`: the same in another one, whose words are not there yet. */
export async function detailsOf(id: string, language?: string): Promise<Details> {
  const { title, tier, essential = false, items } = await get<ProgrammeAnswer>(`/programmes/${encodeURIComponent(id)}`);
  const [first] = items;
  const untilMs = first?.validUntilMs;
  return {
    title: language === undefined ? title : `${title} (${language})`.slice(0, 200),
    language: language ?? first?.language ?? 'vi',
    tier,
    essential,
    words: language === undefined ? (first?.speak ?? '') : '',
    lastDay: untilMs === undefined ? '' : dateOf(untilMs - 1),
  };
}
