// A board that is a LED sign on a serial line: pages that stand still, an order first in the sign's own letters, then drawn.
import { bad, ok, type Problem, type Result } from '../../schemas/problems.ts';
import { type Display, type DisplayAbilities, type Frame, htmlBytesMax, isDark, type Sample, type Shown } from '../display.ts';
import type { Serial } from '../serial.ts';
import { type Command, clearPriority, type Dimming, priorityLabel, type SignAddress, writePriority } from './alpha-frames.ts';
import { type Sent, SignLine } from './sign-line.ts';
import {
  colourOf,
  darkPage,
  pageOf,
  placeOf,
  priorityWords,
  type SignGeometry,
  type SignPages,
  setUpOf,
  signPages,
  textLabel,
  transferOf,
} from './sign-pages.ts';

export interface SerialSignOptions extends SignGeometry {
  readonly open: () => Promise<Result<Serial>>;
  readonly address?: SignAddress;
  /** The sign answers transmissions (Alpha 2.0 and later). Without answers nothing is ever confirmed. */
  readonly answers?: boolean;
  /** How long a page stands. */
  readonly pageMs?: number;
  readonly dimming?: Dimming;
  /** Wall time of the box. */
  readonly now?: () => number;
}

/** Pages that lie in one of the sign's two sets of pictures. */
interface Stored {
  readonly frame: Frame;
  readonly pages: SignPages;
  readonly set: 0 | 1;
}

const stopped: Problem = { code: 'device-failed', path: '', detail: 'the display is stopped' };
const away: Problem = { code: 'device-failed', path: '', detail: 'the sign is not connected' };
const superseded = bad<never>('conflict', 'superseded by a newer frame');
const coloursOfDepth = { mono: 2, three: 4, eight: 9 } as const;

/**
 * INVARIANTS: the newest `show` owns the line, an older one ends as superseded; a set that is seen is never written; the
 * priority file is cleared only after what follows it has been put on the sign.
 */
export class SerialSign implements Display {
  readonly name = 'serial-sign';
  readonly can: DisplayAbilities;
  readonly #options: SerialSignOptions;
  readonly #line: SignLine;
  readonly #now: () => number;
  readonly #failureListeners = new Set<(problem: Problem) => void>();
  #running = false;
  #blanked = false;
  #overridden = false;
  #work = new AbortController();
  #working: Promise<unknown> = Promise.resolve();
  #wanted: Frame | undefined;
  #shown: Frame | undefined;
  #seen: Stored | undefined;
  #spare: Stored | undefined;
  #paging: NodeJS.Timeout | undefined;

