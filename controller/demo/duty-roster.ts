// The demo's roster: two officers who take turns by day and night, a leader who is told. This week and the next.
import type { CentreRest, Session } from './centre-rest.ts';
import { localDateTime } from './welcome-plan.ts';

const dayMs = 86_400_000;
const turns = [
  ['07:00', '19:00', 'truc-ban-1', 'chính'],
  ['07:00', '19:00', 'truc-ban-2', 'xác nhận'],
  ['19:00', '07:00', 'truc-ban-2', 'chính'],
  ['19:00', '07:00', 'truc-ban-1', 'xác nhận'],
  ['00:00', '24:00', 'lanh-dao-duyet', 'lãnh đạo'],
] as const;

/** Lines of the seven days from a date, as the console takes them. */
export function rosterLines(fromMs: number): string {
  const days = Array.from({ length: 7 }, (_, day) => dateOf(fromMs + day * dayMs));
  return days.flatMap((date) => turns.map((turn) => [date, ...turn].join(';'))).join('\n');
}

/** From yesterday on, so that somebody stands whatever the hour. */
export async function writeRoster(rest: CentreRest, session: Session, nowMs: number): Promise<void> {
  for (const fromMs of [nowMs - dayMs, nowMs + 6 * dayMs])
    await rest.put(session, '/duty/roster/week', { week: dateOf(fromMs), lines: rosterLines(fromMs) });
}

function dateOf(ms: number): string {
  return localDateTime(ms).replace(/^(\d{4})(\d{2})(\d{2}).*/, '$1-$2-$3');
}
