// A whole box with a board and a loudspeaker, its real program and real Chromium: signed bulletins on schedule, takeover and return,
// a power cut in the middle of a page, and every proof exactly once at the centre. [needs chromium]
import { afterEach, expect, test } from 'vitest';
import type { Item } from '../../schemas/programme.ts';
import { policy, programme, schedule } from '../schemas/documents.ts';
import { order } from '../world/build.ts';
import { bulletin, enrolledBox, localTime, receiptsOf, rowsOf } from './board-box.ts';
import { SmallCentre } from './small-centre.ts';
import { until } from './waiting.ts';

const secondMs = 1_000;
/** Order accepted and painted with software drawing: at once, whoever else is served meanwhile. 300 ms are promised; `npm run bench -- board` measures. */
const takeoverWithinMs = 2_000;

const running: { stop(): Promise<unknown> }[] = [];
afterEach(async () => {
  for (const one of running.splice(0).reverse()) await one.stop();
});

const colours = ['#204080', '#206040', '#602060'];

test('bulletins are shown on schedule, an order takes over and hands back, and after a power cut every proof is there once', async () => {
  const centre = new SmallCentre();
  await centre.start();
  running.push(centre);
  const items: Item[] = ['Lịch cắt điện', 'Tiêm chủng', 'Giá chè'].map((title, at) => {
    return {
      ...centre.put(bulletin(title, colours[at] ?? '')),
      type: 'text/html',
      title,
      language: 'vi',
      durationMs: 4 * secondMs,
      gainDb: 0,
      share: at === 0 ? 2 : 1,
    };
  });
  const outputs = [
    { id: 'main', kind: 'loudspeaker' },
    { id: 'screen', kind: 'board' },
  ];
  const box = await enrolledBox(centre, {
    outputs,
    board: { kind: 'simulated', beacon: true },
    display: { kind: 'chromium', width: 640, height: 360 },
  });
  await box.program.start();
  running.push({ stop: () => box.program.stop() });
  const startMs = Math.ceil((Date.now() + 9_000) / secondMs) * secondMs;
  const lastsMs = 75 * secondMs;
  await centre.want({
    settings: { outputs, progressEveryMs: 2_000 },
    policy: policy({ permits: [{ fromMs: startMs - 3_600_000, untilMs: startMs + 3_600_000, reason: 'thử' }] }),
    schedules: {
      programmes: [programme({ id: 'bang', form: 'bulletin', items })],
      schedules: [schedule({ id: 'bang', programme: 'bang', start: localTime(startMs), class: 'filler', lastsMs })],
      holidays: [],
      localOrder: [],
    },
  });
  await until('the plan to be applied', () => centre.facts.find((fact) => fact.kind === 'want' && fact.state === 'applied'));

  // ── an order takes over ──
  await new Promise((go) => setTimeout(go, startMs + 14 * secondMs - Date.now()));
  const speech = order().speech.map(({ language, speak }) => ({ language, speak }));
  const warning = order({ times: 1, sirenMs: 1_000, speech, screen: { title: 'LŨ QUÉT', text: 'Rời khỏi ven suối ngay' } });
  await centre.order([centre.sign('order', 'g/xa-1', warning, { id: 'o-1' })]);
  const told = (what: string) => () => centre.facts.find((fact) => fact.kind === 'order' && fact.order === 'o-1' && fact.state === what);
  await until('the order to stand', told('sounding'), 20_000);
  await new Promise((go) => setTimeout(go, 6 * secondMs));
  await centre.order([centre.sign('clear', 'g/xa-1', { ids: ['o-1'], level: 'commune', reason: 'hết' })]);
  await until('the order to be cleared', told('cleared'), 20_000);
  const takeover = await until(
    'the receipt of the order on the board',
    () => receiptsOf(centre).find(({ occurrence }) => occurrence === 'o-1@screen'),
    20_000,
  );
  const voice = receiptsOf(centre).find(({ occurrence }) => occurrence === 'o-1@main');
  process.stdout.write(
    `${JSON.stringify({ event: 'takeover', boardAfterMs: takeover.startErrorMs, voiceAfterMs: voice?.startErrorMs })}\n`,
  );
  expect(takeover.startErrorMs).toBeLessThan(takeoverWithinMs);
  // The horn was cold: relays and warm-up, then the siren; the twin says the same at once in light.
  expect((voice?.startedMs ?? 0) - (takeover.startedMs ?? 0)).toBeLessThan(2_500);

  // ── the power goes in the middle of a page ──
  await new Promise((go) => setTimeout(go, 7 * secondMs));
  await box.program.kill();
  await box.program.start();
  const receipt = await until('the receipt of the bulletins', () => receiptsOf(centre).find(({ schedule: of }) => of === 'bang'), 90_000);
  await until('the last row', () => rowsOf(centre).find(({ plannedUntilMs }) => plannedUntilMs >= startMs + lastsMs), 30_000);
  await new Promise((go) => setTimeout(go, 1_500));

  const rows = rowsOf(centre);
  expect(new Set(rows.map(({ id }) => id)).size).toBe(rows.length);
  expect(receiptsOf(centre).filter(({ schedule: of }) => of === 'bang')).toHaveLength(1);
  expect(receipt).toMatchObject({ outcome: 'partial', proof: 'painted', clock: 'signed' });
  const bulletins = rows.filter(({ what }) => what === 'bulletin').flatMap(({ lines }) => lines);
  expect(new Set(bulletins.map(({ sha256 }) => sha256))).toEqual(new Set(items.map(({ sha256 }) => sha256)));
  const ends = (name: keyof (typeof bulletins)[number]['ends']) => bulletins.reduce((sum, line) => sum + (line.ends[name] ?? 0), 0);
  expect(ends('completed')).toBeGreaterThan(8);
  expect(ends('preempted')).toBe(1);
  expect(ends('unknown')).toBe(1);
  const shownMs = bulletins.reduce((sum, line) => sum + line.shownMs, 0);
  const [orderRow] = rows.filter(({ what }) => what === 'order');
  expect(orderRow?.lines[0]).toMatchObject({ evidence: 'seen' });
  // Within the span: what the order and the dark box took is not claimed, what was on is.
  const takenMs = orderRow?.lines[0]?.shownMs ?? 0;
  process.stdout.write(
    `${JSON.stringify({ event: 'proof', rows: rows.length, shownMs, takenMs, ofMs: lastsMs, receiptMs: receipt.audibleMs })}\n`,
  );
  expect(shownMs).toBeLessThan(lastsMs - takenMs);
  expect(shownMs).toBeGreaterThan(lastsMs - takenMs - 25 * secondMs);
  expect(Math.abs(shownMs - receipt.audibleMs)).toBeLessThan(3_000);
  const measured = bulletins.filter(({ frames }) => frames !== null);
  // A machine that is busy may not answer in time; then it says so, and most of it is measured all the same.
  expect(measured.reduce((sum, line) => sum + line.shownMs, 0)).toBeGreaterThan(shownMs * 0.7);
  for (const line of measured.filter(({ ends: how }) => how.completed && !how.unknown && !how.preempted))
    expect(line.compliance).toBeGreaterThan(0.8);
}, 180_000);
