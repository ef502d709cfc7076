// When a box may be started anew, and that what an update says becomes a row before anything follows from it.
import { describe, expect, test } from 'vitest';
import { decide } from '../../agent/core/decide.ts';
import type { Live, OutputState, State } from '../../agent/core/model.ts';
import { blankKept, blankLive } from '../../agent/core/start-state.ts';
import { isQuiet } from '../../agent/update/quiet.ts';
import type { UpdateFact } from '../../schemas/release.ts';
import type { Moment } from '../../schemas/time.ts';

const now: Moment = { wallMs: 1_800_000_000_000, monoMs: 1_000, quality: 'signed' };
const output: OutputState = {
  ...{ id: 'main', kind: 'loudspeaker', working: true, leaving: [], lastOrder: null, tone: null, failures: 0 },
  ...{ amplifier: { is: 'off', atMonoMs: 0 }, player: { is: 'idle', quietSinceMonoMs: 0 } },
};
const stateOf = (live: Partial<Live>, kept: object = {}): State => ({
  kept: { ...blankKept(), ...kept },
  live: { ...blankLive(), outputs: { main: output }, ...live },
});
const agenda = (startInMs: number, more: object = {}) => {
  const startMs = now.wallMs + startInMs;
  const occurrences = [{ id: 'o', output: 'main', startMs, endMs: startMs + 60_000, refused: null, ...more }];
  return { agenda: { rev: 1, fromMs: 0, toMs: 9e15, occurrences, items: [] } as unknown as Live['agenda'] };
};

describe('a box is quiet', () => {
  test.each<[string, State, boolean]>([
    ['with nothing to do', stateOf({}), true],
    ['with a programme in an hour', stateOf(agenda(3600_000)), true],
    ['with a refused one in a minute', stateOf(agenda(60_000, { refused: 'quiet-hours' })), true],
    ['with a page of a board that goes round', stateOf(agenda(-1000, { output: 'screen' })), true],
    ['not with a programme in a minute', stateOf(agenda(60_000)), false],
    ['not within a programme', stateOf(agenda(-1_000)), false],
    ['not while it plays', stateOf({ outputs: { main: { ...output, player: { is: 'playing' } as never } } }), false],
    ['not with a tone that was asked for', stateOf({ outputs: { main: { ...output, tone: {} as never } } }), false],
    ['not while a play ends', stateOf({ outputs: { main: { ...output, leaving: [{} as never] } } }), false],
    ['not while an order stands', stateOf({}, { orders: { ...blankKept().orders, active: [{} as never] } }), false],
    ['not with a person at the horn', stateOf({}, { service: { leftMs: 1, by: 'x', ending: false } }), false],
    ['not while somebody speaks', stateOf({}, { sessions: { open: [{ over: null } as never], latched: [] } }), false],
  ])('%s', (_, state, quiet) => {
    expect(isQuiet(state, now)).toBe(quiet);
  });
});

test('what an update says is a row before anything else', () => {
  const fact: UpdateFact = { kind: 'update', version: '1.1.0', counter: 2, state: 'committed', from: '1.0.0' };
  const decision = decide(now, stateOf({}), { is: 'updateTold', fact });
  expect(decision.facts).toContainEqual(fact);
  expect(decision.commit).toBe('now');
});
