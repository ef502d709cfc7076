// A board that is shown pictures, for boxes that cannot keep a browser and for LED controllers: each page is made a picture once.
import { bad, ok, type Problem, type Result } from '../../schemas/problems.ts';
import { type Display, type DisplayAbilities, type Frame, htmlBytesMax, isDark, preparedMax, type Sample, type Shown } from '../display.ts';
import { drawnPage } from './drawn-page.ts';
import { type PictureDoor, scaled } from './picture-doors.ts';
import { decodePng, encodePng, type Picture } from './png.ts';

export interface ImageDisplayOptions {
  readonly widthPx: number;
  readonly heightPx: number;
  readonly door: PictureDoor;
  /** A PNG of a document; absent where the box has no browser. */
  readonly photograph?: (html: string, signal: AbortSignal) => Promise<Result<Uint8Array>>;
  /** Wall time of the box. */
  readonly now?: () => number;
}

/** Pages made before; the eldest go first. */
const keptMax = preparedMax + 4;
const keptBytesMax = 24 * 1024 * 1024;
const stopped: Problem = { code: 'device-failed', path: '', detail: 'the display is stopped' };
const superseded: Problem = { code: 'conflict', path: '', detail: 'superseded by a newer frame' };

/**
 * INVARIANTS: at most one page is photographed at a time; a picture reaches the door only while its frame is the newest; an
 * order never waits for a browser: it is drawn at once, and its photograph replaces the drawing when it is there.
 */
export class ImageDisplay implements Display {
  readonly name = 'image';
  readonly can: DisplayAbilities;
  readonly #options: ImageDisplayOptions;
  readonly #now: () => number;
  readonly #failureListeners = new Set<(problem: Problem) => void>();
  /** PNG by document. */
  readonly #kept = new Map<string, Uint8Array>();
  #running = false;
  #ending = new AbortController();
  #turn = 0;
  #blanked = false;
  #shown: { readonly frame: Frame; readonly picture: Picture } | undefined;
  #photographing: Promise<unknown> = Promise.resolve();
  #putting: Promise<unknown> = Promise.resolve();
  #paints = 0;
  #paintedMs = 0;

  constructor(options: ImageDisplayOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
    const { widthPx: columns, heightPx: rows, photograph, door } = options;
    this.can = {
      html: photograph !== undefined,
      picture: true,
      columns,
      rows,
      colours: 256 ** 3,
      prepare: photograph !== undefined,
      readBack: door.readBack,
    };
  }

  /** Dark until the first frame. A door that is not there is told to `onFailure`, and tried again by each `show`. */
  async start(): Promise<void> {
    this.#running = true;
    this.#ending = new AbortController();
    const put = await this.#put(this.#black());
    if (!put.ok) this.#tell(put.problem);
  }

