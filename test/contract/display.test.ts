// The display's promises, kept by the simulation.
import { describe, expect, test } from 'vitest';
import { SerialSign } from '../../hardware/display/serial-sign.ts';
import { SimulatedDisplay } from '../../hardware/display/simulated-display.ts';
import { SimulatedSerial } from '../../hardware/display/simulated-serial.ts';
import { SimulatedSign } from '../../hardware/display/simulated-sign.ts';
import { page, promiseDisplay } from './display.ts';

describe('simulated display', () => promiseDisplay(() => new SimulatedDisplay()));

test('the simulation keeps what is on the screen, also through a failure', async () => {
  const display = new SimulatedDisplay({ now: () => 1234.5 });
  const problems: string[] = [];
  display.onFailure(({ code }) => problems.push(code));
  await display.start();
  expect(await display.show(page('one', 'navy'))).toEqual({ paintedMs: 1235 });
  display.failNext();
  expect(await display.show(page('two', 'red'))).toMatchObject({ problem: { code: 'device-failed' } });
  expect(display.html()).toContain('Bản tin one');
  expect(display.shown()).toBe('one');
  expect(problems).toEqual(['device-failed']);
});

test('a hung picture stops counting and confirms no blank', async () => {
  let nowMs = 10_000;
  const display = new SimulatedDisplay({ now: () => nowMs });
  await display.start();
  await display.show(page('one', 'navy'));
  display.freeze(true);
  const before = await display.sample();
  nowMs += 60_000;
  expect(await display.sample()).toEqual(before);
  expect(await display.blank(true)).toEqual({ sent: true, confirmed: false });
});

const geometry = { columns: 128, rows: 16, colours: 'three', memoryBytes: 30_000 } as const;

function makeSign(answers: boolean): SerialSign {
  const serial = new SimulatedSerial(new SimulatedSign({ ...geometry, answers }));
  return new SerialSign({ ...geometry, answers, open: () => serial.open() });
}

describe('serial sign that answers', () => promiseDisplay(() => makeSign(true)));
describe('serial sign that does not answer', () => promiseDisplay(() => makeSign(false)));
