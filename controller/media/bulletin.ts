// Bulletins laid out by us from plain text, written as a cleaned bulletin is. Whole documents go through the sanitiser.
import { readStyleSheet, writeStyleSheet } from '../../schemas/bulletin-css.ts';
import { doctype, escapeText } from '../../schemas/bulletin-markup.ts';

/** A page for any landscape screen; letters grow with the screen, lines with the text. */
export function layOut(title: string, text: string): string {
  const paragraphs = text
    .split(/\n+/)
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .map((line) => `<p>${escapeText(line)}</p>`)
    .join('\n');
  const size = text.length > 700 ? 2.6 : text.length > 300 ? 3.4 : 4.6;
  const style = `
html,body{margin:0;height:100%;background:#0b2f4a;color:#fff;font-family:"Noto Sans","DejaVu Sans",sans-serif}
body{display:flex;flex-direction:column;justify-content:center;box-sizing:border-box;padding:5vmin 7vmin}
h1{font-size:7vmin;margin:0 0 4vmin;border-bottom:.6vmin solid #ffd34d;padding-bottom:2vmin}
p{font-size:${size}vmin;line-height:1.4;margin:0 0 2vmin}`;
  const rules = writeStyleSheet(readStyleSheet(style, () => undefined));
  return (
    `${doctype}<html lang="vi"><head><meta charset="utf-8" /><title>${escapeText(title)}</title><style>${rules}</style></head>` +
    `<body><h1>${escapeText(title)}</h1>\n${paragraphs}</body></html>`
  );
}
