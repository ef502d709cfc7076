// A scripted output: an amplifier with relays that take time, and a player that starts, progresses, fades and fails.
// LONG: relays, sound and pages of one output share every field.

import { repetitionMs } from '../../agent/core/emergency.ts';
import type { Action, Event, PlayAction, ShowAction, Voice } from '../../agent/core/model.ts';
import type { Problem } from '../../schemas/problems.ts';
import type { Output } from '../../schemas/settings.ts';
import type { Heard, PageShown, Trace } from './trace.ts';

const relayOnMs = 300;
const relayOffMs = 150;
const failed: Problem = { code: 'device-failed', path: '', detail: 'scripted' };

/** What a horn needs of its world. */
export interface HornWorld {
  readonly trace: Trace;
  nowMs(): number;
  /** True instant of a wall instant as the box's clock stands now. */
  trueOf(wallMs: number): number;
  wallOf(trueMs: number): number;
  monoNow(): number;
  later(atMs: number, run: () => void): void;
  tell(event: Event): void;
  line(text: string): void;
  luck(): number;
  /** Is this page in the journal on the disk? */
  journaled(output: string, attempt: number, showing: number): boolean;
  disturb(): void;
  /** Something that stills the box begins or ends. */
  trouble(of: string, begins: boolean): void;
}

interface Playing {
  readonly action: PlayAction;
  readonly voice: Voice;
  readonly beginsAtMs: number;
  readonly spans: readonly { readonly fromMs: number; readonly toMs: number }[];
  heard: Heard | null;
  over: boolean;
  /** Boards: time its own pages were seen, and the pages told. */
  litMs: number;
  told: { readonly showing: number; readonly atMs: number }[];
}

/** What is on a board now. */
interface PageOn {
  readonly play: Playing;
  readonly showing: number;
  readonly untilMs: number;
  readonly page: PageShown;
}

export class Horn {
  readonly id: string;
  readonly kind: Output['kind'];
  readonly #world: HornWorld;
  readonly #plays = new Map<number, Playing>();
  #amplifier: { onSinceMs: number | null; attempt: number } = { onSinceMs: null, attempt: 0 };
  /** Scripted trouble. */
  working = true;
  relaysWork = true;
  failNextPlay = false;
  #page: PageOn | null = null;

  constructor(id: string, kind: Output['kind'], world: HornWorld) {
    this.id = id;
    this.kind = kind;
    this.#world = world;
  }

