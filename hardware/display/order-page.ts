// An order as a board shows it: sign, class in words, what happens, where to go; never colour alone. Pure: an order in, one whole
// HTML document out, with nothing from outside. What kind of order it is the box draws by itself: no order can leave it out.
import { findLanguage } from '../../schemas/languages.ts';
import type { Order } from '../../schemas/order.ts';
import type { Tint } from '../display.ts';
import { cornerWide } from './film-page.ts';
import { legibleUnits, type Viewing } from './layout.ts';
import { arrowSign, hazardSign } from './pictograms.ts';
import { asText, demoMark, lettersFor, lettersTogether, type PageMarks, type Part, wholePage } from './whole-page.ts';

/** Every pair keeps a contrast of at least 7 to 1 (WCAG 2.2, 1.4.6). */
const orderColours = {
  red: { ground: '#a4001d', ink: '#ffffff' },
  orange: { ground: '#ff9d00', ink: '#180d00' },
  blue: { ground: '#123f8c', ink: '#ffffff' },
  green: { ground: '#0b5234', ink: '#ffffff' },
  grey: { ground: '#333338', ink: '#ffffff' },
} as const satisfies Record<string, Tint>;

const classWords = { actual: 'KHẨN CẤP', exercise: 'DIỄN TẬP', test: 'KIỂM TRA KỸ THUẬT' } as const satisfies Record<
  Order['class'],
  string
>;
/** Orders that are not meant in earnest are framed by their class, above and below. */
const framed: Readonly<Partial<Record<Order['class'], string>>> = { exercise: 'ĐÂY LÀ DIỄN TẬP', test: 'KIỂM TRA KỸ THUẬT' };

const placeScale = 0.52;
const secondScale = 0.4;
/** Box of the words in units, where the sign stands beside them and where it stands above them. */
const lying = { wide: 60, high: 34, framed: 24 };
const upright = { wide: 88, high: 86, framed: 72 };
/** The same beside a film in sign language. */
const lyingBeside = { wide: 42, high: 34, framed: 24 };
const uprightAbove = { wide: 88, high: 60, framed: 50 };
const lettersMost = 10;

export function orderPage(order: Order, marks: PageMarks = {}, languages: readonly string[] = []): string {
  const { ground, ink } = coloursOf(order);
  const [first, second] = screensOf(order, languages);
  const around = order.issuer ?? marks.place ?? '';
  const frame = framed[order.class];
  const most = Math.max(lettersMost, marks.viewing ? legibleUnits(marks.viewing) * 1.1 : 0);
  const [wide, high] = marks.interpreted ? [lyingBeside, uprightAbove] : [lying, upright];
  const size = (box: typeof lying) => lettersTogether(partsOf(first, second), box.wide, frame === undefined ? box.high : box.framed, most);
  return wholePage(
    first.title,
    `body { background: ${ground}; color: ${ink}; padding: calc(3.4 * var(--u)); gap: calc(1.6 * var(--u)); --size: ${size(wide)}; }
body::after { content: ''; position: fixed; inset: calc(1 * var(--u)); border: calc(.7 * var(--u)) solid ${ink}; border-radius: calc(2.4 * var(--u)); }
.band { display: flex; align-items: center; justify-content: space-between; gap: calc(2 * var(--u)); font-size: calc(3.2 * var(--u)); font-weight: 700; padding: 0 calc(1.4 * var(--u)); }
.class { white-space: nowrap; background: ${ink}; color: ${ground}; padding: .14em .6em; border-radius: .3em; letter-spacing: .1em; font-weight: 900; font-size: 1.2em; }
.around { font-size: calc(${lettersFor(around, 88, 4, 2.7)} * var(--u)); line-height: 1.2; font-weight: 700; padding: 0 calc(1.6 * var(--u)) calc(.6 * var(--u)); }
.degree { font-size: calc(2.5 * var(--u)); border-radius: .3em; padding: .16em .6em; font-weight: 900; white-space: nowrap; border: .1em solid ${ink}; }
.frame { display: flex; justify-content: space-around; overflow: hidden; white-space: nowrap; background: ${ink}; color: ${ground}; font-size: calc(2.6 * var(--u)); font-weight: 900; letter-spacing: .14em; padding: .16em 0; margin: 0 calc(-.2 * var(--u)); border-radius: .4em; }
main { flex: 1; display: flex; align-items: center; gap: calc(3.6 * var(--u)); min-height: 0; padding: 0 calc(1.6 * var(--u)); }
main > svg { width: calc(25 * var(--u)); max-height: 100%; flex: none; }
.words { flex: 1; min-width: 0; }
h1 { font-size: calc(var(--size) * var(--u)); line-height: 1.12; font-weight: 900; text-wrap: balance; }
.words p { font-size: calc(var(--size) * ${placeScale} * var(--u)); line-height: 1.2; font-weight: 700; margin-top: .55em; text-wrap: balance; }
.words .place { display: inline-flex; align-items: center; gap: .45em; background: ${ink}; color: ${ground}; border-radius: .4em; padding: .24em .6em; font-weight: 900; }
.place svg { width: 1.5em; flex: none; }
.words .second { display: block; font-size: calc(var(--size) * ${secondScale} * var(--u)); font-weight: 600; padding-top: .6em; border-top: calc(.3 * var(--u)) solid; }
@media (max-aspect-ratio: 3/4) { body { --size: ${size(high)}; padding: calc(4.4 * var(--u)); } .band { flex-wrap: wrap; } .class { font-size: 1.8em; } .around { text-align: center; font-size: calc(${lettersFor(around, 86, 10, 3.8)} * var(--u)); padding-bottom: calc(2 * var(--u)); } .degree { font-size: calc(4 * var(--u)); }
main { flex-direction: column; justify-content: center; text-align: center; } main > svg { width: calc(46 * var(--u)); } .words { flex: none; width: 100%; } .frame { font-size: calc(3 * var(--u)); } .frame span:nth-child(3) { display: none; } }${marks.interpreted ? besideFilm : ''}`,
    `${frameBar(frame)}<div class="band"><span class="class">${classWordOf(order)}</span>${degrees(order)}${demoMark(marks)}</div>
<main>${hazardSign(order.hazard)}<div class="words"><h1>${asText(first.title)}</h1>${placeLine(first.text)}${secondWords(second)}</div></main>${around === '' ? '' : `<div class="around">${asText(around)}</div>`}${frameBar(frame)}`,
  );
}

