// What keys do to a box as they end or begin anew: an expired delegation, and the undoing of a thief who ran revisions up.
import { describe, expect, test } from 'vitest';
import { hourMs, mondayMs, opened, order, plan, wantOf } from '../world/build.ts';
import { Rig } from './core-rig.ts';

const noon = 12 * hourMs;
const endMs = mondayMs + noon;
const offered = (id: string, ctr: number) => ({
  is: 'orderOffered' as const,
  opened: opened(id, ctr, { nbf: 0, exp: mondayMs + 30 * hourMs, keysUntilMs: endMs }),
  order: order(),
  inline: [],
});
const refusals = (rig: Rig) => rig.facts.flatMap((fact) => (fact.kind === 'order' && fact.state === 'refused' ? [fact.problem?.code] : []));

describe('a delegation that has ended', () => {
  test('is a reason of health, and no new order is taken; what stands sounds on', () => {
    const rig = new Rig(noon - 60_000).bootWith(plan(1));
    rig.tell({ is: 'keysChanged', keyids: ['key-0001'], keysUntilMs: endMs });
    rig.tell(offered('before', 1));
    expect(rig.state.kept.orders.active.map(({ id }) => id)).toEqual(['before']);
    rig.pass(61_000);
    rig.tell(offered('after', 2));
    expect(rig.state.kept.orders.active.map(({ id }) => id)).toEqual(['before']);
    expect(refusals(rig)).toEqual(['expired']);
    expect(rig.state.live.faults).toContain('keys-expired');
  });

  test('ends with a newer one: the same order, said again, sounds', () => {
    const rig = new Rig(noon + 60_000).bootWith(plan(1));
    rig.tell({ is: 'keysChanged', keyids: ['key-0001'], keysUntilMs: endMs });
    rig.tell(offered('late', 1));
    expect(refusals(rig)).toEqual(['expired']);
    rig.tell({ is: 'keysChanged', keyids: ['key-0001'], keysUntilMs: endMs + 365 * 24 * hourMs });
    const again = offered('late', 2);
    rig.tell({ ...again, opened: { ...again.opened, keysUntilMs: endMs + 365 * 24 * hourMs } });
    expect(rig.state.kept.orders.active.map(({ id }) => id)).toEqual(['late']);
    expect(rig.state.live.faults).not.toContain('keys-expired');
  });

  test('is not judged by a clock that nobody vouches for', () => {
    const rig = new Rig(noon + 60_000);
    rig.quality = 'none';
    rig.boot();
    rig.tell({ is: 'keysChanged', keyids: ['key-0001'], keysUntilMs: endMs });
    expect(rig.state.live.faults).not.toContain('keys-expired');
  });
});

describe('a new epoch', () => {
  const want = (rev: number, ctr: number, epoch: string) => ({
    is: 'wantOffered' as const,
    opened: opened(`want-${epoch}-${ctr}`, ctr, { aud: 'd/loa-1', epoch, exp: mondayMs + 1e12 }),
    want: wantOf(plan(rev)),
  });

  test('undoes revisions that a thief ran to their end', () => {
    const rig = new Rig(noon).bootWith(plan(2 ** 53 - 1));
    rig.tell(want(7, 10, 'e1'));
    expect(rig.state.kept.want.offered).toBeNull();
    rig.tell(want(7, 10, 'e2'));
    expect(rig.state.kept.want.offered?.rev).toBe(7);
    rig.tell(want(6, 11, 'e2'));
    expect(rig.state.kept.want.offered?.rev).toBe(7);
  });

  test('replaces a thief’s want of the very revision that comes next', () => {
    const rig = new Rig(noon).bootWith(plan(7));
    rig.tell(want(7, 11, 'e2'));
    rig.load(plan(7));
    expect(rig.state.kept.want).toMatchObject({ applied: { rev: 7 }, offered: null });
    expect(rig.facts.filter((fact) => fact.kind === 'want' && fact.state === 'applied')).toHaveLength(2);
  });
});
