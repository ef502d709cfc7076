// A film over a board's page: the element that plays it, the questions asked beside it, and what its answers mean.
import type { Film, Page } from '../display.ts';
import { filmBegin } from './shell-script.ts';

/** The interpreter's corner, as a share of the screen's width; order pages leave it free, for a film that stands as well. */
export const cornerWide = 0.27;

const corner = `right:2.2%;bottom:4%;width:${cornerWide * 100}%;height:auto;max-height:min(46%,26vw);border-radius:.6em`;
const whole = 'inset:0;width:100%;height:100%';

/** The document with its film as the last thing in it. The document itself may name no address: it is not asked for its leave. */
export function withFilm(html: string, film: Film | undefined): string {
  if (!film) return html;
  const place = film.place === 'corner' ? corner : whole;
  const loop = film.place === 'corner' ? ' loop' : '';
  const style = `position:fixed;z-index:9;object-fit:contain;${place}`;
  const element = `<video class="loa-film" muted playsinline disablepictureinpicture preload="auto"${loop} src="${film.url}" style="${style}"></video>`;
  const end = html.lastIndexOf('</body>');
  return end < 0 ? html + element : html.slice(0, end) + element + html.slice(end);
}

/** The same document with the same film over it. */
export function isSamePage(a: Page, b: Page): boolean {
  return a.html === b.html && a.film?.url === b.film?.url;
}

/** What the browser says of a film: `[readyState, error, currentTime, ended, paused, frames]`. */
export type FilmWord = readonly [ready: number, error: number, atS: number, ended: boolean, paused: boolean, frames: number];

/** The film begins, so many seconds in. */
export function beginExpression(atS: number): string {
  return `${filmBegin}(${Math.max(0, atS).toFixed(3)})`;
}

export function readFilmWord(value: unknown): FilmWord | undefined {
  if (!Array.isArray(value) || value.length !== 6) return undefined;
  const [ready, error, atS, ended, paused, frames] = value as unknown[];
  const figures = [ready, error, atS, frames].every((one) => typeof one === 'number');
  return figures && typeof ended === 'boolean' && typeof paused === 'boolean' ? (value as unknown as FilmWord) : undefined;
}

/** Pictures enough to begin (HTMLMediaElement.HAVE_FUTURE_DATA), a film that cannot be played, or neither yet. */
export function filmReady(word: FilmWord | undefined): 'ready' | 'broken' | 'waiting' {
  if (!word) return 'waiting';
  const [ready, error] = word;
  return error > 0 ? 'broken' : ready >= 3 ? 'ready' : 'waiting';
}

/** Between two looks: a film that has not ended and shows no new picture stands still. */
export function filmStands(before: FilmWord | undefined, now: FilmWord): boolean {
  const [, error, atS, ended, , frames] = now;
  if (error > 0) return true;
  if (ended || !before) return false;
  return atS === before[2] && frames === before[5];
}
