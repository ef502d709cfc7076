// The ear of the long day must be able to hear what is wrong.
import { expect, test } from 'vitest';
import { Ear } from './ear.ts';
import type { Heard, Trace } from './trace.ts';

const voice = { kind: 'tone', id: 't', durationMs: 1 } as const;

function listen(): { readonly ear: Ear; readonly heard: Heard[] } {
  const heard: Heard[] = [];
  return { ear: new Ear('main', { heard } as unknown as Trace), heard };
}

function tone(durationMs: number, ...pitchesHz: number[]): Int16Array {
  return Int16Array.from({ length: durationMs * 48 }, (_, i) =>
    Math.round(pitchesHz.reduce((sum, hz) => sum + 8_000 * Math.sin((2 * Math.PI * hz * i) / 48_000), 0)),
  );
}

test('one pitch is one stretch, with its first and last moment', () => {
  const { ear, heard } = listen();
  ear.expect({ attempt: 1, name: 'a', voice, pitchesHz: [500], score: [0] });
  ear.hear(1_000, new Int16Array(4_800), 1 / 48);
  ear.hear(1_100, tone(1_000, 500), 1 / 48);
  ear.hear(2_100, new Int16Array(4_800), 1 / 48);
  expect(heard).toHaveLength(1);
  expect(heard[0]?.fromMs).toBeCloseTo(1_100, 0);
  expect(heard[0]?.toMs).toBeCloseTo(2_100, 0);
  expect(ear.breaks).toEqual([]);
});

test('two voices together, a sound nobody asked for, one that goes on after its end: each is noticed', () => {
  const both = listen();
  both.ear.expect({ attempt: 1, name: 'a', voice, pitchesHz: [500], score: [0] });
  both.ear.expect({ attempt: 2, name: 'b', voice, pitchesHz: [900], score: [0] });
  both.ear.hear(0, tone(1_000, 500, 900), 1 / 48);
  expect(both.ear.breaks).not.toEqual([]);
  const stray = listen();
  stray.ear.hear(0, tone(1_000, 700), 1 / 48);
  expect(stray.ear.breaks).not.toEqual([]);
  const late = listen();
  late.ear.expect({ attempt: 1, name: 'a', voice, pitchesHz: [500], score: [0] });
  late.ear.over(1, 200);
  late.ear.hear(0, tone(1_000, 500), 1 / 48);
  expect(late.ear.breaks).not.toEqual([]);
});

test('items out of turn are noticed', () => {
  const { ear } = listen();
  ear.expect({ attempt: 1, name: 'a', voice, pitchesHz: [500, 900], score: [0, 1] });
  ear.hear(0, tone(1_000, 900), 1 / 48);
  expect(ear.breaks[0]).toContain('out of turn');
});
