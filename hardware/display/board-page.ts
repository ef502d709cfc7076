// Pages a board can show without anybody's design: a bulletin, an order, and the safe page between them. Pure: words in, one
// whole HTML document out, with nothing from outside. Letters are as large as the words allow, on any screen.
import { findLanguage } from '../../schemas/languages.ts';
import type { Order } from '../../schemas/order.ts';
import type { Tint } from '../display.ts';
import { hazardSign, loudspeakerSign } from './pictograms.ts';

/** Marks of where the words come from, on every page. */
export interface PageMarks {
  /** The commune or place the board speaks for. */
  readonly place?: string;
  /** Shown by a demonstration, never to pass for real. */
  readonly demo?: boolean;
}

export type BulletinTone = 'green' | 'blue' | 'amber' | 'red';

export interface BulletinWords {
  readonly title: string;
  /** Lines; those beginning with `- ` become points. */
  readonly text: string;
  readonly tone?: BulletinTone;
}

/** Every pair keeps a contrast of at least 7 to 1 (WCAG 2.2, 1.4.6). */
const orderColours = {
  red: { ground: '#a4001d', ink: '#ffffff' },
  orange: { ground: '#ff9d00', ink: '#180d00' },
  blue: { ground: '#123f8c', ink: '#ffffff' },
  green: { ground: '#0b5234', ink: '#ffffff' },
  grey: { ground: '#333338', ink: '#ffffff' },
} as const satisfies Record<string, Tint>;

const bulletinTints: Readonly<Record<BulletinTone, string>> = { green: '#0b5d46', blue: '#144a8a', amber: '#7a4a00', red: '#9a1420' };
const classWords = { actual: 'KHẨN CẤP', exercise: 'DIỄN TẬP', test: 'KIỂM TRA KỸ THUẬT' } as const satisfies Record<
  Order['class'],
  string
>;

/** An order as a board shows it: sign, class in words, what happens and what to do. Never colour alone. */
export function orderPage(order: Order, marks: PageMarks = {}, languages: readonly string[] = []): string {
  const { ground, ink } = coloursOf(order);
  const [{ title, text }, second] = screensOf(order, languages);
  const word = classWordOf(order);
  const around = order.class === 'exercise' ? 'ĐÂY LÀ DIỄN TẬP' : (order.issuer ?? marks.place ?? '');
  return wholePage(
    title,
    `body { background: ${ground}; color: ${ink}; padding: calc(3.2 * var(--u)); gap: calc(2.4 * var(--u)); }
body::after { content: ''; position: fixed; inset: calc(1 * var(--u)); border: calc(.8 * var(--u)) solid ${ink}; border-radius: calc(2.4 * var(--u)); }
.band { display: flex; align-items: center; justify-content: space-between; gap: calc(2 * var(--u)); font-size: calc(3.4 * var(--u)); font-weight: 700; padding: calc(.6 * var(--u)) calc(1.6 * var(--u)) 0; }
.class { white-space: nowrap; background: ${ink}; color: ${ground}; padding: .14em .6em; border-radius: .3em; letter-spacing: .1em; font-weight: 900; }
.around { flex: 1; padding: 0 .8em; font-size: calc(${lettersFor(around, 40, 6, 3.4)} * var(--u)); line-height: 1.15; text-wrap: balance; }
.degree { font-size: calc(2.6 * var(--u)); border-radius: .3em; padding: .14em .6em; font-weight: 900; white-space: nowrap; border: .1em solid ${ink}; }
main { flex: 1; display: flex; align-items: center; gap: calc(4 * var(--u)); min-height: 0; padding: 0 calc(2 * var(--u)); }
main > svg { width: calc(27 * var(--u)); flex: none; }
h1 { font-size: calc(${lettersFor(title, 60, second ? 13 : 21, 8.4)} * var(--u)); line-height: 1.14; font-weight: 900; text-wrap: balance; }
p { font-size: calc(${lettersFor(text, 60, second ? 7 : 13, 5.2)} * var(--u)); line-height: 1.25; font-weight: 600; margin-top: .6em; text-wrap: balance; }
.second { margin-top: calc(1.4 * var(--u)); padding-top: calc(1.4 * var(--u)); border-top: calc(.3 * var(--u)) solid; font-size: calc(${lettersFor(second ? `${second.title} ${second.text}` : '', 60, 8, 4)} * var(--u)); }
@media (max-aspect-ratio: 1/1) { main { flex-direction: column; justify-content: center; text-align: center; } }`,
    `<div class="band"><span class="class">${word}</span><span class="around">${asText(around)}</span>${degrees(order)}${demoMark(marks)}</div>
<main>${hazardSign(order.hazard)}<div><h1>${asText(title)}</h1>${text === '' ? '' : `<p>${asText(text)}</p>`}${secondWords(second)}</div></main>`,
  );
}

