// Lines that a person can read: what was heard, what was switched, what was written.
import type { Fact } from '../../schemas/outbox.ts';
import { hourMs, mondayMs } from './build.ts';

/** Time of day in Vietnam with milliseconds; days after the first are counted. */
export function stamp(ms: number): string {
  const day = Math.floor((ms - mondayMs) / (24 * hourMs));
  return `${day > 0 ? `+${day}d ` : ''}${timeOfDay(ms)}`;
}

/** Starts in ids as times of day. */
export function readable(text: string): string {
  return text.replace(/@(\d{13})@/g, (_whole, ms: string) => `@${timeOfDay(Number(ms)).slice(0, 8)}@`);
}

function timeOfDay(ms: number): string {
  return new Date(ms + 7 * hourMs).toISOString().slice(11, 23);
}

export function describeFact(fact: Fact): string {
  switch (fact.kind) {
    case 'receipt': {
      const { occurrence, outcome, reason, audibleMs } = fact.receipt;
      return `receipt ${occurrence} ${outcome}${reason ? ` (${reason})` : ''}, heard ${(audibleMs / 1000).toFixed(1)} s`;
    }
    case 'showing': {
      const { occurrence, lines } = fact.showing;
      const told = lines.map(
        ({ times, shownMs, ends, evidence }) => `${times}× ${(shownMs / 1000).toFixed(1)} s ${Object.keys(ends).join('+')} ${evidence}`,
      );
      return `showing ${occurrence}: ${told.join(', ')}`;
    }
    case 'order':
      return `order ${fact.order} ${fact.state}${fact.problem ? ` (${fact.problem.code})` : ''}`;
    case 'want':
      return `want ${fact.rev} ${fact.state}${fact.problem ? ` (${fact.problem.code})` : ''}`;
    case 'fault':
      return `fault ${fact.fault} ${fact.state}`;
    case 'command':
      return `command ${fact.command} ${fact.state}${fact.detail ? ` (${fact.detail})` : ''}`;
    case 'act':
      return `by hand: ${fact.act}${fact.detail ? ` (${fact.detail})` : ''}`;
    case 'trial':
      return `trial of ${fact.of.join(', ')} ${fact.state}`;
    case 'acceptance':
      return 'acceptance record';
    case 'live':
      return `live ${fact.session} ${fact.state}${fact.problem ? ` (${fact.problem.code})` : ''}`;
    case 'clock':
      return `clock trusted (${fact.quality})`;
    case 'update':
      return `update ${fact.version} ${fact.state}${fact.reason ? ` (${fact.reason})` : ''}`;
    case 'dropped':
      return `rows given up: ${fact.reason}`;
    default:
      return fact satisfies never;
  }
}
