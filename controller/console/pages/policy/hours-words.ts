// The hours and limits of a policy as lines to read. Pure.
import type { Policy } from '../../../../schemas/policy.ts';
import type { Translate } from '../../words/words.svelte.ts';

const allDays = 7;

/** One line a window: `Hằng ngày 05:30–21:00`. */
export function windowLines({ windows }: Policy, t: Translate): string[] {
  return windows.map(({ days, from, to }) => {
    const on = days.length === allDays ? t('policy:everyDay') : days.map((day) => t(`policy:day.${day}`)).join(', ');
    return `${on} ${from}–${to}`;
  });
}

export function quietLines({ quiet }: Policy): string[] {
  return quiet.map(({ from, to }) => `${from}–${to}`);
}

export function limitLines(policy: Policy, t: Translate): string[] {
  const minutes = (ms: number) => Math.round(ms / 60_000);
  return [
    t('policy:says.sessions', { count: policy.sessionsPerDay }),
    t('policy:says.session', { count: minutes(policy.sessionMaxMs) }),
    t('policy:says.day', { count: minutes(policy.dayMaxMs) }),
    t('policy:says.gap', { count: minutes(policy.sessionGapMs) }),
    t('policy:says.gain', { count: policy.gainMaxDb }),
    policy.emergencyOverridesMute === false ? t('policy:says.muteHolds') : t('policy:says.muteBreaks'),
    policy.onBattery === 'play' ? t('policy:says.batteryPlays') : t('policy:says.batteryEmergency'),
  ];
}
