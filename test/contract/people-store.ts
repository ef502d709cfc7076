// What every store of a centre promises of its people: accounts, invitations, sessions, tokens, tries to sign in.
import { beforeEach, expect, test } from 'vitest';
import type { TryCount } from '../../controller/core/sign-in-delay.ts';
import type { Account, Invitation, Session, Token } from '../../controller/store/people-store.ts';
import type { Act } from '../../controller/store/store.ts';
import { bad, ok } from '../../schemas/problems.ts';
import { describeOnStore, type StoreBed } from './store-suite.ts';

const act = (name: string, atMs = 1000): Act => ({ atMs, actor: 'someone', act: name, subject: 'thing', sha256: 'ab' });
const account = (name: string): Account => ({
  ...{
    account: name,
    title: name.toUpperCase(),
    grants: [{ role: 'duty', area: '08' }],
    passwordHash: 'h',
    createdMs: 1,
    disabledMs: null,
  },
});
const session = (idHash: string, of = 'x', createdMs = 1): Session => ({
  ...{
    idHash,
    account: of,
    csrf: 'c',
    createdMs,
    expMs: 100,
    proof: 'factor',
    seenMs: 1,
    place: '10.0.0.*',
    device: 'Firefox',
    way: 'password',
  },
});
const invitation = (tokenHash: string, of = 'x', expMs = 5_000): Invitation => ({ account: of, tokenHash, madeMs: 1, expMs, by: 'a' });
const token = (id: string, of = 'x', expMs = 100): Token => ({
  ...{ id, account: of, name: 'n', tokenHash: `hash ${id}`, acts: ['read'], area: '08', createdMs: 1, expMs, usedMs: null },
});
const count = (name: string, more: Partial<TryCount> = {}): TryCount => ({
  ...{ name, failures: 1, total: 1, lastMs: 5, untilMs: 9, goodMs: null },
  ...more,
});

