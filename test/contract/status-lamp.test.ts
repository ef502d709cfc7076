// The lamp's promises, kept by the simulation and by the door to the kernel's LED class over a folder of its files.
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { LedLamp } from '../../hardware/status-lamp/led-lamp.ts';
import { SimulatedLamp } from '../../hardware/status-lamp/simulated-lamp.ts';
import { promiseStatusLamp } from './status-lamp.ts';

const dirs: string[] = [];
afterEach(async () => {
  for (const dir of dirs.splice(0)) await rm(dir, { recursive: true, force: true });
});

/** Files as Linux shows them for one LED each. */
async function makeLeds(names: readonly string[], max = '255'): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'loa-leds-'));
  dirs.push(dir);
  for (const name of names) {
    await mkdir(join(dir, name));
    await writeFile(join(dir, name, 'brightness'), '17\n');
    await writeFile(join(dir, name, 'max_brightness'), `${max}\n`);
    await writeFile(join(dir, name, 'trigger'), 'none timer [mmc0] heartbeat\n');
  }
  return dir;
}

const fileOf = (dir: string, name: string, file: string) => readFile(join(dir, name, file), 'utf8');

describe('simulated lamp', () => {
  promiseStatusLamp(async () => {
    const lamp = new SimulatedLamp();
    return { lamp, lit: async () => lamp.on() };
  });
});

describe('lamp of the LED class', () => {
  promiseStatusLamp(async () => {
    const dir = await makeLeds(['ACT']);
    return { lamp: new LedLamp({ dir }), lit: async () => Number.parseInt(await fileOf(dir, 'ACT', 'brightness'), 10) === 255 };
  });

  test('its trigger is taken away, and its own brightest is used', async () => {
    const dir = await makeLeds(['led0'], '1');
    const lamp = new LedLamp({ dir });
    await lamp.start();
    expect((await fileOf(dir, 'led0', 'trigger')).slice(0, 4)).toBe('none');
    await lamp.light(true);
    // A kernel's file takes the word whole; a plain one keeps what was longer before.
    expect((await fileOf(dir, 'led0', 'brightness')).slice(0, 1)).toBe('1');
    await lamp.stop();
  });

  test('a lamp made for it comes before the board’s own; one that is named is the only one tried', async () => {
    const dir = await makeLeds(['ACT', 'loa-status']);
    const lamp = new LedLamp({ dir });
    await lamp.start();
    await lamp.light(true);
    expect([await fileOf(dir, 'loa-status', 'brightness'), await fileOf(dir, 'ACT', 'brightness')].map((text) => text.slice(0, 2))).toEqual(
      ['25', '17'],
    );
    expect(await new LedLamp({ dir, name: 'led1' }).start()).toMatchObject({ ok: false, problem: { code: 'not-found' } });
  });

  test('none there, or one with no brightness that could be right: no-lamp with the reasons, and nothing is made', async () => {
    const dir = await makeLeds([]);
    const begun = await new LedLamp({ dir }).start();
    expect(begun).toMatchObject({ ok: false, problem: { code: 'not-found' } });
    expect(begun.ok ? '' : begun.problem.detail).toMatch(/^no-lamp: loa-status: ENOENT.*; ACT: ENOENT.*; led0: ENOENT/);
    expect(await readdir(dir)).toEqual([]);
    const odd = await makeLeds(['ACT'], 'bright');
    expect((await new LedLamp({ dir: odd }).start()).ok).toBe(false);
  });

  test('a lamp that goes away is a problem in each answer, and no file is made', async () => {
    const dir = await makeLeds(['ACT']);
    const lamp = new LedLamp({ dir });
    await lamp.start();
    await rm(join(dir, 'ACT', 'brightness'));
    expect((await lamp.light(true)).problem).toMatchObject({ code: 'device-failed' });
    expect(await readdir(join(dir, 'ACT'))).toEqual(['max_brightness', 'trigger']);
    await lamp.stop();
  });
});
