// One stream for all pages of a browser: one of them reads, and tells the others. A browser has six lines to a centre; six pages that
// each kept one would leave none to ask by, and the seventh would never open.
import { type LiveEvent, pulseEvent } from '../../../schemas/events.ts';
import { sessionEnded } from './door.ts';

/** All of them, so that a new one is not forgotten here. */
const names: Readonly<Record<LiveEvent, true>> = {
  box: true,
  directive: true,
  ticket: true,
  receipt: true,
  order: true,
  log: true,
  programme: true,
  schedule: true,
  live: true,
  work: true,
  duty: true,
  alert: true,
  fault: true,
  feedback: true,
  poll: true,
  unit: true,
  source: true,
  notice: true,
  release: true,
};

/** What the centre says: the name of a live event and the id of what changed, or a sign of life. */
export interface Word {
  readonly name: string;
  readonly id: string;
}

const shared = 'loa-events';
/** A refused stream (502 of a door before the centre, too many pages) is closed by the browser for good: it is opened anew after this, and up to as long again. */
const againMs = 3_000;

export class SharedStream {
  readonly #take: (word: Word) => void;
  #channel: BroadcastChannel | undefined;
  #turn = new AbortController();
  #close: () => void = () => undefined;
  #reads = false;

  /** `take` is called with every word, whichever page read it. */
  constructor(take: (word: Word) => void) {
    this.#take = take;
  }

  /** For as long as the page lives and its session stands. */
  start(): void {
    this.#channel = new BroadcastChannel(shared);
    this.#channel.onmessage = ({ data }: MessageEvent<Word>) => this.#take(data);
    // Whoever signed in again, in another page, must not wait for this one.
    document.addEventListener(sessionEnded, () => {
      this.#turn.abort();
      this.#close();
    });
    void this.#join(false);
  }

  /** The page that reads says nothing, be it frozen or the centre away: read here. */
  seize(): void {
    if (this.#reads || this.#turn.signal.aborted) return;
    const before = this.#turn;
    this.#turn = new AbortController();
    before.abort();
    void this.#join(true);
  }

  /** Until this page's turn, then for as long as the stream lasts; and again. */
  async #join(steal: boolean): Promise<void> {
    const turn = this.#turn;
    // Where there are no locks (a browser before 2018) every page reads for itself.
    const reading =
      'locks' in navigator
        ? navigator.locks.request(shared, steal ? { steal } : { signal: turn.signal }, () => this.#read())
        : this.#read();
    // Stolen, or given up: both come as an AbortError.
    await reading.catch(() => undefined);
    if (turn !== this.#turn) return;
    this.#close();
    if (!turn.signal.aborted) setTimeout(() => turn === this.#turn && void this.#join(false), againMs * (1 + Math.random()));
  }

  #read(): Promise<void> {
    this.#reads = true;
    return new Promise((done) => {
      const source = new EventSource('/api/events');
      const tell = (word: Word) => {
        this.#take(word);
        this.#channel?.postMessage(word);
      };
      const alive = () => tell({ name: pulseEvent, id: '' });
      this.#close = () => {
        source.close();
        this.#reads = false;
        done();
      };
      source.addEventListener('open', alive);
      source.addEventListener(pulseEvent, alive);
      // A line that was cut comes back by itself; one that was refused does not.
      source.addEventListener('error', () => source.readyState === EventSource.CLOSED && this.#close());
      for (const name of Object.keys(names))
        source.addEventListener(name, ({ data }: MessageEvent<string>) => tell({ name, id: idOf(data) }));
    });
  }
}

function idOf(text: string): string {
  const { id } = JSON.parse(text) as { readonly id?: unknown };
  return typeof id === 'string' ? id : '';
}
