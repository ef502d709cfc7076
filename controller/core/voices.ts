// Figures of what people said, by unit and month: times, kinds, satisfaction; parts and wholes that can be added. Pure.
import { type FeedbackKind, feedbackKinds } from '../../schemas/citizen.ts';
import type { OpenVoicesRow, VoicesFigures, VoicesRow } from '../../schemas/citizen-api.ts';
import type { RatedLevel, Stars } from '../../schemas/evaluation.ts';
import { type AreaPath, within } from '../../schemas/ids.ts';
import { addStars } from './evaluation.ts';

/** Of one feedback, nothing that says what was said. */
export interface VoiceFact {
  readonly area: AreaPath;
  readonly kind: FeedbackKind;
  readonly state: string;
  readonly receivedMs: number;
  readonly dueMs: number;
  readonly answeredMs: number | null;
  readonly stars: number | null;
}

export interface LevelStars {
  readonly area: AreaPath;
  readonly level: RatedLevel;
  readonly stars: Stars;
}

const noStars: Stars = [0, 0, 0, 0, 0];

export function oneStar(stars: number): Stars {
  return [0, 1, 2, 3, 4].map((at) => (at === stars - 1 ? 1 : 0)) as unknown as Stars;
}

/** Whose outcome is known: answered, or its time is over. */
export function repliesOf(facts: readonly VoiceFact[], nowMs: number): { readonly area: AreaPath; readonly inTime: boolean }[] {
  return facts
    .filter(({ state, dueMs, answeredMs }) => state !== 'refused' && (answeredMs !== null || dueMs <= nowMs))
    .map(({ area, answeredMs, dueMs }) => ({ area, inTime: answeredMs !== null && answeredMs <= dueMs }));
}

/** Held until refused, or refused, asks for no answer; what is held still does. */
export function measureVoices(facts: readonly VoiceFact[], rated: readonly LevelStars[], area: AreaPath, nowMs: number): VoicesFigures {
  const own = facts.filter((fact) => within(fact.area, area));
  const asked = own.filter(({ state }) => state !== 'refused');
  const answered = asked.flatMap(({ answeredMs, receivedMs, dueMs }) =>
    answeredMs === null ? [] : [{ tookMs: answeredMs - receivedMs, inTime: answeredMs <= dueMs }],
  );
  const took = answered.map(({ tookMs }) => tookMs).sort((a, b) => a - b);
  const votes = (level: RatedLevel) =>
    rated.filter((one) => one.level === level && within(one.area, area)).reduce((all, { stars }) => addStars(all, stars), noStars);
  return {
    received: own.length,
    byKind: Object.fromEntries(
      Object.keys(feedbackKinds).map((kind) => [kind, own.filter((fact) => fact.kind === kind).length]),
    ) as VoicesFigures['byKind'],
    answered: answered.length,
    inTime: answered.filter(({ inTime }) => inTime).length,
    // Answered early counts at once: its outcome is known.
    due: asked.filter(({ dueMs, answeredMs }) => dueMs <= nowMs || answeredMs !== null).length,
    refused: own.length - asked.length,
    medianMs: took.length === 0 ? null : (took[Math.floor((took.length - 1) / 2)] ?? null),
    satisfaction: own.reduce((all, { stars }) => (stars === null ? all : addStars(all, oneStar(stars))), noStars),
    ratings: { commune: votes('commune'), centre: votes('centre'), province: votes('province') },
  };
}

/** Fewer stars than these are told to nobody outside the office: in a hamlet the neighbours know who they are of. */
export const openStarsLeast = 5;

export function openRow(row: VoicesRow): OpenVoicesRow {
  const shown = (stars: Stars) => {
    const given = stars.reduce((sum, count) => sum + count, 0);
    return given > 0 && given < openStarsLeast ? null : stars;
  };
  const { commune, centre, province } = row.ratings;
  return {
    ...row,
    satisfaction: shown(row.satisfaction),
    ratings: { commune: shown(commune), centre: shown(centre), province: shown(province) },
  };
}
