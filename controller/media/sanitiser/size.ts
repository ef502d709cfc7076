// Is a bulletin, as it came, small and flat enough to be taken apart at all? Counted in one pass, before anything builds a tree of it.
import { Parser } from 'htmlparser2';
import { bulletinBytesMax, bulletinLimits } from '../../../schemas/bulletin-markup.ts';
import { bad, ok, type Result } from '../../../schemas/problems.ts';

/** What is taken away may have been deeper and wider than what stays, within reason: a tree's time grows with the square of its depth. */
const roughly = { elements: 2 * bulletinLimits.elements, depth: 4 * bulletinLimits.depth, attributes: 200 } as const;

/** Problem: too-large. */
export function checkSize(html: string): Result<void> {
  const bytes = Buffer.byteLength(html);
  if (bytes > bulletinBytesMax) return bad('too-large', `${bytes} bytes, at most ${bulletinBytesMax}`, '/html');
  let [elements, depth, most, attributes] = [0, 0, 0, 0];
  let inTag = 0;
  const parser = new Parser({
    onopentagname: () => {
      inTag = 0;
    },
    onattribute: () => {
      inTag += 1;
      attributes = Math.max(attributes, inTag);
    },
    onopentag: () => {
      elements += 1;
      depth += 1;
      most = Math.max(most, depth);
    },
    onclosetag: () => {
      depth -= 1;
    },
  });
  for (let at = 0; at < html.length; at += 16_384) {
    parser.write(html.slice(at, at + 16_384));
    if (elements > roughly.elements) return bad('too-large', `more than ${roughly.elements} elements`, '/html');
    if (most > roughly.depth) return bad('too-large', `more than ${roughly.depth} deep`, '/html');
    if (attributes > roughly.attributes) return bad('too-large', `more than ${roughly.attributes} attributes on one element`, '/html');
  }
  return ok(undefined);
}
