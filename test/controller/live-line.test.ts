// Live sound on the centre's clock: frames get the instant they were captured, what nobody says is silence, batches chain.
import { describe, expect, test } from 'vitest';
import { BatchChain } from '../../controller/live/batch-chain.ts';
import { CaptureClock } from '../../controller/live/capture-clock.ts';
import { type Cut, LiveLine } from '../../controller/live/live-line.ts';
import { fitsLive, silentFrame } from '../../controller/live/opus-frame.ts';
import { cryptography, generateSigningKey } from '../../hardware/host/crypto.ts';
import { batchToSign, readBatch } from '../../schemas/live-batch.ts';
import { chance } from '../world/random.ts';
import { must } from './built-centre.ts';

const minuteFrames = 3_000;
const voice = Uint8Array.of(0xf8, 1, 2, 3);

function line(delayMs: number, chime: Uint8Array[] = []): { line: LiveLine; cuts: Cut[] } {
  const cuts: Cut[] = [];
  return { cuts, line: new LiveLine({ startMs: 1_000, delayMs, chime, chimeMs: 1_200, onCut: (cut) => cuts.push(cut) }) };
}

describe('the capture clock', () => {
  for (const ppm of [-200, -30, 0, 80, 200]) {
    test(`follows a microphone ${ppm} ppm off for half an hour through jitter and stalls, never more than 4 ms away, never in jumps`, () => {
      const clock = new CaptureClock();
      const random = chance(ppm + 1_000);
      const frameMs = 20 * (1 + ppm / 1e6);
      let free = 0;
      let before = 0;
      let [worstMs, worstStepMs] = [0, 0];
      for (let n = 0; n < 30 * minuteFrames; n++) {
        const capturedMs = 5_000 + n * frameMs;
        const stallMs = n % 1_700 === 0 ? 900 * random() : 0;
        // In order, as TCP delivers: what stalls holds up what follows.
        free = Math.max(free, capturedMs + frameMs + 1 + random() ** 4 * 40 + stallMs);
        const stamp = clock.take(n, free, n > 250);
        if (n > 15 * 50) {
          worstMs = Math.max(worstMs, Math.abs(stamp - (capturedMs + 1)));
          worstStepMs = Math.max(worstStepMs, Math.abs(stamp - before - 20));
        }
        before = stamp;
      }
      expect(worstMs).toBeLessThan(4);
      expect(worstStepMs).toBeLessThanOrEqual(0.0101);
    });
  }

  test('begins anew after the microphone slept', () => {
    const clock = new CaptureClock();
    for (let n = 0; n < 1_000; n++) clock.take(n, n * 20 + 20, true);
    for (let n = 1_000; n < 1_600; n++) clock.take(n, n * 20 + 60_020, true);
    expect(clock.take(1_600, 1_600 * 20 + 60_020, true)).toBeCloseTo(92_000, 3);
  });
});

