// The gate for other people's XML: bytes become UTF-8 text that is small, shallow and free of declarations, in one pass, or a refusal.
import type { CapRead } from './alert.ts';
import { refused } from './verdict-codes.ts';

/** Real signed alerts of 0.88 MiB exist. */
export const capBytesMax = 1024 * 1024;
export const capDepthMax = 32;
export const capElementsMax = 5_000;
const tagCharactersMax = 16 * 1024;
const attributesMax = 64;

/** XML 1.0 §2.8; other versions and encodings are matched too, to be refused by name. */
const declaration =
  /^<\?xml[ \t\r\n]+version[ \t\r\n]*=[ \t\r\n]*(["'])([\d.]{1,8})\1(?:[ \t\r\n]+encoding[ \t\r\n]*=[ \t\r\n]*(["'])([A-Za-z][\w.-]{0,40})\3)?(?:[ \t\r\n]+standalone[ \t\r\n]*=[ \t\r\n]*(["'])(?:yes|no)\5)?[ \t\r\n]*\?>/;

/** The text of a message without its byte order mark. Well-formedness is for the parser to judge; what it costs is judged here. */
export function gate(bytes: Uint8Array): CapRead<string> {
  if (bytes.length > capBytesMax) return refused('too-large', `${bytes.length} bytes, at most ${capBytesMax}`);
  if (isWide(bytes)) return refused('other-encoding', 'UTF-16 or UTF-32, only UTF-8 is read');
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return refused('not-utf8', 'bytes that are not UTF-8');
  }
  if (/^[ \t\r\n]*$/.test(text)) return refused('empty', 'nothing in it');
  return checkDeclaration(text) ?? scan(text) ?? { ok: true, value: text };
}

/** Marks of UTF-16 and UTF-32, and their `<` where they have no mark. */
function isWide([a, b, c, d]: Uint8Array): boolean {
  if ((a === 0xff && b === 0xfe) || (a === 0xfe && b === 0xff)) return true;
  return (a === 0x3c && b === 0) || (a === 0 && (b === 0x3c || (b === 0 && (c === 0xfe || d === 0x3c))));
}

function checkDeclaration(text: string): CapRead<never> | undefined {
  if (!/^<\?xml[ \t\r\n]/.test(text)) return undefined;
  const found = declaration.exec(text.slice(0, 400));
  if (!found) return refused('not-well-formed', 'the XML declaration is not one');
  if (found[2] !== '1.0') return refused('xml-version', `XML ${found[2]}, only 1.0 is read`);
  const encoding = found[4];
  if (encoding !== undefined && encoding.toLowerCase() !== 'utf-8')
    return refused('other-encoding', `declares ${encoding}, only UTF-8 is read`);
  return undefined;
}

/**
 * Depth, number and size of tags. Every step moves on, and a construct without an end is refused at once: linear, whatever the input.
 * Instructions outside the root (stylesheets of real feeds) pass and are never followed; inside it they are refused.
 */
function scan(text: string): CapRead<never> | undefined {
  let [depth, elements, at] = [0, 0, text.indexOf('<')];
  while (at >= 0) {
    let end: number;
    if (text.startsWith('<!', at)) {
      const comment = text.startsWith('<!--', at);
      if (!comment && !text.startsWith('<![CDATA[', at)) return refused('doctype', 'a declaration: only comments and CDATA may begin so');
      end = comment ? text.indexOf('-->', at + 4) : text.indexOf(']]>', at + 9);
      if (end >= 0) end += 2;
    } else if (text.startsWith('<?', at)) {
      if (depth > 0) return refused('instruction', 'a processing instruction inside the alert');
      end = text.indexOf('?>', at + 2);
      if (end >= 0) end += 1;
    } else if (text.startsWith('</', at)) {
      end = text.indexOf('>', at);
      depth--;
      if (depth < 0) return refused('not-well-formed', 'an end tag without its start');
    } else {
      if (depth === 0 && elements > 0) return refused('two-roots', 'a second root element');
      if (++elements > capElementsMax) return refused('too-many-elements', `more than ${capElementsMax} elements`);
      const tag = endOfTag(text, at);
      if (tag === 'too-large')
        return refused('tag-too-large', `a start tag over ${tagCharactersMax} characters or ${attributesMax} attributes`);
      end = tag;
      if (end >= 0 && text[end - 1] !== '/' && ++depth > capDepthMax) return refused('too-deep', `nested more than ${capDepthMax} deep`);
    }
    if (end < 0) return refused('truncated', 'a tag, comment or section without its end');
    at = text.indexOf('<', end + 1);
  }
  return depth > 0 ? refused('truncated', 'ends before its root element does') : undefined;
}

/** Index of the `>` that ends the start tag at `at`, -1 when there is none. */
function endOfTag(text: string, at: number): number | 'too-large' {
  let attributes = 0;
  for (let i = at + 1; i < text.length; i++) {
    if (i - at > tagCharactersMax) return 'too-large';
    const c = text.charCodeAt(i);
    if (c === 0x3e) return i;
    if (c !== 0x22 && c !== 0x27) continue;
    if (++attributes > attributesMax) return 'too-large';
    i = text.indexOf(c === 0x22 ? '"' : "'", i + 1);
    if (i < 0) return -1;
    if (i - at > tagCharactersMax) return 'too-large';
  }
  return -1;
}
