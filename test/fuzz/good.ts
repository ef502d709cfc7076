// Documents that are right, for targets that bend them.
import type { PartKind } from '../../schemas/want.ts';
import { item, minuteMs, mondayMs, plan, policy, programme, schedule, settings } from '../world/build.ts';

export const dayMs = 86_400_000;

const sevenOClockMs = mondayMs + 7 * 3600_000;
const { schedules } = plan(1, {
  programmes: [
    programme('tin-sang', [item('tin', 5 * minuteMs), item('nhac', 2 * minuteMs, { speak: 'Nghỉ một lát.' })]),
    programme('bang-tin', [{ ...item('trang', 20_000), type: 'text/html', share: 2 }], { form: 'bulletin' }),
  ],
  schedules: [
    schedule('sang', 'tin-sang', sevenOClockMs, { rrule: 'FREQ=DAILY;BYHOUR=5,17;BYMINUTE=0,30', holidays: 'skip' }),
    schedule('tuan', 'tin-sang', sevenOClockMs, { rrule: 'FREQ=WEEKLY;BYDAY=MO,WE;COUNT=40', class: 'priority', neighbours: 'staggered' }),
    schedule('thang', 'tin-sang', sevenOClockMs, { rrule: 'FREQ=MONTHLY;BYDAY=-1FR;UNTIL=20271231T165959Z', rdates: ['20261123T090000'] }),
    schedule('bang', 'bang-tin', sevenOClockMs, { lastsMs: 3600_000 }),
  ],
  localOrder: ['tin-sang'],
});

const envelope = {
  payloadType: 'application/vnd.loa.order+json',
  payload: 'e30=',
  signatures: [{ keyid: 'k', sig: 'AAAA' }],
};

/** A good part of each kind; the timeline is worked out with those of these that the input does not bend. */
export const goodParts = {
  settings: settings({
    outputs: [
      { id: 'main', kind: 'loudspeaker' },
      { id: 'board', kind: 'board' },
    ] as never,
  }),
  policy: policy({ permits: [{ fromMs: mondayMs, untilMs: mondayMs + dayMs, reason: 'lễ hội' }] }),
  schedules: { ...schedules, holidays: ['2026-11-24'] },
  paths: { paths: [] },
  localOrders: { orders: [] },
  orderAudio: { audio: [{ sha256: 'a'.repeat(64), bytes: 2_000 }], films: [{ sha256: 'b'.repeat(64), bytes: 9_000 }] },
  release: { manifest: { ...envelope, payloadType: 'application/vnd.loa.release+json' } },
} satisfies Record<PartKind, unknown>;

export const goodWant = {
  rev: 7,
  parts: (['settings', 'policy', 'schedules'] as const).map((kind) => ({ kind, sha256: 'c'.repeat(64), bytes: 1_000 })),
};
