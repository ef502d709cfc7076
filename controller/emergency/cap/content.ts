// Rules about the info blocks of an alert: whether they can be told at all, for how long, and as one event.
import type { CapAlert, CapInfo, CapNote, CapVerdict } from './alert.ts';
import type { CapEntry } from './history.ts';
import type { JudgeOptions } from './judge.ts';
import { verdict } from './verdict-codes.ts';

/** Longer warnings exist (a flood of a month); beyond this a person looks. */
const livesMaxMs = 60 * 86_400_000;

/** What has not expired. An info block without `expires` is for `contentFault` to hold. */
export function livingInfos({ infos }: CapAlert, nowMs: number): CapInfo[] {
  return infos.filter(({ expiresMs }) => expiresMs === undefined || expiresMs > nowMs);
}

export function contentFault(alert: CapAlert, living: readonly CapInfo[], nowMs: number): CapVerdict | undefined {
  if (living.length === 0) return verdict('no-info', 'no info block');
  if (living.some(({ event }) => event === '')) return verdict('no-event', 'an info block without an event');
  if (living.some(({ expiresMs }) => expiresMs === undefined)) return verdict('no-expires', 'an info block without expires');
  if (living.some(({ expiresMs = 0 }) => expiresMs > nowMs + livesMaxMs)) return verdict('expires-far', 'expires in more than 60 days');
  if (living.some(({ expiresMs = 0, effectiveMs = 0 }) => expiresMs <= Math.max(effectiveMs, alert.sentMs)))
    return verdict('times-contradict', 'expires before it is effective or sent');
  const events = new Set(alert.infos.map(eventOf));
  if (events.size > 1) return verdict('infos-differ', `${events.size} events in ${alert.infos.length} info blocks`);
  return undefined;
}

/** Languages and audiences of one event have the same categories and event codes (IPAWS profile; Google's validator asks it too). */
function eventOf({ categories, eventCodes }: CapInfo): string {
  return JSON.stringify([[...new Set(categories)].sort(), eventCodes.map(({ name, value }) => `${name}\n${value}`).sort()]);
}

/**
 * A future `effective` or `onset` never delays: a warning is for before. IPAWS does the same; a gateway that waited would need a timer
 * that survives what the warning is about.
 */
export function notesOf(alert: CapAlert, { nowMs, signature, area }: JudgeOptions, known: CapEntry | undefined): CapNote[] {
  const living = livingInfos(alert, nowMs);
  const notes: CapNote[] = [];
  if (living.some(({ effectiveMs = 0, onsetMs = 0 }) => Math.max(effectiveMs, onsetMs) > nowMs))
    notes.push({ code: 'effective-later', detail: 'effective or onset is ahead: acted on at once' });
  if (living.length > 0 && living.length < alert.infos.length)
    notes.push({
      code: 'partly-expired',
      detail: `${alert.infos.length - living.length} of ${alert.infos.length} info blocks have expired`,
    });
  const alike = living.find((info, i) => living.slice(0, i).some((other) => isOneText(info, other)));
  if (alike) notes.push({ code: 'languages-alike', detail: `the text in ${alike.language} is the same as in another language` });
  if (signature.is === 'unchecked' || signature.is === 'verifier-missing')
    notes.push({ code: 'signature-unchecked', detail: signature.reason });
  if (!area && living.length > 0) notes.push({ code: 'area-unchecked', detail: 'not compared with any places' });
  if (known?.digest)
    notes.push({ code: 'unsigned-twin', detail: 'an unsigned message had the same name: this signed one has taken its place' });
  return notes;
}

function isOneText(one: CapInfo, other: CapInfo): boolean {
  if (one.language.toLowerCase() === other.language.toLowerCase()) return false;
  const [text, otherText] = [one, other].map(({ headline, description, instruction }) => [headline, description, instruction].join('\n'));
  return text === otherText && text?.trim() !== '';
}
