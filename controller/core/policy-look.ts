// What a changed policy would refuse that plays today, and let through that is refused today. Pure.
import type { AgendaPlay, PolicyLook } from '../../schemas/agenda.ts';
import { within } from '../../schemas/ids.ts';
import type { Policy } from '../../schemas/policy.ts';
import type { BoxSettings } from '../../schemas/settings.ts';
import type { BoxToServe, CentreContent } from './compile-want.ts';
import { agendaOf } from './week-agenda.ts';

const told = 60;

/** `area` '' is the centre's own policy; `policy` null: that of the area above counts again. */
export function lookAtPolicy(
  wish: { readonly area: string; readonly policy: Policy | null },
  content: CentreContent,
  boxes: readonly BoxToServe[],
  settings: BoxSettings,
  span: { readonly fromMs: number; readonly toMs: number },
): PolicyLook {
  const { area, policy } = wish;
  const others = (content.areaPolicies ?? []).filter((one) => one.area !== area);
  const next: CentreContent =
    area === '' && policy ? { ...content, policy } : { ...content, areaPolicies: policy ? [...others, { area, policy }] : others };
  const touched = area === '' ? boxes : boxes.filter((box) => within(box.area, area));
  const [now, then] = [content, next].map(
    (one) => new Map(agendaOf(touched, one, settings, span.fromMs, span.toMs).map((play) => [`${play.schedule}@${play.startMs}`, play])),
  );
  const changes = (from: typeof now, to: typeof now) =>
    [...(to ?? [])].flatMap(([key, play]) => {
      const was = from?.get(key);
      return play.refused !== null && was && was.refused === null ? [judged(play)] : [];
    });
  const [refused, freed] = [changes(now, then), changes(then, now)];
  return {
    boxes: touched.length,
    refused: refused.slice(0, told),
    freed: freed.slice(0, told),
    refusedCount: refused.length,
    freedCount: freed.length,
  };
}

function judged({ schedule, title, startMs, refused, refusedBoxes }: AgendaPlay): PolicyLook['refused'][number] {
  return { schedule, title, startMs, rule: refused ?? 'outside-window', boxes: refusedBoxes };
}
