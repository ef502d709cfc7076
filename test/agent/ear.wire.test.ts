// An ear in made rooms: what a microphone at a horn says of what it hears, with echo, street, voices, neighbours and bad microphones.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Calibration } from '../../agent/ear/verdict.ts';
import { calibrated, EarRooms, listen, mixed, type Noise, noiseGain, noises, type Room, rooms } from '../bench/parts/ear-rooms.ts';

const delayMs = 73;
/** Down to here a horn is proved; `NOTES`: agent/docs/ear.md. */
const statedSnrDb = -3;

let folder = '';
let place: EarRooms;
let played: Int16Array;
let other: Int16Array;
const sounds = new Map<Room, { own: Int16Array; other: Int16Array; calibration: Calibration }>();
const street = new Map<Noise, Int16Array>();

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'loa-ear-'));
  place = new EarRooms(folder);
  for (const noise of noises) street.set(noise, await place.noise(noise));
  played = (await place.programme('cat-dien')).subarray(0, 20 * 48_000);
  other = (await place.programme('lua-dao')).subarray(0, 20 * 48_000);
  for (const room of rooms)
    sounds.set(room, {
      own: await place.heardIn(room, played),
      other: await place.heardIn(room, other),
      calibration: await calibrated(place, room, of(street, 'traffic'), delayMs),
    });
}, 120_000);

afterAll(() => rm(folder, { recursive: true, force: true }));

function of<K, V>(map: ReadonlyMap<K, V>, key: K): V {
  const found = map.get(key);
  if (found === undefined) throw new Error(`nothing made for ${String(key)}`);
  return found;
}

const length = 21 * 48_000;
const cases = rooms.flatMap((room) => noises.map((noise) => [room, noise] as const));

describe.each(cases)('in the %s among %s [needs sox]', (room, noise) => {
  const parts = (snrDb: number) => {
    const { own, other: station, calibration } = of(sounds, room);
    const around = of(street, noise);
    return { own, station, calibration, around: { sound: around, gain: noiseGain(own, around, snrDb) } };
  };

  test.each([20, 6, 0, statedSnrDb])('the programme is heard at %d dB over the noise, with crystals 200 ppm apart', (snrDb) => {
    const { own, calibration, around } = parts(snrDb);
    const captured = mixed(length, { sound: own, gain: 1, delayMs }, around);
    for (const ppm of [200, -200]) {
      const { verdict } = listen({ played, captured, calibration, ppm });
      expect(verdict).toMatchObject({ heard: 'yes' });
      // A sweep and a voice fill a valley's echoes differently.
      expect(Math.abs(verdict.levelDb ?? 99)).toBeLessThanOrEqual(8);
    }
  });

  test('a horn at half its loudness is heard, and the level says so', () => {
    const { own, calibration, around } = parts(15);
    const [half, full] = [0.5, 1].map((gain) =>
      listen({ played, captured: mixed(length, { sound: own, gain, delayMs }, around), calibration }),
    );
    expect(half?.verdict.heard).toBe('yes');
    expect(Math.abs((half?.verdict.levelDb ?? 0) - (full?.verdict.levelDb ?? 0) + 6)).toBeLessThanOrEqual(1);
  });

  test.each([20, 6, 0, -6])('nothing but the noise of a street (that would leave %d dB) is no yes', (snrDb) => {
    const { calibration, around } = parts(snrDb);
    expect(listen({ played, captured: mixed(length, around), calibration }).verdict.heard).not.toBe('yes');
  });

  test('another station is no', () => {
    const { station, calibration, around } = parts(15);
    const captured = mixed(length, { sound: station, gain: 1, delayMs }, around);
    expect(listen({ played, captured, calibration }).verdict.heard).toBe('no');
  });

  test.each([
    [0.1, 430],
    [0.4, 430],
    [0.06, 120],
    [0.1, 60],
  ])('the neighbour who plays the same programme at %d of the loudness, %d ms later, is no yes', (gain, laterMs) => {
    const { own, calibration, around } = parts(20);
    const captured = mixed(length, { sound: own, gain, delayMs: delayMs + laterMs }, { ...around, gain: around.gain * 0.3 });
    expect(listen({ played, captured, calibration }).verdict.heard).not.toBe('yes');
  });
});

describe('a microphone [needs sox]', () => {
  const bench = () => {
    const { own, calibration } = of(sounds, 'yard');
    const around = of(street, 'traffic');
    return { own, calibration, around: { sound: around, gain: noiseGain(own, around, 10) } };
  };

  test('with automatic gain still hears its horn, and a silent horn is no yes with it', async () => {
    const { own, calibration, around } = bench();
    const heard = await place.levelled(mixed(length, { sound: own, gain: 1, delayMs }, around));
    expect(listen({ played, captured: heard, calibration }).verdict.heard).toBe('yes');
    const silent = await place.levelled(mixed(length, around));
    expect(listen({ played, captured: silent, calibration }).verdict.heard).not.toBe('yes');
  });

  test.each([
    ['that gives digital silence', () => new Int16Array(length), 'no-microphone'],
    ['that gives nothing at all', () => new Int16Array(0), 'no-microphone'],
    ['that is overdriven', () => mixed(length, { sound: bench().own, gain: 60, delayMs }), 'saturated'],
  ] as const)('%s says unknown, and why', (_, captured, because) => {
    const { calibration } = bench();
    expect(listen({ played, captured: captured(), calibration }).verdict).toEqual({ heard: 'unknown', because });
  });

  test('that was never calibrated says unknown', () => {
    const { own, around } = bench();
    const captured = mixed(length, { sound: own, gain: 1, delayMs }, around);
    expect(listen({ played, captured, calibration: undefined }).verdict).toEqual({ heard: 'unknown', because: 'not-calibrated' });
  });

  test('hears a programme that is too quiet, or too short, as unknown', () => {
    const { own, calibration, around } = bench();
    const hushed = mixed(length, { sound: played, gain: 0.002 });
    const quiet = mixed(length, { sound: own, gain: 0.002, delayMs }, { ...around, gain: around.gain * 0.01 });
    expect(listen({ played: hushed, captured: quiet, calibration }).verdict).toEqual({ heard: 'unknown', because: 'too-quiet' });
    const brief = played.subarray(0, 3 * 48_000);
    const captured = mixed(4 * 48_000, { sound: own, gain: 1, delayMs }, around);
    expect(listen({ played: brief, captured, calibration }).verdict).toEqual({ heard: 'unknown', because: 'too-short' });
  });
});
