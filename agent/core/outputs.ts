// Outputs as the settings name them, and their amplifiers: on ahead of need, held between sounds, never on without need.
import type { Problem } from '../../schemas/problems.ts';
import { orderFromMonoMs } from './emergency.ts';
import { endFault, raiseFault } from './faults.ts';
import { amplifierAnswerMs, planPatienceMs } from './limits.ts';
import { warmFor } from './live.ts';
import type { Event, OutputState } from './model.ts';
import { playbackOver } from './outcomes.ts';
import { dueMs } from './plays.ts';
import { backoffMs } from './retry.ts';
import { quietOutput } from './start-state.ts';
import type { Turn } from './turn.ts';
import { amplifierLeadMs, nextNeedMs, wanted } from './wanted.ts';
import { holdMsOf } from './warm-up.ts';

/** Make the outputs the settings name. One that is named no more goes once it is quiet. */
export function closeOutputList(turn: Turn) {
  // After a boot the settings come with the plan: a moment's patience, then the defaults, so that an order still sounds.
  if (!turn.live.plan && turn.kept.want.applied && Object.keys(turn.live.outputs).length === 0) {
    const untilMonoMs = (turn.live.bootedAt?.monoMs ?? turn.now.monoMs) + planPatienceMs;
    if (turn.now.monoMs < untilMonoMs) return turn.wakeAtMono(untilMonoMs);
  }
  const wantedOutputs = turn.settings.outputs;
  const { outputs } = turn.live;
  const added = wantedOutputs.filter(({ id, kind }) => outputs[id]?.kind !== kind);
  const extra = Object.values(outputs).filter((output) => !wantedOutputs.some(({ id }) => id === output.id));
  const removed = extra.filter(({ player, leaving, amplifier }) => {
    return player.is === 'idle' && leaving.length === 0 && (amplifier.is === 'off' || amplifier.is === 'none' || amplifier.is === 'failed');
  });
  if (added.length === 0 && removed.length === 0) return;
  const next = { ...outputs };
  for (const { id } of removed) delete next[id];
  for (const { id, kind } of added) {
    // Its device may have spoken before the plan named it.
    const working = !turn.live.faults.includes(`output-${id}`);
    next[id] = { ...quietOutput(id, kind, turn.now.monoMs), working };
  }
  turn.be({ outputs: next });
}

export function closeAmplifiers(turn: Turn): void {
  for (const output of Object.values(turn.live.outputs)) if (output.amplifier.is !== 'none') closeAmplifier(turn, output);
}

function closeAmplifier(turn: Turn, output: OutputState) {
  const { amplifier, player } = output;
  if (amplifier.is === 'turning-on' || amplifier.is === 'turning-off') {
    const byMonoMs = amplifier.atMonoMs + amplifierAnswerMs;
    turn.wakeAtMono(byMonoMs);
    if (turn.now.monoMs >= byMonoMs) {
      const problem = { code: 'device-failed', path: '', detail: `no answer from the relays in ${amplifierAnswerMs} ms` } as const;
      return amplifierFailed(turn, output, problem);
    }
  }
  const leadMs = amplifierLeadMs(turn, output.id);
  const onFromMonoMs = needMonoMs(turn, output, leadMs) - leadMs;
  // A dead device has no sound to hold the amplifier for.
  const holdUntilMonoMs = !output.working
    ? turn.now.monoMs
    : player.is === 'idle'
      ? player.quietSinceMonoMs + holdMsOf(turn, output.id)
      : Number.POSITIVE_INFINITY;
  if (onFromMonoMs <= turn.now.monoMs) {
    if (amplifier.is === 'off' || amplifier.is === 'turning-off' || mayRetry(turn, output)) switchTo(turn, output, true);
    return;
  }
  turn.wakeAtMono(onFromMonoMs);
  if (amplifier.is !== 'on' && amplifier.is !== 'turning-on') return;
  // Needed again before the hold is over: it stays on instead of clicking.
  const offAtMonoMs = onFromMonoMs <= holdUntilMonoMs ? Number.POSITIVE_INFINITY : holdUntilMonoMs;
  if (amplifier.is === 'turning-on' || turn.now.monoMs >= offAtMonoMs) switchTo(turn, output, false);
  else if (Number.isFinite(offAtMonoMs)) turn.wakeAtMono(offAtMonoMs);
}

/** The monotonic instant at which this output must be able to sound; infinity when nothing is near. */
function needMonoMs(turn: Turn, output: OutputState, leadMs: number): number {
  if (output.player.is !== 'idle' || output.leaving.length > 0) return turn.now.monoMs;
  if (!output.working) return Number.POSITIVE_INFINITY;
  const wish = wanted(turn, output);
  if (wish?.kind === 'order') return orderFromMonoMs(turn, wish.active, output);
  if (wish?.kind === 'tone' || wish?.kind === 'live' || warmFor(turn, output)) return turn.now.monoMs;
  if (wish?.kind === 'occurrence') return Math.max(turn.now.monoMs, turn.monoOf(dueMs(turn, wish.occurrence)));
  const nextMs = nextNeedMs(turn, output, leadMs + holdMsOf(turn, output.id));
  return nextMs === null ? Number.POSITIVE_INFINITY : turn.monoOf(nextMs);
}

