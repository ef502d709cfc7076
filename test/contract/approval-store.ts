// What every store promises of delegations and one-time links.
import { expect, test } from 'vitest';
import type { Delegation } from '../../controller/core/delegation.ts';
import type { ApprovalLink } from '../../controller/store/approval-store.ts';
import type { Act } from '../../controller/store/store.ts';
import { approvalLimits } from '../../schemas/approval.ts';
import { bad, ok } from '../../schemas/problems.ts';
import { describeOnStore, type StoreBed } from './store-suite.ts';

const act = (name: string): Act => ({ atMs: 1_000, actor: 'someone', act: name, subject: 'thing', sha256: 'ab' });
const delegation = (id: string, change: Partial<Delegation> = {}): Delegation => ({
  ...{ id, giver: 'sep', holder: 'pho', area: '08', fromMs: 1, untilMs: 100, note: '', madeMs: 1, revoked: null },
  ...change,
});
const link = (tokenHash: string, change: Partial<ApprovalLink> = {}): ApprovalLink => ({
  ...{ tokenHash, account: 'sep', of: { source: 'tin-1', version: 2 }, by: 'an', madeMs: 1, expMs: 100, usedMs: null },
  ...change,
});

export function describeApprovalStore(name: string, makeBed: () => Promise<StoreBed>): void {
  describeOnStore(name, makeBed, (on) => {
    test('delegations are judged beside all of their giver, found by their holder while they last', async () => {
      const decide = (one: Delegation) => on.store.approvals.decideDelegation(one.id, one.giver, () => ok(one), act('delegate'));
      await decide(delegation('uq-1'));
      await decide(delegation('uq-2', { untilMs: 50 }));
      await decide(delegation('uq-3', { giver: 'khac', holder: 'ai-do' }));
      await on.reopen();
      const seen: string[] = [];
      const refused = await on.store.approvals.decideDelegation(
        'uq-1',
        'sep',
        (before, all) => {
          seen.push(before?.id ?? '', ...all.map(({ id }) => id));
          return bad('conflict', 'x');
        },
        act('no'),
      );
      expect([refused.ok, seen]).toEqual([false, ['uq-1', 'uq-1', 'uq-2']]);
      const held = async (atMs: number) => (await on.store.approvals.heldBy('pho', atMs)).map(({ id }) => id);
      expect([await held(49), await held(50), await held(100)]).toEqual([['uq-1', 'uq-2'], ['uq-1'], []]);
      await decide(delegation('uq-1', { revoked: { by: 'sep', atMs: 9, note: '' } }));
      expect((await on.store.approvals.delegation('uq-1'))?.revoked).toMatchObject({ by: 'sep' });
      expect((await on.store.approvals.delegations(2)).map(({ id }) => id)).toEqual(['uq-1', 'uq-3']);
      expect((await on.store.audit.entries(0, 9)).map((one) => one.act)).toEqual(Array(4).fill('delegate'));
    });

    test('of two that use a link at once one does; one that came to nothing is freed; old ones go', async () => {
      expect(await on.store.approvals.addLink(link('h-1'), 1, act('ask'))).toEqual(ok(undefined));
      const use = (atMs = 2) => on.store.approvals.useLink('h-1', atMs);
      const both = await Promise.all([use(), use()]);
      expect(both.map(({ ok: done }) => done)).toEqual([true, false]);
      await on.reopen();
      expect(await on.store.approvals.link('h-1')).toEqual(link('h-1', { usedMs: 2 }));
      await on.store.approvals.settleLink('h-1', 'refused', act('refused'));
      expect(await use(100)).toMatchObject({ problem: { code: 'expired' } });
      expect(await use(3)).toMatchObject({ value: { usedMs: 3 } });
      await on.store.approvals.settleLink('h-1', 'done', act('use'));
      expect((await on.store.approvals.link('h-1'))?.usedMs).toBe(3);
      expect(await on.store.approvals.useLink('h-9', 1)).toMatchObject({ problem: { code: 'not-found' } });
      await on.store.approvals.addLink(link('h-2', { expMs: 500 }), 100, act('ask'));
      expect(await on.store.approvals.link('h-1')).toBeUndefined();
      expect((await on.store.audit.entries(0, 9)).map((one) => one.act)).toEqual(['ask', 'refused', 'use', 'ask']);
    });

    test('one account has so many open links at most, of one who asks fewer, so that others can ask; after a restore none holds', async () => {
      const { links, linksByOne } = approvalLimits;
      const fill = async (by: string, from: number) => {
        for (let n = from; n < from + linksByOne; n++)
          expect((await on.store.approvals.addLink(link(`h-${n}`, { by }), 1, act('ask'))).ok).toBe(true);
        expect(await on.store.approvals.addLink(link('h-more', { by }), 1, act('ask'))).toMatchObject({ problem: { code: 'over-budget' } });
      };
      for (let from = 0; from < links; from += linksByOne) await fill(`nguoi-${from}`, from);
      expect(await on.store.approvals.addLink(link('h-x'), 1, act('ask'))).toMatchObject({ problem: { code: 'over-budget' } });
      expect((await on.store.approvals.addLink(link('h-y', { account: 'khac' }), 1, act('ask'))).ok).toBe(true);
      await on.store.restored(act('restore'));
      expect(await on.store.approvals.link('h-0')).toBeUndefined();
    });
  });
}
