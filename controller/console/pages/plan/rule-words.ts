// What a recurrence means, as it is said: in the reader's language, from the words of the room. Pure.
import type { Translate } from '../../words/words.svelte.ts';
import { type Draft, ordinalOf } from './draft.ts';
import { localOf } from './wall.ts';

/** `Hằng tuần, thứ Hai và thứ Tư, lúc 17:00, đến 31/12/2026; bỏ 2 buổi`. */
export function ruleWords(draft: Draft, t: Translate): string {
  return [baseWords(draft, t), ...moreWords(draft, t)].join(', ');
}

function baseWords(draft: Draft, t: Translate): string {
  const { every, time } = draft;
  switch (draft.again) {
    case 'once':
      return t('plan:rule.once', { date: dayWords(draft.date), time });
    case 'daily':
      return every > 1 ? t('plan:rule.everyDays', { every, time }) : t('plan:rule.daily', { time });
    case 'weekly': {
      const days = draft.days.map((name) => t(`plan:day.${name}`)).join(', ');
      return every > 1 ? t('plan:rule.everyWeeks', { every, days, time }) : t('plan:rule.weekly', { days, time });
    }
    case 'monthly': {
      const start = localOf(draft.date, draft.time);
      const ordinal = ordinalOf(start);
      const on =
        draft.monthBy === 'day'
          ? t('plan:rule.onDay', { day: Number(start.slice(6, 8)) })
          : t(`plan:rule.nth.${ordinal.slice(0, -2)}`, { day: t(`plan:day.${ordinal.slice(-2)}`) });
      return every > 1 ? t('plan:rule.everyMonths', { every, on, time }) : t('plan:rule.monthly', { on, time });
    }
    case 'occasions':
      return t('plan:rule.occasions', { on: draft.occasions.map((one) => t(`plan:occasion.${one}`)).join(', '), time });
    case 'other':
      return t('plan:rule.other', { rule: draft.rule, time });
  }
}

function moreWords(draft: Draft, t: Translate): string[] {
  return [
    ...(draft.untilDate && draft.again !== 'once' && draft.again !== 'occasions'
      ? [t('plan:rule.until', { date: dayWords(draft.untilDate) })]
      : []),
    ...(draft.skipHolidays ? [t('plan:rule.noHolidays')] : []),
    ...(draft.exdates.length > 0 ? [t('plan:rule.without', { count: draft.exdates.length })] : []),
    ...(draft.rdates.length > 0 ? [t('plan:rule.besides', { count: draft.rdates.length })] : []),
    ...(draft.times > 1 ? [t('plan:rule.times', { count: draft.times })] : []),
  ];
}

/** `2026-11-23` as `23/11/2026`. */
export function dayWords(date: string): string {
  return `${date.slice(8, 10)}/${date.slice(5, 7)}/${date.slice(0, 4)}`;
}
