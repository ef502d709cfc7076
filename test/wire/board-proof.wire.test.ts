// A whole box with a board and a loudspeaker, its real program and real Chromium: signed bulletins on schedule, takeover and return,
// a power cut in the middle of a page, and every proof exactly once at the centre. [needs chromium]
import { spawn } from 'node:child_process';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, test } from 'vitest';
import { makeCleaner } from '../../controller/media/sanitiser/clean.ts';
import type { Item } from '../../schemas/programme.ts';
import type { Receipt } from '../../schemas/receipt.ts';
import type { ShowingRow } from '../../schemas/showing-row.ts';
import { policy, programme, schedule } from '../schemas/documents.ts';
import { order } from '../world/build.ts';
import { Program } from './program.ts';
import { SmallCentre } from './small-centre.ts';
import { until } from './waiting.ts';

const agent = fileURLToPath(new URL('../../dist/agent.js', import.meta.url));
const secondMs = 1_000;
/** Order accepted and painted, on this machine with software drawing; DESIGN §5 asks for 300 ms. */
const takeoverWithinMs = 300;

const running: { stop(): Promise<unknown> }[] = [];
afterEach(async () => {
  for (const one of running.splice(0).reverse()) await one.stop();
});

const colours = ['#204080', '#206040', '#602060'];
/** As the centre stores it. */
const html = (name: string, at: number): string => {
  const cleaned = makeCleaner()(written(name, at), { distanceM: 5, screenHeightM: 0.685 });
  if (!cleaned.ok) throw new Error(`${cleaned.problem.code} ${cleaned.problem.detail}`);
  return cleaned.value.html;
};
const written = (name: string, at: number) =>
  `<!doctype html><html lang="vi"><head><meta charset="utf-8"><title>${name}</title><style>body{background:${colours[at]};color:#fff;font:80px sans-serif}</style></head><body>${name}</body></html>`;

function local(ms: number): string {
  return new Date(ms + 7 * 3_600_000)
    .toISOString()
    .replace(/[-:]|\.\d+Z/g, '')
    .slice(0, 15);
}

async function enrolledBox(centre: SmallCentre): Promise<{ dir: string; program: Program; page: () => Promise<string> }> {
  const dir = await mkdtemp(join(tmpdir(), 'loa-board-proof-'));
  const outputs = [
    { id: 'main', kind: 'loudspeaker' },
    { id: 'screen', kind: 'board' },
  ];
  const config = {
    page: { port: 0 },
    outputs,
    board: { kind: 'simulated', beacon: true },
    display: { kind: 'chromium', width: 640, height: 360 },
  };
  await writeFile(join(dir, 'config.json'), JSON.stringify({ ...config, log: { level: 'info', file: 'agent.log' } }));
  await writeFile(join(dir, 'claim.json'), JSON.stringify(centre.claim()));
  // Not waited for in one breath: the centre that answers it lives in this process.
  const enrol = spawn(process.execPath, [agent, 'enrol', '--data', dir, '--claim', join(dir, 'claim.json')], { stdio: 'inherit' });
  expect(await new Promise((resolve) => enrol.once('exit', resolve))).toBe(0);
  const program = new Program('agent', ['--data', dir]);
  const start = async () => String((await program.start())['page']);
  let page = await start();
  running.push({ stop: () => program.stop() });
  const again = async () => {
    page = await start();
    return page;
  };
  return { dir, program, page: again };
}

function rowsOf(centre: SmallCentre): ShowingRow[] {
  return centre.facts.flatMap((fact) => (fact.kind === 'showing' ? [fact.showing] : []));
}

function receiptsOf(centre: SmallCentre): Receipt[] {
  return centre.facts.flatMap((fact) => (fact.kind === 'receipt' ? [fact.receipt] : []));
}

test('bulletins are shown on schedule, an order takes over and hands back, and after a power cut every proof is there once', async () => {
  const centre = new SmallCentre();
  await centre.start();
  running.push(centre);
  const items: Item[] = ['Lịch cắt điện', 'Tiêm chủng', 'Giá chè'].map((title, at) => {
    return {
      ...centre.put(html(title, at)),
      type: 'text/html',
      title,
      language: 'vi',
      durationMs: 4 * secondMs,
      gainDb: 0,
      share: at === 0 ? 2 : 1,
    };
  });
  const box = await enrolledBox(centre);
  const startMs = Math.ceil((Date.now() + 9_000) / secondMs) * secondMs;
  const lastsMs = 75 * secondMs;
  await centre.want({
    settings: {
      outputs: [
        { id: 'main', kind: 'loudspeaker' },
        { id: 'screen', kind: 'board' },
      ],
      progressEveryMs: 2_000,
    },
    policy: policy({ permits: [{ fromMs: startMs - 3_600_000, untilMs: startMs + 3_600_000, reason: 'thử' }] }),
    schedules: {
      programmes: [programme({ id: 'bang', form: 'bulletin', items })],
      schedules: [schedule({ id: 'bang', programme: 'bang', start: local(startMs), class: 'filler', lastsMs })],
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
  await box.page();
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
