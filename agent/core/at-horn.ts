// Service mode: a person is at the horn, nothing sounds. PIN and button begin it; a countdown at low volume ends it.
import { sounds } from '../../schemas/settings.ts';
import { buttonNearMs, countdownMs, countdownWithinMs, serviceMarkMs, serviceMaxMs } from './limits.ts';
import type { Event, OutputState } from './model.ts';
import type { Turn } from './turn.ts';

/** Ask for service, or end it. Beginning needs the button too, within half a minute either way. */
export function askService(turn: Turn, { on, by }: Event & { is: 'serviceAsked' }) {
  const { service } = turn.kept;
  const { monoMs } = turn.now;
  if (!on) {
    turn.be({ atHorn: { ...turn.live.atHorn, asked: null } });
    if (service && !service.ending) beginEnding(turn, by);
    return;
  }
  // Still up there: the countdown stops at once, and he need not climb down to the button.
  if (service?.ending) return begin(turn, by);
  if (service) return;
  const { buttonMonoMs } = turn.live.atHorn;
  if (buttonMonoMs !== null && monoMs <= buttonMonoMs + buttonNearMs) return begin(turn, by);
  turn.be({ atHorn: { ...turn.live.atHorn, asked: { by, untilMonoMs: monoMs + buttonNearMs } } });
}

export function buttonPressed(turn: Turn): void {
  const { asked } = turn.live.atHorn;
  const { monoMs } = turn.now;
  turn.be({ atHorn: { ...turn.live.atHorn, buttonMonoMs: monoMs } });
  if (asked && monoMs <= asked.untilMonoMs && !turn.kept.service) begin(turn, asked.by);
}

function begin(turn: Turn, by: string): void {
  turn.keep({ service: { leftMs: serviceMaxMs, by: by.slice(0, 64), ending: false } });
  turn.be({ atHorn: { ...turn.live.atHorn, asked: null, countedMonoMs: turn.now.monoMs, countdown: false } });
  for (const { id, tone } of Object.values(turn.live.outputs)) if (tone) turn.output(id, { tone: null });
  turn.tell({ kind: 'act', act: 'service-on', detail: by.slice(0, 200) });
  turn.urgent();
}

function beginEnding(turn: Turn, by: string): void {
  const { service } = turn.kept;
  if (!service) return;
  turn.keep({ service: { ...service, leftMs: 0, ending: true, by: by.slice(0, 64) } });
  turn.urgent();
}

/**
 * Time in service is counted while the box runs: a cut of the power, perhaps by the person at the horn himself, never
 * brings the sound back sooner. What is left is written down each minute.
 */
export function closeService(turn: Turn) {
  const { service } = turn.kept;
  const { monoMs } = turn.now;
  const { asked } = turn.live.atHorn;
  if (asked && monoMs > asked.untilMonoMs) turn.be({ atHorn: { ...turn.live.atHorn, asked: null } });
  else if (asked) turn.wakeAtMono(asked.untilMonoMs + 1);
  if (!service) return;
  if (service.ending) return closeCountdown(turn);
  const { countedMonoMs } = turn.live.atHorn;
  if (countedMonoMs === null) {
    turn.be({ atHorn: { ...turn.live.atHorn, countedMonoMs: monoMs } });
    return turn.wakeAtMono(monoMs + Math.min(service.leftMs, serviceMarkMs));
  }
  const passedMs = monoMs - countedMonoMs;
  if (passedMs >= service.leftMs) {
    beginEnding(turn, 'time');
    return closeCountdown(turn);
  }
  if (passedMs >= serviceMarkMs) {
    turn.keep({ service: { ...service, leftMs: service.leftMs - passedMs } });
    turn.be({ atHorn: { ...turn.live.atHorn, countedMonoMs: monoMs } });
  }
  turn.wakeAtMono(Math.min(countedMonoMs + service.leftMs, (turn.live.atHorn.countedMonoMs ?? monoMs) + serviceMarkMs));
}

/** Every horn that can sound counts down; when the last is done (or cannot), the sound is back. */
function closeCountdown(turn: Turn): void {
  const horns = Object.values(turn.live.outputs).filter(({ kind }) => sounds(kind));
  if (horns.length === 0) return;
  if (!turn.live.atHorn.countdown) {
    const id = `${turn.live.boot}-${turn.attempt()}`;
    const untilMonoMs = turn.now.monoMs + countdownWithinMs;
    for (const output of horns) {
      if (output.working && output.amplifier.is !== 'failed')
        turn.output(output.id, { tone: { id, durationMs: countdownMs, command: null, countdown: true, untilMonoMs } });
    }
    turn.be({ atHorn: { ...turn.live.atHorn, countdown: true } });
  }
  if (Object.values(turn.live.outputs).some(countsDown)) return;
  turn.tell({ kind: 'act', act: 'service-off', detail: turn.kept.service?.by ?? '' });
  turn.keep({ service: null });
  turn.be({ atHorn: { ...turn.live.atHorn, countedMonoMs: null, countdown: false, buttonMonoMs: null } });
  turn.urgent();
}

function countsDown({ tone, player, leaving }: OutputState): boolean {
  const of = (voice: { readonly kind: string; readonly countdown?: boolean }) => voice.kind === 'tone' && voice.countdown === true;
  return tone?.countdown === true || (player.is !== 'idle' && of(player.voice)) || leaving.some(({ mark }) => of(mark.voice));
}

/** What is left of it, for people; null when there is none. */
export function serviceLeftMs(turn: Pick<Turn, 'kept' | 'live' | 'now'>): number | null {
  const { service } = turn.kept;
  if (!service) return null;
  const passedMs = turn.now.monoMs - (turn.live.atHorn.countedMonoMs ?? turn.now.monoMs);
  return Math.max(0, service.leftMs - passedMs);
}
