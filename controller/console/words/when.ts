// Times and lengths as people say them here; the commune's own zone, whatever the computer's.
import type { Translate } from './language.ts';

const zone = 'Asia/Ho_Chi_Minh';
const clock = new Intl.DateTimeFormat('vi-VN', { hour: '2-digit', minute: '2-digit', second: '2-digit', hour12: false, timeZone: zone });
const date = new Intl.DateTimeFormat('sv-SE', { dateStyle: 'short', timeZone: zone });
const days = {
  vi: new Intl.DateTimeFormat('vi-VN', { weekday: 'short', day: '2-digit', month: '2-digit', timeZone: zone }),
  en: new Intl.DateTimeFormat('en-GB', { weekday: 'short', day: '2-digit', month: 'short', timeZone: zone }),
};

/** `19:05:30`. */
export function clockOf(ms: number): string {
  return clock.format(ms);
}

/** `19:05`. */
export function minuteOf(ms: number): string {
  return clock.format(ms).slice(0, 5);
}

/** `19:00–07:00`; an end at midnight is the end of the day. */
export function spanOf(fromMs: number, toMs: number): string {
  const end = minuteOf(toMs);
  return `${minuteOf(fromMs)}–${end === '00:00' ? '24:00' : end}`;
}

/** `2026-11-23`. */
export function dateOf(ms: number): string {
  return date.format(ms);
}

/** `23/11/2026`, for people; `dateOf` is for fields and addresses. */
export function dateText(ms: number): string {
  return dateOf(ms).split('-').reverse().join('/');
}

/** `Th 2, 23/11`. */
export function dayOf(ms: number, language: 'vi' | 'en'): string {
  return days[language].format(ms);
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