/** What kind of order it is, in the word that a board puts first. */
export function classWordOf({ class: kind, hazard }: Order): string {
  return hazard === 'all-clear' ? 'KẾT THÚC' : hazard === 'correction' ? 'ĐÍNH CHÍNH' : classWords[kind];
}

export interface ScreenWords {
  readonly language: string;
  readonly title: string;
  readonly text: string;
}

/** The order's words in the cluster's first language that has any, and below them in the next; Vietnamese is never left out. */
export function screensOf({ screen, screens = [] }: Order, languages: readonly string[]): [ScreenWords, ScreenWords | undefined] {
  const main: ScreenWords = { language: 'vi', ...screen };
  const own = languages.flatMap((tag) => findLanguage([main, ...screens], tag) ?? []);
  const [first = main, second] = [...new Set([...own, main])];
  return [first, second];
}

function secondWords(words: ScreenWords | undefined): string {
  if (!words) return '';
  return `<p class="second" lang="${asText(words.language)}"><b>${asText(words.title)}</b> ${asText(words.text)}</p>`;
}

/** Colours of disaster-risk levels (Decision 18/2021/QĐ-TTg): light blue, light yellow, orange, red, violet. */
const riskColours = ['#9fd8f5', '#fff59d', '#ffa726', '#e53935', '#b39ddb'] as const;

/** Declared degrees in figures and words; the colour only repeats them. */
function degrees({ riskLevel, floodAlarm }: Order): string {
  const risk =
    riskLevel === undefined
      ? ''
      : `<span class="degree" style="background:${riskColours[riskLevel - 1] ?? '#ffffff'};color:#000000">CẤP ĐỘ RỦI RO ${riskLevel}</span>`;
  const flood = floodAlarm === undefined ? '' : `<span class="degree">BÁO ĐỘNG ${'I'.repeat(floodAlarm)}</span>`;
  return risk + flood;
}

/** A calm page for a bulletin's words. */
export function bulletinPage(words: BulletinWords, marks: PageMarks = {}): string {
  const tint = bulletinTints[words.tone ?? 'green'];
  return wholePage(
    words.title,
    `body { background: #fbfaf6; color: #1d2421; padding: calc(5 * var(--u)) calc(6 * var(--u)) calc(3.6 * var(--u)); gap: calc(3 * var(--u)); }
body::before { content: ''; position: fixed; inset: 0 auto 0 0; width: calc(1.6 * var(--u)); background: ${tint}; }
h1 { color: ${tint}; font-size: calc(${lettersFor(words.title, 86, 16, 6.6)} * var(--u)); line-height: 1.15; font-weight: 800; text-wrap: balance; }
section { flex: 1; display: flex; flex-direction: column; justify-content: center; gap: .55em; min-height: 0; font-size: calc(${lettersFor(words.text, 84, 24, 4.6)} * var(--u)); line-height: 1.35; }
.point { display: flex; gap: .6em; } .point::before { content: ''; flex: none; width: .42em; height: .42em; margin-top: .46em; border-radius: 50%; background: ${tint}; }
footer { color: #55605b; } footer svg { color: ${tint}; }`,
    `<h1>${asText(words.title)}</h1><section>${paragraphs(words.text)}</section>${foot(marks)}`,
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
    `body { background: #0c2b23; color: #eef6f2; padding: calc(6 * var(--u)); gap: calc(4 * var(--u)); }
h1 { font-size: calc(${lettersFor(name, 86, 16, 6.4)} * var(--u)); line-height: 1.15; font-weight: 800; text-wrap: balance; }
section { flex: 1; display: flex; align-items: center; justify-content: space-between; gap: calc(2 * var(--u)); flex-wrap: wrap; }
section div { display: flex; flex-direction: column; } b { font-size: calc(10 * var(--u)); line-height: 1; font-weight: 800; } span { font-size: calc(3 * var(--u)); }
section span, footer { color: #a9cbbd; } footer svg { color: #7fd1b0; }`,
    `<h1>${asText(name)}</h1><section>${numbers.join('')}</section>${foot(marks)}`,
  );
}

