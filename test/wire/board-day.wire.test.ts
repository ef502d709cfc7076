// A board a day without its centre, in its real program and real Chromium: the box's clock goes on in leaps, the power goes at each,
// the bulletins of each hour are shown from the cache, and when the centre is back every proof is there once. [needs chromium]
import { spawn } from 'node:child_process';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, test } from 'vitest';
import { makeCleaner } from '../../controller/media/sanitiser/clean.ts';
import type { Item } from '../../schemas/programme.ts';
import type { Receipt } from '../../schemas/receipt.ts';
import type { ShowingRow } from '../../schemas/showing-row.ts';
import { policy, programme, schedule } from '../schemas/documents.ts';
import { Program } from './program.ts';
import { SmallCentre } from './small-centre.ts';
import { until } from './waiting.ts';

const agent = fileURLToPath(new URL('../../dist/agent.js', import.meta.url));
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

function local(ms: number): string {
  return new Date(ms + 7 * hourMs)
    .toISOString()
    .replace(/[-:]|\.\d+Z/g, '')
    .slice(0, 15);
}

function bulletin(centre: SmallCentre, title: string): Item {
  const html = `<!doctype html><html lang="vi"><head><meta charset="utf-8"><title>${title}</title><style>body{background:#204080;color:#fff;font:80px sans-serif}</style></head><body>${title}</body></html>`;
  const cleaned = makeCleaner()(html, { distanceM: 5, screenHeightM: 0.685 });
  if (!cleaned.ok) throw new Error(cleaned.problem.detail);
  return { ...centre.put(cleaned.value.html), type: 'text/html', title, language: 'vi', durationMs: 4 * secondMs, gainDb: 0 };
}

test('a day without the centre: each hour’s bulletins from the cache, a power cut at each leap, every proof once', async () => {
  const centre = new SmallCentre();
  centre.lifeMs = 30 * 24 * hourMs;
  await centre.start();
  running.push(centre);
  const dir = await mkdtemp(join(tmpdir(), 'loa-board-day-'));
  const configure = (offsetMs: number) =>
    writeFile(
      join(dir, 'config.json'),
      JSON.stringify({
        page: { port: 0 },
        outputs,
        display: { kind: 'chromium', width: 640, height: 360 },
        clock: { offsetMs, rtc: true },
        log: { level: 'info', file: 'agent.log' },
      }),
    );
  await configure(0);
  await writeFile(join(dir, 'claim.json'), JSON.stringify(centre.claim()));
  const enrol = spawn(process.execPath, [agent, 'enrol', '--data', dir, '--claim', join(dir, 'claim.json')], { stdio: 'inherit' });
  expect(await new Promise((resolve) => enrol.once('exit', resolve))).toBe(0);
  const box = new Program('agent', ['--data', dir]);
  await box.start();
  running.push({ stop: () => box.stop() });

  const startMs = Math.ceil((Date.now() + 6_000) / secondMs) * secondMs;
  const items = new Map(parts.map(({ id, title }) => [id as string, bulletin(centre, title)]));
  await centre.want({
    settings: { outputs },
    policy: policy({}),
    schedules: {
      programmes: parts.map(({ id }) => programme({ id, form: 'bulletin', items: [items.get(id) as Item] })),
      schedules: parts.map(({ id, atMs }) =>
        schedule({
          id,
          programme: id,
          start: local(startMs + atMs),
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
    await configure(startMs + atMs + hourMs / 4 - Date.now());
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

function rowsOf(centre: SmallCentre): ShowingRow[] {
  return centre.facts.flatMap((fact) => (fact.kind === 'showing' ? [fact.showing] : []));
}

function receiptsOf(centre: SmallCentre): Receipt[] {
  return centre.facts.flatMap((fact) => (fact.kind === 'receipt' ? [fact.receipt] : []));
}