  async prepare(frame: Frame): Promise<Result<void>> {
    const refused = this.#refusal(frame);
    if (refused) return { ok: false, problem: refused };
    if (frame.picture === undefined && this.#options.photograph) await this.#photograph(frame.html, () => this.#running);
    return ok(undefined);
  }

  async show(frame: Frame): Promise<Shown> {
    const refused = this.#refusal(frame);
    if (refused) return { problem: refused };
    const turn = ++this.#turn;
    const newest = () => this.#running && turn === this.#turn;
    if (frame.kind !== 'order') return this.#shownAs(frame, await this.#made(frame, newest), newest);
    const ready = await this.#brought(frame, this.#kept.get(frame.html));
    if (ready) return this.#shownAs(frame, ok(ready), newest);
    const drawn = await this.#shownAs(frame, ok(this.#drawn(frame)), newest);
    if ('paintedMs' in drawn && this.#options.photograph) void this.#refine(frame, newest);
    return drawn;
  }

  async blank(on: boolean): ReturnType<Display['blank']> {
    if (!this.#running) return { problem: stopped };
    this.#blanked = on;
    const put = await this.#put(this.#seen());
    if (!put.ok) return { problem: put.problem };
    const agrees = this.can.readBack ? await this.#options.door.agrees() : ok(false);
    return { sent: true, confirmed: agrees.ok && agrees.value };
  }

  /** The screen's memory is read: frames counted are writes and readings that agreed. */
  async sample(): Promise<Sample | 'unmeasured'> {
    if (!this.#running || !this.can.readBack) return 'unmeasured';
    const agrees = await this.#options.door.agrees();
    if (!agrees.ok) return 'unmeasured';
    if (agrees.value) this.#painted();
    const dark = isDark(this.#blanked, this.#shown?.frame);
    return { shown: agrees.value ? this.shown() : null, dark, paintedFrames: this.#paints, lastPaintMs: this.#paintedMs };
  }

  shown(): string | null {
    return this.#shown?.frame.id ?? null;
  }

  /** What was handed over. */
  async screenshot(): Promise<Uint8Array | undefined> {
    return this.#running ? encodePng(this.#seen()) : undefined;
  }

  onFailure(listener: (problem: Problem) => void): void {
    this.#failureListeners.add(listener);
  }

  /** The last picture would stand for ever: it is made dark. */
  async stop(): Promise<void> {
    if (!this.#running) return;
    this.#turn++;
    this.#ending.abort();
    await this.#put(this.#black());
    this.#running = false;
    await this.#photographing;
    this.#shown = undefined;
    this.#blanked = false;
    this.#kept.clear();
  }

  async #shownAs(frame: Frame, made: Result<Picture>, newest: () => boolean): Promise<Shown> {
    if (!this.#running) return { problem: stopped };
    if (!newest()) return { problem: superseded };
    if (!made.ok) return { problem: made.problem };
    const before = this.#shown;
    this.#shown = { frame, picture: made.value };
    const put = await this.#put(this.#seen());
    if (!put.ok) {
      if (this.#shown?.frame === frame) this.#shown = before;
      this.#tell(put.problem);
      return { problem: put.problem };
    }
    const dark = isDark(this.#blanked, frame);
    return { paintedMs: this.#paintedMs, ...(dark && { dark }) };
  }

  /** The centre's picture, a photograph, or the words drawn: a bulletin without words cannot be had without a browser. */
  async #made(frame: Frame, wanted: () => boolean): Promise<Result<Picture>> {
    const brought = await this.#brought(frame, undefined);
    if (brought) return ok(brought);
    const taken = await this.#photograph(frame.html, wanted);
    const picture = taken.ok ? await this.#sized(taken.value) : undefined;
    if (picture) return ok(picture);
    return frame.text.length > 0 || taken.ok ? ok(this.#drawn(frame)) : taken;
  }

  async #brought({ picture }: Frame, kept: Uint8Array | undefined): Promise<Picture | undefined> {
    const png = picture ?? kept;
    return png && this.#sized(png);
  }

  async #refine(frame: Frame, newest: () => boolean): Promise<void> {
    const taken = await this.#photograph(frame.html, newest);
    const picture = taken.ok ? await this.#sized(taken.value) : undefined;
    if (!picture || !newest()) return;
    this.#shown = { frame, picture };
    await this.#put(this.#seen());
  }

  #photograph(html: string, wanted: () => boolean): Promise<Result<Uint8Array>> {
    const { photograph } = this.#options;
    if (!photograph) return Promise.resolve(bad('tool-missing', 'this box has no browser'));
    const kept = this.#kept.get(html);
    if (kept) return Promise.resolve(ok(kept));
    const taken = this.#photographing.then(async () => {
      const meanwhile = this.#kept.get(html);
      if (meanwhile) return ok(meanwhile);
      if (!wanted()) return { ok: false, problem: superseded } as const;
      const png = await photograph(html, this.#ending.signal);
      if (png.ok) this.#keep(html, png.value);
      return png;
    });
    // One that breaks does not keep the next from being taken.
    this.#photographing = taken.catch(() => undefined);
    return taken;
  }

  #keep(html: string, png: Uint8Array): void {
    this.#kept.set(html, png);
    const bytes = () => [...this.#kept].reduce((sum, [page, picture]) => sum + page.length + picture.length, 0);
    for (const eldest of [...this.#kept.keys()]) if (this.#kept.size > keptMax || bytes() > keptBytesMax) this.#kept.delete(eldest);
  }

  async #sized(png: Uint8Array): Promise<Picture | undefined> {
    const decoded = await decodePng(png);
    return decoded.ok ? scaled(decoded.value, this.#options.widthPx, this.#options.heightPx) : undefined;
  }

  #drawn(frame: Frame): Picture {
    return drawnPage(frame, this.#options.widthPx, this.#options.heightPx);
  }

  /** What is to be on the screen now. */
  #seen(): Picture {
    return this.#shown && !isDark(this.#blanked, this.#shown.frame) ? this.#shown.picture : this.#black();
  }

  #black(): Picture {
    const { widthPx: columns, heightPx: rows } = this.#options;
    return { columns, rows, rgb: new Uint8Array(columns * rows * 3) };
  }

  /** One after another, so that the newest is what stays. */
  #put(picture: Picture): Promise<Result<void>> {
    const put = this.#putting.then(async () => {
      const done = await this.#options.door.put(picture);
      if (done.ok) this.#painted();
      return done;
    });
    this.#putting = put;
    return put;
  }

  #painted(): void {
    this.#paints++;
    this.#paintedMs = Math.round(this.#now());
  }

  #tell(problem: Problem): void {
    for (const listener of this.#failureListeners) listener(problem);
  }

  #refusal({ html }: Frame): Problem | undefined {
    if (!this.#running) return stopped;
    if (Buffer.byteLength(html) <= htmlBytesMax) return undefined;
    return { code: 'too-large', path: '', detail: `HTML of more than ${htmlBytesMax} bytes` };
  }
}
