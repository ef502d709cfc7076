// A board's play page by page: each page is told in time, written down before it is seen, and closed with what the screen said of it.
import type { Item } from '../../schemas/programme.ts';
import type { ShowingEnd } from '../../schemas/showing-row.ts';
import { type Playlist, type Showing, showingAfter, showingAt } from '../../schemas/showings.ts';
import { plannedNow } from './agenda.ts';
import { pagesAheadMs, stepMs } from './limits.ts';
import type { Event, OpenShowing, OutputState, PlayerState, Voice } from './model.ts';
import { dueMs, isHere } from './plays.ts';
import { addToTally } from './showing-rows.ts';
import type { Turn } from './turn.ts';

type Busy = PlayerState & { is: 'armed' | 'playing' };
type Occurrence = (Voice & { kind: 'occurrence' })['occurrence'];

/** Tell each board that plays a programme what comes next. */
export function closeShowings(turn: Turn): void {
  for (const output of Object.values(turn.live.outputs)) {
    const { player } = output;
    if (output.kind === 'board' && player.is !== 'idle' && player.voice.kind === 'occurrence')
      tell(turn, output, player, player.voice.occurrence);
  }
}

function tell(turn: Turn, output: OutputState, player: Busy, begun: Occurrence) {
  // A board shows what the plan says now, from the next page on.
  const occurrence = plannedNow(turn, begun) ?? begun;
  const playlist: Playlist = { ...occurrence, startMs: dueMs(turn, occurrence) };
  const here = (item: Item) => isHere(turn, item);
  const untilMs = turn.now.wallMs + turn.settings.preRollMs + pagesAheadMs;
  let told = output.showing?.attempt === player.attempt ? output.showing : undefined;
  if (told && stepped(turn, told.showing)) told = undefined;
  for (let number = output.showing?.attempt === player.attempt ? output.showing.number + 1 : 1; ; number++) {
    const next = told ? following(playlist, told.showing, here) : showingAt(playlist, Math.max(player.startAtMs, turn.now.wallMs), here);
    if (!next) return;
    if (next.fromMs > untilMs) {
      turn.wakeAtWall(next.fromMs - turn.settings.preRollMs - pagesAheadMs);
      return;
    }
    const showing = next.untilMs <= turn.now.wallMs ? (showingAt(playlist, turn.now.wallMs, here) ?? next) : next;
    told = { attempt: player.attempt, number, showing };
    turn.output(output.id, { showing: told });
    show(turn, output.id, told, occurrence, showingAfter(playlist, showing, here) === undefined);
  }
}

/** Changed content begins where the page before it ends, not in the middle of it. */
function following(playlist: Playlist, told: Showing, here: (item: Item) => boolean): Showing | undefined {
  const next = showingAfter(playlist, told, here);
  return next && next.fromMs < told.untilMs ? showingAt(playlist, told.untilMs, here) : next;
}

/** The clock was set: what was told is for another time. */
function stepped(turn: Turn, { fromMs, untilMs }: Showing): boolean {
  const slackMs = turn.settings.preRollMs + pagesAheadMs + stepMs;
  return turn.now.wallMs < fromMs - slackMs || turn.now.wallMs > untilMs + slackMs;
}

function show(
  turn: Turn,
  output: string,
  { attempt, number, showing }: NonNullable<OutputState['showing']>,
  of: Occurrence,
  last: boolean,
): void {
  const { item, fromMs, untilMs } = showing;
  if (item) {
    const { id: occurrence, schedule, programme } = of;
    open(turn, {
      output,
      attempt,
      showing: number,
      of: { what: 'bulletin', occurrence, schedule, programme, sha256: item.sha256 },
      fromMs,
      untilMs,
    });
  }
  turn.act({ do: 'show', output, attempt, showing: number, item, atMs: fromMs, untilMs, last });
}

/** An order takes a board: it is written before it is seen, like every page. */
export function openOrderShowing(turn: Turn, output: string, attempt: number, order: string, fromMs: number, untilMs: number): void {
  open(turn, { output, attempt, showing: 1, of: { what: 'order', occurrence: `${order}@${output}`, order }, fromMs, untilMs });
}

function open(turn: Turn, one: Pick<OpenShowing, 'output' | 'attempt' | 'showing' | 'of' | 'fromMs' | 'untilMs'>): void {
  const { screens } = turn.kept;
  // What was told for a later time than a newer page never comes.
  const others = screens.open.filter((other) => other.output !== one.output || other.paintedMs !== null || other.fromMs < one.fromMs);
  const fresh: OpenShowing = { ...one, paintedMs: null, markedMs: Math.round(turn.now.wallMs), shownMs: 0, darkMs: 0, frames: null };
  turn.keep({ screens: { ...screens, open: [...others, fresh] } });
  turn.urgent();
}

