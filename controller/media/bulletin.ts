// Bulletins for boards: plain text laid out by us, or a whole document that brings nothing from outside.
import { bad, ok, type Result } from '../../schemas/problems.ts';

/** What a page without network and scripts has no use for. The board's sandbox refuses it anyway; here a person is told. */
const unwanted: readonly [RegExp, string][] = [
  [/<\s*(script|iframe|object|embed|base|link|form)\b/i, 'elements script, iframe, object, embed, base, link and form'],
  [/\son[a-z]+\s*=/i, 'event attributes'],
  [/(?:src|href|action)\s*=\s*["']?\s*(?:https?:|\/\/|javascript:)/i, 'addresses outside the document'],
  [/url\(\s*["']?\s*(?:https?:|\/\/)/i, 'addresses outside the document'],
  [/<meta[^>]+http-equiv/i, 'meta http-equiv'],
];

/** Problem: bad-input. */
export function checkHtml(html: string): Result<string> {
  const found = unwanted.find(([pattern]) => pattern.test(html));
  return found ? bad('bad-input', `a bulletin stands alone: no ${found[1]}`, '/html') : ok(html);
}

/** A page for any landscape screen; letters grow with the screen, lines with the text. */
export function layOut(title: string, text: string): string {
  const paragraphs = text
    .split(/\n+/)
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .map((line) => `<p>${escaped(line)}</p>`)
    .join('\n');
  const size = text.length > 700 ? 2.6 : text.length > 300 ? 3.4 : 4.6;
  return `<!doctype html>
<html lang="vi"><meta charset="utf-8"><title>${escaped(title)}</title>
<style>
html,body{margin:0;height:100%;background:#0b2f4a;color:#fff;font-family:"Noto Sans","DejaVu Sans",sans-serif}
body{display:flex;flex-direction:column;justify-content:center;box-sizing:border-box;padding:5vmin 7vmin}
h1{font-size:7vmin;margin:0 0 4vmin;border-bottom:.6vmin solid #ffd34d;padding-bottom:2vmin}
p{font-size:${size}vmin;line-height:1.4;margin:0 0 2vmin}
</style>
<h1>${escaped(title)}</h1>
${paragraphs}
</html>
`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
