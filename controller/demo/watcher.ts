// Looks at the district as a visitor would: box pages, what is heard, receipts and refusals as the centre learns them.
import type { ReceiptAnswer } from '../../schemas/api.ts';
import type { CentreRest, Session } from './centre-rest.ts';
import type { District, LiveBox } from './district.ts';
import { HeardTape } from './heard-tape.ts';
import { lagMs, levelDb } from './skew.ts';
import type { BoxView, LogRow, StageState } from './stage/state.ts';

const lookEveryMs = 500;
const skewEveryMs = 2_000;
const skewPieceMs = 400;
const skewReachMs = 20;
/** What was heard reaches us by HTTP; a piece this old is complete. */
const heardDelayMs = 600;
const receiptsKept = 60;

export interface Seen {
  receipt(answer: ReceiptAnswer): void;
  refusal(row: LogRow): void;
}

export class Watcher {
  readonly tapes = new Map<string, HeardTape>();
  readonly receipts: ReceiptAnswer[] = [];
  readonly refusals: LogRow[] = [];
  readonly #district: District;
  readonly #session: () => Promise<Session>;
  readonly #rest: CentreRest;
  readonly #seen: Seen;
  readonly #known = new Set<string>();
  readonly #stop = new AbortController();
  readonly #views = new Map<string, BoxView>();
  readonly #timers: NodeJS.Timeout[] = [];
  #skew: { ms: number; atMs: number } | null = null;
  #looking = false;
  #first = true;

  constructor(district: District, session: () => Promise<Session>, seen: Seen) {
    this.#district = district;
    this.#rest = district.rest;
    this.#session = session;
    this.#seen = seen;
  }

  async start(): Promise<void> {
    for (const live of this.#district.boxes) {
      if (!live.box.outputs.some(({ kind }) => kind === 'loudspeaker')) continue;
      const tape = new HeardTape(() => live.page && `${live.page}/heard`);
      this.tapes.set(live.box.id, tape);
      tape.start();
    }
    await this.#look();
    this.#timers.push(setInterval(() => this.#look().catch(() => undefined), lookEveryMs));
    this.#timers.push(setInterval(() => this.#measure(), skewEveryMs));
    this.#follow().catch(() => undefined);
  }

