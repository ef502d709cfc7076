import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { VirtualDac } from '../../hardware/audio-out/virtual-dac.ts';
import { WavRecorder } from '../../hardware/audio-out/wav-recorder.ts';
import { readWav } from '../../hardware/host/wav.ts';
import { SimulatedLoudspeaker } from '../../hardware/loudspeaker.ts';
import { SimulatedBoard } from '../../hardware/simulated-board.ts';

function bench() {
  const clock = { nowMs: 0 };
  const now = () => clock.nowMs;
  const dac = new VirtualDac({ now });
  const board = new SimulatedBoard([{ output: 'main', relayDelayMs: 10 }], { now });
  const loudspeaker = new SimulatedLoudspeaker(dac, board);
  const pass = (ms: number) => {
    for (let i = 0; i < ms; i++) {
      clock.nowMs += 1;
      board.advance();
    }
    dac.pump();
  };
  return { dac, board, loudspeaker, pass };
}

test('nothing is heard before the second relay closed nor after it opened, to the frame', async () => {
  const { dac, board, loudspeaker, pass } = bench();
  const heard: number[] = [];
  loudspeaker.onHeard(({ frames }) => heard.push(...frames));
  await board.start();
  await dac.open();
  dac.write(new Int16Array(48 * 200).fill(5));
  pass(20);
  void board.switchAmplifier('main', true); // line closes at 30 ms
  pass(50);
  void board.switchAmplifier('main', false); // line opens at 70 ms
  pass(50);
  expect(heard.length).toBe(48 * 120);
  expect(heard.indexOf(5)).toBe(48 * 30);
  expect(heard.lastIndexOf(5)).toBe(48 * 70 - 1);
  expect(heard.filter((sample) => sample === 5).length).toBe(48 * 40);
});

test('a recording is a readable WAV with what was heard, before and after it is stopped', async () => {
  const { dac, board, loudspeaker, pass } = bench();
  const path = join(await mkdtemp(join(tmpdir(), 'loa-wav-')), 'heard.wav');
  await board.start();
  void board.switchAmplifier('main', true);
  pass(10);
  await dac.open();
  const recorder = new WavRecorder(loudspeaker, { path });
  await recorder.start();
  expect(readWav(await readFile(path))?.samples.length).toBe(0);
  dac.write(Int16Array.from({ length: 4800 }, (_, i) => i));
  pass(100);
  await recorder.stop();
  const sound = readWav(await readFile(path));
  expect(sound).toMatchObject({ rateHz: 48_000, channels: 1 });
  expect(sound?.samples).toEqual(Int16Array.from({ length: 4800 }, (_, i) => i));
});

test('a full recording makes way for a new one and keeps the last', async () => {
  const { dac, pass } = bench();
  const folder = await mkdtemp(join(tmpdir(), 'loa-wav-'));
  const recorder = new WavRecorder(dac, { path: join(folder, 'heard.wav'), secondsMax: 1 });
  await recorder.start();
  await dac.open();
  for (let i = 0; i < 15; i++) {
    dac.write(new Int16Array(4800).fill(i));
    pass(100);
  }
  await recorder.stop();
  expect(readWav(await readFile(join(folder, 'heard.1.wav')))?.samples.length).toBe(48_000);
  expect(readWav(await readFile(join(folder, 'heard.wav')))?.samples[0]).toBe(10);
});
