// Whether the parts of a want fit together.
import { expect, test } from 'vitest';
import { checkPlan } from '../../schemas/plan.ts';
import type { Plan } from '../../schemas/want.ts';
import { plan, programme, schedule } from './documents.ts';

function told(of: Plan): string {
  const checked = checkPlan(of);
  return checked.ok ? 'ok' : `${checked.problem.code} ${checked.problem.path}`;
}

const bulletin = programme({
  id: 'p2',
  form: 'bulletin',
  items: programme().items.map((item) => ({ ...item, type: 'text/html' as const })),
});
const lasting = (durationMs: number) => ({ ...bulletin, items: bulletin.items.map((item) => ({ ...item, durationMs })) });
const long = programme({
  items: Array.from({ length: 8 }, () => ({
    ...programme().items[0],
    durationMs: 3 * 3600_000 + 1,
  })) as Plan['schedules']['programmes'][number]['items'],
});

test.each<[string, Plan, string]>([
  ['a plain plan', plan({}), 'ok'],
  ['a bulletin on a box without a board', plan({ programmes: [programme(), bulletin], schedules: [schedule({ programme: 'p2' })] }), 'ok'],
  ['an order that names a programme not here', plan({ localOrder: ['elsewhere'] }), 'ok'],
  [
    'an unknown programme',
    plan({ schedules: [schedule(), schedule({ id: 's2', programme: 'p9' })] }),
    'not-found /schedules/schedules/1/programme',
  ],
  ['two schedules of one id', plan({ schedules: [schedule(), schedule()] }), 'conflict /schedules/schedules/1/id'],
  ['two programmes of one id', plan({ programmes: [programme(), programme()] }), 'conflict /schedules/programmes/1/id'],
  [
    'two outputs of one id',
    plan(
      {},
      {
        settings: {
          outputs: [
            { id: 'a', kind: 'board' },
            { id: 'a', kind: 'board' },
          ],
        },
      },
    ),
    'conflict /settings/outputs/1/id',
  ],
  ['an unknown zone of a schedule', plan({ schedules: [schedule({ zone: 'Mars/Olympus' })] }), 'zone-unknown /schedules/schedules/0/zone'],
  ['an unknown zone of the policy', plan({}, { policy: { zone: 'Mars/Olympus' } }), 'zone-unknown /policy/zone'],
  [
    'a rule that cannot be read',
    plan({ schedules: [schedule({ rrule: 'FREQ=SOMETIMES' })] }),
    'schedule-invalid /schedules/schedules/0/rrule',
  ],
  ['a start that never is', plan({ schedules: [schedule({ start: '20260230T060000' })] }), 'schedule-invalid /schedules/schedules/0/start'],
  [
    'validity that ends before it begins',
    plan({ schedules: [schedule({ validFromMs: 5, validUntilMs: 5 })] }),
    'schedule-invalid /schedules/schedules/0/validUntilMs',
  ],
  ['a session of more than a day', plan({ programmes: [long] }), 'schedule-invalid /schedules/schedules/0/repeat'],
  ['a holiday that never is', plan({ holidays: ['2026-01-01', '2026-02-30'] }), 'bad-input /schedules/holidays/1'],
  ['a page among sounds', plan({ programmes: [{ ...bulletin, id: 'p1', form: 'audio' }] }), 'bad-input /schedules/programmes/0/items/0'],
  ['a page for less than a second', plan({ programmes: [programme(), lasting(999)] }), 'bad-input /schedules/programmes/1/items/0'],
  ['a page for a second', plan({ programmes: [programme(), lasting(1_000)] }), 'ok'],
  ['a sound of less than a second', plan({ programmes: [programme({ durationMs: 1 })] }), 'ok'],
])('%s', (_title, of, expected) => {
  expect(told(of)).toBe(expected);
});