describe('the line', () => {
  test('without anybody it is silence, in batches of a fifth of the delay, without a gap', () => {
    const { line: room, cuts } = line(300);
    for (let ms = 1_000; ms <= 2_000; ms += 20) room.fill(ms, false);
    expect(cuts.length).toBe(16);
    expect(cuts.map((cut) => cut.capturedMs)).toEqual(cuts.map((_, i) => 1_000 + i * 60));
    expect(cuts.every((cut) => cut.spanMs === 60 && cut.frames.length === 3 && cut.frames.every((one) => one === silentFrame))).toBe(true);
  });

  test('voice stands where it was captured: a new batch begins at its instant, more than a frame after what was before, then it runs on', () => {
    const { line: room, cuts } = line(300);
    room.fill(1_200, false);
    for (let i = 0; i < 13; i++) room.voice(voice, 1_193.5 + i * 20.004);
    const first = cuts.findIndex((cut) => cut.frames.includes(voice));
    const [before, one, two] = cuts.slice(first - 1);
    expect(one?.capturedMs).toBeCloseTo(1_213.504, 6);
    expect((before?.capturedMs ?? 0) + (before?.spanMs ?? 0)).toBeLessThan(1_213.504 - 20);
    expect(two?.capturedMs).toBeCloseTo(1_193.5 + 4 * 20.004, 1);
    expect(one?.spanMs).toBeCloseTo(60, 0);
    expect([one, two].every((cut) => cut?.frames.length === 3 && cut.frames.every((frame) => frame === voice))).toBe(true);
    expect(room.late).toBe(0);
  });

  test('a frame that never came is silence of its own length', () => {
    const { line: room, cuts } = line(300);
    for (const n of [0, 1, 3, 4, 5, 6, 7, 8, 9]) room.voice(voice, 1_000 + n * 20.003);
    expect(cuts.flatMap((cut) => cut.frames).indexOf(silentFrame)).toBe(2);
    expect(cuts.map((cut) => cut.frames.length)).toEqual([3, 3, 3]);
  });

  test('a talker who stalls is waited for by a third of the delay; what comes after its place is silent is left out and counted', () => {
    const { line: room, cuts } = line(300);
    room.fill(1_040, true);
    for (let i = 0; i < 5; i++) room.voice(voice, 1_000 + i * 20);
    room.fill(1_190, true);
    expect(cuts).toHaveLength(1);
    room.fill(1_300, true);
    room.voice(voice, 1_100);
    expect(room.late).toBe(1);
    for (let i = 0; i < 5; i++) room.voice(voice, 1_200 + i * 20);
    expect(cuts.flatMap((cut) => cut.frames).filter((one) => one === voice)).toHaveLength(10);
  });

  test('the chime is first; nobody talks into it', () => {
    const chime = [Uint8Array.of(0xf8, 9), Uint8Array.of(0xf8, 8)];
    const { line: room, cuts } = line(300, [...chime]);
    room.voice(voice, 1_000);
    for (let ms = 1_000; ms <= 1_400; ms += 20) room.fill(ms, true);
    expect(room.open).toBe(true);
    room.voice(voice, 1_400);
    const end = room.end();
    const frames = [...cuts, end].flatMap((cut) => cut.frames);
    expect(frames.filter((one) => one === voice)).toHaveLength(1);
    expect(frames.indexOf(chime[0] as Uint8Array)).toBe(10);
    expect(frames.indexOf(chime[1] as Uint8Array)).toBe(11);
  });
});

test('batches are numbered, chained by the hash of the message before, signed for their session; the last says so', () => {
  const key = generateSigningKey();
  const chain = new BatchChain('live-1', key.privateKeyPem);
  const cut = { capturedMs: 1_000.25, spanMs: 40.01, frames: [voice, silentFrame] };
  const messages = [chain.seal(cut), chain.seal(cut, true)];
  const read = messages.map((message) => must(readBatch(message)));
  expect(read.map(({ batch }) => [batch.number, batch.ends, batch.capturedMs])).toEqual([
    [0, false, 1_000.25],
    [1, true, 1_000.25],
  ]);
  expect(Buffer.from(read[1]?.batch.previous ?? []).toString('hex')).toBe(cryptography.sha256(messages[0] as Uint8Array));
  for (const { signed, signature } of read) {
    expect(cryptography.verify('ed25519', key.publicKey, batchToSign('live-1', signed), signature)).toBe(true);
    expect(cryptography.verify('ed25519', key.publicKey, batchToSign('live-2', signed), signature)).toBe(false);
  }
});

test('only single mono frames of 20 ms are taken', () => {
  expect(fitsLive(silentFrame)).toBe(true);
  expect(fitsLive(Uint8Array.of(0x08, 1))).toBe(true);
  expect(fitsLive(Uint8Array.of(0x78, 1))).toBe(true);
  for (const toc of [0xfc, 0xfb, 0xf0, 0x00, 0x70, 0x10]) expect(fitsLive(Uint8Array.of(toc, 1))).toBe(false);
  expect(fitsLive(new Uint8Array(0))).toBe(false);
  expect(fitsLive(new Uint8Array(401).fill(0xf8))).toBe(false);
});