  switchAmplifier(action: Extract<Action, { do: 'switchAmplifier' }>) {
    const world = this.#world;
    const { attempt, on, output } = action;
    this.#amplifier.attempt = attempt;
    world.later(world.nowMs() + (on ? relayOnMs : relayOffMs), () => {
      // A newer call supersedes this one.
      if (this.#amplifier.attempt !== attempt) return;
      if (!this.relaysWork && on) {
        this.#open('failed');
        world.disturb();
        world.line(`${this.id} amplifier fails`);
        return world.tell({ is: 'amplifierSwitched', output, attempt, on, problem: failed });
      }
      if (on) this.#close();
      else this.#open('asked');
      world.tell({ is: 'amplifierSwitched', output, attempt, on });
    });
  }

  play(action: PlayAction, voice: Voice) {
    const world = this.#world;
    const latencyMs = 20 + Math.round(world.luck() * 60);
    const beginsAtMs = Math.max(world.trueOf(action.startAtMs), world.nowMs() + (action.slot === 'emergency' ? 5 : latencyMs));
    const play: Playing = { action, voice, beginsAtMs, spans: spansOf(action, beginsAtMs), heard: null, over: false, litMs: 0, told: [] };
    this.#plays.set(action.attempt, play);
    if (!this.working || this.failNextPlay) {
      this.failNextPlay = false;
      world.disturb();
      return world.later(world.nowMs() + latencyMs, () => this.#end(play, 'failed', world.nowMs()));
    }
    if (action.sound.of === 'pages') return;
    world.later(beginsAtMs, () => {
      if (this.kind === 'board' && !play.over) this.#turnPage(play, { showing: 1, item: null, untilMs: Number.POSITIVE_INFINITY }, true);
      this.#begin(play);
    });
  }

  /** A page of a board's attempt, at its instant. */
  show({ attempt, atMs, last, ...told }: ShowAction): void {
    const { untilMs } = told;
    const play = this.#plays.get(attempt);
    const world = this.#world;
    if (!play || play.over) return;
    const one = { showing: told.showing, atMs };
    // What was told for later than this is told no more.
    play.told = [...play.told.filter((other) => other.atMs < atMs), one];
    world.later(Math.max(world.trueOf(atMs), world.nowMs()), () => {
      if (play.over || !this.working || !play.told.includes(one)) return;
      this.#turnPage(play, { ...told, untilMs: world.trueOf(untilMs) }, false);
      if (!play.heard) this.#begin(play);
      if (last) world.later(world.trueOf(untilMs), () => this.#end(play, 'completed', world.nowMs()));
    });
  }

  #turnPage(play: Playing, { showing, item, untilMs }: Pick<ShowAction, 'showing' | 'item' | 'untilMs'>, order: boolean): void {
    const world = this.#world;
    const atMs = world.nowMs();
    this.#leavePage(this.#page && atMs >= this.#page.untilMs - 300 ? 'completed' : 'stopped');
    const { attempt } = play.action;
    const name = order ? nameOf(play.voice) : (item?.title ?? 'safe page');
    const journaled = world.journaled(this.id, attempt, showing);
    const page: PageShown = {
      output: this.id,
      name,
      of: nameOf(play.voice),
      item,
      order,
      fromMs: atMs,
      toMs: Number.POSITIVE_INFINITY,
      journaled,
    };
    world.trace.pages.push(page);
    this.#page = { play, showing, untilMs, page };
    world.tell({ is: 'showingPainted', output: this.id, attempt, showing, paintedMs: world.wallOf(atMs) });
  }

  #leavePage(how: 'completed' | 'stopped', silently = false): void {
    const world = this.#world;
    const on = this.#page;
    if (!on) return;
    this.#page = null;
    on.page.toMs = world.nowMs();
    const { shownMs, frames } = this.#seen(on);
    on.play.litMs += shownMs;
    if (silently) return;
    const { attempt } = on.play.action;
    const endedMs = world.wallOf(world.nowMs());
    world.tell({ is: 'showingEnded', output: this.id, attempt, showing: on.showing, endedMs, how, shownMs, darkMs: 0, frames });
  }

  #seen({ page, showing }: PageOn): { showing: number; shownMs: number; darkMs: number; frames: number } {
    const shownMs = page.item === null && !page.order ? 0 : this.#world.nowMs() - page.fromMs;
    return { showing, shownMs, darkMs: 0, frames: 1 + Math.floor(shownMs / 1_000) };
  }

  stop(attempt: number, fadeMs: number): void {
    const play = this.#plays.get(attempt);
    if (!play || play.over) return;
    if (play.heard) play.heard.stoppedAtMs ??= this.#world.nowMs();
    const fade = play.heard ? fadeMs : 0;
    this.#world.later(this.#world.nowMs() + fade, () => this.#end(play, 'stopped', this.#world.nowMs()));
  }

