// A week of the roster as people write it: one line a duty, `date;from;to;account;place`.
import type { DutyPlace } from '../../schemas/duty.ts';
import { bad, ok, type Result } from '../../schemas/problems.ts';
import { dayMs, dayOfLocalDate, timeOfDayMs, type ZoneClock } from '../../schemas/zones.ts';
import type { RosterEntry, Span } from './duty.ts';

const linesMax = 200;
const placeWords: Readonly<Record<string, DutyPlace>> = {
  chính: 'first',
  'trực chính': 'first',
  first: 'first',
  hai: 'second',
  'xác nhận': 'second',
  second: 'second',
  'lãnh đạo': 'leader',
  leader: 'leader',
};

export type RosterLine = Omit<RosterEntry, 'id'>;

/** The seven days from a date, in a zone. Problem: bad-input. */
export function weekOf(date: string, clock: ZoneClock): Result<Span> {
  const day = dayOfLocalDate(date);
  if (day === undefined) return bad('bad-input', 'no such day', '/week');
  return ok({ fromMs: clock.instantNear(day * dayMs), toMs: clock.instantNear((day + 7) * dayMs) });
}

/** Lines of one week; an end not after its beginning is on the next day. Problem: bad-input, with the line's number. */
export function readRosterWeek(text: string, week: Span, clock: ZoneClock): Result<RosterLine[]> {
  const lines = text.split(/\r?\n/).map((line) => line.trim());
  if (lines.length > linesMax) return bad('too-large', `at most ${linesMax} lines`, '/lines');
  const read: RosterLine[] = [];
  for (const [at, line] of lines.entries()) {
    if (line === '' || line.startsWith('#')) continue;
    const one = readLine(line, clock);
    if (!one.ok) return bad(one.problem.code, `line ${at + 1}: ${one.problem.detail}`, '/lines');
    if (one.value.fromMs < week.fromMs || one.value.fromMs >= week.toMs)
      return bad('bad-input', `line ${at + 1}: begins outside the week`, '/lines');
    read.push(one.value);
  }
  return ok(read);
}

function readLine(line: string, clock: ZoneClock): Result<RosterLine> {
  const [date = '', from = '', to = '', person = '', word = '', ...more] = line.split(/[;,\t]/).map((cell) => cell.trim());
  const day = /^\d{4}-\d{2}-\d{2}$/.test(date) ? dayOfLocalDate(date) : undefined;
  if (day === undefined) return bad('bad-input', 'the date must look like 2026-11-23');
  const isTime = (text: string) => /^([01]\d|2[0-3]):[0-5]\d$|^24:00$/.test(text);
  if (!isTime(from) || !isTime(to)) return bad('bad-input', 'times must look like 19:00');
  if (!/^[a-z0-9-]{1,32}$/.test(person)) return bad('bad-input', 'the fourth cell is an account');
  const place = placeWords[word.toLowerCase().normalize('NFC')];
  if (!place || more.length > 0) return bad('bad-input', 'the fifth and last cell is chính, xác nhận or lãnh đạo');
  const [fromDayMs, toDayMs] = [timeOfDayMs(from), timeOfDayMs(to)];
  const endDay = toDayMs <= fromDayMs ? day + 1 : day;
  return ok({ person, place, fromMs: clock.instantNear(day * dayMs + fromDayMs), toMs: clock.instantNear(endDay * dayMs + toDayMs) });
}
