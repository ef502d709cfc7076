// Pages a board can show without anybody's design: a bulletin of plain words, and the safe page between bulletins. Pure: words in,
// one whole HTML document out, with nothing from outside. Letters are as large as the words allow, on any screen.
import { qrSign } from './qr-code.ts';
import { asText, foot, lettersFor, type PageMarks, wholePage } from './whole-page.ts';

export { classWordOf, coloursOf, orderPage, screensOf } from './order-page.ts';
export { lettersFor, type PageMarks } from './whole-page.ts';

export type BulletinTone = 'green' | 'blue' | 'amber' | 'red';

export interface BulletinWords {
  readonly title: string;
  /** Lines; those beginning with `- ` become points. */
  readonly text: string;
  readonly tone?: BulletinTone;
}

const bulletinTints: Readonly<Record<BulletinTone, string>> = { green: '#0b5d46', blue: '#144a8a', amber: '#7a4a00', red: '#9a1420' };

/** A calm page for a bulletin's words. */
export function bulletinPage(words: BulletinWords, marks: PageMarks = {}): string {
  const tint = bulletinTints[words.tone ?? 'green'];
  const code = qrBox(marks);
  return wholePage(
    words.title,
    `body { background: #fbfaf6; color: #1d2421; padding: calc(5 * var(--u)) calc(6 * var(--u)) calc(3.6 * var(--u)); gap: calc(3 * var(--u)); }
body::before { content: ''; position: fixed; inset: 0 auto 0 0; width: calc(1.6 * var(--u)); background: ${tint}; }
h1 { color: ${tint}; font-size: calc(${lettersFor(words.title, 86, 16, 6.6)} * var(--u)); line-height: 1.15; font-weight: 800; text-wrap: balance; }
.row { flex: 1; display: flex; gap: calc(4 * var(--u)); min-height: 0; align-items: center; }
section { flex: 1; display: flex; flex-direction: column; justify-content: center; gap: .55em; min-height: 0; font-size: calc(${lettersFor(words.text, code === '' ? 84 : 60, 24, 4.6)} * var(--u)); line-height: 1.35; }
.point { display: flex; gap: .6em; } .point::before { content: ''; flex: none; width: .42em; height: .42em; margin-top: .46em; border-radius: 50%; background: ${tint}; }
${qrStyle} footer { color: #55605b; } footer svg { color: ${tint}; }
@media (max-aspect-ratio: 3/4) { .row { flex-direction: column; justify-content: center; } section { flex: none; width: 100%; font-size: calc(${lettersFor(words.text, 84, code === '' ? 100 : 66, 6)} * var(--u)); } h1 { font-size: calc(${lettersFor(words.title, 86, 30, 9)} * var(--u)); } footer { font-size: calc(3.2 * var(--u)); } }`,
    `<h1>${asText(words.title)}</h1><div class="row"><section>${paragraphs(words.text)}</section>${code}</div>${foot(marks)}`,
  );
}

/** Between bulletins and when nothing else can be shown: whose board it is and whom to call. */
export function safePage(name: string, marks: PageMarks = {}): string {
  const numbers = [
    ['112', 'Cứu nạn'],
    ['113', 'Công an'],
    ['114', 'Cứu hỏa'],
    ['115', 'Cấp cứu'],
  ].map(([number, what]) => `<div><b>${number}</b><span>${what}</span></div>`);
  return wholePage(
    name,
    `body { background: #0c2b23; color: #eef6f2; padding: calc(6 * var(--u)) calc(6 * var(--u)) calc(4 * var(--u)); gap: calc(3 * var(--u)); }
h1 { font-size: calc(${lettersFor(name, 86, marks.qr ? 8 : 16, 6.4)} * var(--u)); line-height: 1.15; font-weight: 800; text-wrap: balance; }
.row { flex: 1; display: flex; align-items: center; gap: calc(4 * var(--u)); }
section { flex: 1; display: grid; grid-template-columns: repeat(${marks.qr ? 2 : 4}, 1fr); gap: calc(2 * var(--u)) calc(3 * var(--u)); }
section div { display: flex; flex-direction: column; gap: calc(.6 * var(--u)); border-top: calc(.3 * var(--u)) solid #2f6b57; padding-top: calc(1 * var(--u)); }
b { font-size: calc(${marks.qr ? 7.4 : 10} * var(--u)); line-height: 1; font-weight: 800; font-variant-numeric: tabular-nums; } section span { font-size: calc(3.2 * var(--u)); white-space: nowrap; }
${qrStyle} section span, footer, .code { color: #b9d6ca; } footer svg { color: #7fd1b0; }
@media (max-aspect-ratio: 3/4) { .row { flex-direction: column; justify-content: space-evenly; align-items: stretch; } section { flex: none; grid-template-columns: 1fr 1fr; } b { font-size: calc(20 * var(--u)); } section span { font-size: calc(6 * var(--u)); } h1 { font-size: calc(${lettersFor(name, 86, 34, 10)} * var(--u)); } footer { font-size: calc(3.6 * var(--u)); } .code { align-self: center; width: calc(34 * var(--u)); font-size: calc(3.6 * var(--u)); } }`,
    `<h1>${asText(name)}</h1><div class="row"><section>${numbers.join('')}</section>${qrBox(marks)}</div>${foot(marks)}`,
  );
}

const qrStyle = `.code { flex: none; width: calc(20 * var(--u)); display: flex; flex-direction: column; gap: calc(1.2 * var(--u)); font-size: calc(2.2 * var(--u)); line-height: 1.25; text-align: center; font-weight: 600; text-wrap: balance; }
.qr { width: 100%; }`;

function qrBox({ qr }: PageMarks): string {
  const sign = qr && qrSign(qr.text);
  return sign === undefined ? '' : `<div class="code">${sign}${asText(qr?.label ?? '')}</div>`;
}

function paragraphs(text: string): string {
  const lines = text.split('\n').map((line) => line.trim());
  const full = lines.filter((line) => line !== '');
  return full.map((line) => (line.startsWith('- ') ? `<p class="point">${asText(line.slice(2))}</p>` : `<p>${asText(line)}</p>`)).join('');
}
