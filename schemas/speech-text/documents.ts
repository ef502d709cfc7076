// Numbers of documents: 39/2020/TT-BTTTT, 85/QĐ-UBND, 91/2025/QH15, and licences such as 22A-123.45.
import { documentKinds, issuers } from './abbreviations.ts';
import { readDigits, readInteger } from './integers.ts';
import { spell } from './letters.ts';
import { match, type Rule, runsOn, type Scan } from './scan.ts';

const readDocument: Rule = (scan) => {
  const found = match(scan, /(\d{1,5})(?:\/((?:19|20)\d{2}))?\/([A-ZĐƯTgr]{1,8})((?:-[A-ZĐƯgr&]{1,12}){0,3})(\d{1,3})?/uy);
  if (!found || runsOn(scan, found[0].length)) return undefined;
  const [all, number = '', year, kind = '', bodies = '', term] = found;
  if (year === undefined && bodies === '' && term === undefined) return undefined;
  const said = [
    readInteger(number, scan.region),
    ...(year === undefined ? [] : ['năm', readInteger(year, scan.region)]),
    ...kindWords(scan, kind, term),
    ...bodyWords(bodies),
  ];
  return { words: said.join(' ').replaceAll(' ,', ','), length: all.length };
};

/** `05-CT/TW`: papers of the Party. */
const readPartyDocument: Rule = (scan) => {
  const found = match(scan, /(\d{1,4})-([A-ZĐ]{1,4}r?)\/([A-ZĐƯ]{1,6})/uy);
  const issuer = issuers[found?.[3] ?? ''];
  if (!found || issuer === undefined || runsOn(scan, found[0].length)) return undefined;
  const said = [readInteger(found[1] ?? '', scan.region), ...kindWords(scan, found[2] ?? '', undefined), 'của', issuer];
  return { words: said.join(' ').replaceAll(' ,', ','), length: found[0].length };
};

/** `22A-123.45`, `29C1-234.56`: number plates are said sign by sign. */
const readPlate: Rule = (scan) => {
  const found = match(scan, /(\d{2})([A-ZĐ]{1,2})(\d?)[- ](\d{3})\.?(\d{2})(?!\d)/uy);
  if (!found) return undefined;
  const [all, province = '', letters = '', series = '', front = '', back = ''] = found;
  const sign = [readInteger(province, scan.region), spell(letters) ?? '', readDigits(series)].filter((part) => part !== '').join(' ');
  return { words: `${sign}, ${readDigits(front)} ${readDigits(back)}`, length: all.length };
};

export const documentRules: readonly Rule[] = [readDocument, readPartyDocument, readPlate];

/** The kind is named unless the sentence named it just before. */
function kindWords({ before, region }: Scan, kind: string, term: string | undefined): string[] {
  if (kind === 'QH') return [',', 'Quốc hội khóa', readInteger(term ?? '0', region)];
  const words = documentKinds[kind];
  const rest = term === undefined ? [] : [readInteger(term, region)];
  if (words === undefined) return [',', spell(kind) ?? kind.toLowerCase(), ...rest];
  return before.includes(words.toLowerCase()) ? rest : [',', words, ...rest];
}

function bodyWords(bodies: string): string[] {
  const named = bodies.split('-').filter((body) => body !== '');
  return named.length === 0
    ? []
    : ['của', named.map((body) => issuers[body] ?? spell(body.replaceAll('&', '')) ?? body.toLowerCase()).join(' ')];
}