/** A failed amplifier is tried again while it is needed, ever more slowly. */
function mayRetry(turn: Turn, output: OutputState): boolean {
  if (output.amplifier.is !== 'failed') return false;
  const atMonoMs = output.amplifier.atMonoMs + backoffMs(`${turn.live.boot}/amplifier-${output.id}`, Math.max(1, output.failures));
  turn.wakeAtMono(atMonoMs);
  return turn.now.monoMs >= atMonoMs;
}

function switchTo(turn: Turn, output: OutputState, on: boolean): void {
  const attempt = turn.attempt();
  turn.output(output.id, { amplifier: { is: on ? 'turning-on' : 'turning-off', attempt, atMonoMs: turn.now.monoMs } });
  turn.act({ do: 'switchAmplifier', output: output.id, attempt, on });
  turn.wakeAtMono(turn.now.monoMs + amplifierAnswerMs);
}

export function amplifierSwitched(turn: Turn, event: Event & { is: 'amplifierSwitched' }) {
  const output = turn.live.outputs[event.output];
  if (!output) return;
  const { amplifier } = output;
  if ((amplifier.is !== 'turning-on' && amplifier.is !== 'turning-off') || amplifier.attempt !== event.attempt) return;
  if (event.problem) return amplifierFailed(turn, output, event.problem);
  const atMonoMs = turn.now.monoMs;
  turn.output(event.output, {
    amplifier: event.on ? { is: 'on', atMonoMs, onMs: Math.round(turn.now.wallMs) } : { is: 'off', atMonoMs },
    failures: event.on ? 0 : output.failures,
  });
  if (event.on) endFault(turn, `amplifier-${event.output}`);
}

function amplifierFailed(turn: Turn, output: OutputState, problem: Problem): void {
  turn.output(output.id, { amplifier: { is: 'failed', atMonoMs: turn.now.monoMs, problem }, failures: output.failures + 1 });
  raiseFault(turn, `amplifier-${output.id}`, problem.detail);
  turn.wakeAtMono(turn.now.monoMs + 1);
}

/** Nobody hears what plays on: it is over as failed, and the amplifier is asked for again while it is needed. */
export function amplifierLost(turn: Turn, event: Event & { is: 'amplifierLost' }): void {
  const output = turn.live.outputs[event.output];
  if (output?.amplifier.is !== 'on') return; // a switch under way tells its own problem
  if (output.player.is !== 'idle') turn.act({ do: 'stop', output: output.id, attempt: output.player.attempt, fadeMs: 0 });
  endAllFailed(turn, output, event.problem);
  amplifierFailed(turn, turn.live.outputs[output.id] ?? output, event.problem);
}

/** The device is gone: what sounded there is over. */
export function outputFailed(turn: Turn, event: Event & { is: 'outputFailed' }): void {
  raiseFault(turn, `output-${event.output}`, event.problem.detail);
  const output = turn.live.outputs[event.output];
  if (!output) return;
  turn.output(event.output, { working: false });
  // A loudspeaker's player ends with its card; a board's page would stay.
  if (output.kind === 'board' && output.player.is !== 'idle')
    turn.act({ do: 'stop', output: output.id, attempt: output.player.attempt, fadeMs: 0 });
  endAllFailed(turn, output, event.problem);
}

function endAllFailed(turn: Turn, { id, player, leaving }: OutputState, problem: Problem): void {
  const attempts = leaving.map(({ attempt, mark }) => ({ attempt, mark }));
  const mark = turn.kept.playing[id];
  if (player.is !== 'idle' && mark) attempts.push({ attempt: player.attempt, mark });
  for (const one of attempts) {
    const { attempt } = one;
    const { audibleMs, markedMs } = one.mark;
    playbackOver(turn, { output: id, attempt, how: 'failed', audibleMs, endedMs: markedMs, problem });
  }
}

/** A board's display, or the one behind it: plays have the proof of the one that is seen, and the centre is told. */
function seenOn(turn: Turn, { output, behind }: Event & { is: 'outputReady' }): void {
  const { [output]: before, ...others } = turn.live.behind;
  if (behind) {
    turn.be({ behind: { ...others, [output]: behind.display } });
    raiseFault(turn, `behind-${output}`, behind.problem.detail);
  } else if (before !== undefined) {
    turn.be({ behind: others });
    endFault(turn, `behind-${output}`);
  }
}

export function outputReady(turn: Turn, event: Event & { is: 'outputReady' }): void {
  endFault(turn, `output-${event.output}`);
  seenOn(turn, event);
  // What lay ready on it is gone.
  turn.be({ prepared: turn.live.prepared.filter((name) => !name.startsWith(`${event.output} `)) });
  if (turn.live.outputs[event.output]?.working === false) turn.output(event.output, { working: true, failures: 0 });
}
