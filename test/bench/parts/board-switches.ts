// Part one of the board bench: a thousand switches with every composited frame judged.
import { ChromiumDisplay } from '../../../hardware/display/chromium-display.ts';
import { EveryFrame } from './every-frame.ts';
import { judge, patchBulletin, patchesOf, type Verdict } from './patch-bulletin.ts';
import { readPng } from './png-picture.ts';

export interface SwitchesWish {
  readonly executable: string;
  readonly switches: number;
  /** Paint a white screen for one frame in each fiftieth switch, which the judge must find. */
  readonly plantWhite: boolean;
  readonly say: (line: string) => void;
}

export interface SwitchesFound {
  readonly switches: number;
  readonly foreignFrames: number;
  readonly frames: Readonly<Record<Verdict, number>>;
  readonly unseenFrames: number;
  readonly planted: number;
}

const size = { widthPx: 320, heightPx: 180 };
const plantEvery = 50;
const whiteForAFrame = `(async () => {
  const white = document.createElement('div');
  white.style.cssText = 'position:fixed;inset:0;background:#fff;z-index:8';
  document.body.append(white);
  await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  white.remove();
})()`;

export async function switchBoards({ executable, switches, plantWhite, say }: SwitchesWish): Promise<SwitchesFound> {
  const every = new EveryFrame();
  const display = new ChromiumDisplay({ ...size, executable, startBrowser: every.start });
  const frames: Record<Verdict, number> = { before: 0, after: 0, blend: 0, foreign: 0 };
  let planted = 0;
  try {
    await display.start();
    await shown(display, 0);
    await new Promise((done) => setTimeout(done, 300));
    every.take();
    for (let i = 1; i <= switches; i++) {
      // Half of them lie ready, as a playlist's next does; half are loaded for their show.
      if (i % 2 === 0) await display.prepare(patchBulletin(i));
      const plant = plantWhite && i % plantEvery === 0;
      if (plant) planted++;
      await Promise.all([shown(display, i), plant && every.browser?.evaluate(whiteForAFrame, 5_000)]);
      await new Promise((done) => setTimeout(done, 40));
      for (const picture of every.take()) frames[judge(readPng(picture), patchesOf(i - 1), patchesOf(i))]++;
      if (i % 100 === 0) say(`${i} switches, ${JSON.stringify(frames)}`);
    }
  } finally {
    await display.stop();
    await every.stop();
  }
  return { switches, foreignFrames: frames.foreign, frames, unseenFrames: every.unseen, planted };
}

async function shown(display: ChromiumDisplay, index: number): Promise<void> {
  // Each twentieth is an order, which cuts.
  const answer = await display.show(patchBulletin(index, index % 20 === 19 ? 'order' : 'bulletin'));
  if ('problem' in answer) throw new Error(`bulletin ${index}: ${answer.problem.detail}`);
}
