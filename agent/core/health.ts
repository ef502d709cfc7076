// One word for how the box is, with reasons, worst first.
import { hardwareReasons } from '../../schemas/readings.ts';
import type { Health } from '../../schemas/report.ts';
import { sounds } from '../../schemas/settings.ts';
import { diskLowBytes, hotC } from './limits.ts';
import { missing } from './media.ts';
import type { Turn } from './turn.ts';

type Reasons = Health['reasons'][number];

const silencing: readonly Reasons[] = ['no-time', 'no-plan', 'audio-failed', 'amplifier-failed', 'display-failed', 'service', 'muted'];

export function healthOf(turn: Turn): Health {
  const { live, kept, timeKnown } = turn;
  const outputs = Object.values(live.outputs);
  const { sample } = live.telemetry;
  const checks: readonly (readonly [Reasons, boolean])[] = [
    ['no-time', !timeKnown],
    ['no-plan', live.plan === null],
    ['audio-failed', outputs.some(({ kind, working }) => sounds(kind) && !working)],
    ['amplifier-failed', outputs.some(({ amplifier }) => amplifier.is === 'failed')],
    ['display-failed', outputs.some(({ kind, working }) => kind === 'board' && !working)],
    ['service', kept.service !== null],
    ['muted', kept.muted],
    ['on-battery', !live.mains.present],
    ['no-centre', !live.linkUp],
    ['orders-missed', live.faults.includes('orders-missed')],
    ['heartbeat-missed', live.faults.includes('heartbeat-missed')],
    ['keys-expired', live.faults.includes('keys-expired')],
    ['screen-power', Object.values(live.screens).some(({ power }) => power === 'failed')],
    ['display-behind', Object.keys(live.behind).length > 0],
    ['not-heard', live.faults.some((fault) => fault.startsWith('unheard-'))],
    ['ear-missing', live.faults.some((fault) => fault.startsWith('ear-'))],
    ['media-missing', live.cache.known && missing(turn).length > 0],
    ['store-failed', live.faults.includes('store')],
    ['disk-low', sample !== null && sample.diskFreeBytes < diskLowBytes],
    ['hot', (sample?.temperatureC ?? 0) > hotC],
    ['under-voltage', live.faults.includes('under-voltage')],
    ['clock-off', live.faults.includes('clock-off')],
    ...hardwareReasons.map((reason) => [reason, live.faults.includes(reason)] as const),
  ];
  const reasons = checks.filter(([, holds]) => holds).map(([reason]) => reason);
  const silent = reasons.some((reason) => silencing.includes(reason));
  return { state: reasons.length === 0 ? 'ok' : silent ? 'silent' : 'degraded', reasons };
}
