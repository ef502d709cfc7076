// The beacon at the edge: one timer, the rhythm of the core, told troubles once, dark at once when it is over.
import { afterEach, expect, test, vi } from 'vitest';
import { BeaconFlasher } from '../../agent/beacon.ts';
import { Boards } from '../../agent/boards.ts';
import { AgentConfig } from '../../agent/config.ts';
import { parse } from '../../schemas/parse.ts';

afterEach(() => void vi.useRealTimers());

function rig(problem = false) {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance', 'Date'] });
  const said: string[] = [];
  const troubles: string[] = [];
  const startMs = performance.now();
  const flasher = new BeaconFlasher({
    lamp: (on) => {
      said.push(`${on ? 'on' : 'off'} ${Math.round((performance.now() - startMs) / 100) / 10}`);
      return problem ? { problem: { code: 'device-failed', path: '', detail: 'burnt out' } } : {};
    },
    onTrouble: ({ detail }) => void troubles.push(detail),
  });
  return { flasher, said, troubles };
}

test('an order in earnest flashes once a second; when it ends the lamp is dark at once and stays so', async () => {
  const { flasher, said } = rig();
  flasher.flash('actual');
  await vi.advanceTimersByTimeAsync(1_700);
  flasher.flash('off');
  await vi.advanceTimersByTimeAsync(10_000);
  expect(said).toEqual(['on 0', 'off 0.5', 'on 1', 'off 1.5', 'off 1.7']);
});

test('an exercise flashes seldom', async () => {
  const { flasher, said } = rig();
  flasher.flash('exercise');
  await vi.advanceTimersByTimeAsync(5_900);
  expect(said).toEqual(['on 0', 'off 0.5', 'on 3', 'off 3.5']);
});

test('a lamp that does not light is told once and tried on', async () => {
  const { flasher, said, troubles } = rig(true);
  flasher.flash('actual');
  await vi.advanceTimersByTimeAsync(2_100);
  expect(said.length).toBeGreaterThan(3);
  expect(troubles).toEqual(['burnt out']);
});

test('words that come faster than the lamp can be opened leave one flasher, and it obeys the last', async () => {
  const config = parse(AgentConfig, { board: { kind: 'simulated', beacon: true } });
  if (!config.ok) throw new Error(config.problem.detail);
  const boards = new Boards({ config: config.value, onInput: () => undefined, onLost: () => undefined, onTrouble: () => undefined });
  await Promise.all([boards.flashBeacon('actual'), boards.flashBeacon('exercise'), boards.flashBeacon('off')]);
  expect(boards.beacon()).toBe(false);
  await new Promise((go) => setTimeout(go, 1_200));
  expect(boards.beacon()).toBe(false);
  await boards.flashBeacon('actual');
  expect(boards.beacon()).toBe(true);
  await boards.stop();
  expect(boards.beacon()).toBe(false);
});

test('a box may have a beacon and nothing else on its chip; a board with neither is refused, and so is a pin with two duties', () => {
  const board = (more: object) => parse(AgentConfig, { board: { kind: 'gpio-chardev', ...more } });
  expect(board({ beacon: { pin: 22 } }).ok).toBe(true);
  expect(board({})).toMatchObject({ ok: false, problem: { detail: 'a board needs relays or a beacon' } });
  const twice = board({ relays: { main: { relay1: 17, relay2: 27 } }, beacon: { pin: 27 } });
  expect(twice).toMatchObject({ ok: false, problem: { detail: 'pin 27 is both relay 2 of main and the beacon' } });
});
