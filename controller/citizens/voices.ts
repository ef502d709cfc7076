// Figures of what people said, read from the tables month by month: for officials, the level above, the evaluation and open data.
import type { VoicesRow } from '../../schemas/citizen-api.ts';
import type { RatedLevel } from '../../schemas/evaluation.ts';
import { localDateOfDay } from '../../schemas/zones.ts';
import { startOfDay } from '../core/area-history.ts';
import { monthsUpTo } from '../core/evaluation.ts';
import { answeredMs } from '../core/feedback.ts';
import { type LevelStars, measureVoices, type VoiceFact } from '../core/voices.ts';
import type { CitizenParts } from './parts.ts';

/** Of one month; a commune has some hundred. */
const factsMax = 50_000;
const page = 1_000;

export interface VoicesOptions extends Pick<CitizenParts, 'store' | 'units' | 'nowMs'> {
  readonly register: Pick<CitizenParts['register'], 'areaOf'>;
}

export interface MonthVoices {
  readonly facts: readonly VoiceFact[];
  readonly rated: readonly LevelStars[];
}

/** What was received in a month, with what became of it until now. */
export async function readVoices({ store, register, units }: VoicesOptions, month: string): Promise<MonthVoices> {
  const fromMs = startOfDay(`${month}-01`, units.clock) ?? 0;
  const [next = month] = nextMonths(month);
  const toMs = startOfDay(`${next}-01`, units.clock) ?? 0;
  const facts: VoiceFact[] = [];
  let after: { readonly receivedMs: number; readonly id: string } | undefined;
  for (let more = true; more && facts.length < factsMax; ) {
    const found = await store.citizens.feedback.list({ fromMs, toMs, after, limit: page });
    for (const one of found) {
      const area = register.areaOf(one.unit);
      const { kind, state, receivedMs, dueMs, satisfaction } = one;
      if (area !== undefined)
        facts.push({ area, kind, state, receivedMs, dueMs, answeredMs: answeredMs(one) ?? null, stars: satisfaction?.stars ?? null });
    }
    after = found.at(-1);
    more = found.length === page;
  }
  const sums = await store.citizens.polls.ratings(`level ${month} `);
  const rated = sums.flatMap(({ about, unit, stars }): LevelStars[] => {
    const area = register.areaOf(unit);
    return area === undefined ? [] : [{ area, level: about.split(' ')[2] as RatedLevel, stars }];
  });
  return { facts, rated };
}

export function voicesRow(
  options: VoicesOptions,
  { facts, rated }: MonthVoices,
  unit: { readonly id: string; readonly name: string; readonly area: string },
  month: string,
): VoicesRow {
  return { unit: unit.id, name: unit.name, month, ...measureVoices(facts, rated, unit.area, options.nowMs()) };
}

/** The month of an instant by the centre's clock. */
export function monthOf({ units }: Pick<VoicesOptions, 'units'>, atMs: number): string {
  return localDateOfDay(units.clock.dayAt(atMs)).slice(0, 7);
}

function nextMonths(month: string): string[] {
  const [year = 0, of = 1] = month.split('-').map(Number);
  return monthsUpTo(of === 12 ? `${year + 1}-01` : `${year}-${String(of + 1).padStart(2, '0')}`, 1);
}

export const openDataMonths = 24;
