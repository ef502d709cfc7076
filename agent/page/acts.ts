// What a person may ask of the box on its page, and the event each is.
import type { Event } from '../core/model.ts';
import { sweepMs } from '../ear/sweep.ts';

export const pageActs = [
  'tone',
  'tone-hold',
  'tone-release',
  'calibrate',
  'relay',
  'screen-test',
  'mute',
  'unmute',
  'service-on',
  'service-off',
  'talk-on',
  'talk-off',
  'local-start',
  'local-end',
  'button',
  'mains-off',
  'mains-on',
] as const;
export type PageAct = (typeof pageActs)[number];

/** Letting go makes it quieter; the others stand for hands on a simulated board. */
export const safeActs: readonly PageAct[] = ['tone-release', 'talk-off', 'button', 'mains-off', 'mains-on'];

const toneMs = 2_000;
const holdMs = 10_000;
/** Long enough to hear both relays close and open. */
const relayMs = 1_000;
const by = 'page';

/** `subject`: an output, or the order that lies ready. `reason`: why it is muted, in the person's own words. */
export function eventOf(act: Exclude<PageAct, 'button' | 'mains-off' | 'mains-on'>, subject: string, reason = ''): Event {
  switch (act) {
    case 'tone':
      return { is: 'toneAsked', output: subject, durationMs: toneMs, rises: true };
    case 'tone-hold':
      return { is: 'toneAsked', output: subject, durationMs: holdMs, held: true, rises: true };
    case 'tone-release':
      return { is: 'toneAsked', output: subject, durationMs: 0 };
    case 'calibrate':
      return { is: 'toneAsked', output: subject, durationMs: sweepMs, sweep: true };
    case 'relay':
      return { is: 'toneAsked', output: subject, durationMs: relayMs, silent: true };
    case 'screen-test':
      return { is: 'screenTestAsked' };
    case 'mute':
    case 'unmute':
      return { is: 'mutedHere', muted: act === 'mute', by: reason === '' ? by : `${by}: ${reason}` };
    case 'service-on':
    case 'service-off':
      return { is: 'serviceAsked', on: act === 'service-on', by };
    case 'talk-on':
    case 'talk-off':
      return { is: 'talkAsked', output: subject, on: act === 'talk-on', by };
    case 'local-start':
      return { is: 'localStartAsked', order: subject, by };
    case 'local-end':
      return { is: 'localEndAsked', by };
    default:
      return act satisfies never;
  }
}
