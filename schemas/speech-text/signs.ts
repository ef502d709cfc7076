// Signs between words: per, and, arrows, lone percent signs.
import { regionWords } from './region.ts';
import { match, type Rule } from './scan.ts';
import { unitSigns, unitWords } from './units.ts';

const denominators = 'người|hộ|khẩu|ngày|tháng|năm|tuần|giờ|phút|giây|lần|buổi|suất|học sinh|cháu|con|sào|bao|chai|lít|tấn';
const per = new RegExp(`\\/\\s?(?:(${denominators})(?![\\p{L}\\p{M}])|(${unitSigns})(?![\\p{L}\\p{M}]))`, 'uy');
const noDenominators = new Set(["'", '’', '%', '‰', '$', '€', '₫', 'đ', 'Đ', 'k', 'K', 'p', 'ph', 'tr', '°', 'º']);
const spans = /(?:^|[^\p{L}])(?:ngày|tháng|năm|tuần)$/u;
const money = /(?:đồng|nghìn|ngàn|triệu|tỷ|đô la mỹ)$/u;
const lettersBefore = /[\p{L}\p{M}]$/u;
/** A full stop after one to three letters may be a title's. */
const alreadyBreath = /(?:[,;:!?]|[\p{L}\p{M}]{4}\.)\s*$/u;
const single: Readonly<Record<string, string>> = { '&': 'và', '%': 'phần trăm', '‰': 'phần nghìn', '₫': 'đồng', '€': 'ơ rô', '°': 'độ' };

/** `km/h`, `đồng/kg`, `người/km²`, `lần/ngày`. */
const readPer: Rule = (scan) => {
  const found = lettersBefore.test(scan.before) ? match(scan, per) : undefined;
  if (!found) return undefined;
  const [all, word, sign] = found;
  if (word !== undefined) return spans.test(scan.before) ? undefined : { words: `một ${word}`, length: all.length };
  if (sign === undefined || noDenominators.has(sign)) return undefined;
  const said = unitWords(sign, regionWords[scan.region].thousand);
  return { words: `${money.test(scan.before) ? 'một' : 'trên'} ${said}`, length: all.length };
};

/** `quý/5`, `quý/ 5`, `người/$5`: what stands behind is a number of its own. */
const readSlash: Rule = (scan) => {
  const found = lettersBefore.test(scan.before) ? match(scan, /\/\s?(?=(?:\$\s?)?\d)/uy) : undefined;
  return found ? { words: 'trên', length: found[0].length } : undefined;
};

const readSign: Rule = (scan) => {
  const words = single[scan.text.charAt(scan.at)];
  return words === undefined ? undefined : { words, length: 1 };
};

/** An arrow or a middle dot of a screen text is a breath. */
const readBreath: Rule = (scan) => {
  const found = match(scan, /\s?[→⇒·•|](?:\s*[→⇒·•|]){0,9}/uy);
  return found ? { words: alreadyBreath.test(scan.before) || scan.before.trim() === '' ? '' : ',', length: found[0].length } : undefined;
};

export const signRules: readonly Rule[] = [readPer, readSlash, readBreath, readSign];
export const breathRules: readonly Rule[] = [readBreath];
