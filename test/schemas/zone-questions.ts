// A program of its own: asks for starts and timelines and prints the answers, for process-zones.wire.test.
import { preview } from '../../schemas/preview.ts';
import { starts } from '../../schemas/recurrence.ts';
import { agenda } from '../../schemas/timeline.ts';
import { plan, programme, schedule } from './documents.ts';

const from = Date.UTC(2026, 1, 20);
const to = Date.UTC(2026, 11, 1);
const answers: unknown[] = [];
for (const zone of ['Asia/Ho_Chi_Minh', 'America/New_York', 'Europe/Berlin', 'Australia/Lord_Howe'])
  for (const rrule of [
    'FREQ=DAILY',
    'FREQ=WEEKLY;BYDAY=SU;BYHOUR=1,2;BYMINUTE=30',
    'FREQ=MONTHLY;BYDAY=-1FR;BYSETPOS=1',
    'FREQ=HOURLY;INTERVAL=7',
  ])
    answers.push(starts(schedule({ start: '20260221T023000', zone, rrule, exdates: ['20260301T023000'] }), [], from, to));
answers.push(starts(schedule({ start: '20260308T023000', zone: 'America/New_York' }), ['2026-03-08'], from, to));
const week = plan({
  programmes: [programme(), programme({ id: 'p2', tier: 'priority' })],
  schedules: [
    schedule({ rrule: 'FREQ=DAILY;BYHOUR=3,6,17' }),
    schedule({ id: 's2', programme: 'p2', class: 'priority', start: '20261101T170300', rrule: 'FREQ=DAILY' }),
  ],
});
answers.push(agenda(week, Date.UTC(2026, 10, 22), Date.UTC(2026, 10, 29)), preview(week, Date.UTC(2026, 10, 22), Date.UTC(2026, 10, 29)));
console.log(JSON.stringify({ processOffset: new Date(2026, 5, 1).getTimezoneOffset(), answers }));
