// The course of a soak as one picture. Pure.
import { numberText } from '../plots/axis.ts';
import type { Panel } from '../plots/lines.ts';
import { plotLines } from '../plots/lines.ts';
import type { Look, SoakLimits, SoakVerdict } from './judge.ts';

const minuteMs = 60_000;

export interface OrderLook {
  readonly atMs: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

export function soakPicture(
  looks: readonly Look[],
  orders: readonly OrderLook[],
  verdict: SoakVerdict,
  limits: SoakLimits,
  what: string,
): string {
  const fromMs = startOf(looks);
  const course = (name: string, of: (look: Look) => number) => ({
    name,
    points: looks.map((look) => [(look.atMs - fromMs) / minuteMs, of(look)] as const),
  });
  const orderCourse = (name: string, of: (look: OrderLook) => number) => ({
    name,
    points: orders.flatMap((look) => (look.atMs < fromMs ? [] : [[(look.atMs - fromMs) / minuteMs, of(look)] as const])),
  });
  const panels: Panel[] = [
    {
      title: 'Memory of the centre',
      unit: 'MiB',
      courses: [course('resident', ({ rssKb }) => rssKb / 1024), course('heap in use', ({ heapKb }) => heapKb / 1024)],
      fit: fitOf(looks, verdict),
    },
    { title: 'Open files', unit: 'count', courses: [course('descriptors', ({ fds }) => fds)] },
    {
      title: 'Tables, and what is written ahead (WAL)',
      unit: 'MiB',
      courses: [course('tables', ({ databaseBytes }) => databaseBytes / 1024 ** 2), course('WAL', ({ walBytes }) => walBytes / 1024 ** 2)],
      limit: limits.walBytesMax / 1024 ** 2,
    },
    {
      title: 'A row until its receipt',
      unit: 'ms',
      courses: [course('p50', ({ ackP50Ms }) => ackP50Ms), course('p99', ({ ackP99Ms }) => ackP99Ms)],
      limit: limits.ackP99MsMax,
    },
  ];
  if (orders.length > 0)
    panels.push({
      title: 'An exercise from the press to the boxes',
      unit: 'ms',
      courses: [orderCourse('p50', ({ p50Ms }) => p50Ms), orderCourse('p99', ({ p99Ms }) => p99Ms)],
    });
  return plotLines({
    title:
      verdict.exceeded.length === 0
        ? 'Soak: no limit was passed'
        : `Soak: ${verdict.exceeded.length === 1 ? '1 limit was' : `${verdict.exceeded.length} limits were`} passed`,
    subtitle: what,
    xTitle: 'minutes; the grey part is warm-up',
    panels,
    warmUpTo: verdict.warmUpMs / minuteMs,
  });
}

function startOf(looks: readonly Look[]): number {
  return looks[0]?.atMs ?? 0;
}

/** The fitted slope of the memory, through the middle of what it was fitted to. */
function fitOf(looks: readonly Look[], { warmUpMs, rssSlopeKbPerHour }: SoakVerdict): NonNullable<Panel['fit']> {
  const fromMs = startOf(looks);
  const steady = looks.filter(({ atMs }) => atMs - fromMs >= warmUpMs);
  const middleMs = steady.reduce((sum, { atMs }) => sum + atMs, 0) / Math.max(1, steady.length);
  const middleKb = steady.reduce((sum, { rssKb }) => sum + rssKb, 0) / Math.max(1, steady.length);
  const at = (atMs: number) =>
    [(atMs - fromMs) / minuteMs, (middleKb + (rssSlopeKbPerHour * (atMs - middleMs)) / (60 * minuteMs)) / 1024] as const;
  const says = `${rssSlopeKbPerHour >= 0 ? '+' : '−'}${numberText(Math.abs(Math.round(rssSlopeKbPerHour)))} KiB an hour`;
  return { from: at(steady[0]?.atMs ?? fromMs), to: at(steady.at(-1)?.atMs ?? fromMs), says };
}
