// One relay at work: pulls while its window is open, speaks through a live session while there is sound, comes back by itself.

import type { RelayAnswer } from '../../schemas/api.ts';
import { opusFrameMs } from '../../schemas/live.ts';
import type { Schedule } from '../../schemas/schedule.ts';
import { type RelayWindow, relayWindow, scheduleOf } from '../core/relay-window.ts';
import type { LiveDesk } from '../live/live-desk.ts';
import type { StoredRelay } from '../store/store.ts';
import { Pacer } from './pacer.ts';
import type { Pull, PullOptions } from './pull.ts';

/** Without a frame for so long the connection is given up. */
const lostMs = 5_000;
const backOff = { baseMs: 1_000, maxMs: 60_000 };
/** Sound must have come for so long, and not been silent, before a session opens. */
const provenFrames = 60;
const windowEveryMs = 1_000;

export interface RelayRunOptions {
  readonly relay: StoredRelay;
  readonly live: LiveDesk;
  readonly pull: (options: Pick<PullOptions, 'url' | 'onFrame' | 'onQuiet' | 'onEnd'>) => Pick<Pull, 'start' | 'stop'>;
  readonly onChange: () => void;
}

export class RelayRun {
  readonly relay: StoredRelay;
  readonly #options: RelayRunOptions;
  readonly #schedule: Schedule;
  #timer: NodeJS.Timeout | undefined;
  #window: RelayWindow = { untilMs: null, nextMs: null };
  #windowReadMs = 0;
  #pull: Pick<Pull, 'start' | 'stop'> | undefined;
  #pacer = new Pacer();
  #frames = 0;
  #heardMs = 0;
  #quietFromMs: number | undefined;
  #tries = 0;
  #retryMs = 0;
  #detail: string | null = null;
  #session: string | undefined;
  #busy = false;

  constructor(options: RelayRunOptions) {
    this.relay = options.relay;
    this.#options = options;
    this.#schedule = scheduleOf(options.relay);
  }

  start(): void {
    this.#timer = setInterval(() => this.#tick(this.#options.live.nowMs()), opusFrameMs);
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    this.#pull?.stop();
    await this.#close('closed');
  }

  get answer(): RelayAnswer {
    const { id: _id, createdMs: _createdMs, ...wanted } = this.relay;
    const state = this.#state();
    return { ...wanted, id: this.relay.id, state, detail: this.#detail, session: this.#session ?? null, nextMs: this.#window.nextMs };
  }

  #state(): RelayAnswer['state'] {
    if (this.#session) return 'sounding';
    if (this.#pull) return this.#quietFromMs === undefined ? 'connecting' : 'silent';
    return this.#window.untilMs === null ? 'waiting' : 'failed';
  }

  #tick(nowMs: number): void {
    if (nowMs - this.#windowReadMs >= windowEveryMs) this.#readWindow(nowMs);
    const open = this.#window.untilMs !== null && nowMs < this.#window.untilMs;
    if (!open) {
      this.#pull?.stop();
      void this.#close('window-over');
      return;
    }
    if (!this.#pull && nowMs >= this.#retryMs) this.#connect(nowMs);
    if (this.#pull && nowMs - this.#heardMs > lostMs) this.#pull.stop();
    const room = this.#session === undefined ? undefined : this.#options.live.room(this.#session);
    // Closed by a person: it stays closed until the next window.
    if (this.#session !== undefined && !room) {
      this.#rest();
      return;
    }
    const paced = this.#pacer.due(nowMs);
    if (room) for (const { frame, capturedMs } of paced) room.sound(frame, capturedMs);
    const quiet = this.#quietFromMs !== undefined;
    if (room && quiet && nowMs - (this.#quietFromMs ?? nowMs) >= this.relay.silenceMs) void this.#close('silence');
    if (!room && !quiet && this.#pull && this.#frames >= provenFrames && this.#pacer.flows) void this.#open(nowMs);
  }

  #readWindow(nowMs: number): void {
    this.#windowReadMs = nowMs;
    const read = relayWindow(this.#schedule, this.relay.durationMs, nowMs);
    if (read.ok) this.#window = read.value;
    else this.#detail = read.problem.detail;
  }

  #connect(nowMs: number): void {
    this.#pacer = new Pacer();
    this.#frames = 0;
    this.#heardMs = nowMs;
    this.#quietFromMs = undefined;
    const { live, onChange } = this.#options;
    const pull = this.#options.pull({
      url: this.relay.url,
      onFrame: (frame) => {
        this.#frames += 1;
        this.#heardMs = live.nowMs();
        this.#pacer.push(frame);
      },
      onQuiet: (quiet) => {
        this.#quietFromMs = quiet ? live.nowMs() : undefined;
        onChange();
      },
      onEnd: (why) => {
        if (this.#pull !== pull) return;
        this.#pull = undefined;
        this.#detail = why;
        this.#tries = this.#frames >= provenFrames ? 0 : this.#tries + 1;
        const mostMs = Math.min(backOff.maxMs, backOff.baseMs * 2 ** this.#tries);
        this.#retryMs = live.nowMs() + mostMs * (0.5 + Math.random() / 2);
        void this.#close('lost');
        onChange();
      },
    });
    this.#pull = pull;
    pull.start();
  }

  async #open(nowMs: number): Promise<void> {
    if (this.#busy || nowMs < this.#retryMs) return;
    this.#busy = true;
    const { title, groups, delayMs, gainDb, by } = this.relay;
    const maxMs = Math.max(opusFrameMs, (this.#window.untilMs ?? nowMs) - nowMs);
    const opened = await this.#options.live.open({ source: 'relay', title, groups, delayMs, gainDb, chime: false, maxMs, by });
    this.#busy = false;
    this.#detail = opened.ok ? null : `${opened.problem.code}: ${opened.problem.detail}`;
    if (opened.ok) this.#session = opened.value.session.session;
    else this.#retryMs = nowMs + backOff.maxMs / 4;
    this.#options.onChange();
  }

  async #close(why: string): Promise<void> {
    const session = this.#session;
    if (session === undefined) return;
    this.#session = undefined;
    await this.#options.live.close(session, this.relay.by, why);
    this.#options.onChange();
  }

  #rest(): void {
    this.#session = undefined;
    this.#pull?.stop();
    this.#detail = 'closed by a person until the next window';
    this.#retryMs = this.#window.untilMs ?? 0;
  }
}
