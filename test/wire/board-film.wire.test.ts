// Films on a board in the box's real program and real Chromium: fetched with their bulletins, seen where the schedule has them, proved
// like any page; an order shows its interpreter in the corner. [needs chromium]
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, expect, test } from 'vitest';
import { layOutFilm } from '../../controller/media/film-page.ts';
import { runTool } from '../../hardware/host/processes.ts';
import type { Item } from '../../schemas/programme.ts';
import { policy, programme, schedule } from '../schemas/documents.ts';
import { order } from '../world/build.ts';
import { bulletin, enrolledBox, localTime, receiptsOf, rowsOf } from './board-box.ts';
import { SmallCentre } from './small-centre.ts';
import { until } from './waiting.ts';

const secondMs = 1_000;
const outputs = [{ id: 'screen', kind: 'board' }];
const size = { width: 640, height: 360 };

const running: { stop(): Promise<unknown> }[] = [];
afterEach(async () => {
  for (const one of running.splice(0).reverse()) await one.stop();
});

async function ffmpeg(args: string, input?: Uint8Array): Promise<Buffer> {
  const ran = await runTool('ffmpeg', ['-v', 'error', '-y', ...args.split(' ')], { timeoutMs: 20_000, ...(input && { input }) });
  if (!ran.ok) throw new Error(ran.problem.detail);
  return ran.value.stdout;
}

async function filmOf(colour: string, seconds: number): Promise<Buffer> {
  const path = join(tmpdir(), `loa-film-${process.pid}-${colour}.mp4`);
  await ffmpeg(`-f lavfi -i color=c=0x${colour}:s=320x180:r=25:d=${seconds},format=yuv420p -c:v libx264 -movflags +faststart ${path}`);
  return readFile(path);
}

/** Mean colour around a spot of the board's picture, in shares of its sides. */
async function colourAt(page: string, x: number, y: number): Promise<number[]> {
  const png = Buffer.from(await (await fetch(`${page}/board.png`)).arrayBuffer());
  const crop = `crop=20:20:${Math.round(x * size.width) - 10}:${Math.round(y * size.height) - 10},scale=1:1:flags=area`;
  return [...(await ffmpeg(`-i pipe:0 -vf ${crop} -f rawvideo -pix_fmt rgb24 pipe:1`, png))];
}

const isBlue = ([r = 0, g = 0, b = 0]: number[]) => b > 100 && r < 90 && g < 100;
const isGreen = ([r = 0, g = 0, b = 0]: number[]) => g > 70 && r < 90 && b < 90;

test('a film is shown in its turn and proved, an order has its interpreter, and the film comes back after a power cut', async () => {
  const centre = new SmallCentre();
  await centre.start();
  running.push(centre);
  const still = await ffmpeg('-f lavfi -i color=c=0x206040:s=320x180 -frames:v 1 -c:v mjpeg -f image2pipe pipe:1');
  const played = centre.put(await filmOf('2040a0', 8));
  const film: Item = {
    ...centre.put(layOutFilm('Rửa tay', still, played.sha256)),
    ...{ type: 'text/html', title: 'Rửa tay', language: 'vi', durationMs: 8 * secondMs, gainDb: 0 },
    film: played,
  };
  const page: Item = {
    ...centre.put(bulletin('Giá chè', '#602060')),
    ...{ type: 'text/html', title: 'Giá chè', language: 'vi', durationMs: 4 * secondMs, gainDb: 0 },
  };
  const interpreter = centre.put(await filmOf('206040', 5));
  const box = await enrolledBox(centre, { outputs, display: { kind: 'chromium', ...size } });
  let at = String((await box.program.start())['page']);
  running.push({ stop: () => box.program.stop() });

  const startMs = Math.ceil((Date.now() + 8_000) / secondMs) * secondMs;
  const lastsMs = 70 * secondMs;
  await centre.want({
    settings: { outputs, progressEveryMs: 2_000 },
    policy: policy({}),
    schedules: {
      programmes: [programme({ id: 'bang', form: 'bulletin', items: [film, page] })],
      schedules: [schedule({ id: 'bang', programme: 'bang', start: localTime(startMs), class: 'filler', lastsMs })],
      holidays: [],
      localOrder: [],
    },
    orderAudio: { audio: [], films: [interpreter] },
  });
  await until('the plan to be applied', () => centre.facts.find((fact) => fact.kind === 'want' && fact.state === 'applied'));
  const asked = (sha256: string) => centre.requests.some(({ path }) => path === `/blob/${sha256}`) || undefined;
  await until('both films to be fetched', () => asked(film.film?.sha256 ?? '') && asked(interpreter.sha256));

  // The film, not its green still, over its whole page; then the page after it.
  await wait(startMs + 3 * secondMs - Date.now());
  await until('the film', async () => isBlue(await colourAt(at, 0.5, 0.5)) || undefined, 4_000);
  await wait(startMs + 9.5 * secondMs - Date.now());
  expect(isBlue(await colourAt(at, 0.5, 0.8))).toBe(false);

  const warning = order({
    ...{
      times: 1,
      sirenMs: 0,
      speech: [{ language: 'vi', speak: 'Lũ quét' }],
      screen: { title: 'LŨ QUÉT', text: 'Rời khỏi ven suối ngay' },
    },
    signFilm: interpreter,
  });
  await centre.order([centre.sign('order', 'g/xa-1', warning, { id: 'o-1' })]);
  await until('the interpreter', async () => isGreen(await colourAt(at, 0.84, 0.83)) || undefined, 8_000);
  expect(isGreen(await colourAt(at, 0.3, 0.2))).toBe(false);
  await centre.order([centre.sign('clear', 'g/xa-1', { ids: ['o-1'], level: 'commune', reason: 'hết' })]);
  await until('the order’s receipt', () => receiptsOf(centre).find(({ occurrence }) => occurrence === 'o-1@screen'), 20_000);

  await box.program.kill();
  at = String((await box.program.start())['page']);
  await until('the film again', async () => isBlue(await colourAt(at, 0.5, 0.5)) || undefined, 25_000);
  await until('the receipt of the bulletins', () => receiptsOf(centre).find(({ schedule: of }) => of === 'bang'), 90_000);
  await until('the last row', () => rowsOf(centre).find(({ plannedUntilMs }) => plannedUntilMs >= startMs + lastsMs), 30_000);

  const lines = rowsOf(centre).flatMap((row) => (row.what === 'bulletin' ? row.lines : []));
  const ofFilm = lines.filter(({ sha256 }) => sha256 === film.sha256);
  expect(ofFilm.reduce((sum, { ends }) => sum + (ends.completed ?? 0), 0)).toBeGreaterThanOrEqual(2);
  expect(ofFilm.some(({ evidence, frames }) => evidence === 'seen' && (frames ?? 0) > 20)).toBe(true);
  expect(lines.reduce((sum, { ends }) => sum + (ends['not-cached'] ?? 0) + (ends['display-failed'] ?? 0), 0)).toBe(0);
}, 180_000);
