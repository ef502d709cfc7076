// Figures of what people said: a unit and those directly below it, month by month.
import type { VoicesAnswer, VoicesRow } from '../../schemas/citizen-api.ts';
import { within } from '../../schemas/ids.ts';
import { bad, ok, type Result } from '../../schemas/problems.ts';
import type { Centre } from '../centre.ts';
import { readVoices, voicesRow } from '../citizens/voices.ts';
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
