// What the amplifiers' current says of sound: proof that there was some, a speaker line that is open or shorted, an amplifier that is dead.
// Judged against what this box drew when its self-test sounded; without such a test nothing is claimed.
import type { KeptMeter, OutputState, Voice } from './model.ts';
import type { Turn } from './turn.ts';
import { be, standing } from './wired.ts';

/** The self-test of a healthy line draws at least this much more than silence, or it teaches nothing. */
export const riseMinMa = 30;
/** A meter's own steps and the mains' wandering. */
export const noiseMa = 15;
/** Louder than this (dBFS, RMS) is sound, quieter than the other is silence. */
export const loudDb = -40;
export const silentDb = -60;
/** An amplifier has charged its supply by then. */
const settledMs = 2_000;
const troubleMs = 6_000;
const goneMs = 5_000;

/** One look: the amplifier, the sound that was fed to it, the current it drew. */
export interface Look {
  readonly amplifier: 'off' | 'on';
  readonly levelDb: number;
  readonly currentMa: number;
}

export interface Judgement {
  /** `null`: this look cannot tell, and what stood before stands. */
  readonly dead: boolean | null;
  readonly open: boolean | null;
  readonly short: boolean | null;
  readonly proves: boolean;
}

/** By how much the current should be over silence at this level: it goes with the voltage at the speaker. Pure. */
export function riseAt({ readyMa, toneMa, toneDb }: KeptMeter, levelDb: number): number {
  return (toneMa - readyMa) * 10 ** ((Math.min(0, levelDb) - toneDb) / 20);
}

/** Pure. */
export function judgeLook(learned: KeptMeter, { amplifier, levelDb, currentMa }: Look): Judgement {
  const { idleMa, readyMa } = learned;
  const off = amplifier === 'off';
  const mostMa = readyMa + riseAt(learned, 0);
  const short = currentMa > mostMa * 1.5 + noiseMa;
  if (off) return { dead: null, open: null, short: short || null, proves: false };
  const standbyMa = readyMa - idleMa;
  const dead = standbyMa >= riseMinMa ? currentMa < idleMa + standbyMa * 0.3 : null;
  const riseMa = riseAt(learned, levelDb);
  const tells = levelDb > loudDb && riseMa >= riseMinMa;
  const risenMa = currentMa - readyMa;
  const open = !tells || dead ? null : risenMa < riseMa * 0.2 + noiseMa / 2;
  return { dead, open, short, proves: tells && !short && risenMa >= riseMa * 0.4 };
}

export function closeMeter(turn: Turn): void {
  const { meter } = turn.live.wired;
  if (!meter) return;
  const detail = () => meter.detail;
  standing(turn, 'meter-gone', meter.measured === null, goneMs, detail);
  // Judged once for each reading, when it comes.
  if (meter === turn.before.live.wired.meter || meter.measured?.currentMa === undefined) return;
  const { currentMa } = meter.measured;
  const speakers = Object.values(turn.live.outputs).filter(({ kind }) => kind === 'loudspeaker');
  learn(turn, speakers, currentMa, meter.levelDb);
  const learned = turn.kept.meter;
  const amplifier = steady(turn, speakers);
  if (learned === null || amplifier === undefined) return;
  const judged = judgeLook(learned, { amplifier, levelDb: meter.levelDb, currentMa });
  const said = () => `${Math.round(currentMa)} mA at ${Math.round(meter.levelDb)} dBFS; silence ${Math.round(learned.readyMa)} mA`;
  for (const [fault, holds] of [
    ['amplifier-dead', judged.dead],
    ['speaker-open', judged.open],
    ['speaker-short', judged.short],
  ] as const)
    if (holds !== null) standing(turn, fault, holds, troubleMs, said);
  const sounding = speakers.filter(({ player }) => player.is === 'playing');
  const [only] = sounding;
  if (judged.proves && sounding.length === 1 && only?.player.is === 'playing')
    be(turn, { proved: { ...turn.live.wired.proved, [only.id]: nameOf(only.player.voice) } });
}

/** Did the current prove this sound? What two outputs played at once proves neither. */
export function provedByCurrent(turn: Turn, output: string, name: string): boolean {
  return turn.live.wired.proved[output] === name;
}

/** On or off for long enough that the current belongs to it; undefined in between. */
function steady(turn: Turn, speakers: readonly OutputState[]): Look['amplifier'] | undefined {
  const settled = (atMonoMs: number) => turn.now.monoMs - atMonoMs >= settledMs;
  const on = speakers.filter(({ amplifier }) => amplifier.is === 'on');
  if (on.length > 0) return on.every(({ amplifier }) => amplifier.is === 'on' && settled(amplifier.atMonoMs)) ? 'on' : undefined;
  return speakers.every(({ amplifier }) => amplifier.is === 'off' && settled(amplifier.atMonoMs)) ? 'off' : undefined;
}

/** Off, silent and the test tone, each as it comes; the amplifier is held on after a tone, so one tone teaches all three. */
function learn(turn: Turn, speakers: readonly OutputState[], currentMa: number, levelDb: number): void {
  const amplifier = steady(turn, speakers);
  if (amplifier === undefined || ails(turn, { amplifier, levelDb, currentMa })) return;
  const testing = speakers.some(({ player }) => player.is === 'playing' && player.voice.kind === 'tone' && !player.voice.countdown);
  const before = turn.live.wired.seen;
  const seen =
    amplifier === 'off'
      ? { ...before, idleMa: currentMa }
      : levelDb < silentDb
        ? { ...before, readyMa: currentMa }
        : testing && levelDb > loudDb
          ? { ...before, toneMa: currentMa, toneDb: levelDb }
          : before;
  if (seen === before) return;
  be(turn, { seen });
  const { idleMa, readyMa, toneMa, toneDb } = seen;
  if (idleMa === undefined || readyMa === undefined || toneMa === undefined || toneDb === undefined) return;
  if (toneMa - readyMa < riseMinMa) return;
  be(turn, { seen: { idleMa, readyMa } });
  turn.keep({ meter: { idleMa, readyMa, toneMa, toneDb } });
}

/** What is amiss by what was learned is not learned: a short would teach that it is well. */
function ails({ kept }: Turn, look: Look): boolean {
  if (kept.meter === null) return false;
  const { dead, open, short } = judgeLook(kept.meter, look);
  return dead === true || open === true || short === true;
}

function nameOf(voice: Voice): string {
  if (voice.kind === 'occurrence') return voice.occurrence.id;
  if (voice.kind === 'order') return voice.order;
  return voice.kind === 'live' ? voice.session : voice.id;
}
