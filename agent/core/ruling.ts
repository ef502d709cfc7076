// The plan as it rules on this box: sound as it was published last, bulletins once they are complete.
import type { Plan } from '../../schemas/want.ts';
import type { KeptBulletins } from './model.ts';

/** The plan as it rules now: its sound, and the bulletins that are active. What was withdrawn since is not among them. */
export function ruling(plan: Plan, active: KeptBulletins | null): Plan {
  if (!active || active.rev === plan.rev || !hasBoard(plan)) return plan;
  const own = bulletinsOf(plan);
  const { schedules: part } = plan;
  const schedules = active.schedules.filter((one) =>
    own.schedules.some(({ id, programme }) => id === one.id && programme === one.programme),
  );
  const programmes = active.programmes.filter((one) => own.programmes.some(({ id }) => id === one.id));
  return {
    ...plan,
    schedules: {
      ...part,
      programmes: [...part.programmes.filter(({ form }) => form === 'audio'), ...programmes],
      schedules: [...part.schedules.filter((one) => !own.schedules.includes(one)), ...schedules],
    },
  };
}

/** The revision whose bulletins rule. */
export function rulingRev(plan: Plan, active: KeptBulletins | null): number {
  return active && hasBoard(plan) ? active.rev : plan.rev;
}

export function bulletinsOf({ rev, schedules: part }: Plan): Omit<KeptBulletins, 'sinceMs'> {
  const programmes = part.programmes.filter(({ form }) => form === 'bulletin');
  const schedules = part.schedules.filter(({ programme }) => programmes.some(({ id }) => id === programme));
  return { rev, programmes, schedules };
}

export function hasBoard({ settings }: Plan): boolean {
  return settings.outputs.some(({ kind }) => kind === 'board');
}
