// The pages a board is told to show: read and checked in time, each with the name its frame has on the display.
import type { Display, Frame, Page } from '../hardware/display.ts';
import { sha256 } from '../hardware/host/crypto.ts';
import type { Order } from '../schemas/order.ts';
import { bad, ok, type Result } from '../schemas/problems.ts';
import type { Film } from '../schemas/programme.ts';
import type { PlayAction, ShowAction } from './core/model.ts';

export interface BoardPagesOptions {
  readonly display: Pick<Display, 'prepare'>;
  /** A bulletin's page, its bytes checked against its name. Problems: not-cached, hash-mismatch, too-large. */
  readonly readPage: (sha256: string) => Promise<Result<Page>>;
  /** Where this display finds a film of the cache, its bytes checked; absent where films are not played. Problems: as above. */
  readonly filmAt?: ((sha256: string) => Promise<Result<string>>) | undefined;
  /** `interpreted`: a film in sign language will stand in the corner. */
  readonly orderPage: (order: Order, languages: readonly string[], interpreted: boolean) => Page;
  readonly safePage: () => Page;
}

/** Reading speed assumed for an order without recorded length: characters a second of Vietnamese speech. */
const spokenPerSecond = 14;

/** A film of which nobody knows yet whether it is whole is read through, which takes a while. */
const interpreterWithinMs = 60;

export class BoardPages {
  readonly #options: BoardPagesOptions;
  /** Pages of orders that lie ready, newest last. */
  #ready: readonly Frame[] = [];
  #safes = 0;

  constructor(options: BoardPagesOptions) {
    this.#options = options;
  }

  safe(): Frame {
    return { ...this.#options.safePage(), id: `safe.${++this.#safes}`, kind: 'safe' };
  }

  /** Named by its content: prepared under one order's name it is the same page under another's. */
  async order(order: Order, languages: readonly string[]): Promise<Frame> {
    // An interpreter who is not ready is not waited for: the words are what counts.
    const film = order.signFilm && (await soon(this.#film(order.signFilm), interpreterWithinMs));
    const page = this.#options.orderPage(order, languages, film?.ok === true);
    const content = `${page.html}\n${film?.ok ? (order.signFilm?.sha256 ?? '') : ''}`;
    const id = `order.${sha256(Buffer.from(content)).slice(0, 24)}`;
    return { ...page, id, kind: 'order', ...(film?.ok && { film: { url: film.value, place: 'corner' } }) };
  }

  async of({ attempt, showing, item, atMs }: ShowAction): Promise<Result<Frame>> {
    if (!item) return ok(this.safe());
    if (item.type !== 'text/html') return bad('wrong-type', `${item.type} on a board`);
    const page = await this.#options.readPage(item.sha256);
    if (!page.ok) return page;
    const frame: Frame = { ...page.value, id: `${attempt}.${showing}`, kind: 'bulletin' };
    const film = await this.#film(item.film);
    // Without a door of films its still stands, as on a screen that plays none.
    if (!film || (!film.ok && film.problem.code === 'device-failed')) return ok(frame);
    if (!film.ok) return film;
    return ok({ ...frame, film: { url: film.value, place: 'whole', fromMs: atMs } });
  }

  /** Absent: no film, or a technique that shows its still. */
  async #film(film: Film | undefined): Promise<Result<string> | undefined> {
    return film && this.#options.filmAt?.(film.sha256);
  }

  /** Lay an order's page ready, unseen. */
  async ready(order: Order, languages: readonly string[]): Promise<void> {
    const frame = await this.order(order, languages);
    this.#ready = [...this.#ready.filter(({ id }) => id !== frame.id), frame].slice(-2);
    await this.#options.display.prepare(frame);
  }

  /** A bulletin that was laid ready and never shown crowds out what is older: the orders come before it again. */
  async readyAgain(): Promise<void> {
    for (const frame of this.#ready) await this.#options.display.prepare(frame);
  }

  /** The display began anew: nothing lies ready on it. */
  forget(): void {
    this.#ready = [];
  }
}

/** What is there in time, or nothing. */
function soon<T>(work: Promise<T>, withinMs: number): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => resolve(undefined), withinMs);
    work.then(resolve, reject).finally(() => clearTimeout(late));
  });
}

/** As long as loudspeakers sound the whole order. */
export function orderMs(order: Order): number {
  const speechMs = order.speech.reduce((sum, { audio, speak }) => sum + (audio?.durationMs ?? (speak.length / spokenPerSecond) * 1000), 0);
  return Math.round(order.times * (order.sirenMs + speechMs) + (order.times - 1) * order.pauseMs);
}

/** An order's page as if it had been told by `show`. */
export function orderShow({ output, attempt, startAtMs, sound }: PlayAction): ShowAction | undefined {
  if (sound.of !== 'order') return undefined;
  return { do: 'show', output, attempt, showing: 1, item: null, atMs: startAtMs, untilMs: startAtMs + orderMs(sound.order), last: true };
}
