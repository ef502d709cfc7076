// What the lamp on the case says: one signal for how the box is, and the rhythm that shows it. Pure.
import { type BoxSignalName, boxSignals } from '../../schemas/box-signals.ts';

/** How the box is, as far as its lamp can tell. */
export interface BoxSigns {
  /** It has keys of its own. */
  readonly enrolled: boolean;
  /** By the centre, or because its card was copied. */
  readonly refused: boolean;
  readonly hotspotOpen: boolean;
  /** In earnest or an exercise; a technical test is none. */
  readonly orderInForce: boolean;
  readonly faults: readonly string[];
  readonly timeTrusted: boolean;
  readonly centreUp: boolean;
}

export interface LampPhase {
  readonly on: boolean;
  /** Until the next change. */
  readonly forMs: number;
  /** The whole rhythm, after which another one may begin. */
  readonly cycleMs: number;
}

/** 1.7 blinks a second: a person can count them, and they are below the two a second that harm nobody (PRODUCT §1.7). */
export const blinkMs = 300;
export const pauseMs = 2_000;
const steadyMs = 1_000;

/** Faults that a person at the box must mend: sound, amplifier, screen, card. Mains, doors and lines have words of their own. */
const mendHere = /^(?:player|amplifier|output|screen|behind|unheard|speaker)-|^store$/;

/**
 * The one thing that matters most to whoever looks: an order first, then the answer to the button that was pressed, then what keeps
 * all else from working. Nothing known yet: dark.
 */
export function signalOf(signs: BoxSigns | undefined): BoxSignalName {
  if (!signs) return 'off';
  if (signs.orderInForce) return 'orderSounds';
  if (signs.hotspotOpen) return 'hotspotOpen';
  if (signs.refused) return 'refused';
  if (!signs.enrolled) return 'unclaimed';
  if (signs.faults.some((fault) => mendHere.test(fault))) return 'fault';
  if (!signs.timeTrusted) return 'noTime';
  return signs.centreUp ? 'well' : 'centreAway';
}

/**
 * `sinceMs`: how long the rhythm of this signal has run. Half its pause stands before it and half after, so that no blink is counted
 * with what was shown before or comes next.
 */
export function lampPhase(signal: BoxSignalName, sinceMs: number): LampPhase {
  const { blinks } = boxSignals[signal];
  if (blinks === 'lit' || blinks === 'dark') return { on: blinks === 'lit', forMs: steadyMs, cycleMs: steadyMs };
  if (blinks === 'endless') {
    const at = sinceMs % (2 * blinkMs);
    return { on: at < blinkMs, forMs: blinkMs - (at % blinkMs), cycleMs: 2 * blinkMs };
  }
  const cycleMs = pauseMs + (2 * blinks - 1) * blinkMs;
  const at = sinceMs % cycleMs;
  const fromMs = pauseMs / 2;
  if (at < fromMs) return { on: false, forMs: fromMs - at, cycleMs };
  if (at >= cycleMs - fromMs) return { on: false, forMs: cycleMs - at, cycleMs };
  const step = Math.floor((at - fromMs) / blinkMs);
  return { on: step % 2 === 0, forMs: fromMs + (step + 1) * blinkMs - at, cycleMs };
}
