// A roll-out as a table: few boxes first, on only by what was committed, called off by what failed.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { countStages, decideRollout, type Offered, progressOf, type RolloutFacts, stageSize } from '../../controller/core/rollout.ts';
import type { UpdateFact } from '../../schemas/release.ts';
import type { Rollout, StoredUpdate } from '../../schemas/release-api.ts';

const hourMs = 3600_000;
const rollout: Rollout = {
  ...{
    id: 'ro-1',
    version: '1.1.0',
    counter: 2,
    area: '08',
    stages: [1, 10, 100],
    abortPercent: 10,
    silentMs: 24 * hourMs,
    soakMs: hourMs,
  },
  ...{ state: 'running', stage: 0, stageSinceMs: 0, beganMs: 0, beganBy: 'quan-tri', endedMs: null },
};
const boxes = (count: number) => Array.from({ length: count }, (_, at) => `hop-${at}`);
const offered = (count: number, stage = 0): Offered[] => boxes(count).map((dev) => ({ dev, stage, offeredMs: 0 }));
const said = (at: number, state: UpdateFact['state'], receivedMs = 1, counter = 2): StoredUpdate => ({
  ...{ dev: `hop-${at}`, atMs: receivedMs, receivedMs },
  fact: { kind: 'update', version: '1.1.0', counter, state },
});
const facts = (more: Partial<RolloutFacts>): RolloutFacts => ({
  rollout,
  candidates: boxes(200),
  offered: [],
  told: [],
  nowMs: 10,
  ...more,
});

describe('a roll-out', () => {
  test.each([
    [0, 1, 0],
    [1, 1, 1],
    [3, 1, 1],
    [200, 1, 2],
    [201, 1, 3],
    [200, 10, 20],
    [200, 100, 200],
  ])('of %i boxes has at %i per cent %i of them', (candidates, percent, size) => {
    expect(stageSize(candidates, percent)).toBe(size);
  });

  test('begins with its first stage', () => {
    expect(decideRollout(facts({})).offer).toEqual(['hop-0', 'hop-1']);
  });

  test.each<[string, StoredUpdate[], number]>([
    ['nothing was heard', [], 5 * hourMs],
    ['one is only downloaded', [said(0, 'committed'), said(1, 'downloaded')], 5 * hourMs],
    ['one is switched and not confirmed', [said(0, 'committed'), said(1, 'switched')], 5 * hourMs],
    ['all are committed, but only just', [said(0, 'committed'), said(1, 'committed', 4.5 * hourMs)], 5 * hourMs],
    ['what was committed is another release', [said(0, 'committed', 1, 1), said(1, 'committed', 1, 1)], 5 * hourMs],
  ])('stays where it is while %s', (_, told, nowMs) => {
    const step = decideRollout(facts({ offered: offered(2), told, nowMs }));
    expect(step).toEqual({ rollout, offer: [] });
  });

  test('goes on when all of a stage committed and rested', () => {
    const step = decideRollout(facts({ offered: offered(2), told: [said(0, 'committed'), said(1, 'committed')], nowMs: 5 * hourMs }));
    expect(step.rollout).toMatchObject({ state: 'running', stage: 1, stageSinceMs: 5 * hourMs });
    expect(step.offer).toHaveLength(18);
    expect(step.offer).not.toContain('hop-0');
  });

  test.each<[string, StoredUpdate[], number]>([
    ['goes back', [said(0, 'switched'), said(0, 'rolled-back')], hourMs],
    ['refuses', [said(0, 'refused')], hourMs],
    ['says nothing for a day', [said(0, 'downloaded')], 24 * hourMs],
  ])('is called off when one of two %s', (_, told, nowMs) => {
    const step = decideRollout(facts({ offered: offered(2), told: [...told, said(1, 'committed')], nowMs }));
    expect(step.rollout).toMatchObject({ state: 'called-off', endedMs: nowMs });
    expect(step.offer).toEqual([]);
  });

  test('bears as many failures as its threshold, and not one more', () => {
    const stage1 = { ...rollout, stage: 1 };
    const told = (bad: number) => boxes(20).map((_, at) => said(at, at < bad ? 'rolled-back' : 'committed'));
    expect(decideRollout(facts({ rollout: stage1, offered: offered(20), told: told(2), nowMs: 5 * hourMs })).rollout.stage).toBe(2);
    expect(decideRollout(facts({ rollout: stage1, offered: offered(20), told: told(3), nowMs: 5 * hourMs })).rollout.state).toBe(
      'called-off',
    );
  });

  test('is done when the last stage has settled', () => {
    const last = { ...rollout, stage: 2 };
    const told = boxes(200).map((_, at) => said(at, 'committed'));
    expect(decideRollout(facts({ rollout: last, offered: offered(200), told })).rollout.state).toBe('done');
  });

  test('takes in boxes that came later', () => {
    const step = decideRollout(facts({ rollout: { ...rollout, stage: 2 }, offered: offered(199), nowMs: 5 }));
    expect(step.offer).toEqual(['hop-199']);
  });

  test.each(['paused', 'stopped', 'called-off', 'done'] as const)('that is %s does nothing', (state) => {
    const rests = { ...rollout, state };
    expect(decideRollout(facts({ rollout: rests }))).toEqual({ rollout: rests, offer: [] });
  });

  test('says of a box the furthest it came, whatever the order its words arrive in', () => {
    const told = [said(0, 'committed', 3), said(0, 'downloaded', 4), said(0, 'switched', 5)];
    const [box] = progressOf({ rollout, offered: offered(1), told, nowMs: 99 * hourMs });
    expect(box).toMatchObject({ progress: 'committed', atMs: 3 });
    expect(countStages(rollout, [box as NonNullable<typeof box>])[0]).toMatchObject({ offered: 1, committed: 1, failed: 0 });
  });

  test('never offers twice, never more than a stage allows, and advances by commits alone', () => {
    const state = fc.constantFrom('downloaded', 'switched', 'committed', 'rolled-back', 'refused');
    const words = fc.array(fc.record({ at: fc.nat(30), state, receivedMs: fc.nat(90 * hourMs) }), { maxLength: 80 });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 30 }), fc.nat(30), fc.nat(2), words, fc.nat(90 * hourMs), (count, had, stage, told, nowMs) => {
        const have = offered(Math.min(had, count));
        const all = told.map(({ at, state, receivedMs }) => said(at, state as UpdateFact['state'], receivedMs));
        const given = facts({ rollout: { ...rollout, stage }, candidates: boxes(count), offered: have, told: all, nowMs });
        const step = decideRollout(given);
        expect(new Set([...have.map(({ dev }) => dev), ...step.offer]).size).toBe(have.length + step.offer.length);
        const percent = rollout.stages[step.rollout.stage] ?? 100;
        if (step.offer.length > 0) expect(have.length + step.offer.length).toBeLessThanOrEqual(stageSize(count, percent));
        if (step.rollout.stage > stage) expect(progressOf(given).some(({ progress }) => progress === 'committed')).toBe(true);
      }),
    );
  });
});
