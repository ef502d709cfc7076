// The twelve lines a technician goes through at the box: each with its measured value, why it is not well, and what to do. Pure.

import { type AcceptanceLine, acceptanceLines } from '../../schemas/acceptance.ts';
import type { ClockQuality } from '../../schemas/time.ts';
import type { ModemSeen } from '../core/wired.ts';
import { centreLine, certificateLine, claimLine, clockLine, namesLine } from './check-centre.ts';
import { amplifierLine, placeLine, screenLine, toneLine } from './check-site.ts';
import { cardLine, modemLine, powerLine } from './check-supply.ts';

/** Vietnamese first, English beside. */
export interface Words {
  readonly vi: string;
  readonly en: string;
}

/** `unknown` is never counted as well: nobody has measured it. */
export type CheckState = 'ok' | 'warn' | 'bad' | 'unknown';

/** The lines of the record that is signed at the end, in its order. */
export const checkIds = acceptanceLines;
export type CheckId = AcceptanceLine;

export interface CheckLine {
  readonly id: CheckId;
  readonly title: Words;
  readonly state: CheckState;
  /** What was measured, in few words. */
  readonly value: Words;
  /** Why it is not `ok`; null where it is. */
  readonly reason: Words | null;
  /** What the person at the box can do about it. */
  readonly remedy: Words | null;
  /** This box has no such part. */
  readonly absent?: true;
}

/** What the box knows of itself. An absent part is not fitted, or nobody looked. */
export interface Readings {
  readonly nowMs: number;
  readonly mainsPresent: boolean;
  /** Raspberry Pi's own watch over its 5 V. */
  readonly underVoltage?: { readonly now: boolean };
  readonly disk: { readonly freeBytes: number | null; readonly lowBytes: number; readonly writes: boolean };
  /** Of the card's rated writes, percent. */
  readonly wear?: { readonly usedPercent: number };
  readonly modem?: {
    readonly line: ModemSeen['line'];
    readonly sim: ModemSeen['sim'];
    readonly registered: boolean;
    readonly operator: string | null;
    /** Of the serving cell (3GPP TS 27.007 §8.69), dBm. */
    readonly signalDbm: number | null;
  };
  readonly names?: { readonly host: string; readonly tookMs: number | null; readonly problem: string | null };
  readonly clock: { readonly quality: ClockQuality; readonly rtc: boolean };
  readonly certificate?: { readonly fromMs: number; readonly untilMs: number };
  readonly enrolled: { readonly dev: string; readonly centre: string; readonly demo: boolean } | null;
  readonly centre?: { readonly up: boolean; readonly heartbeatAgeMs: number | null; readonly problem: string | null };
  readonly amplifiers: readonly { readonly output: string; readonly is: string }[];
  /** What the person said of the last test tone. */
  readonly tone: { readonly heard: 'yes' | 'no' | null; readonly atMs: number | null; readonly proved: boolean };
  readonly screens: readonly { readonly output: string; readonly working: boolean; readonly power: string; readonly behind: boolean }[];
  readonly place: { readonly area: string | null; readonly position: string | null; readonly photo: boolean };
}

/** Always the twelve, in the order in which a technician works. */
export function checklist(readings: Readings): readonly CheckLine[] {
  return [
    powerLine(readings),
    cardLine(readings),
    modemLine(readings),
    namesLine(readings),
    clockLine(readings),
    certificateLine(readings),
    claimLine(readings),
    centreLine(readings),
    amplifierLine(readings),
    toneLine(readings),
    screenLine(readings),
    placeLine(readings),
  ];
}

/** How many of each: the first thing read on the page. */
export function tally(lines: readonly CheckLine[]): Readonly<Record<CheckState, number>> {
  const of = (state: CheckState) => lines.filter((line) => line.state === state).length;
  return { ok: of('ok'), warn: of('warn'), bad: of('bad'), unknown: of('unknown') };
}
