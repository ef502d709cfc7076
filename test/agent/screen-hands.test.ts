// The hands of boards: every board answers, the power of the box is switched once, and the newest wish wins.
import { expect, test } from 'vitest';
import type { Action, Event } from '../../agent/core/model.ts';
import { ScreenHands } from '../../agent/screen-hands.ts';
import type { Display } from '../../hardware/display.ts';
import type { Powered, ScreenPower } from '../../hardware/screen-power.ts';

type Switch = Extract<Action, { do: 'switchScreen' }>;

const order = (output: string, attempt: number, lit: boolean): Switch => ({ do: 'switchScreen', output, attempt, dark: !lit, power: lit });

/** Two boards behind one means of power; `gates` hold back a blank of theirs. */
function rig(gates: Readonly<Record<string, Promise<void>>> = {}) {
  const done: string[] = [];
  const answers: string[] = [];
  const means: ScreenPower = {
    name: 'relay',
    probe: async () => ({ ok: true, value: undefined }),
    switch: async (on): Promise<Powered> => {
      done.push(`power ${on}`);
      await Promise.resolve();
      return { sent: true, confirmed: true };
    },
    stop: async () => undefined,
  };
  const displayOf = (output: string) =>
    ({
      blank: async (dark: boolean) => {
        if (dark) await gates[output];
        done.push(`${output} ${dark ? 'dark' : 'lit'}`);
        return { sent: true, confirmed: true };
      },
    }) as unknown as Display;
  const hands = new ScreenHands({ displayOf, means: [means], warn: () => undefined, centreUrl: 'http://127.0.0.1:9' } as never);
  const tell = (event: Event) => {
    if (event.is === 'screenSwitched') answers.push(`${event.output} ${event.attempt} ${event.page} ${event.power}`);
  };
  return { done, answers, say: (action: Switch) => hands.switch(action, tell) };
}

test.each([true, false])('two boards told in one decision both answer, and the power of the box is switched once: lit %s', async (lit) => {
  const { done, answers, say } = rig();
  await Promise.all([say(order('a', 1, lit)), say(order('b', 2, lit))]);
  expect(answers.toSorted()).toEqual(['a 1 confirmed confirmed', 'b 2 confirmed confirmed']);
  expect(done.filter((one) => one.startsWith('power'))).toEqual([`power ${lit}`]);
});

test('of what waits for one board only its newest is done', async () => {
  const { done, answers, say } = rig();
  await Promise.all([say(order('a', 1, true)), say(order('a', 2, false)), say(order('a', 3, true)), say(order('b', 4, true))]);
  expect(answers.toSorted()).toEqual(['a 3 confirmed confirmed', 'b 4 confirmed confirmed']);
  expect(done.filter((one) => one.startsWith('power'))).not.toContain('power false');
});

test('a board that is slow to go dark does not darken the box after light was wished again', async () => {
  let open: () => void = () => undefined;
  const gate = new Promise<void>((resolve) => {
    open = resolve;
  });
  const { done, answers, say } = rig({ b: gate });
  const slow = say(order('b', 2, false));
  await say(order('a', 1, false));
  await say(order('a', 3, true));
  const light = say(order('b', 4, true));
  open();
  await Promise.all([slow, light]);
  const powers = done.filter((one) => one.startsWith('power'));
  expect(powers.slice(0, 2)).toEqual(['power false', 'power true']);
  expect(powers.slice(2)).not.toContain('power false');
  expect(answers).toContain('b 4 confirmed confirmed');
});
