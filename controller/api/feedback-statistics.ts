// Figures of what people said: a unit and those directly below it, month by month.
import type { VoicesAnswer, VoicesBelow, VoicesFigures, VoicesRow } from '../../schemas/citizen-api.ts';
import { federationLimits, UpVoices } from '../../schemas/federation.ts';
import { within } from '../../schemas/ids.ts';
import { parseJson } from '../../schemas/parse.ts';
import { bad, ok, type Result } from '../../schemas/problems.ts';
import type { Centre } from '../centre.ts';
import { readVoices, voicesRow } from '../citizens/voices.ts';
import { freshnessOf } from '../core/federation.ts';
import { voicesSubject } from '../core/federation-up.ts';
import { unitFinderAt } from '../core/source-place.ts';
import { areasOn, childrenOn, periodOn } from '../core/unit-tree.ts';

/** Parts and wholes: a unit above is measured by all that lies below. Problem: not-found. */
export async function feedbackFigures(centre: Centre, unit: string, months: readonly string[]): Promise<Result<VoicesAnswer>> {
  const { units, register, card, citizens, nowMs } = centre;
  const area = register.areaOf(unit);
  if (area === undefined || !within(area, card.area)) return bad('not-found', `no unit ${unit}`, '/unit');
  const [tree, today] = [units.tree, units.today()];
  const areas = areasOn(tree, today);
  const asked = [unit, ...childrenOn(tree, unit, today)].flatMap((id) => {
    const [of, at] = [tree.get(id), areas.get(id)];
    return of && at !== undefined ? [{ id, area: at, name: periodOn(of, today)?.name ?? id }] : [];
  });
  const rows: VoicesRow[] = [];
  for (const month of months) {
    const voices = await readVoices(citizens.voices, month);
    rows.push(...asked.map((one) => voicesRow(citizens.voices, voices, one, month)));
  }
  return ok({ asOfMs: nowMs(), rows });
}

/** Centres below inside the area of `unit`, the silent ones too, with what each has told of a month, and how old its word is. */
export async function voicesBelow(centre: Centre, unit: string, month: string): Promise<VoicesBelow[]> {
  const { units, register, store, federation, nowMs } = centre;
  const area = register.areaOf(unit);
  const below = area === undefined ? [] : federation.lower.below.filter((one) => within(one.area, area));
  if (below.length === 0) return [];
  const lines = new Map((await store.federation.lines()).map((line) => [line.peer, line]));
  const subjects = below.map((one) => voicesSubject({ area: one.area, month }));
  const told = new Map(
    (await store.federation.told('voices', subjects, federationLimits.things)).flatMap(({ peer, body }) => {
      const read = parseJson(UpVoices, body);
      return read.ok ? [[peer, read.value] as const] : [];
    }),
  );
  const [today, unitAt] = [units.today(), unitFinderAt(units.tree, units.today())];
  return below.map(({ centre: id, area: at }): VoicesBelow => {
    const [line, here, word] = [lines.get(id), unitAt(at), told.get(id)];
    const of = here === undefined ? undefined : units.tree.get(here);
    const { is: _is, area: _area, month: _month, ...figures } = word ?? {};
    return {
      ...{ centre: id, unit: here ?? null, name: (of && periodOn(of, today)?.name) ?? id },
      ...{ fresh: freshnessOf(line, nowMs()), asOfMs: line?.asOfMs ?? null, figures: word ? (figures as VoicesFigures) : null },
    };
  });
}
