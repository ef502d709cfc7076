// The page of a film: its still, whole on black, which is seen until the film plays and where no film can be played.
import { readStyleSheet, writeStyleSheet } from '../../schemas/bulletin-css.ts';
import { doctype, escapeText, escapeValue } from '../../schemas/bulletin-markup.ts';

/** Written as a cleaned bulletin is. `still` is a JPEG. The film's hash stands in it: films that begin alike are not one bulletin. */
export function layOutFilm(title: string, still: Uint8Array, film: string): string {
  const rules = writeStyleSheet(
    readStyleSheet(
      'html,body{margin:0;height:100%;background:#000}img{display:block;width:100%;height:100%;object-fit:contain}',
      () => undefined,
    ),
  );
  const source = `data:image/jpeg;base64,${Buffer.from(still).toString('base64')}`;
  return (
    `${doctype}<html lang="vi"><head><meta charset="utf-8" /><title>${escapeText(title)}</title><style>${rules}</style></head>` +
    `<body class="film-${film}"><img src="${source}" alt="${escapeValue(title)}" /></body></html>`
  );
}
