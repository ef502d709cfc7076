// Who would say a template in a language: as the centre counts it, and for languages that no cluster lists, from the template alone.
import type { CoverageRow, VoiceState } from '../../../../schemas/coverage.ts';
import { findLanguage, sameLanguage } from '../../../../schemas/languages.ts';
import type { TemplateAnswer } from '../../../../schemas/order-api.ts';

export function stateOf(tag: string, speech: TemplateAnswer['speech'], row: CoverageRow | undefined): VoiceState {
  const counted = row?.cells.find(({ language }) => sameLanguage(language, tag));
  if (counted) return counted.state;
  const found = findLanguage(speech, tag);
  if (!found) return 'missing';
  return found.recorded ? 'recorded' : sameLanguage(tag, 'vi') ? 'machine' : 'silent';
}
