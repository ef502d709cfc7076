// Tones: asked for by a person at the box or by command; who may hear one when, and giving up on those that found no room.
import { sounds } from '../../schemas/settings.ts';
import { answer } from './answer.ts';
import { heldBack } from './held.ts';
import { fadeMs, toneHeldMaxMs, toneWaitMs } from './limits.ts';
import type { Event, OutputState } from './model.ts';
import type { Turn } from './turn.ts';

interface Asking {
  readonly output: string;
  readonly id: string;
  readonly durationMs: number;
  readonly command: string | null;
  /** A person at the box holds the button down. */
  readonly held: boolean;
  /** The sweep that calibrates the microphone at the horn. */
  readonly sweep?: boolean;
  readonly rises?: true;
  readonly silent?: true;
}

/** A person at the box asks for a tone; no length at all is the button let go. */
export function askToneHere(turn: Turn, { output, durationMs, held = false, ...given }: Event & { is: 'toneAsked' }): void {
  if (durationMs === 0) {
    letGo(turn, output);
    return;
  }
  const id = `${turn.live.boot}-${turn.attempt()}`;
  const lengthMs = held ? Math.min(durationMs, toneHeldMaxMs) : durationMs;
  const how = howOf(given);
  const why = askTone(turn, { output, id, durationMs: lengthMs, command: null, held, ...how });
  const what = `${lengthMs} ms on ${output}${held ? ', button held' : ''}`;
  turn.tell({ kind: 'act', act: how.silent ? 'relay-test' : 'tone', detail: why === null ? what : `refused: ${why}` });
}

/** What kind of tone it is; nothing said is nothing kept. */
function howOf({ rises, silent, sweep }: Pick<Asking, 'rises' | 'silent' | 'sweep'>): Pick<Asking, 'rises' | 'silent' | 'sweep'> {
  return { ...(rises && { rises }), ...(silent && { silent }), ...(sweep && { sweep }) };
}

function letGo(turn: Turn, id: string): void {
  const output = turn.live.outputs[id];
  if (output?.tone && !output.tone.countdown) turn.output(id, { tone: null });
  if (!output || output.player.is === 'idle') return;
  const { voice, attempt } = output.player;
  if (voice.kind === 'tone' && !voice.countdown) turn.act({ do: 'stop', output: id, attempt, fadeMs });
}

/** Null when the tone will sound as soon as the amplifier is ready, else why not. */
export function askTone(turn: Turn, asking: Asking): string | null {
  const output = turn.live.outputs[asking.output];
  if (!output || !sounds(output.kind)) return `not-found: no loudspeaker ${asking.output}`;
  if (!output.working || output.amplifier.is === 'failed') return 'device-failed: the output has failed';
  if (busy(turn, output)) return 'device-busy: the output is in use';
  const held = heldBack(turn, asking.command === null ? 'tone-here' : 'tone');
  if (held) return `not-allowed: ${held}`;
  const rule = turn.rules.tone(turn.live.plan?.policy, turn.timeKnown ? turn.now.wallMs : null, asking);
  if (rule) return rule;
  const { id, durationMs, command } = asking;
  turn.output(asking.output, {
    tone: { id, durationMs, command, untilMonoMs: turn.now.monoMs + toneWaitMs, ...howOf(asking) },
  });
  return null;
}

function busy(turn: Turn, { id, player, leaving, tone }: OutputState): boolean {
  return (
    player.is !== 'idle' ||
    leaving.length > 0 ||
    tone !== null ||
    turn.kept.orders.active.some((one) => (one.heard[id] ?? 0) < one.order.times)
  );
}

/** Tones that found no free output in time are given up. */
export function closeTones(turn: Turn): void {
  for (const { id, tone } of Object.values(turn.live.outputs)) {
    if (!tone) continue;
    turn.wakeAtMono(tone.untilMonoMs);
    if (turn.now.monoMs < tone.untilMonoMs) continue;
    turn.output(id, { tone: null });
    if (tone.command) answer(turn, tone.command, 'failed', 'device-busy: no free output in time');
  }
}
