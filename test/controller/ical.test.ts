// A box's plays as an iCalendar file: readable by anybody's calendar, whatever stands in a title.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { calendarOf } from '../../controller/core/ical.ts';
import type { Occurrence } from '../../schemas/timeline.ts';
import { codeOf, makeCentre } from './built-centre.ts';

const one = (changes: Partial<Occurrence> = {}): Occurrence => ({
  ...{ id: 'l@1@main', schedule: 'l', programme: 'p', title: 'Bản tin sáng', output: 'main', kind: 'loudspeaker', class: 'normal' },
  ...{ level: 'commune', startMs: Date.UTC(2026, 10, 28, 22, 0), endMs: Date.UTC(2026, 10, 28, 22, 15, 0, 500), items: [] },
  ...{ repeat: { times: 1, gapMs: 0 }, missedStart: { rule: 'skip', withinMs: 0 }, interrupted: 'skip', gainDb: 0, refused: null },
  ...changes,
});
const wish = { name: 'Loa thôn 1', centre: 'xa-02536', nowMs: Date.UTC(2026, 10, 28) };
/** Read as RFC 5545 §3.1 says: folded lines joined. */
const read = (text: string) => text.split('\r\n ').join('').split('\r\n');

test('each play is an event with its own name, beginning, end and class', () => {
  const lines = read(calendarOf([one()], wish));
  expect(lines.slice(0, 5)).toEqual([
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//Loa//Loa//VI',
    'CALSCALE:GREGORIAN',
    'X-WR-CALNAME:Loa thôn 1',
  ]);
  expect(lines).toContain('UID:l@1@main@xa-02536');
  expect(lines).toContain('DTSTART:20261128T220000Z');
  expect(lines).toContain('DTEND:20261128T221500Z');
  expect(lines).toContain('SUMMARY:Bản tin sáng');
  expect(lines).toContain('STATUS:CONFIRMED');
  expect(lines.slice(-2)).toEqual(['END:VCALENDAR', '']);
});

test('a play that the box would refuse is there as cancelled, with the rule', () => {
  const lines = read(calendarOf([one({ refused: 'quiet-hours' })], wish));
  expect(lines).toContain('STATUS:CANCELLED');
  expect(lines).toContain('DESCRIPTION:quiet-hours');
});

test('whatever stands in a title, lines keep to 75 octets, no line is added, and the title comes back', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (title) => {
      const text = calendarOf([one({ title })], wish);
      const long = text.split('\r\n').filter((line) => Buffer.byteLength(line) > 75);
      const lines = read(text);
      const summary = lines.filter((line) => line.startsWith('SUMMARY:')).map((line) => line.slice(8));
      const plain = summary.map((said) => said.replaceAll(/\\([\\;,n])/g, (_, sign: string) => (sign === 'n' ? '\n' : sign)));
      const expected = title.replaceAll(/\r\n|\r/g, '\n').replaceAll(/(?!\n)\p{Cc}/gu, ' ');
      return long.length === 0 && lines.length === 18 && plain.length === 1 && plain[0] === expected;
    }),
  );
});

test('by REST it is a calendar file of one box, for whoever may see it', async () => {
  const built = await makeCentre();
  const technician = await built.as('ky-thuat');
  const outputs = [{ id: 'main', kind: 'loudspeaker' }];
  await technician('POST', '/boxes', { id: 'hop-1', name: 'Loa thôn 1', area: '08/02536/thon-1', groups: ['thon-1'], outputs });
  const span = `fromMs=${built.clock.nowMs}&toMs=${built.clock.nowMs + 86_400_000}`;
  const file = await technician('GET', `/timeline.ics?box=hop-1&${span}`);
  expect([file.status, file.headers['content-type']]).toEqual([200, 'text/calendar; charset=utf-8']);
  expect(read(String(file.body))).toContain('X-WR-CALNAME:Loa thôn 1');
  expect(codeOf(await (await built.as('thon-2'))('GET', `/timeline.ics?box=hop-1&${span}`))).toBe('not-found');
  await built.stop();
});
