// A policy tried before it holds: what it would refuse and what it would free, counted in boxes.
import { expect, test } from 'vitest';
import { lookAtPolicy } from '../../controller/core/policy-look.ts';
import { agendaOf, stripOf } from '../../controller/core/week-agenda.ts';
import { defaultBoxSettings } from '../../schemas/settings.ts';
import { policy, programme, schedule } from '../schemas/documents.ts';

const zone = 'Asia/Ho_Chi_Minh';
const fromMs = Date.parse('2026-11-24T00:00:00+07:00');
const span = { fromMs, toMs: fromMs + 86_400_000 };
const settings = { ...defaultBoxSettings, outputs: [{ id: 'main', kind: 'loudspeaker' as const }] };
const windows = [{ days: ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'] as ('MO' | 'TU')[], from: '00:00', to: '24:00' }];
const open = policy({ zone, quiet: [], permits: [], windows });
const night = { ...open, quiet: [{ from: '21:00', to: '05:30' }] };
const content = {
  policy: open,
  programmes: [{ programme: programme({ id: 'ct-1', form: 'audio' }), state: 'approved' }],
  schedules: ['20261124T031500', '20261124T170000'].map((start, at) => ({
    schedule: schedule({ id: `lich-${at}`, programme: 'ct-1', start, zone, rrule: undefined }),
    groups: ['g'],
  })),
  holidays: [],
  localOrder: [],
};
const boxes = ['a', 'b'].map((id) => ({ id, area: `08/02536/thon-${id}`, groups: ['g'], settings }));

test('quiet hours refuse the night and nothing else; taken away they free it', () => {
  const look = lookAtPolicy({ area: '', policy: night }, content, boxes, settings, span);
  expect(look).toMatchObject({
    boxes: 2,
    refusedCount: 1,
    freedCount: 0,
    refused: [{ schedule: 'lich-0', rule: 'quiet-hours', boxes: 2 }],
  });
  const back = lookAtPolicy({ area: '', policy: content.policy }, { ...content, policy: night }, boxes, settings, span);
  expect(back).toMatchObject({ refusedCount: 0, freedCount: 1, freed: [{ schedule: 'lich-0', rule: 'quiet-hours' }] });
});

test('an area’s own policy concerns its boxes alone', () => {
  const look = lookAtPolicy({ area: '08/02536/thon-a', policy: night }, content, boxes, settings, span);
  expect(look).toMatchObject({ boxes: 1, refused: [{ schedule: 'lich-0', boxes: 1 }] });
});

test('boxes that a policy of their own refuses are counted in the week', () => {
  const own = { ...content, areaPolicies: [{ area: '08/02536/thon-a', policy: night }] };
  expect(agendaOf(boxes, own, settings, span.fromMs, span.toMs)).toMatchObject([
    { schedule: 'lich-0', boxes: 2, refusedBoxes: 1, refused: 'quiet-hours' },
    { schedule: 'lich-1', boxes: 2, refusedBoxes: 0, refused: null },
  ]);
});

test('a strip tells what sounds and what is left out', () => {
  const [box] = boxes;
  if (!box) throw new Error('no box');
  const strip = stripOf({ ...box, name: 'Hộp' }, { ...content, policy: night }, span.fromMs, span.toMs);
  expect(strip).toMatchObject({
    segments: [{ schedule: 'lich-1', why: 'planned' }],
    leftOut: [{ schedule: 'lich-0', why: 'quiet-hours' }],
  });
});
