// Rows of proof: what a line claims, how showings are gathered, what a month of them weighs.
import { describe, expect, test } from 'vitest';
import type { OpenShowing } from '../../agent/core/model.ts';
import { standardRules } from '../../agent/core/rules.ts';
import { addToTally, lineOf, writeAllTallies } from '../../agent/core/showing-rows.ts';
import { blankKept, blankLive } from '../../agent/core/start-state.ts';
import { Turn } from '../../agent/core/turn.ts';
import { Entry } from '../../schemas/outbox.ts';
import { parse } from '../../schemas/parse.ts';
import { ShowingRow, showingLinesMax } from '../../schemas/showing-row.ts';
import { hashOf, mondayMs } from '../world/build.ts';

const open = (changes: Partial<OpenShowing> = {}): OpenShowing => ({
  output: 'board',
  attempt: 1,
  showing: 1,
  of: { what: 'bulletin', occurrence: 's@1@board', schedule: 's', programme: 'p', sha256: hashOf('a') },
  fromMs: mondayMs,
  untilMs: mondayMs + 10_000,
  paintedMs: mondayMs + 20,
  markedMs: mondayMs + 10_000,
  shownMs: 9_980,
  darkMs: 0,
  frames: 12,
  ...changes,
});

describe('a line of proof', () => {
  test.each([
    ['seen where the screen painted on', {}, 'completed', { evidence: 'seen', shownMs: 9_980, frames: 12 }],
    ['rendered where it could not be asked: null, not zero', { frames: null }, 'completed', { evidence: 'rendered', frames: null }],
    ['rendered where it stood still', { frames: 1, shownMs: 0 }, 'completed', { evidence: 'rendered', shownMs: 0 }],
    ['scheduled where it never came', { paintedMs: null, shownMs: 0 }, 'display-failed', { evidence: 'scheduled', shownMs: 0, frames: 0 }],
    ['unknown where the power went', { paintedMs: null, shownMs: 0 }, 'unknown', { evidence: 'scheduled', frames: null }],
    ['cut where something above it took the screen', { markedMs: mondayMs + 4_000, shownMs: 3_980 }, 'preempted', { plannedMs: 4_000 }],
    ['without what a blanking hid', { darkMs: 6_000, shownMs: 3_980 }, 'blanked', { plannedMs: 4_000, darkMs: 6_000 }],
  ] as const)('is %s', (_, changes, end, line) => {
    expect(lineOf(open(changes), end)).toMatchObject({ ...line, times: 1, ends: { [end]: 1 } });
  });

  test('a full row fits into one entry, more pages begin another, and no page is counted twice', () => {
    const turn = new Turn(
      { wallMs: mondayMs, monoMs: 0, quality: 'signed' },
      { kept: blankKept(), live: { ...blankLive(), boot: 'b-1234567890' } },
      standardRules,
    );
    for (let round = 0; round < 3; round++)
      for (let at = 0; at < 64; at++)
        addToTally(
          turn,
          open({
            of: {
              what: 'bulletin',
              occurrence: `${'s'.repeat(32)}@1795366800000@board`,
              schedule: 's'.repeat(32),
              programme: 'p'.repeat(32),
              sha256: hashOf(`page ${at}`),
            },
          }),
          'display-failed',
        );
    writeAllTallies(turn);
    const rows = turn.decision().facts.flatMap((fact) => (fact.kind === 'showing' ? [fact] : []));
    expect(rows).toHaveLength(2);
    expect(rows[0]?.showing.lines).toHaveLength(showingLinesMax);
    for (const fact of rows) {
      expect(parse(ShowingRow, fact.showing).ok).toBe(true);
      const entry = { boot: 'b-1234567890', atMs: mondayMs, monoMs: 123_456.789, clock: 'signed', fact };
      expect(parse(Entry, entry).ok).toBe(true);
      expect(JSON.stringify(entry).length).toBeLessThan(16_384);
    }
    expect(rows.flatMap(({ showing: { lines } }) => lines).every(({ times }) => times === 3)).toBe(true);
  });

  test('a month of a board costs the SIM what agent/docs/boards.md says', () => {
    const month = (count: number) => {
      const turn = new Turn(
        { wallMs: mondayMs, monoMs: 0, quality: 'signed' },
        { kept: blankKept(), live: { ...blankLive(), boot: 'b-1234567890' } },
        standardRules,
      );
      for (let at = 0; at < count; at++)
        addToTally(
          turn,
          open({
            of: {
              what: 'bulletin',
              occurrence: 'lich-1234@1795366800000@board',
              schedule: 'lich-1234',
              programme: 'ct-12345678',
              sha256: hashOf(`page ${at}`),
            },
          }),
          'completed',
        );
      writeAllTallies(turn);
      const bytes = turn
        .decision()
        .facts.reduce(
          (sum, fact) => sum + JSON.stringify({ boot: 'b-1234567890', atMs: mondayMs, monoMs: 1, clock: 'signed', fact }).length + 120,
          0,
        );
      return (bytes * 24 * 30) / 1e6;
    };
    expect(month(6)).toBeLessThan(1.6);
    expect(month(20)).toBeLessThan(4.2);
    expect(month(showingLinesMax)).toBeLessThan(9.5);
  });
});