  stop(): void {
    this.#stop.abort();
    for (const timer of this.#timers) clearInterval(timer);
    for (const tape of this.tapes.values()) tape.stop();
  }

  state(): Pick<StageState, 'boxes' | 'skewMs' | 'skewAtMs'> {
    return {
      boxes: [...this.#views.values()],
      skewMs: this.#skew?.ms ?? null,
      skewAtMs: this.#skew?.atMs ?? null,
    };
  }

  /** Loudness of each loudspeaker in the last tenth of a second. */
  levels(): Readonly<Record<string, number>> {
    const fromMs = monoMs() - heardDelayMs / 2 - 100;
    return Object.fromEntries([...this.tapes].map(([id, tape]) => [id, Math.round(levelDb(tape.cut(fromMs, 100)) * 10) / 10]));
  }

  /** Rows of a kind from the centre's log, newest first. */
  async #rows(kind: string): Promise<LogRow[]> {
    return this.#rest.get<LogRow[]>(await this.#session(), `/log?kind=${kind}&limit=60`);
  }

  async #follow(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      try {
        await this.#collect();
        let asked: NodeJS.Timeout | undefined;
        await this.#rest.watch(await this.#session(), this.#stop.signal, (event) => {
          if (event !== 'receipt' && event !== 'log' && event !== 'order') return;
          clearTimeout(asked);
          asked = setTimeout(() => this.#collect().catch(() => undefined), 150);
        });
      } catch {
        // The centre restarts or the session ended; ask again.
      }
      await new Promise((resolve) => setTimeout(resolve, 1_000));
    }
  }

  async #collect(): Promise<void> {
    const answers = await this.#rest.get<ReceiptAnswer[]>(await this.#session(), `/receipts?limit=${receiptsKept}`);
    for (const answer of answers.toReversed()) {
      if (!this.#news(`${answer.box} ${answer.receipt.occurrence}`)) continue;
      this.receipts.unshift(answer);
      if (!this.#first) this.#seen.receipt(answer);
    }
    for (const row of (await this.#rows('order')).toReversed()) {
      if (row.entry.fact.state !== 'refused' || !this.#news(`${row.box} row ${row.epoch} ${row.seq}`)) continue;
      this.refusals.unshift(row);
      if (!this.#first) this.#seen.refusal(row);
    }
    this.receipts.length = Math.min(this.receipts.length, receiptsKept);
    this.refusals.length = Math.min(this.refusals.length, receiptsKept);
    this.#first = false;
  }

  #news(key: string): boolean {
    if (this.#known.has(key)) return false;
    this.#known.add(key);
    return true;
  }

  async #look(): Promise<void> {
    if (this.#looking) return;
    this.#looking = true;
    try {
      await Promise.all(this.#district.boxes.map(async (live) => this.#views.set(live.box.id, await lookAt(live))));
    } finally {
      this.#looking = false;
    }
  }

  #measure(): void {
    const [a, b] = [...this.tapes.values()];
    const [left, right] = [...this.tapes.keys()].map((id) => this.#views.get(id));
    // Only what both play by the clock can be compared; an order starts when it arrives.
    if (!a || !b || left?.soundingKind !== 'occurrence' || left.sounding !== right?.sounding) return;
    const fromMs = monoMs() - heardDelayMs - skewPieceMs;
    const lag = lagMs(a.cut(fromMs, skewPieceMs), b.cut(fromMs, skewPieceMs), skewReachMs);
    if (lag !== undefined) this.#skew = { ms: Math.round(lag * 1000) / 1000, atMs: Date.now() };
  }
}

export function monoMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

async function lookAt({ box, page, program }: LiveBox): Promise<BoxView> {
  const kind = box.outputs[0]?.kind ?? 'loudspeaker';
  const dark: BoxView = {
    id: box.id,
    name: box.name,
    kind,
    pid: program.pid ?? null,
    page: page ?? null,
    up: false,
    online: false,
    relay1: false,
    relay2: false,
    amplifier: 'none',
    sounding: null,
    soundingKind: null,
    next: null,
    waitingRows: 0,
    clock: 'none',
    boardFrame: null,
    silence: null,
  };
  if (page === undefined) return dark;
  try {
    const response = await fetch(`${page}/state.json`, { signal: AbortSignal.timeout(2_000) });
    return { ...dark, ...readView(await response.json()) };
  } catch {
    return dark;
  }
}

/** The part of a box's `/state.json` that the stage shows. */
interface PageState {
  readonly now?: { readonly quality?: string };
  readonly link?: { readonly up?: boolean; readonly waitingRows?: number };
  readonly outputs?: readonly {
    readonly id: string;
    readonly amplifier: string;
    readonly sounding: { title: string; kind: string } | null;
  }[];
  readonly relays?: Readonly<Record<string, { readonly relay1: boolean; readonly relay2: boolean }>>;
  readonly next?: readonly { readonly title: string; readonly startMs: number }[];
  readonly boardFrame?: string | null;
  readonly silence?: { readonly vi?: string } | null;
}

function readView(state: unknown): Partial<BoxView> {
  const { now, link, outputs, relays, next, boardFrame, silence } = state as PageState;
  const output = outputs?.[0];
  const relay = output && relays?.[output.id];
  return {
    up: true,
    online: link?.up === true,
    relay1: relay?.relay1 === true,
    relay2: relay?.relay2 === true,
    amplifier: output?.amplifier ?? 'none',
    sounding: output?.sounding?.title ?? null,
    soundingKind: output?.sounding?.kind ?? null,
    next: next?.[0] ? { title: next[0].title, startMs: next[0].startMs } : null,
    waitingRows: link?.waitingRows ?? 0,
    clock: now?.quality ?? 'none',
    boardFrame: boardFrame ?? null,
    silence: silence?.vi ?? null,
  };
}