  /** The device goes away or comes back. */
  setWorking(working: boolean) {
    this.working = working;
    this.#world.trouble(`${this.id} device`, !working);
    const { nowMs, tell } = this.#world;
    if (working) return tell.call(this.#world, { is: 'outputReady', output: this.id });
    // As the player does: each play ends with what was heard of it, then the device is told.
    for (const play of [...this.#plays.values()]) if (!play.over) this.#end(play, 'failed', nowMs.call(this.#world));
    this.#world.tell({ is: 'outputFailed', output: this.id, problem: failed });
  }

  /** The power goes: relays fall open, nothing reports. */
  cut(): void {
    this.#leavePage('stopped', true);
    for (const play of this.#plays.values()) if (!play.over) this.#quiet(play, this.#world.nowMs());
    this.#plays.clear();
    this.#open('power');
    this.#amplifier = { onSinceMs: null, attempt: 0 };
  }

  #begin(play: Playing): void {
    if (play.over) return;
    const { action, voice } = play;
    const name = nameOf(voice);
    const world = this.#world;
    play.heard = {
      output: this.id,
      attempt: action.attempt,
      name,
      voice,
      fromMs: world.nowMs(),
      toMs: Number.POSITIVE_INFINITY,
      stoppedAtMs: null,
    };
    world.trace.heard.push(play.heard);
    world.line(
      `${this.id} sounds ${name}${action.sound.of === 'items' && action.sound.offsetMs > 0 ? ` from ${(action.sound.offsetMs / 1000).toFixed(1)} s` : ''}`,
    );
    const startedMs = world.wallOf(world.nowMs());
    world.tell({ is: 'playbackStarted', output: this.id, attempt: action.attempt, startedMs, startErrorMs: startedMs - action.startAtMs });
    this.#progress(play);
    const endsAtMs = play.spans.at(-1)?.toMs;
    if (endsAtMs !== undefined && Number.isFinite(endsAtMs)) world.later(endsAtMs, () => this.#end(play, 'completed', endsAtMs));
  }

  #progress(play: Playing): void {
    const world = this.#world;
    world.later(world.nowMs() + 5_000, () => {
      if (play.over) return;
      const { attempt } = play.action;
      world.tell({
        is: 'playbackProgressed',
        output: this.id,
        attempt,
        audibleMs: this.#audible(play, world.nowMs()),
        atMs: world.wallOf(world.nowMs()),
        ...(this.#page?.play === play ? { seen: this.#seen(this.#page) } : {}),
      });
      this.#progress(play);
    });
  }

  #end(play: Playing, how: 'completed' | 'stopped' | 'failed', atMs: number): void {
    if (play.over) return;
    if (this.#page?.play === play) this.#leavePage(how === 'completed' ? 'completed' : 'stopped');
    this.#quiet(play, atMs);
    const { action } = play;
    this.#plays.delete(action.attempt);
    this.#world.tell({
      is: 'playbackEnded',
      output: this.id,
      attempt: action.attempt,
      how,
      audibleMs: this.#audible(play, atMs),
      endedMs: this.#world.wallOf(atMs),
      ...(how === 'failed' ? { problem: failed } : {}),
      ...(action.sound.of === 'order' ? { voice: this.kind === 'board' ? ('screen' as const) : ('inline' as const) } : {}),
    });
  }

  #audible(play: Playing, atMs: number): number {
    if (play.action.sound.of !== 'pages') return audible(play, atMs);
    return play.litMs + (this.#page?.play === play ? this.#seen(this.#page).shownMs : 0);
  }

  #quiet(play: Playing, atMs: number): void {
    play.over = true;
    if (!play.heard) return;
    play.heard.toMs = atMs;
    this.#world.line(`${this.id} silent after ${play.heard.name}, ${((atMs - play.heard.fromMs) / 1000).toFixed(1)} s`);
  }

  #close(): void {
    if (this.#amplifier.onSinceMs !== null) return;
    this.#amplifier.onSinceMs = this.#world.nowMs();
    this.#world.trace.amplifiers.push({ output: this.id, fromMs: this.#world.nowMs(), toMs: Number.POSITIVE_INFINITY, why: 'asked' });
    this.#world.line(`${this.id} amplifier on`);
  }

  #open(why: string): void {
    if (this.#amplifier.onSinceMs === null) return;
    this.#amplifier.onSinceMs = null;
    const last = this.#world.trace.amplifiers.findLast((one) => one.output === this.id);
    if (last) last.toMs = this.#world.nowMs();
    this.#world.line(`${this.id} amplifier off${why === 'asked' ? '' : ` (${why})`}`);
  }
}

/** True spans of sound of one play; gaps between rounds are silent. */
function spansOf({ sound }: PlayAction, fromMs: number): { fromMs: number; toMs: number }[] {
  if (sound.of === 'tone' || sound.of === 'countdown' || sound.of === 'sweep') return [{ fromMs, toMs: fromMs + sound.durationMs }];
  if (sound.of === 'pages') return [];
  if (sound.of === 'live') return [{ fromMs, toMs: Number.POSITIVE_INFINITY }];
  if (sound.of === 'order') {
    const { order, languages } = sound;
    return [{ fromMs, toMs: fromMs + repetitionMs(order, languages) * order.times + order.pauseMs * (order.times - 1) }];
  }
  const onceMs = sound.items.reduce((sum, one) => sum + one.durationMs, 0);
  const spans: { fromMs: number; toMs: number }[] = [];
  for (let round = 0; round < sound.times; round++) {
    const beginMs = round * (onceMs + sound.gapMs);
    const skipMs = Math.max(0, sound.offsetMs - beginMs);
    if (skipMs < onceMs)
      spans.push({ fromMs: fromMs + beginMs + skipMs - sound.offsetMs, toMs: fromMs + beginMs + onceMs - sound.offsetMs });
  }
  return spans;
}

function audible({ spans, heard }: Playing, atMs: number): number {
  if (!heard) return 0;
  return spans.reduce((sum, one) => sum + Math.max(0, Math.min(one.toMs, atMs) - one.fromMs), 0);
}

/** A name for transcripts. */
export function nameOf(voice: Voice): string {
  if (voice.kind === 'occurrence') return voice.occurrence.id;
  if (voice.kind === 'live') return `live ${voice.session}`;
  return voice.kind === 'order' ? `order ${voice.order}` : voice.kind === 'tone' && voice.countdown ? 'countdown' : 'tone';
}