export function coloursOf({ class: kind, hazard, severity }: Order): Tint {
  if (kind === 'exercise') return orderColours.blue;
  if (kind === 'test') return orderColours.grey;
  if (hazard === 'all-clear') return orderColours.green;
  if (hazard === 'correction') return orderColours.blue;
  return severity === 'Extreme' || severity === 'Severe' ? orderColours.red : orderColours.orange;
}

/**
 * Letter size, in hundredths of the screen's width, at which the text fills a box `wide` × `high` of them: a small letter is
 * about 0.6 of its size wide, a bold capital 0.76, and a line 1.3 of it high. More words make smaller letters, never a cut message.
 */
export function lettersFor(text: string, wide: number, high: number, most: number): number {
  const capitals = [...text].filter((letter) => letter !== letter.toLowerCase()).length;
  const letterWide = capitals > text.length / 2 ? 0.76 : 0.6;
  const fits = Math.sqrt((wide * high) / (Math.max(1, text.length) * letterWide * 1.3));
  return Math.round(Math.min(most, Math.max(1.4, fits * 0.92)) * 100) / 100;
}

function paragraphs(text: string): string {
  const lines = text.split('\n').map((line) => line.trim());
  const full = lines.filter((line) => line !== '');
  return full.map((line) => (line.startsWith('- ') ? `<p class="point">${asText(line.slice(2))}</p>` : `<p>${asText(line)}</p>`)).join('');
}

function foot(marks: PageMarks): string {
  return `<footer>${loudspeakerSign}<span>${asText(marks.place ?? '')}</span>${demoMark(marks)}</footer>`;
}

function demoMark({ demo }: PageMarks): string {
  return demo === true ? '<span class="demo">TRÌNH DIỄN</span>' : '';
}

/** `--u` is a hundredth of the width, or of what the width would be at 16:9 on a flatter screen. */
function wholePage(title: string, style: string, body: string): string {
  return `<!doctype html>
<html lang="vi"><head><meta charset="utf-8"><title>${asText(title)}</title><style>
* { box-sizing: border-box; margin: 0; }
html, body { height: 100%; overflow: hidden; }
body { --u: min(1vw, 1.78vh); font-family: "Be Vietnam Pro", "Noto Sans", "DejaVu Sans", system-ui, sans-serif; display: flex; flex-direction: column; }
footer { display: flex; align-items: center; gap: .6em; font-size: calc(2.3 * var(--u)); } footer svg { width: 1.6em; } footer span:nth-of-type(1) { flex: 1; }
.demo { border: .12em solid; border-radius: 9em; padding: .1em .8em; font-weight: 800; letter-spacing: .08em; white-space: nowrap; }
${style}
</style></head><body>${body}</body></html>`;
}

function asText(text: string): string {
  return text.replace(/[&<>"']/g, (found) => `&#${found.charCodeAt(0)};`);
}
