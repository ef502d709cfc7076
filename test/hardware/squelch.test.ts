// The level meter and gate of a line: opens at its level, holds through pauses, closes on silence.
import { describe, expect, test } from 'vitest';
import { murmur } from '../../hardware/audio-in/murmur.ts';
import { closedSquelch, levelDbOf, listen, silenceDb } from '../../hardware/audio-in/squelch.ts';

describe('squelch', () => {
  const settings = { openDb: -40, hysteresisDb: 6, holdMs: 500 };
  const tone = (db: number, ms: number) =>
    Int16Array.from({ length: ms * 48 }, (_, i) => Math.SQRT2 * 32_768 * 10 ** (db / 20) * Math.sin((2 * Math.PI * i) / 48));

  test('it opens above its level and not below', () => {
    expect(listen(closedSquelch, tone(-42, 1_000), settings).open).toBe(false);
    expect(listen(closedSquelch, tone(-38, 100), settings).open).toBe(true);
  });

  test('a click shorter than its window does not open it', () => {
    const click = new Int16Array(4_800);
    click[100] = 8_000;
    expect(listen(closedSquelch, click, settings).open).toBe(false);
  });

  test('it stays open through pauses of speech and closes after the hold', () => {
    const open = listen(closedSquelch, tone(-20, 100), settings);
    const paused = listen(open, new Int16Array(400 * 48), settings);
    expect(paused.open).toBe(true);
    expect(listen(paused, tone(-20, 100), settings)).toMatchObject({ open: true, quietMs: 0 });
    expect(listen(paused, new Int16Array(100 * 48), settings).open).toBe(false);
  });

  test('sound between closing and opening level keeps it as it is', () => {
    const between = tone(-43, 3_000);
    expect(listen(closedSquelch, between, settings).open).toBe(false);
    expect(listen(listen(closedSquelch, tone(-20, 100), settings), between, settings).open).toBe(true);
  });

  test('blocks of any length are judged alike', () => {
    const sound = Int16Array.from([...tone(-20, 130), ...new Int16Array(48 * 470), ...tone(-45, 200)]);
    let piecewise = closedSquelch;
    for (let at = 0; at < sound.length; at += 777) piecewise = listen(piecewise, sound.subarray(at, at + 777), settings);
    expect(piecewise).toEqual(listen(closedSquelch, sound, settings));
  });

  test('the level is in dBFS of the mean square', () => {
    expect(levelDbOf(tone(-23, 100))).toBeCloseTo(-23, 1);
    expect(levelDbOf(new Int16Array(100))).toBe(silenceDb);
  });

  test('the murmur opens it as a voice does, and is silent between its phrases', () => {
    const sound = murmur();
    expect(listen(closedSquelch, sound.subarray(0, 48_000), settings).open).toBe(true);
    const pause = sound.subarray(9 * 220 * 48, 9 * 220 * 48 + 600 * 48);
    expect(levelDbOf(pause)).toBe(silenceDb);
    expect(levelDbOf(sound)).toBeGreaterThan(-30);
  });
});
