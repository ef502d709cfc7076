// A week with one thing in it: a steady tone at an instant, permitted at any hour.
import { wavHead } from '../../hardware/host/wav.ts';
import { policy, programme, schedule } from '../schemas/documents.ts';
import type { SmallCentre } from './small-centre.ts';

/** One programme of a steady tone, from `startMs`. */
export async function planTone(centre: SmallCentre, startMs: number, seconds: number): Promise<void> {
  const frames = Int16Array.from({ length: seconds * 48_000 }, (_, i) => Math.round(8000 * Math.sin((2 * Math.PI * 440 * i) / 48_000)));
  const sound = centre.put(Buffer.concat([wavHead(48_000, frames.byteLength), Buffer.from(frames.buffer)]));
  const item = { ...sound, type: 'audio/wav' as const, title: 'Tiếng', language: 'vi', durationMs: seconds * 1000, gainDb: 0 };
  const start = new Date(startMs + 7 * 3600_000)
    .toISOString()
    .replace(/[-:]|\.\d+Z/g, '')
    .slice(0, 15);
  await centre.want({
    settings: {},
    policy: policy({ permits: [{ fromMs: startMs - 3600_000, untilMs: startMs + 3600_000, reason: 'thử' }] }),
    schedules: { programmes: [programme({ items: [item] })], schedules: [schedule({ start })], holidays: [], localOrder: [] },
  });
}
