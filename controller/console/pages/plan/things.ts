// What all views of the schedule page look at, and small questions to it. Pure.
import type { BoxAnswer, GroupAnswer, ProgrammeAnswer, ScheduleAnswer } from '../../../../schemas/api.ts';
import type { Policy } from '../../../../schemas/policy.ts';

export interface Things {
  readonly schedules: readonly ScheduleAnswer[];
  readonly programmes: readonly ProgrammeAnswer[];
  readonly groups: readonly GroupAnswer[];
  readonly boxes: readonly BoxAnswer[];
  readonly policies: readonly { readonly area: string; readonly policy: Policy }[];
}

export function boxesOf(groups: readonly string[], boxes: readonly BoxAnswer[]): BoxAnswer[] {
  return boxes.filter((box) => box.groups.some((group) => groups.includes(group)));
}

/** Policies of these boxes' areas, each once; the widest where there is no box. */
export function policiesOf(boxes: readonly BoxAnswer[], policies: Things['policies']): Policy[] {
  const around = (area: string) =>
    policies
      .filter((one) => area === one.area || area.startsWith(`${one.area}/`))
      .reduce<Things['policies'][number] | undefined>((best, one) => (!best || one.area.length > best.area.length ? one : best), undefined);
  const found = boxes.map(({ area }) => around(area) ?? policies[0]);
  const some = found.length > 0 ? found : [policies[0]];
  return [...new Set(some.flatMap((one) => (one ? [one.policy] : [])))];
}

/** One round of a programme, ms. */
export function roundMsOf(programme: ProgrammeAnswer | undefined): number {
  return (programme?.items ?? []).reduce((sum, { durationMs }) => sum + durationMs, 0);
}
