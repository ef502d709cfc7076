// When a board is lit: by its hours, by command, and always for an order in earnest. Pages and pictures of it on request.
import type { Command } from '../../schemas/command.ts';
import { screenTimeAt } from '../../schemas/screen-hours.ts';
import { answer } from './answer.ts';
import { endFault, raiseFault } from './faults.ts';
import { pictureEveryMs, pictureWithinMs, screenAgainMs, screenAnswerMs, screenRetryMs, screenTestMs } from './limits.ts';
import type { Event, OutputState, ScreenState, ScreenWish } from './model.ts';
import type { Turn } from './turn.ts';

/** Dark page and power of each board as they should be, said again in time: a television that restarts lights itself. */
export function closeScreens(turn: Turn): void {
  const { screenTestUntilMonoMs } = turn.live;
  if (screenTestUntilMonoMs !== undefined && turn.now.monoMs < screenTestUntilMonoMs) turn.wakeAtMono(screenTestUntilMonoMs);
  for (const output of Object.values(turn.live.outputs)) if (output.kind === 'board') closeScreen(turn, output);
  const { picture } = turn.live;
  if (picture?.command === undefined) return;
  const byMonoMs = picture.atMonoMs + pictureWithinMs;
  turn.wakeAtMono(byMonoMs);
  if (turn.now.monoMs < byMonoMs) return;
  answer(turn, picture.command, 'failed', `tool-timeout: no picture within ${pictureWithinMs} ms`);
  turn.be({ picture: { atMonoMs: picture.atMonoMs } });
}

function closeScreen(turn: Turn, output: OutputState) {
  const wish = wishOf(turn);
  const state = turn.live.screens[output.id];
  if (!state) {
    // A board whose hours nobody set, and that nobody blanked, is left as it is.
    if (wish.dark || !wish.power || turn.settings.screenHours) ask(turn, output.id, wish, undefined);
    return;
  }
  if (state.asked) {
    const byMonoMs = state.asked.atMonoMs + screenAnswerMs;
    turn.wakeAtMono(byMonoMs);
    if (turn.now.monoMs >= byMonoMs)
      screenSwitched(turn, {
        is: 'screenSwitched',
        output: output.id,
        attempt: state.asked.attempt,
        page: 'failed',
        power: 'failed',
        detail: `tool-timeout: no answer within ${screenAnswerMs} ms`,
      });
  }
  const now = turn.live.screens[output.id] ?? state;
  const returned = output.working && turn.before.live.outputs[output.id]?.working === false;
  const failed = now.page === 'failed' || now.power === 'failed';
  const againAtMonoMs = now.atMonoMs + (failed ? screenRetryMs : screenAgainMs);
  const due = !now.asked && turn.now.monoMs >= againAtMonoMs;
  if (!same(now.wish, wish) || returned || due) return ask(turn, output.id, wish, now);
  if (!now.asked) turn.wakeAtMono(againAtMonoMs);
}

/** An order in earnest is seen whatever the hour; the display itself shows it through a dark page. */
function wishOf(turn: Turn): ScreenWish {
  const hours = turn.settings.screenHours;
  const order = turn.kept.orders.active.some(({ order }) => order.class === 'actual');
  const blanked = turn.kept.blanked || turn.now.monoMs < (turn.live.screenTestUntilMonoMs ?? Number.NEGATIVE_INFINITY);
  if (!hours || !turn.timeKnown) return { dark: blanked, power: true };
  const { lit, untilMs } = screenTimeAt(hours, turn.now.wallMs);
  if (untilMs !== null) turn.wakeAtWall(untilMs);
  return { dark: blanked || !lit, power: lit || order };
}

function ask(turn: Turn, id: string, wish: ScreenWish, state: ScreenState | undefined): void {
  const attempt = turn.attempt();
  const asked = { attempt, atMonoMs: turn.now.monoMs };
  const before = state ?? { page: 'sent', power: 'none', atMonoMs: turn.now.monoMs, commands: [] };
  turn.be({ screens: { ...turn.live.screens, [id]: { ...before, wish, asked } } });
  turn.act({ do: 'switchScreen', output: id, attempt, ...wish });
  turn.wakeAtMono(turn.now.monoMs + screenAnswerMs);
}

export function screenSwitched(turn: Turn, event: Event & { is: 'screenSwitched' }): void {
  const state = turn.live.screens[event.output];
  if (state?.asked?.attempt !== event.attempt) return;
  const { page, power, detail, output } = event;
  const { asked: _, commands, wish } = state;
  turn.be({ screens: { ...turn.live.screens, [output]: { wish, page, power, atMonoMs: turn.now.monoMs, commands: [] } } });
  if (power === 'failed') raiseFault(turn, `screen-${output}`, detail);
  else endFault(turn, `screen-${output}`);
  for (const command of commands) {
    if (page === 'failed') answer(turn, command, 'failed', detail);
    else answer(turn, command, 'done', `${wish.dark ? 'dark' : 'lit'} on ${output}${detail && `; ${detail}`}`, { proof: page });
  }
}

/** Answered when the screen has been told: `sent`, or `confirmed` by the screen itself. */
export function blankBoards(turn: Turn, id: string, { on }: Command & { do: 'blank' }) {
  const [board] = boards(turn);
  if (!board) return answer(turn, id, 'refused', 'not-found: this box has no board');
  turn.keep({ blanked: on });
  turn.tell({ kind: 'act', act: on ? 'screen-blank' : 'screen-lit', detail: `command ${id}`.slice(0, 200) });
  const state = turn.live.screens[board.id];
  ask(turn, board.id, wishOf(turn), { ...fresh(turn, state), commands: [...(state?.commands ?? []), id].slice(-8) });
}

/** Somebody stands before the board: dark for a moment, then back as it was. */
export function testScreens(turn: Turn): void {
  if (boards(turn).length === 0) return;
  turn.be({ screenTestUntilMonoMs: turn.now.monoMs + screenTestMs });
  turn.tell({ kind: 'act', act: 'screen-test', detail: `${screenTestMs} ms dark` });
}

export function takePicture(turn: Turn, id: string) {
  const [board] = boards(turn);
  if (!board) return answer(turn, id, 'refused', 'not-found: this box has no board');
  const { picture } = turn.live;
  if (picture && (picture.command !== undefined || turn.now.monoMs < picture.atMonoMs + pictureEveryMs))
    return answer(turn, id, 'refused', `too-many-requests: one picture in ${pictureEveryMs} ms`);
  turn.be({ picture: { atMonoMs: turn.now.monoMs, command: id } });
  turn.act({ do: 'takePicture', output: board.id, command: id });
}

export function pictureTaken(turn: Turn, { command, problem, picture }: Event & { is: 'pictureTaken' }): void {
  if (turn.live.picture?.command !== command) return;
  turn.be({ picture: { atMonoMs: turn.live.picture.atMonoMs } });
  if (picture) answer(turn, command, 'done', picture.nearlyBlack ? 'nearly black' : '', { picture });
  else answer(turn, command, 'failed', problem ? `${problem.code}: ${problem.detail}` : 'device-failed: no picture');
}

function boards(turn: Turn): OutputState[] {
  return Object.values(turn.live.outputs).filter(({ kind }) => kind === 'board');
}

function fresh(turn: Turn, state: ScreenState | undefined): ScreenState {
  return state ?? { wish: { dark: false, power: true }, page: 'sent', power: 'none', atMonoMs: turn.now.monoMs, commands: [] };
}

function same(a: ScreenWish, b: ScreenWish): boolean {
  return a.dark === b.dark && a.power === b.power;
}
