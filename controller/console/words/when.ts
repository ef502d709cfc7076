// Times and lengths as people say them here; the commune's own zone, whatever the computer's.
import type { Translate } from './language.ts';

/** What Asia/Ho_Chi_Minh has been ahead of UTC since 13 June 1975 (IANA tzdata). A formatter would cost an old phone a tenth of a second. */
const aheadMs = 7 * 3_600_000;
/** As CLDR shortens them. */
const weekdays = {
  vi: ['CN', 'Th 2', 'Th 3', 'Th 4', 'Th 5', 'Th 6', 'Th 7'],
  en: ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'],
} as const;
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] as const;

/** `2026-11-23T19:05:30.000Z`, as the wall of the zone shows it. */
function wall(ms: number): string {
  return new Date(ms + aheadMs).toISOString();
}

/** `19:05:30`. */
export function clockOf(ms: number): string {
  return wall(ms).slice(11, 19);
}

/** `19:05`. */
export function minuteOf(ms: number): string {
  return wall(ms).slice(11, 16);
}

/** `19:00–07:00`; an end at midnight is the end of the day. */
export function spanOf(fromMs: number, toMs: number): string {
  const end = minuteOf(toMs);
  return `${minuteOf(fromMs)}–${end === '00:00' ? '24:00' : end}`;
}

/** What ends at midnight belongs to the day that ends, not to the next: the instant whose date is said. */
export function beforeEnd(ms: number): number {
  return ms - 1;
}

/** `2026-11-23`. */
export function dateOf(ms: number): string {
  return wall(ms).slice(0, 10);
}

/** `23/11/2026`, for people; `dateOf` is for fields and addresses. */
export function dateText(ms: number): string {
  return dateOf(ms).split('-').reverse().join('/');
}

/** `Th 2, 23/11`, `Mon 23 Nov`. */
export function dayOf(ms: number, language: 'vi' | 'en'): string {
  const at = new Date(ms + aheadMs);
  const [weekday, day, month] = [weekdays[language][at.getUTCDay()], dateOf(ms).slice(8), at.getUTCMonth()];
  return language === 'vi' ? `${weekday}, ${day}/${dateOf(ms).slice(5, 7)}` : `${weekday} ${day} ${months[month]}`;
}

export function lengthOf(ms: number, t: Translate): string {
  const all = Math.round(ms / 1000);
  const [hours, minutes, seconds] = [Math.floor(all / 3600), Math.floor((all % 3600) / 60), all % 60];
  if (hours > 0) return t('terms:length.hours', { hours, minutes });
  if (minutes === 0) return t('terms:length.seconds', { seconds });
  return seconds === 0 ? t('terms:length.minutes', { minutes }) : t('terms:length.both', { minutes, seconds });
}

export function agoOf(ms: number, nowMs: number, t: Translate): string {
  const minutes = Math.floor((nowMs - ms) / 60_000);
  if (minutes < 1) return t('terms:ago.now');
  if (minutes < 60) return t('terms:ago.minutes', { count: minutes });
  return minutes < 48 * 60
    ? t('terms:ago.hours', { count: Math.floor(minutes / 60) })
    : t('terms:ago.days', { count: Math.floor(minutes / 1440) });
}
