// The words of an HTML document as plain lines, for screens without HTML. Structure only: the parser's events in, lines out.
import { Parser } from 'htmlparser2';
import { textLineLettersMax, textLinesMax } from '../display.ts';

/** Their content is no words of the page. */
const silent = new Set([
  'head',
  'style',
  'script',
  'noscript',
  'template',
  'svg',
  'math',
  'title',
  'object',
  'iframe',
  'select',
  'audio',
  'video',
]);
/** They end the line before and after them. */
const blocks = new Set(
  'address article aside blockquote body caption dd div dl dt fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 header hr li main nav ol p pre section table tbody tfoot thead tr ul'.split(
    ' ',
  ),
);

/** Deeper documents are read as far as here: the parser's time grows with the square of the depth. */
const depthMax = 256;

/** At most `textLinesMax` lines in NFC, white space folded; what is cut ends with `…`. Without words in its body: its title. */
export function textOf(html: string): string[] {
  const lines: string[] = [];
  const title: string[] = [];
  let line = '';
  let silence: { readonly name: string; depth: number } | undefined;
  let inTitle = false;
  let depth = 0;
  const endLine = () => {
    const words = folded(line);
    if (words !== '' && lines.length <= textLinesMax) lines.push(words);
    line = '';
  };
  const say = (text: string) => {
    // Beyond the limits nothing is collected: a document of 16 MiB costs one pass and no memory.
    if (lines.length <= textLinesMax && line.length <= textLineLettersMax * 4) line += text;
  };
  const parser = new Parser({
    onopentag(name, attributes) {
      if (++depth > depthMax || lines.length > textLinesMax) parser.pause();
      inTitle = name === 'title' && silence?.name === 'head';
      if (silence) {
        if (name === silence.name) silence.depth++;
        return;
      }
      if (silent.has(name) || 'hidden' in attributes) silence = { name, depth: 1 };
      else if (name === 'br' || blocks.has(name)) endLine();
      else if (name === 'td' || name === 'th') say(' ');
      else if (name === 'img') say(` ${attributes['alt'] ?? ''} `);
    },
    ontext(text) {
      if (inTitle && title.length < 8) title.push(text);
      if (!silence) say(text);
    },
    onclosetag(name) {
      depth--;
      inTitle = false;
      if (silence) {
        if (name === silence.name && --silence.depth === 0) silence = undefined;
      } else if (blocks.has(name)) endLine();
    },
  });
  parser.end(html);
  endLine();
  return lines.length > 0 ? fitted(lines) : fitted([title.join('')]);
}

/** Lines folded and cut to the limits of a frame's text; empty ones are left out. */
export function fitted(lines: readonly string[]): string[] {
  const full = lines.map(folded).filter((line) => line !== '');
  const short = full.slice(0, textLinesMax).map((line) => {
    const letters = [...line];
    return letters.length <= textLineLettersMax ? line : `${letters.slice(0, textLineLettersMax - 1).join('')}…`;
  });
  const last = short.at(-1);
  if (full.length > textLinesMax && last !== undefined && !last.endsWith('…')) short[short.length - 1] = `${last} …`;
  return short;
}

function folded(text: string): string {
  return text.normalize('NFC').replace(/\s+/g, ' ').trim();
}
