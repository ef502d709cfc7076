// A change that could cut the box off is kept when the centre was met, and taken back when it was not: one table a rule.
import { describe, expect, test } from 'vitest';
import { decide } from '../../agent/core/decide.ts';
import type { Event, State } from '../../agent/core/model.ts';
import { trialMs, triedParts } from '../../agent/core/trial.ts';
import type { Want } from '../../schemas/want.ts';
import { hashOf, hourMs, minuteMs, plan } from '../world/build.ts';
import { Rig } from './core-rig.ts';

const beat: Event = { is: 'heartbeatCame', line: 'own', centre: 'xa-1', epoch: 'e1', topics: {} };

/** A box that has met its centre and then applied a second plan with another policy. */
function tried(first: Event = beat): Rig {
  const rig = new Rig(12 * hourMs).bootWith(plan(1));
  rig.tell({ is: 'linkChanged', up: true });
  rig.tell(first);
  apply(rig, 2);
  return rig;
}

function apply(rig: Rig, rev: number): void {
  rig.offer(plan(rev));
  const needed = rig.state.kept.want.offered?.parts ?? [];
  const has = [...rig.state.live.cache.has].map(([sha256, bytes]) => ({ sha256, bytes }));
  rig.tell({ is: 'cacheSeen', has: [...has, ...needed], freeBytes: 2 ** 33 });
  rig.load(plan(rev));
}

const trials = (rig: Rig) => rig.facts.flatMap((fact) => (fact.kind === 'trial' ? [`${fact.of.join('+')} ${fact.state}`] : []));
const applied = (rig: Rig) => rig.state.kept.want.applied?.rev;

describe('parts that are tried', () => {
  const want = (policy: string, paths?: string): Want => ({
    rev: 1,
    parts: [
      { kind: 'settings', sha256: hashOf('s'), bytes: 1 },
      { kind: 'policy', sha256: hashOf(policy), bytes: 1 },
      ...(paths === undefined ? [] : [{ kind: 'paths' as const, sha256: hashOf(paths), bytes: 1 }]),
    ],
  });
  test.each([
    ['nothing changed', want('a', 'x'), want('a', 'x'), []],
    ['another policy', want('a', 'x'), want('b', 'x'), ['policy']],
    ['other paths', want('a', 'x'), want('a', 'y'), ['paths']],
    ['paths for the first time', want('a'), want('a', 'x'), ['paths']],
    ['both', want('a', 'x'), want('b'), ['policy', 'paths']],
  ])('%s', (_, before, after, expected) => {
    expect(triedParts(before, after)).toEqual(expected);
  });
});

