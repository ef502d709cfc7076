// A source item as it stands in the form: what is typed, and what the centre is asked for.
import type { DeliveryForm, SourceContent, SourceKind } from '../../../../schemas/source.ts';
import { instantOf, wallOf } from './wall.ts';

/** Fields of the form; dates as the browser writes them. */
export interface Wish {
  kind: SourceKind;
  title: string;
  language: string;
  category: string;
  essential: boolean;
  tier: 'normal' | 'priority';
  forms: DeliveryForm[];
  from: string;
  until: string;
  body: string;
  keywords: string;
  media: string;
  attachments: string[];
}

export function wishOf(content?: SourceContent): Wish {
  return {
    kind: content?.kind ?? 'text',
    title: content?.title ?? '',
    language: content?.language ?? 'vi',
    category: content?.category ?? 'chung',
    essential: content?.essential ?? false,
    tier: content?.tier === 'priority' ? 'priority' : 'normal',
    forms: [...(content?.forms ?? ['station'])],
    from: wallOf(content?.validFromMs),
    until: wallOf(content?.validUntilMs),
    body: content?.body ?? '',
    keywords: (content?.keywords ?? []).join(', '),
    media: content?.media ?? '',
    attachments: [...(content?.attachments ?? [])],
  };
}

export function contentOf({ from, until, keywords, media, ...wish }: Wish): SourceContent {
  return {
    ...wish,
    keywords: [
      ...new Set(
        keywords
          .split(',')
          .map((word) => word.trim())
          .filter((word) => word !== ''),
      ),
    ],
    validFromMs: instantOf(from) ?? null,
    validUntilMs: instantOf(until) ?? null,
    media: media === '' ? null : media,
  };
}