export function describePeopleStore(name: string, makeBed: () => Promise<StoreBed>): void {
  describeOnStore(name, makeBed, (on) => {
    beforeEach(async () => {
      for (const one of ['x', 'y']) await on.store.people.addAccount(account(one), act('account.add'));
    });
    test('sessions end by themselves, by hand, and all but one; what is seen is kept', async () => {
      for (const one of [session('s1'), session('s2', 'x', 2), session('s3', 'x', 3), session('s4', 'y')])
        await on.store.people.addSession(one, act('session.begin'));
      expect(await on.store.people.session('s1', 99)).toEqual(session('s1'));
      expect(await on.store.people.session('s1', 100)).toBeUndefined();
      await on.store.people.touchSession('s1', 60);
      expect(await on.store.people.session('s1', 99)).toEqual({ ...session('s1'), seenMs: 60 });
      expect((await on.store.people.sessionsOf('x', 50)).map(({ idHash }) => idHash)).toEqual(['s3', 's2', 's1']);
      await on.store.people.endSession('s3');
      await on.store.people.endSessionsOf('x', 's2', act('session.end-others'));
      expect((await on.store.people.sessionsOf('x', 50)).map(({ idHash }) => idHash)).toEqual(['s2']);
      expect(await on.store.people.sessionsOf('y', 50)).toHaveLength(1);
      await on.store.people.endSessionsBefore(100);
      expect(await on.store.people.session('s4', 1)).toBeUndefined();
    });

    test('a change is judged on what stands, by one of many who race, and survives a restart', async () => {
      const disable = (one: string) =>
        on.store.people.changeAccount(
          one,
          ({ title, grants }, all) =>
            all.filter(({ disabledMs }) => disabledMs === null).length > 1
              ? ok({ title, grants, disabledMs: 7 })
              : bad('conflict', 'the last'),
          act('account.disable'),
        );
      const done = await Promise.all([disable('x'), disable('y')]);
      expect(done.map((one) => one.ok)).toEqual([true, false]);
      expect(await disable('z')).toMatchObject({ ok: false, problem: { code: 'not-found' } });
      await on.reopen();
      expect((await on.store.people.accounts()).map(({ disabledMs }) => disabledMs)).toEqual([7, null]);
      const grants = [{ role: 'leader' as const, area: '08/1' }];
      await on.store.people.changeAccount('y', () => ok({ title: 'Mới', grants, disabledMs: null }), act('account.change'));
      expect(await on.store.people.account('y')).toEqual({ ...account('y'), title: 'Mới', grants });
    });

    test('who is disabled loses sessions, tokens and invitation in the same step; others keep theirs', async () => {
      for (const one of ['x', 'y']) {
        await on.store.people.addSession(session(`s-${one}`, one), act('session.begin'));
        await on.store.tokens.addToken(token(`t-${one}`, one), act('token.add'));
        await on.store.people.invite(invitation(`i-${one}`, one), act('account.invite'));
      }
      await on.store.people.changeAccount('x', ({ title, grants }) => ok({ title, grants, disabledMs: 7 }), act('account.disable'));
      expect(await on.store.people.sessionsOf('x', 5)).toEqual([]);
      expect((await on.store.tokens.tokens()).map(({ id }) => id)).toEqual(['t-y']);
      expect((await on.store.people.invitations()).map((one) => one.account)).toEqual(['y']);
      expect(await on.store.people.sessionsOf('y', 5)).toHaveLength(1);
    });

    test('an invitation is used once by one of many, ends at its time, gives way to a newer, and ends sessions of before', async () => {
      await on.store.people.addSession(session('s1'), act('session.begin'));
      await on.store.people.invite(invitation('old'), act('account.invite'));
      await on.store.people.invite(invitation('new'), act('account.invite'));
      expect(await on.store.people.invitation('old', 1)).toMatchObject({ ok: false, problem: { code: 'not-found' } });
      expect(await on.store.people.invitation('new', 5_000)).toMatchObject({ ok: false, problem: { code: 'expired' } });
      expect(await on.store.people.invitation('new', 4_999)).toEqual({ ok: true, value: invitation('new') });
      const used = await Promise.all(
        [1, 2, 3].map((one) => on.store.people.acceptInvitation('new', `hash ${one}`, act('account.password'))),
      );
      expect(used.map((one) => one.ok)).toEqual([true, false, false]);
      expect(await on.store.people.account('x')).toEqual({ ...account('x'), passwordHash: 'hash 1' });
      expect(await on.store.people.sessionsOf('x', 5)).toEqual([]);
      await on.store.people.invite(invitation('late', 'y'), act('account.invite'));
      const late = await on.store.people.acceptInvitation('late', 'h', act('account.password', 5_000));
      expect(late).toMatchObject({ ok: false, problem: { code: 'expired' } });
    });

    test('a provider’s person is one account’s at most, a newer link takes the place of the older, and sessions by its word end with it', async () => {
      const person = (subject: string, of = 'x') => ({ account: of, issuer: 'https://ai', subject, madeMs: 5, by: 'a' });
      const { identities, people } = on.store;
      const linked = await Promise.all([identities.link(person('p', 'x'), act('l')), identities.link(person('p', 'y'), act('l'))]);
      expect(linked.map((one) => one.ok)).toEqual([true, false]);
      expect(await identities.identityOf('https://ai', 'p')).toEqual(person('p'));
      expect(await identities.identityOf('https://khac', 'p')).toBeUndefined();
      for (const one of [
        session('by-password'),
        { ...session('by-word'), way: 'oidc' as const },
        { ...session('other', 'y'), way: 'oidc' as const },
      ])
        await people.addSession(one, act('session.begin'));
      expect(await people.session('by-word', 5)).toMatchObject({ way: 'oidc' });
      expect(await identities.link(person('q'), act('l'))).toMatchObject({ ok: true });
      expect(await identities.identityOf('https://ai', 'p')).toBeUndefined();
      expect((await people.sessionsOf('x', 5)).map(({ idHash }) => idHash)).toEqual(['by-password']);
      expect(await people.sessionsOf('y', 5)).toHaveLength(1);
      await on.reopen();
      expect(await on.store.identities.identities()).toEqual([person('q')]);
      expect(await on.store.identities.unlink('x', act('u'))).toMatchObject({ ok: true });
      expect(await on.store.identities.unlink('x', act('u'))).toMatchObject({ ok: false, problem: { code: 'not-found' } });
      expect(await on.store.identities.identities()).toEqual([]);
    });

    test('an account comes with its invitation or not at all', async () => {
      await on.store.people.addAccount({ ...account('z'), passwordHash: '' }, act('account.add'), invitation('z', 'z'));
      expect(await on.store.people.invitation('z', 1)).toMatchObject({ ok: true, value: { account: 'z' } });
      expect(await on.store.people.addAccount(account('z'), act('account.add'), invitation('z2', 'z'))).toMatchObject({ ok: false });
      expect((await on.store.people.invitation('z2', 1)).ok).toBe(false);
    });

    test('a new password ends the other sessions and an open invitation', async () => {
      for (const one of ['s1', 's2']) await on.store.people.addSession(session(one), act('session.begin'));
      await on.store.people.invite(invitation('i'), act('account.invite'));
      await on.store.people.setPassword('x', 'other', 's2', act('account.password'));
      expect((await on.store.people.account('x'))?.passwordHash).toBe('other');
      expect((await on.store.people.sessionsOf('x', 5)).map(({ idHash }) => idHash)).toEqual(['s2']);
      expect(await on.store.people.invitations()).toEqual([]);
    });

    test('a token is found by its hash while it lasts, and ends once', async () => {
      await on.store.tokens.addToken(token('t1'), act('token.add'));
      expect(await on.store.tokens.tokenOf('hash t1', 99)).toEqual(token('t1'));
      expect(await on.store.tokens.tokenOf('hash t1', 100)).toBeUndefined();
      await on.store.tokens.touchToken('t1', 50);
      expect(await on.store.tokens.token('t1')).toEqual({ ...token('t1'), usedMs: 50 });
      expect((await on.store.tokens.endToken('t1', act('token.end'))).ok).toBe(true);
      expect(await on.store.tokens.endToken('t1', act('token.end'))).toMatchObject({ ok: false, problem: { code: 'not-found' } });
    });

    test('tries are counted one after the other, and a restart forgets none', async () => {
      const one = () =>
        on.store.tries.change(['a', 'b'], (kept) => {
          const failures = (kept.get('a')?.failures ?? 0) + 1;
          return { counts: [count('a', { failures })], act: act('session.delayed'), answer: failures };
        });
      expect((await Promise.all([one(), one(), one()])).sort()).toEqual([1, 2, 3]);
      await on.reopen();
      const kept = await on.store.tries.change(['a', 'b'], (counts) => ({ counts: [], answer: counts }));
      expect([...kept.values()]).toEqual([count('a', { failures: 3 })]);
      expect((await on.store.audit.entries(0, 50)).filter((entry) => entry.act === 'session.delayed')).toHaveLength(3);
    });

    test('old tries are forgotten, known addresses stay; an account’s are forgotten from everywhere', async () => {
      const all = [count('old'), count('known', { goodMs: 50 }), count('fresh', { lastMs: 60 })];
      const mine = ['account x', 'code x', 'pair x 10.0.0.1', 'account xy', 'pair xy 10.0.0.1'].map((one) => count(one, { lastMs: 60 }));
      await on.store.tries.change([], () => ({ counts: [...all, ...mine], answer: undefined }));
      await on.store.tries.forget(40);
      await on.store.tries.forgetAccount('x');
      const names = [...all, ...mine].map((one) => one.name);
      const left = await on.store.tries.change(names, (kept) => ({ counts: [], answer: [...kept.keys()].sort() }));
      expect(left).toEqual(['account xy', 'fresh', 'known', 'pair xy 10.0.0.1']);
      expect(await on.store.audit.verify()).toBeUndefined();
    });
  });
}