export function showingPainted(turn: Turn, { output, attempt, showing, paintedMs }: Event & { is: 'showingPainted' }): void {
  const atMs = Math.round(paintedMs);
  saidSomething(turn, output, attempt);
  change(turn, output, attempt, showing, (one) => ({ ...one, paintedMs: one.paintedMs ?? atMs, markedMs: atMs }));
}

/** The screen lives: what it showed until now outlasts a power cut. */
export function showingSeen(turn: Turn, { output, attempt, atMs, seen }: Event & { is: 'playbackProgressed' }): void {
  if (seen) change(turn, output, attempt, seen.showing, (one) => ({ ...one, ...seen, markedMs: Math.round(atMs) }));
}

export function showingEnded(turn: Turn, event: Event & { is: 'showingEnded' }): void {
  const { output, attempt, showing, endedMs, shownMs, darkMs, frames } = event;
  const found = turn.kept.screens.open.find((one) => one.output === output && one.attempt === attempt && one.showing === showing);
  saidSomething(turn, output, attempt);
  if (event.how === 'failed') tellAnew(turn, output, attempt);
  if (!found) return;
  const seen = {
    ...found,
    showing,
    shownMs: Math.max(0, Math.round(shownMs)),
    darkMs: Math.round(darkMs),
    frames,
    markedMs: Math.round(endedMs),
  };
  close(turn, seen, endOf(turn, event));
}

/** A word about a page is a word of the player: it does not hang. */
function saidSomething(turn: Turn, id: string, attempt: number): void {
  const player = turn.live.outputs[id]?.player;
  if (player?.is === 'playing' && player.attempt === attempt)
    turn.output(id, { player: { ...player, saidMonoMs: turn.now.monoMs, doubted: false } });
}

/** Its page could not be had: what stands there now, without it, is told at once. */
function tellAnew(turn: Turn, id: string, attempt: number): void {
  const output = turn.live.outputs[id];
  if (!output?.showing || output.showing.attempt !== attempt) return;
  const { showing } = output.showing;
  if (showing.fromMs <= turn.now.wallMs)
    turn.output(id, { showing: { ...output.showing, showing: { ...showing, untilMs: Math.max(showing.fromMs, turn.now.wallMs) } } });
}

function endOf(turn: Turn, { output, attempt, how, problem, shownMs, darkMs }: Event & { is: 'showingEnded' }): ShowingEnd {
  if (how === 'failed') return problem?.code === 'device-failed' || problem?.code === 'tool-timeout' ? 'display-failed' : 'not-cached';
  if (darkMs > 0 && shownMs < darkMs) return 'blanked';
  if (how === 'completed') return 'completed';
  return stoppedBy(turn.live.outputs[output]?.leaving.find((one) => one.attempt === attempt)?.because);
}

function stoppedBy(because: string | undefined): ShowingEnd {
  if (because === 'emergency' || because === 'higher-class') return 'preempted';
  if (because === 'output-failed') return 'display-failed';
  return because === 'withdrawn' ? 'withdrawn' : 'replaced';
}

/** An attempt is over by whatever word: no page of it is left open. */
export function closeShowingsOf(turn: Turn, output: string, attempt: number, failed: boolean): void {
  const because = turn.live.outputs[output]?.leaving.find((one) => one.attempt === attempt)?.because;
  for (const one of turn.kept.screens.open)
    if (one.output === output && one.attempt === attempt) {
      if (one.paintedMs !== null || failed) close(turn, one, failed ? 'display-failed' : stoppedBy(because));
      else drop(turn, one);
    }
}

/** Found at boot: the power went. Of pages that were told but not seen only the first may have been on for a moment. */
export function closeLastShowings(turn: Turn): void {
  const left = turn.kept.screens.open;
  for (const one of left) {
    const before = left.find((other) => other.output === one.output);
    if (one.paintedMs !== null || before === one) close(turn, one, 'unknown');
    else drop(turn, one);
  }
}

function close(turn: Turn, one: OpenShowing, end: ShowingEnd): void {
  drop(turn, one);
  addToTally(turn, one, end);
}

function drop(turn: Turn, { output, attempt, showing }: OpenShowing): void {
  const { screens } = turn.kept;
  const open = screens.open.filter((one) => one.output !== output || one.attempt !== attempt || one.showing !== showing);
  turn.keep({ screens: { ...screens, open } });
}

function change(turn: Turn, output: string, attempt: number, showing: number, to: (one: OpenShowing) => OpenShowing): void {
  const { screens } = turn.kept;
  const found = screens.open.find((one) => one.output === output && one.attempt === attempt && one.showing === showing);
  if (found) turn.keep({ screens: { ...screens, open: screens.open.map((one) => (one === found ? to(one) : one)) } });
}
