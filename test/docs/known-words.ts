// Every word that people can read on a screen: of the console by its files, of the box's own page by what its sources say twice, of faults and lamps by their tables.
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { boxSignals } from '../../schemas/box-signals.ts';
import { faultKinds } from '../../schemas/faults.ts';

export type Tongue = 'vi' | 'en';

const root = resolve(import.meta.dirname, '../..');

type Texts = { readonly [key: string]: string | readonly string[] | Texts };

function* textsOf(tree: Texts): Generator<string> {
  for (const value of Object.values(tree)) {
    if (typeof value === 'string') yield value;
    else if (Array.isArray(value)) yield* value;
    else yield* textsOf(value as Texts);
  }
}

const literal = String.raw`('(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|\`(?:[^\`\\]|\\.)*\`)`;
/** The ways in which sources of the box's page say a thing twice, Vietnamese first. */
const pairs = [
  `vi: ${literal},\\s*en: ${literal}`,
  `\\[\\s*${literal},\\s*${literal},?\\s*\\]`,
  `(?:button|label|field|say)\\(\\s*'[^']*',\\s*${literal},\\s*${literal}`,
  '<span class="vi">([^<>]*)</span><span class="en">([^<>]*)</span>',
].map((pattern) => new RegExp(pattern, 'g'));

/** Words of one tongue in a source of the box's page, which has both beside the code that shows them. */
function pageWords(source: string, tongue: Tongue): string[] {
  return pairs.flatMap((pattern) =>
    [...source.matchAll(pattern)].map((found) => {
      const said = (tongue === 'vi' ? found[1] : found[2]) ?? '';
      const bare = /^(['"`])/.test(said) ? said.slice(1, -1).replace(/\\(.)/g, '$1') : said;
      return bare.replace(/\$\{[^}]*\}/g, '{{}}');
    }),
  );
}

/** What stands still in a text with `{{places}}`. */
function stillParts(text: string): string[] {
  return text.includes('{{') ? text.split(/\{\{[^}]*\}\}/).map((part) => part.replace(/^[\s.,:;·→()/]+|[\s.,;·→()/]+$/g, '')) : [];
}

/** Words of a tongue as screens show them; short still parts of texts with places count too. */
export function knownWords(tongue: Tongue): ReadonlySet<string> {
  const words = new Set<string>();
  const add = (text: string) => {
    for (const one of [text, ...stillParts(text)]) if (one.trim().length > 1) words.add(one.trim());
  };
  const folder = join(root, 'controller/console/words', tongue);
  for (const name of readdirSync(folder))
    for (const text of textsOf(JSON.parse(readFileSync(join(folder, name), 'utf8')) as Texts)) add(text);
  const pages = join(root, 'agent/page');
  for (const name of readdirSync(pages)) for (const text of pageWords(readFileSync(join(pages, name), 'utf8'), tongue)) add(text);
  for (const fault of Object.values(faultKinds)) add(fault[tongue]);
  for (const signal of Object.values(boxSignals)) add(signal[tongue]);
  return words;
}
