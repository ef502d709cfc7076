// Who is there, from words and wills alone: late wills, kept words and restored cards do not deceive.
import { describe, expect, test } from 'vitest';
import {
  hearPresence,
  hearWord,
  isDoubtful,
  lineLost,
  neverHeard,
  proveWithinMs,
  type Standing,
} from '../../controller/core/box-presence.ts';

type Step = readonly ['on' | 'will' | 'kept on' | 'kept will', number] | readonly ['word' | 'line lost'];

function after(...steps: readonly Step[]): Standing {
  return steps.reduce((known: Standing, [what, conn = 0], at) => {
    if (what === 'word') return hearWord(known, at);
    if (what === 'line lost') return lineLost(known, at);
    return hearPresence(known, { on: what.endsWith('on'), conn }, what.startsWith('kept'), at);
  }, neverHeard);
}

describe('a box is', () => {
  test.each<[string, boolean, readonly Step[]]>([
    ['away before it says anything', false, []],
    ['there when it says so', true, [['on', 1]]],
    [
      'away by its will',
      false,
      [
        ['on', 1],
        ['will', 1],
      ],
    ],
    [
      'there when an older connection’s will comes late',
      true,
      [
        ['on', 2],
        ['will', 1],
      ],
    ],
    ['there by any other word', true, [['will', 3], ['word']]],
    ['away when the line is lost', false, [['on', 1], ['line lost']]],
    ['there again by what it says', true, [['on', 1], ['line lost'], ['on', 1]]],
    ['away by the will of the connection it had when the line was lost', false, [['on', 4], ['line lost'], ['kept will', 4]]],
    [
      'there with a counter that began again',
      true,
      [
        ['on', 900],
        ['will', 900],
        ['on', 1],
      ],
    ],
    [
      'not there by what a broker kept of an older connection',
      false,
      [
        ['on', 9],
        ['will', 9],
        ['kept on', 8],
      ],
    ],
    ['there, for a while, by what the broker kept', true, [['kept on', 5]]],
  ])('%s', (_name, up, steps) => {
    expect(after(...steps).up).toBe(up);
  });
});

test('what a broker kept has to be proved by a word of the box', () => {
  const kept = after(['kept on', 5]);
  expect(isDoubtful(kept, proveWithinMs - 1)).toBe(false);
  expect(isDoubtful(kept, proveWithinMs)).toBe(true);
  for (const proof of [['word'], ['on', 5]] as const) expect(isDoubtful(after(['kept on', 5], proof), 10 * proveWithinMs)).toBe(false);
  // And then stays proved, whatever is kept of the same connection.
  expect(isDoubtful(after(['on', 5], ['kept on', 5]), 10 * proveWithinMs)).toBe(false);
});
