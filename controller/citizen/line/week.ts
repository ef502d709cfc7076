// Last week's texts, asked for once a day while nobody waits: the worker keeps the answers for when there is no line.
import type { PublicDay } from '../../../schemas/citizen-api.ts';
import { dateOf } from '../../console/words/when.ts';
import { get, Refused } from './door.ts';

const days = 7;
const dayMs = 24 * 3600_000;
const askedKey = 'loa-dan-week';

/** One after the other: a thin line is for the person first. */
export async function readWeek(unit: string, nowMs: number): Promise<void> {
  const mark = `${unit} ${dateOf(nowMs)}`;
  if (localStorage.getItem(askedKey) === mark) return;
  try {
    for (let back = 1; back <= days; back++) await get<PublicDay>(`/day?unit=${unit}&date=${dateOf(nowMs - back * dayMs)}`);
    localStorage.setItem(askedKey, mark);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
  }
}
