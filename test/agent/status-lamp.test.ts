// What the lamp on the case says: which signal, in which rhythm, and a driver that counts it out whole.
import { readFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type BoxSigns, blinkMs, lampPhase, pauseMs, signalOf } from '../../agent/core/status-lamp.ts';
import { StatusLampDriver } from '../../agent/status-lamp.ts';
import { SimulatedLamp } from '../../hardware/status-lamp/simulated-lamp.ts';
import type { StatusLamp } from '../../hardware/status-lamp.ts';
import { type BoxSignalName, boxSignals } from '../../schemas/box-signals.ts';
import { bad, type Problem } from '../../schemas/problems.ts';

const well: BoxSigns = {
  ...{ enrolled: true, refused: false, hotspotOpen: false, orderInForce: false, faults: [], timeTrusted: true, centreUp: true },
};
const worst: BoxSigns = {
  ...{
    enrolled: false,
    refused: true,
    hotspotOpen: true,
    orderInForce: true,
    faults: ['amplifier-main'],
    timeTrusted: false,
    centreUp: false,
  },
};

describe('the signal', () => {
  test.each<[BoxSignalName, Partial<BoxSigns>]>([
    ['well', {}],
    ['centreAway', { centreUp: false }],
    ['noTime', { timeTrusted: false, centreUp: false }],
    ['unclaimed', { enrolled: false, timeTrusted: false, centreUp: false }],
    ['refused', { refused: true, centreUp: false }],
    ['hotspotOpen', { hotspotOpen: true, enrolled: false }],
    ['orderSounds', { orderInForce: true, hotspotOpen: true }],
    ...['output-main', 'amplifier-main', 'screen-bang', 'player-main', 'behind-bang', 'speaker-open', 'store'].map(
      (fault): [BoxSignalName, Partial<BoxSigns>] => ['fault', { faults: ['mains', fault], centreUp: false }],
    ),
    ['well', { faults: ['mains', 'case-open', 'modem-weak', 'source-main', 'storehouse'] }],
  ])('%s of %j', (signal, change) => expect(signalOf({ ...well, ...change })).toBe(signal));

  test('what matters most goes first, one after the other', () => {
    const order: BoxSignalName[] = [];
    const mended: Partial<BoxSigns>[] = [
      ...[{ orderInForce: false }, { hotspotOpen: false }, { refused: false }, { enrolled: true }, { faults: [] }],
      ...[{ timeTrusted: true }, { centreUp: true }],
    ];
    let signs = worst;
    for (const change of mended) {
      order.push(signalOf(signs));
      signs = { ...signs, ...change };
    }
    expect([...order, signalOf(signs)]).toEqual([
      ...['orderSounds', 'hotspotOpen', 'refused', 'unclaimed', 'fault', 'noTime', 'centreAway', 'well'],
    ]);
  });

  test('a box of which nothing is known is dark', () => expect(signalOf(undefined)).toBe('off'));
});

/** What a person sees within a time: the blinks that end, and the longest darkness. */
function seen(signal: BoxSignalName, forMs: number) {
  let [atMs, blinks, darkMs, longestMs] = [0, 0, 0, 0];
  while (atMs < forMs) {
    const phase = lampPhase(signal, atMs);
    darkMs = phase.on ? 0 : darkMs + phase.forMs;
    longestMs = Math.max(longestMs, darkMs);
    if (phase.on) blinks++;
    atMs += phase.forMs;
  }
  return { blinks, longestMs };
}

describe('the rhythm', () => {
  const counted = Object.entries(boxSignals).flatMap(([name, { blinks }]) =>
    typeof blinks === 'number' ? [{ name: name as BoxSignalName, blinks }] : [],
  );
  test.each(counted)('$name: $blinks blinks between two pauses, and its words say so', ({ name, blinks }) => {
    const { cycleMs } = lampPhase(name, 0);
    expect(seen(name, 5 * cycleMs)).toEqual({ blinks: 5 * blinks, longestMs: pauseMs });
    expect(boxSignals[name].vi).toMatch(new RegExp(`^${blinks} nháy: `));
    expect(boxSignals[name].en).toMatch(new RegExp(`^${blinks}: `));
  });

  test('no two signals look alike, and none blinks more than twice a second', () => {
    const all = Object.values(boxSignals).map(({ blinks }) => blinks);
    expect(new Set(all).size).toBe(all.length);
    expect(1000 / (2 * blinkMs)).toBeLessThanOrEqual(2);
    expect(seen('orderSounds', 60_000)).toEqual({ blinks: 100, longestMs: blinkMs });
    expect(seen('off', 60_000).blinks).toBe(0);
    expect(seen('well', 60_000).longestMs).toBe(0);
  });
});