/** Sign, words, issuer and the lower frame's words keep away from the corner where the interpreter stands. */
const besideFilm = `
main { gap: calc(2.4 * var(--u)); padding-right: ${cornerWide * 100}vw; } main > svg { width: calc(17 * var(--u)); } .around { padding-right: ${cornerWide * 100 + 2}vw; }
main ~ .frame { padding-right: ${cornerWide * 100 + 2}vw; } main ~ .frame span:nth-child(3) { display: none; }
@media (max-aspect-ratio: 3/4) { main { padding-right: 0; padding-bottom: 30vw; } main > svg { width: calc(34 * var(--u)); } .around { padding-right: ${cornerWide * 100 + 4}vw; text-align: left; } main ~ .frame span:nth-child(2) { display: none; } }`;

/** Are the order's main words as large as the farthest reader needs? */
export function isLegible(order: Order, viewing: Viewing, languages: readonly string[] = []): boolean {
  const box = viewing.columns / viewing.rows <= 3 / 4 ? upright : lying;
  const [first, second] = screensOf(order, languages);
  return lettersTogether(partsOf(first, second), box.wide, box.high, Number.POSITIVE_INFINITY) >= legibleUnits(viewing);
}

/** What kind of order it is, in the word that a board puts first. */
export function classWordOf({ class: kind, hazard }: Order): string {
  if (kind !== 'actual') return classWords[kind];
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

function partsOf({ title, text }: ScreenWords, second: ScreenWords | undefined): Part[] {
  return [
    { text: title, scale: 1 },
    // The plate around a place takes the room of some letters more.
    ...(text === '' ? [] : [{ text: `${text}      `, scale: placeScale * 1.12 }]),
    ...(second ? [{ text: `${second.title} ${second.text}`, scale: secondScale * 1.2 }] : []),
  ];
}

/** A text that begins with an arrow says where to go: on a plate, behind an arrow of our own. */
function placeLine(text: string): string {
  const place = /^(?:→|->|⇒|➜)\s*(.+)$/su.exec(text)?.[1];
  if (place !== undefined) return `<p class="place">${arrowSign}<span>${asText(place)}</span></p>`;
  return text === '' ? '' : `<p>${asText(text)}</p>`;
}

function secondWords(words: ScreenWords | undefined): string {
  if (!words) return '';
  return `<p class="second" lang="${asText(words.language)}"><b>${asText(words.title)}</b> ${asText(words.text)}</p>`;
}

function frameBar(words: string | undefined): string {
  return words === undefined ? '' : `<div class="frame">${`<span>${words}</span>`.repeat(3)}</div>`;
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

/** Ground and ink of an order, also where it is drawn without a browser. */
export function coloursOf({ class: kind, hazard, severity }: Order): Tint {
  if (kind === 'exercise') return orderColours.blue;
  if (kind === 'test') return orderColours.grey;
  if (hazard === 'all-clear') return orderColours.green;
  if (hazard === 'correction') return orderColours.blue;
  return severity === 'Extreme' || severity === 'Severe' ? orderColours.red : orderColours.orange;
}
