// Takes the letters a Vietnamese board needs out of GNU Unifont's hex file and writes them as one text; run by hand when the
// font or the range changes: `node make-unifont.mjs unifont.hex` (Debian package `unifont`, /usr/share/unifont/unifont.hex).
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
/** First and last letter of each range. Vietnamese is Latin-1, Extended-A, ơ and ư, and U+1EA0–U+1EF9; the rest are its neighbours' and signs. */
const ranges = [
  [0x20, 0x7e],
  [0xa0, 0x17f],
  [0x1a0, 0x1a1],
  [0x1af, 0x1b0],
  [0x1cd, 0x1dc],
  [0x1e00, 0x1eff],
  [0x2010, 0x2027],
  [0x2030, 0x203a],
  [0x20ab, 0x20ab],
  [0x2190, 0x2199],
  [0x2264, 0x2265],
  [0x25a1, 0x25a1],
  [0x25cf, 0x25cf],
];
const letterBytes = 16;

const glyphs = new Map(
  readFileSync(process.argv[2], 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.split(':'))
    .map(([code, bits]) => [Number.parseInt(code, 16), bits]),
);
const rows = [];
for (const [first, last] of ranges) {
  for (let code = first; code <= last; code++) {
    const bits = glyphs.get(code);
    // Letters of double width would break the columns; none of ours is.
    if (bits?.length === letterBytes * 2) rows.push(Buffer.from(code.toString(16).padStart(4, '0') + bits, 'hex'));
  }
}
const lines = Buffer.concat(rows)
  .toString('base64')
  .match(/.{1,136}/g);
writeFileSync(
  join(here, 'unifont.ts'),
  `// Letters of 8 × 16 dots, taken from GNU Unifont by make-unifont.mjs: each two bytes of code point, then a byte a row. Licence: NOTICE.
// LONG: data, written by a program.

export const unifont = \`
${lines.join('\n')}
\`;
`,
);
console.log(`${rows.length} letters, ${rows.length * 18} bytes`);