describe('a new policy', () => {
  test('is on trial, and stays once the centre has said something signed', () => {
    const rig = tried();
    expect(trials(rig)).toEqual(['policy begun']);
    rig.tell(beat);
    expect(trials(rig)).toEqual(['policy begun', 'policy kept']);
    rig.pass(2 * trialMs);
    expect(applied(rig)).toBe(2);
  });

  test.each<[string, Event]>([
    ['a connection alone', { is: 'linkChanged', up: true }],
    ['a sign of life of the centre above', { ...beat, line: 'upper' } as Event],
    ['time that passes', { is: 'timePassed' }],
  ])('is not confirmed by %s', (_, event) => {
    const rig = tried();
    rig.tell(event);
    expect(trials(rig)).toEqual(['policy begun']);
  });

  test('is confirmed by a signed answer', () => {
    const rig = tried();
    rig.tell({ is: 'centreAnswered' });
    expect(trials(rig).at(-1)).toBe('policy kept');
  });

  test('is taken back after ten minutes without the centre, with a row and a fault that say why', () => {
    const rig = tried();
    rig.tell({ is: 'linkChanged', up: false });
    rig.pass(trialMs - 1_000);
    expect(applied(rig)).toBe(2);
    rig.pass(1_000);
    rig.load(plan(1));
    expect(applied(rig)).toBe(1);
    expect(trials(rig)).toEqual(['policy begun', 'policy reverted']);
    expect(rig.facts.findLast((fact) => fact.kind === 'fault')).toMatchObject({
      ...{ fault: 'trial-reverted', state: 'raised' },
      detail: 'policy of revision 2 taken back: the centre was not reached within 10 minutes',
    });
  });

  test('is counted by the monotonic clock: a wall clock that steps by a year changes nothing', () => {
    const rig = tried();
    rig.wallMs += 365 * 24 * hourMs;
    rig.tell({ is: 'clockChanged' });
    expect(applied(rig)).toBe(2);
    rig.pass(trialMs / 2);
    expect(trials(rig)).toEqual(['policy begun']);
  });

  test('keeps what it may go back to in the cache', () => {
    const rig = tried();
    const old = rig.state.kept.trial?.old?.parts.map(({ sha256 }) => sha256) ?? [];
    rig.pass(5 * minuteMs);
    expect(old.length).toBeGreaterThan(0);
    expect(rig.actions.flatMap((action) => (action.do === 'evict' && old.includes(action.sha256) ? [action] : []))).toEqual([]);
  });

  test('that was taken back is tried once more when the centre is met, then no more', () => {
    const rig = tried();
    for (const expected of [1, 2]) {
      rig.tell({ is: 'linkChanged', up: false });
      rig.pass(trialMs);
      rig.load(plan(1));
      expect(trials(rig).filter((one) => one === 'policy reverted')).toHaveLength(expected);
      rig.tell({ is: 'linkChanged', up: true });
      rig.tell(beat);
      if (expected === 1) rig.load(plan(2));
      expect(applied(rig)).toBe(expected === 1 ? 2 : 1);
    }
    rig.tell(beat);
    expect(rig.state.kept.want.offered).toBeNull();
  });

  test('that follows another on trial goes back to what last held', () => {
    const rig = tried();
    apply(rig, 3);
    rig.tell({ is: 'linkChanged', up: false });
    rig.pass(trialMs);
    rig.load(plan(1));
    expect(applied(rig)).toBe(1);
  });

  test('needs no trial where the centre never gave a sign of life', () => {
    const rig = tried({ is: 'timePassed' });
    expect(trials(rig)).toEqual([]);
    rig.pass(2 * trialMs);
    expect(applied(rig)).toBe(2);
  });

  test('goes on being tried after a cut of the power, for no longer than was left', () => {
    const rig = tried();
    for (let minute = 0; minute < 6; minute++) rig.pass(minuteMs);
    const again = new Rig(13 * hourMs);
    again.state = { ...again.state, kept: rig.state.kept } satisfies State;
    again.boot();
    again.pass(3 * minuteMs);
    expect(again.state.kept.trial).toMatchObject({ is: 'trying' });
    again.pass(minuteMs + 16_000);
    expect(again.state.kept.trial).toMatchObject({ is: 'reverting' });
    expect(again.state.kept.want.offered?.rev).toBe(1);
  });
});

describe('network settings', () => {
  const begun: Event = { is: 'trialBegun', of: 'network', id: 'network:7' };
  const ends = (rig: Rig) => rig.actions.flatMap((action) => (action.do === 'endTrial' ? [action] : []));
  const started = () => {
    const rig = new Rig(12 * hourMs).bootWith(plan(1));
    rig.tell(begun);
    return rig;
  };

  test('are kept once the centre was met', () => {
    const rig = started();
    rig.tell({ is: 'linkChanged', up: true });
    rig.tell(beat);
    expect(ends(rig)).toEqual([{ do: 'endTrial', id: 'network:7', keep: true }]);
    expect(trials(rig)).toEqual(['network begun', 'network kept']);
  });

  test('are taken back by the door that set them, and asked for again by a boot that finds it half done', () => {
    const rig = started();
    rig.pass(trialMs);
    expect(ends(rig)).toEqual([{ do: 'endTrial', id: 'network:7', keep: false }]);
    const again = new Rig(13 * hourMs);
    again.state = { ...again.state, kept: rig.state.kept };
    again.boot();
    expect(ends(again)).toEqual([{ do: 'endTrial', id: 'network:7', keep: false }]);
    again.tell({ is: 'trialEnded', id: 'network:7' });
    expect(trials(again)).toEqual(['network reverted']);
    expect(again.state.kept.trial).toBeNull();
  });

  test('that cannot be taken back are a fault', () => {
    const rig = started();
    rig.pass(trialMs);
    rig.tell({ is: 'trialEnded', id: 'network:7', problem: { code: 'tool-failed', path: '', detail: 'nmcli' } });
    expect(rig.facts.at(-1)).toMatchObject({ fault: 'trial-reverted', state: 'raised', detail: expect.stringMatching(/nmcli/) });
  });
});

test('a decision about a trial is on the disk before it is acted on', () => {
  const rig = tried();
  rig.tell({ is: 'linkChanged', up: false });
  rig.wallMs += trialMs;
  rig.monoMs += trialMs;
  expect(decide(rig.now(), rig.state, { is: 'timePassed' }).commit).toBe('now');
});