test('the page for technicians has the very words of the label, all of them, in its order', async () => {
  const page = await readFile(new URL('../../agent/docs/local-page.md', import.meta.url), 'utf8');
  const words = Object.values(boxSignals).map(({ vi, en }) => `| ${vi} | ${en} |`);
  expect(page).toContain(`| Trên nhãn | On the label |\n|---|---|\n${words.join('\n')}\n\n`);
});

describe('the driver', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  function drive(lamp: StatusLamp) {
    const box = { signs: { ...well } as BoxSigns | undefined };
    const told: Problem[] = [];
    const driver = new StatusLampDriver({ lamp, look: () => box.signs, warn: (_, problem) => told.push(problem) });
    return { box, told, driver };
  }

  test('shows a box without its centre by two blinks, and one that is well by light without a change', async () => {
    const lamp = new SimulatedLamp();
    const { box, driver } = drive(lamp);
    await driver.start();
    await vi.advanceTimersByTimeAsync(5_000);
    expect([lamp.on(), lamp.shown().filter(Boolean).length]).toEqual([true, 1]);
    box.signs = { ...well, centreUp: false };
    await vi.advanceTimersByTimeAsync(1_000);
    const before = lamp.shown().length;
    const { cycleMs } = lampPhase('centreAway', 0);
    await vi.advanceTimersByTimeAsync(10 * cycleMs);
    const blinks = lamp.shown().slice(before).filter(Boolean).length;
    expect([19, 20, 21]).toContain(blinks);
    await driver.stop();
    expect(lamp.on()).toBe(false);
  });

  test('a code is counted out before the next begins; an order waits a second at most', async () => {
    const lamp = new SimulatedLamp();
    const { box, driver } = drive(lamp);
    box.signs = { ...well, faults: ['output-main'] };
    await driver.start();
    await vi.advanceTimersByTimeAsync(1_000 + pauseMs + 2 * blinkMs);
    box.signs = { ...well };
    const { cycleMs } = lampPhase('fault', 0);
    await vi.advanceTimersByTimeAsync(cycleMs);
    // Five blinks, then the light of a box that is well.
    expect([lamp.shown().filter(Boolean).length, lamp.on()]).toEqual([6, true]);
    box.signs = { ...well, faults: ['output-main'] };
    await vi.advanceTimersByTimeAsync(2_000);
    box.signs = { ...well, faults: ['output-main'], orderInForce: true };
    const before = lamp.shown().length;
    await vi.advanceTimersByTimeAsync(1_000 + 10 * blinkMs);
    expect(lamp.shown().slice(before).filter(Boolean).length).toBeGreaterThanOrEqual(5);
    await driver.stop();
  });

  test('no lamp there is told once, by name, and nothing is tried again', async () => {
    const none = new SimulatedLamp();
    const gone = Object.assign(none, { start: () => Promise.resolve(bad('not-found', 'no-lamp: ACT: ENOENT')) });
    const { told, driver } = drive(gone);
    await driver.start();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(driver.state).toEqual({ is: 'no-lamp', problem: told[0] });
    expect([told.length, none.shown().length, vi.getTimerCount()]).toEqual([1, 0, 0]);
    await driver.stop();
  });

  test('a lamp that fails is told once and lit again when it can be', async () => {
    const lamp = new SimulatedLamp();
    const failing: { problem: Problem | undefined } = { problem: { code: 'device-failed', path: '', detail: 'EIO' } };
    const light = lamp.light.bind(lamp);
    const { told, driver } = drive(
      Object.assign(lamp, { light: (on: boolean) => (failing.problem ? Promise.resolve({ problem: failing.problem }) : light(on)) }),
    );
    await driver.start();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(told).toHaveLength(1);
    failing.problem = undefined;
    await vi.advanceTimersByTimeAsync(2_000);
    expect([lamp.on(), told.length]).toEqual([true, 1]);
    await driver.stop();
  });
});
