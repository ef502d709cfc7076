// A board a day without its centre, in its real program and real Chromium: the box's clock goes on in leaps, the power goes at each,
// the bulletins of each hour are shown from the cache, and when the centre is back every proof is there once. [needs chromium]
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, expect, test } from 'vitest';
import type { Item } from '../../schemas/programme.ts';
import { policy, programme, schedule } from '../schemas/documents.ts';
import { bulletin, enrolledBox, localTime, receiptsOf, rowsOf } from './board-box.ts';
import { SmallCentre } from './small-centre.ts';
import { until } from './waiting.ts';

const secondMs = 1_000;
const hourMs = 3_600_000;
const outputs = [{ id: 'screen', kind: 'board' }];

const running: { stop(): Promise<unknown> }[] = [];
afterEach(async () => {
  for (const one of running.splice(0).reverse()) await one.stop();
});

/** Parts of the day: when each programme of bulletins begins, and when the box is looked at. */
const parts = [
  { id: 'sang', title: 'Lịch tiêm chủng', atMs: 0 },
  { id: 'chieu', title: 'Lịch cắt điện', atMs: 9 * hourMs },
  { id: 'toi', title: 'Giá chè', atMs: 23 * hourMs },
] as const;
const lastsMs = 5 * hourMs;
const lookMs = 14 * secondMs;

function pageOf(centre: SmallCentre, title: string): Item {
  return { ...centre.put(bulletin(title, '#204080')), type: 'text/html', title, language: 'vi', durationMs: 4 * secondMs, gainDb: 0 };
}

test('a day without the centre: each hour’s bulletins from the cache, a power cut at each leap, every proof once', async () => {
  const centre = new SmallCentre();
  centre.lifeMs = 30 * 24 * hourMs;
  await centre.start();
  running.push(centre);
  const { program: box, configure } = await enrolledBox(centre, { outputs, display: { kind: 'chromium', width: 640, height: 360 } });
  const atOffset = (offsetMs: number) => configure({ clock: { offsetMs, rtc: true } });
  await atOffset(0);
  await box.start();
  running.push({ stop: () => box.stop() });

  const startMs = Math.ceil((Date.now() + 6_000) / secondMs) * secondMs;
  const items = new Map(parts.map(({ id, title }) => [id as string, pageOf(centre, title)]));
  await centre.want({
    settings: { outputs },
    policy: policy({}),
    schedules: {
      programmes: parts.map(({ id }) => programme({ id, form: 'bulletin', items: [items.get(id) as Item] })),
      schedules: parts.map(({ id, atMs }) =>
        schedule({
          id,
          programme: id,
          start: localTime(startMs + atMs),
          class: 'filler',
          lastsMs,
          missedStart: { rule: 'join', withinMs: hourMs },
        }),
      ),
      holidays: [],
      localOrder: [],
    },
  });
  await until('the plan to be applied', () => centre.facts.find((fact) => fact.kind === 'want' && fact.state === 'applied'));
  const asked = (sha256: string) => centre.requests.some(({ path }) => path === `/blob/${sha256}`);
  await until('all files to be asked for', () => [...items.values()].every(({ sha256 }) => asked(sha256)) || undefined);
  await wait(startMs + 5 * secondMs - Date.now());

  // ── the centre is gone for a day ──
  await centre.broker.stop();
  await wait(lookMs);
  for (const { atMs } of parts.slice(1)) {
    await box.kill();
    // A quarter of an hour into its part, whatever that is on the machine's clock.
    await atOffset(startMs + atMs + hourMs / 4 - Date.now());
    await box.start();
    await wait(lookMs);
  }
  const known = rowsOf(centre).length;

  // ── and back ──
  centre.aheadMs = 23 * hourMs + hourMs / 4;
  await centre.startBroker();
  const told = (id: string) => receiptsOf(centre).filter((receipt) => receipt.schedule === id);
  await until('the proofs of the day', () => (told('sang').length > 0 && told('chieu').length > 0) || undefined, 60_000);
  await wait(3 * secondMs);

  const rows = rowsOf(centre);
  expect(rows.length).toBeGreaterThan(known);
  expect(new Set(rows.map(({ id }) => id)).size).toBe(rows.length);
  for (const { id, atMs } of parts.slice(0, 2)) {
    const [receipt, ...again] = told(id);
    expect([id, again]).toEqual([id, []]);
    expect(receipt).toMatchObject({ outcome: 'partial', proof: 'painted' });
    const lines = rows
      .filter(({ plannedFromMs }) => plannedFromMs >= startMs + atMs - hourMs && plannedFromMs < startMs + atMs + lastsMs)
      .flatMap((row) => row.lines);
    // Only its own bulletin, seen, some showings whole and one cut by the power.
    expect(new Set(lines.map(({ sha256 }) => sha256))).toEqual(new Set([items.get(id)?.sha256]));
    // A page that the power cut before it was asked is only known to have been painted.
    expect(lines.some(({ evidence, ends: how }) => evidence === 'seen' && how.completed)).toBe(true);
    expect(lines.filter(({ evidence }) => evidence !== 'seen' && evidence !== 'rendered')).toEqual([]);
    const ends = (name: 'completed' | 'unknown') => lines.reduce((sum, line) => sum + (line.ends[name] ?? 0), 0);
    expect([id, ends('unknown')]).toEqual([id, 1]);
    expect(ends('completed')).toBeGreaterThanOrEqual(1);
    // Hours that the box was dark are not claimed.
    const shownMs = lines.reduce((sum, line) => sum + line.shownMs, 0);
    expect(shownMs).toBeLessThan(60 * secondMs);
    expect(Math.abs(shownMs - (receipt?.audibleMs ?? 0))).toBeLessThan(4_000);
    process.stdout.write(
      `${JSON.stringify({ event: 'offline-part', part: id, shownMs, receiptMs: receipt?.audibleMs, rows: lines.length })}\n`,
    );
  }
}, 180_000);