  constructor(options: SerialSignOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
    const { columns, rows, colours, answers = false, address = { type: 'Z', number: '00' } } = options;
    this.can = { html: false, picture: false, columns, rows, colours: coloursOfDepth[colours], prepare: true, readBack: answers };
    this.#line = new SignLine({
      open: options.open,
      address,
      answers,
      now: this.#now,
      onOpened: () => this.#begin(),
      onLost: (problem) => this.#tell(problem),
    });
  }

  /** Rejects never: a sign that is not there is told to `onFailure`, and tried again. */
  async start(): Promise<void> {
    this.#running = true;
    await this.#line.start();
  }

  async prepare(frame: Frame): Promise<Result<void>> {
    const refused = this.#refusal(frame) ?? this.#away();
    if (refused) return { ok: false, problem: refused };
    const { signal } = this.#work;
    const stored = await this.#alone(() => this.#store(frame, signal));
    // What is shown meanwhile needs the line and the set; it brings its own pages.
    return stored.ok || stored.problem.code === 'conflict' ? ok(undefined) : stored;
  }

  async show(frame: Frame): Promise<Shown> {
    const refused = this.#refusal(frame);
    if (refused) return { problem: refused };
    const signal = this.#newWork();
    this.#wanted = frame;
    const missing = this.#away();
    if (missing) return { problem: missing };
    if (frame.kind === 'order') return this.#showOrder(frame, signal);
    const put = await this.#alone(() => this.#put(frame, signal));
    return put.ok ? this.#painted(frame) : { problem: put.problem };
  }

  async blank(on: boolean): ReturnType<Display['blank']> {
    if (!this.#running) return { problem: stopped };
    this.#blanked = on;
    const seen = this.#seen;
    if (isDark(on, this.#shown)) {
      clearInterval(this.#paging);
      return asBlanked(await this.#line.send([darkPage(this.#options), ...this.#clearing()]));
    }
    if (seen && seen.frame === this.#shown) return asBlanked(await this.#turnTo(seen, this.#work.signal));
    // Nothing has been shown, or an order is being drawn and decides by itself what it leaves.
    return { sent: true, confirmed: false };
  }

  /** Asks the sign for the file that is to be seen. It moves no picture by itself, so `paintedFrames` counts its confirmations. */
  async sample(): Promise<Sample | 'unmeasured'> {
    if (!this.#running || !this.can.readBack || !this.#line.isOpen()) return 'unmeasured';
    const agrees = await this.#line.agrees(this.#overridden ? priorityLabel : textLabel);
    if (!agrees.ok) return 'unmeasured';
    const { count, lastMs } = this.#line.confirmed();
    const dark = isDark(this.#blanked, this.#shown);
    return { shown: agrees.value ? this.shown() : null, dark, paintedFrames: count, lastPaintMs: lastMs };
  }

  shown(): string | null {
    return this.#shown?.id ?? null;
  }

  async screenshot(): Promise<undefined> {
    return undefined;
  }

  onFailure(listener: (problem: Problem) => void): void {
    this.#failureListeners.add(listener);
  }

  /** In an orderly end the sign goes dark: what it kept would be nobody's word. */
  async stop(): Promise<void> {
    if (!this.#running) return;
    this.#newWork();
    this.#running = false;
    if (this.#line.isOpen()) await this.#line.send([darkPage(this.#options), clearPriority]);
    await this.#line.stop();
    this.#shown = undefined;
    this.#wanted = undefined;
    this.#seen = undefined;
    this.#spare = undefined;
    this.#blanked = false;
    this.#overridden = false;
  }

  /** First the emergency in the sign's own letters, which needs no memory; the drawn pages follow behind it. */
  async #showOrder(frame: Frame, signal: AbortSignal): Promise<Shown> {
    const sent = await this.#override(frame, signal);
    if (!sent.ok) return { problem: sent.problem };
    const painted = this.#painted(frame);
    void this.#alone(() => this.#put(frame, signal)).then((put) => {
      if (!put.ok && put.problem.code !== 'conflict') this.#tell(put.problem);
    });
    return painted;
  }

  async #override(frame: Frame, signal: AbortSignal): Promise<Sent> {
    const { colours } = this.#options;
    const sent = await this.#line.send([writePriority(priorityWords(frame), placeOf(this.#options), colourOf(frame, colours))], signal);
    if (sent.ok) this.#overridden = true;
    return sent;
  }

  /** Store the pages and turn to the first, or stay dark. A sign that has lost its memory is given it again, once. */
  async #put(frame: Frame, signal: AbortSignal): Promise<Sent> {
    let stored = await this.#store(frame, signal);
    if (!stored.ok && stored.problem.code === 'device-failed' && this.#line.isOpen()) {
      await this.#configure();
      stored = await this.#store(frame, signal);
    }
    if (!stored.ok) return stored;
    const put = isDark(this.#blanked, frame)
      ? await this.#line.send([darkPage(this.#options), ...this.#clearing()], signal)
      : await this.#turnTo(stored.value, signal);
    if (!put.ok) return put;
    if (signal.aborted) return superseded;
    this.#overridden = false;
    this.#seen = stored.value;
    if (this.#spare === stored.value) this.#spare = undefined;
    return put;
  }

  /** Its pages in the set that is not seen; at once where they lie there already. */
  async #store(frame: Frame, signal: AbortSignal): Promise<Result<Stored>> {
    const spare = this.#spare;
    if (spare?.frame.id === frame.id && spare.frame.text.join('\n') === frame.text.join('\n')) return ok({ ...spare, frame });
    this.#spare = undefined;
    const stored: Stored = { frame, pages: signPages(frame, this.#options), set: this.#seen?.set === 0 ? 1 : 0 };
    for (const command of transferOf(stored.pages, stored.set)) {
      const sent = await this.#line.send([command], signal);
      if (!sent.ok) return sent;
    }
    if (!this.#line.isOpen()) return { ok: false, problem: away };
    if (signal.aborted) return superseded;
    this.#spare = stored;
    return ok(stored);
  }

  /** The first page, and the others in their turns. */
  async #turnTo(stored: Stored, signal: AbortSignal): Promise<Sent> {
    const count = Math.max(stored.pages.pictures.length, stored.pages.words.length);
    clearInterval(this.#paging);
    const first = await this.#line.send([pageOf(stored.pages, stored.set, 0, this.#options), ...this.#clearing()], signal);
    if (!first.ok || count < 2 || signal.aborted) return first;
    let page = 0;
    this.#paging = setInterval(() => {
      page = (page + 1) % count;
      void this.#line.send([pageOf(stored.pages, stored.set, page, this.#options)], signal);
    }, this.#options.pageMs ?? 5_000);
    return first;
  }

  #clearing(): Command[] {
    return this.#overridden ? [clearPriority] : [];
  }

  /** After each opening: the sign as we need it, and what it is to show. An order goes first. */
  async #begin(): Promise<void> {
    const signal = this.#newWork();
    const wanted = this.#wanted;
    if (wanted?.kind === 'order') await this.#override(wanted, signal);
    await this.#configure();
    if (!wanted || signal.aborted) return;
    const put = await this.#alone(() => this.#put(wanted, signal));
    if (put.ok) this.#shown = wanted;
  }

  async #configure(): Promise<void> {
    this.#seen = undefined;
    this.#spare = undefined;
    const at = new Date(this.#now());
    const clock = { hour: at.getHours(), minute: at.getMinutes() };
    for (const command of setUpOf(this.#options, this.#options.dimming ?? 0, clock)) {
      // A sign that does not hear one would only keep what is to be shown waiting for the others.
      if (!(await this.#line.send([command])).ok) return;
    }
  }

  #newWork(): AbortSignal {
    clearInterval(this.#paging);
    this.#work.abort();
    this.#work = new AbortController();
    return this.#work.signal;
  }

  #painted(frame: Frame): Shown {
    this.#shown = frame;
    const dark = isDark(this.#blanked, frame);
    return { paintedMs: Math.round(this.#now()), ...(dark && { dark }) };
  }

  /** Pages are stored and turned to by one at a time; what was superseded gives way at its next transmission. */
  #alone<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#working.then(work);
    this.#working = done.catch(() => undefined);
    return done;
  }

  #tell(problem: Problem): void {
    if (!this.#running) return;
    for (const listener of this.#failureListeners) listener(problem);
  }

  #refusal({ html }: Frame): Problem | undefined {
    if (!this.#running) return stopped;
    if (Buffer.byteLength(html) > htmlBytesMax) return { code: 'too-large', path: '', detail: `HTML of more than ${htmlBytesMax} bytes` };
    return undefined;
  }

  #away(): Problem | undefined {
    return this.#line.isOpen() ? undefined : away;
  }
}

function asBlanked(sent: Sent): Awaited<ReturnType<Display['blank']>> {
  return sent.ok ? { sent: true, ...sent.value } : { problem: sent.problem };
}
