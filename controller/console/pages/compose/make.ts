// Content becomes a programme: composed, and handed in unless it is to stay a draft.
import type { ProgrammeAnswer } from '../../../../schemas/api.ts';
import { send } from '../../line/door.ts';

export interface Details {
  title: string;
  language: string;
  tier: 'normal' | 'priority';
  essential: boolean;
  /** The words of a sound. */
  words: string;
  /** `2026-11-28` of the last day a bulletin is shown; empty: no end. */
  lastDay: string;
}

export function noDetails(): Details {
  return { title: '', language: 'vi', tier: 'normal', essential: false, words: '', lastDay: '' };
}

export interface Made {
  readonly programme: ProgrammeAnswer;
  readonly submitted: boolean;
}

/** `instead`: a programme that was given back, which this one takes the place of. */
export async function makeProgramme(
  sha256: string,
  form: 'audio' | 'bulletin',
  { title, tier, essential, words, lastDay }: Details,
  { submit, instead }: { readonly submit: boolean; readonly instead: string | undefined },
): Promise<Made> {
  const speak = words.trim();
  const item = {
    sha256,
    ...(form === 'audio' && speak !== '' && { speak }),
    ...(form === 'bulletin' && lastDay !== '' && { validUntilMs: endOf(lastDay) }),
  };
  const programme = await send<ProgrammeAnswer>('POST', '/programmes', { title, form, tier, essential, items: [item] });
  if (instead !== undefined) await send('POST', `/programmes/${encodeURIComponent(instead)}/withdraw`, { note: programme.id });
  if (!submit) return { programme, submitted: false };
  return { programme: await send<ProgrammeAnswer>('POST', `/programmes/${programme.id}/submit`, {}), submitted: true };
}

/** Midnight after that day, where the commune is (UTC+7 all year). */
function endOf(day: string): number {
  return Date.parse(`${day}T24:00:00+07:00`);
}
