// Whether the parts of a want fit together: what shapes alone cannot say. The same check before publishing and on the box.
import type { Policy } from './policy.ts';
import { bad, ok, type Result } from './problems.ts';
import type { Item, Programme } from './programme.ts';
import { starts } from './recurrence.ts';
import type { Schedule, SchedulePart } from './schedule.ts';
import { type BoxSettings, sounds } from './settings.ts';
import { showingMinMs } from './showings.ts';
import { sessionMaxMs, sessionMs } from './timeline.ts';
import type { Plan } from './want.ts';
import { dayOfLocalDate, timeOfDayMs, zoneClock } from './zones.ts';

/** What a box holds at most, however many parts it comes in. */
export const programmesMax = 2000;
export const schedulesMax = 2000;

/**
 * Check the parts against one another and make the plan of them. Paths start with the part: `/settings`, `/policy`,
 * `/schedules`. Problems: bad-input, conflict (an id twice), not-found (unknown programme), zone-unknown,
 * schedule-invalid, too-large.
 */
export function checkPlan(parts: Plan): Result<Plan> {
  const wrong = wrongSettings(parts.settings) ?? wrongPolicy(parts.policy) ?? wrongSchedules(parts.schedules);
  return wrong ?? ok(parts);
}

/** Check one schedule for itself, with its programme. Paths lie within the schedule. */
export function checkSchedule(schedule: Schedule, programme: Pick<Programme, 'items'>): Result<Schedule> {
  const readable = starts(schedule, [], 0, 0);
  if (!readable.ok) return readable;
  if ((schedule.validFromMs ?? 0) >= (schedule.validUntilMs ?? Number.POSITIVE_INFINITY))
    return bad('schedule-invalid', 'validity ends before it begins', '/validUntilMs');
  if (schedule.lastsMs !== undefined) {
    if (programme.items.some(({ type }) => type !== 'text/html'))
      return bad('schedule-invalid', 'only bulletins go round for a time; sound is repeated', '/lastsMs');
    if (schedule.repeat.times !== 1 || schedule.repeat.gapMs !== 0)
      return bad('schedule-invalid', 'what lasts is not repeated as well', '/repeat');
  }
  const lengthMs = sessionMs(programme, schedule.repeat, schedule.lastsMs);
  if (lengthMs > sessionMaxMs)
    return bad('schedule-invalid', `a session of ${Math.round(lengthMs / 60_000)} minutes, at most 1440`, '/repeat');
  return ok(schedule);
}

/** Check a policy for itself. Paths lie within it. */
export function checkPolicy(policy: Policy): Result<Policy> {
  const zone = zoneClock(policy.zone);
  if (!zone.ok) return bad(zone.problem.code, zone.problem.detail, '/zone');
  for (const [index, permit] of policy.permits.entries())
    if (permit.fromMs >= permit.untilMs) return bad('bad-input', 'a permit ends after it begins', `/permits/${index}/untilMs`);
  for (const name of ['windows', 'quiet'] as const)
    for (const [index, span] of policy[name].entries())
      if (timeOfDayMs(span.from) >= timeOfDayMs('24:00')) return bad('bad-input', 'from is before 24:00', `/${name}/${index}/from`);
  return ok(policy);
}

/** Check a box's settings for themselves. Paths lie within them. Problems: conflict (an output twice), not-found (no such output). */
export function checkSettings(settings: BoxSettings): Result<BoxSettings> {
  const outputs = twice(settings.outputs, '/outputs');
  if (outputs) return outputs;
  for (const [index, { output }] of settings.localLive.entries()) {
    const kind = settings.outputs.find(({ id }) => id === output)?.kind;
    if (kind === undefined || !sounds(kind)) return bad('not-found', `no output ${output} that sounds`, `/localLive/${index}/output`);
  }
  return ok(settings);
}

function wrongSettings(settings: BoxSettings): Result<never> | undefined {
  const checked = checkSettings(settings);
  return checked.ok ? undefined : below('/settings', checked);
}

function wrongPolicy(policy: Policy): Result<never> | undefined {
  const checked = checkPolicy(policy);
  return checked.ok ? undefined : below('/policy', checked);
}

function wrongSchedules(part: SchedulePart): Result<never> | undefined {
  if (part.programmes.length > programmesMax) return bad('too-large', `more than ${programmesMax} programmes`, '/schedules/programmes');
  if (part.schedules.length > schedulesMax) return bad('too-large', `more than ${schedulesMax} schedules`, '/schedules/schedules');
  for (const [index, date] of part.holidays.entries())
    if (dayOfLocalDate(date) === undefined) return bad('bad-input', `no such date ${date}`, `/schedules/holidays/${index}`);
  const again = twice(part.programmes, '/schedules/programmes') ?? twice(part.schedules, '/schedules/schedules');
  if (again) return again;
  for (const [index, programme] of part.programmes.entries()) {
    const odd = programme.items.findIndex((item) => (item.type === 'text/html') !== (programme.form === 'bulletin'));
    if (odd >= 0)
      return bad(
        'bad-input',
        `${programme.items[odd]?.type} in a programme of ${programme.form}`,
        `/schedules/programmes/${index}/items/${odd}`,
      );
  }
  const misfit = wrongItems(part);
  if (misfit) return misfit;
  const programmes = new Map(part.programmes.map((programme) => [programme.id, programme]));
  for (const [index, schedule] of part.schedules.entries()) {
    const path = `/schedules/schedules/${index}`;
    const programme = programmes.get(schedule.programme);
    if (!programme) return bad('not-found', `no programme ${schedule.programme} in the plan`, `${path}/programme`);
    const checked = checkSchedule(schedule, programme);
    if (!checked.ok) return below(path, checked);
  }
  return undefined;
}

/** Share and validity belong to bulletins, which have a least time. */
function wrongItems({ programmes }: SchedulePart): Result<never> | undefined {
  for (const [at, { items }] of programmes.entries())
    for (const [index, item] of items.entries()) {
      const wrong = wrongItem(item);
      if (wrong) return bad('bad-input', wrong, `/schedules/programmes/${at}/items/${index}`);
    }
  return undefined;
}

/** What is wrong with an item beside its shape, in words. */
export function wrongItem({ type, durationMs, share, validFromMs, validUntilMs, film }: Item): string | undefined {
  if (film && type !== 'text/html') return 'only bulletins have a film';
  const bound = share !== undefined || validFromMs !== undefined || validUntilMs !== undefined;
  if (bound && type !== 'text/html') return 'only bulletins have a share or a validity';
  // A round of shorter pages would flash, whatever each of them holds.
  if (type === 'text/html' && durationMs < showingMinMs) return `a bulletin is shown for at least ${showingMinMs} ms`;
  return (validFromMs ?? 0) >= (validUntilMs ?? Number.POSITIVE_INFINITY) ? 'its validity ends before it begins' : undefined;
}

function twice(named: readonly { readonly id: string }[], path: string): Result<never> | undefined {
  const seen = new Set<string>();
  for (const [index, { id }] of named.entries()) {
    if (seen.has(id)) return bad('conflict', `${id} stands twice`, `${path}/${index}/id`);
    seen.add(id);
  }
  return undefined;
}

function below(path: string, refused: Result<unknown> & { readonly ok: false }): Result<never> {
  return bad(refused.problem.code, refused.problem.detail, `${path}${refused.problem.path}`);
}
