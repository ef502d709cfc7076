// What a box will play as an iCalendar (RFC 5545), for the calendar of an official's telephone. Pure.
import { Temporal } from 'temporal-polyfill';
import type { Occurrence } from '../../schemas/timeline.ts';

export interface CalendarWish {
  /** Whose it is, in the calendar's title. */
  readonly name: string;
  /** Makes the events' UIDs the centre's own. */
  readonly centre: string;
  readonly nowMs: number;
}

const octetsMax = 75;

/** One VEVENT for each play, in UTC; one that the box would refuse is there as cancelled, with the rule that refuses it. */
export function calendarOf(occurrences: readonly Occurrence[], { name, centre, nowMs }: CalendarWish): string {
  const events = occurrences.flatMap((one) => [
    'BEGIN:VEVENT',
    `UID:${asText(`${one.id}@${centre}`)}`,
    `DTSTAMP:${utc(nowMs)}`,
    `DTSTART:${utc(one.startMs)}`,
    `DTEND:${utc(Math.max(one.endMs, one.startMs + 1_000))}`,
    `SUMMARY:${asText(one.title)}`,
    `CATEGORIES:${asText(one.class)}`,
    `LOCATION:${asText(one.output)}`,
    `STATUS:${one.refused === null ? 'CONFIRMED' : 'CANCELLED'}`,
    ...(one.refused === null ? [] : [`DESCRIPTION:${asText(one.refused)}`]),
    'TRANSP:TRANSPARENT',
    'END:VEVENT',
  ]);
  const head = ['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//Loa//Loa//VI', 'CALSCALE:GREGORIAN', `X-WR-CALNAME:${asText(name)}`];
  return [...head, ...events, 'END:VCALENDAR', ''].map(folded).join('\r\n');
}

/** `20261128T010500Z`; parts of a second are cut. */
function utc(ms: number): string {
  return Temporal.Instant.fromEpochMilliseconds(Math.floor(ms / 1000) * 1000)
    .toString()
    .replaceAll(/[-:]/g, '');
}

/** TEXT (§3.3.11); controls have no place in it. */
function asText(text: string): string {
  return text
    .replaceAll(/[\\;,]/g, '\\$&')
    .replaceAll(/\r\n|\r|\n/g, '\\n')
    .replaceAll(/\p{Cc}/gu, ' ');
}

/** No line of more than 75 octets (§3.1), none broken within a character. */
function folded(line: string): string {
  const parts: string[] = [];
  let part = '';
  let octets = 0;
  for (const letter of line) {
    const more = Buffer.byteLength(letter);
    if (octets + more > octetsMax) {
      parts.push(part);
      // The space that marks a continuation counts.
      part = ' ';
      octets = 1;
    }
    part += letter;
    octets += more;
  }
  return [...parts, part].join('\r\n');
}
