// What every store of a centre promises of enrolment: one claim one machine, two certificates at most, what is denied stays denied.
import { expect, test } from 'vitest';
import type { Act, Box } from '../../controller/store/store.ts';
import { defaultBoxSettings } from '../../schemas/settings.ts';
import { describeOnStore, type StoreBed } from './store-suite.ts';

const act = (name: string, atMs = 1000): Act => ({ atMs, actor: 'box:d1', act: name, subject: 'd1', sha256: 'ab' });

const box: Box = {
  ...{ id: 'd1', name: 'Hộp', area: '08/02536', groups: ['g1'], settings: defaultBoxSettings, createdMs: 1 },
  ...{ enrolledMs: null, signingKey: null, certificate: null },
};

const brought = { signingKey: 'sign-1', certificate: 'cert-1', requestKey: 'key-1', hardware: 'machine-1' };

export function describeEnrolmentStore(name: string, makeBed: () => Promise<StoreBed>): void {
  describeOnStore(`${name}, enrolment`, makeBed, (on) => {
    const begin = async () => {
      const { estate } = on.store;
      await estate.addBox(box, act('box.register'));
      await estate.addClaim({ tokenHash: 't1', dev: 'd1', expMs: 5000 }, { ...act('box.claim', 500), actor: 'ky-thuat' });
      return estate.enrol('t1', brought, act('box.enrol'));
    };

    test('the machine that used a claim may use it again with the same keys, until another takes its place', async () => {
      expect(await begin()).toMatchObject({
        ok: true,
        value: { ...{ signingKey: 'sign-1', certificate: 'cert-1', hardware: 'machine-1' } },
      });
      const { estate, enrolment } = on.store;
      expect(await estate.enrol('t1', { ...brought, requestKey: 'other' }, act('x'))).toMatchObject({ problem: { code: 'claim-used' } });
      expect(await estate.enrol('t1', { ...brought, certificate: 'cert-1b' }, act('x', 1100))).toMatchObject({
        value: { certificate: 'cert-1b' },
      });
      expect(await enrolment.denied('cert-1')).toEqual({ certificate: 'cert-1', dev: 'd1', atMs: 1100, reason: 'renewed' });
      await estate.addClaim({ tokenHash: 't2', dev: 'd1', expMs: 5000 }, act('box.claim', 1200));
      const next = { signingKey: 'sign-2', certificate: 'cert-2', requestKey: 'key-2' };
      expect(await estate.enrol('t2', next, act('x', 1300))).toMatchObject({ ok: true });
      expect((await estate.box('d1'))?.hardware).toBeUndefined();
      expect(await enrolment.denied('cert-1b')).toMatchObject({ reason: 'replaced' });
      expect(await estate.enrol('t1', brought, act('x', 1400))).toMatchObject({ problem: { code: 'claim-used' } });
      await on.reopen();
      expect(await on.store.enrolment.denied('cert-1b')).toMatchObject({ reason: 'replaced', atMs: 1300 });
    });

    test('a claim for one machine is used by no other, and is still there for it', async () => {
      const { estate } = on.store;
      await estate.addBox(box, act('box.register'));
      await estate.addClaim({ tokenHash: 't1', dev: 'd1', expMs: 5000, hardware: 'machine-1' }, act('box.claim'));
      for (const hardware of ['machine-2', undefined])
        expect(await estate.enrol('t1', { ...brought, ...(hardware ? { hardware } : { hardware: '' }) }, act('x'))).toMatchObject({
          problem: { code: 'not-allowed' },
        });
      expect(await estate.enrol('t1', brought, act('x'))).toMatchObject({ ok: true });
    });

    test('claims are listed newest first, with what became of them; an open one can be withdrawn', async () => {
      await begin();
      const { estate, enrolment } = on.store;
      await estate.addClaim({ tokenHash: 't2', dev: 'd1', expMs: 9000 }, act('box.claim', 2000));
      const [second, first] = await enrolment.claims({ dev: 'd1', limit: 9 });
      expect(second).toMatchObject({ tokenHash: 't2', madeMs: 2000, usedMs: null, withdrawnMs: null });
      expect(first).toMatchObject({ tokenHash: 't1', madeMs: 500, madeBy: 'ky-thuat', usedMs: 1000 });
      expect(await enrolment.claims({ limit: 1 })).toHaveLength(1);
      expect(await enrolment.claims({ dev: 'd2', limit: 9 })).toEqual([]);
      expect(await enrolment.withdraw('t2', act('claim.withdraw', 2500))).toMatchObject({ ok: true });
      expect(await enrolment.withdraw('t2', act('x'))).toMatchObject({ problem: { code: 'claim-used' } });
      expect(await enrolment.withdraw('t1', act('x'))).toMatchObject({ problem: { code: 'claim-used' } });
      expect(await enrolment.withdraw('t9', act('x'))).toMatchObject({ problem: { code: 'not-found' } });
      expect(await estate.claim('t2', 2600)).toMatchObject({ problem: { code: 'expired' } });
    });

    test('the next certificate stands beside the present one until it is confirmed', async () => {
      await begin();
      const { estate, enrolment } = on.store;
      expect(await enrolment.renew('d2', 'x', act('x'))).toMatchObject({ problem: { code: 'not-found' } });
      await enrolment.renew('d1', 'cert-2', act('box.renew'));
      await enrolment.renew('d1', 'cert-3', act('box.renew'));
      expect(await estate.box('d1')).toMatchObject({ certificate: 'cert-1', nextCertificate: 'cert-3' });
      expect(await enrolment.denied('cert-2')).toMatchObject({ reason: 'renewed' });
      await enrolment.confirm('d1', 'cert-2', 3000);
      expect(await estate.box('d1')).toMatchObject({ certificate: 'cert-1' });
      await enrolment.confirm('d1', 'cert-3', 3000);
      const after = await estate.box('d1');
      expect([after?.certificate, after?.nextCertificate, after?.signingKey]).toEqual(['cert-3', undefined, 'sign-1']);
      expect(await enrolment.denied('cert-1')).toMatchObject({ atMs: 3000, reason: 'renewed' });
      expect(await enrolment.denied('cert-3')).toBeUndefined();
    });

    test('who was told to leave is known after a restart, by the last word, until it has ended or is enrolled anew', async () => {
      await begin();
      const asked = { dev: 'd1', command: 'cmd-1', askedMs: 2000, sha256: 'ab' };
      await on.store.enrolment.askToLeave(asked);
      await on.store.enrolment.askToLeave({ ...asked, command: 'cmd-2', askedMs: 2100 });
      await on.store.enrolment.askToLeave({ ...asked, dev: 'd0' });
      await on.reopen();
      const { estate, enrolment } = on.store;
      expect(await enrolment.leaving()).toEqual([
        { ...asked, dev: 'd0' },
        { ...asked, command: 'cmd-2', askedMs: 2100 },
      ]);
      await enrolment.end('d1', 'decommissioned', act('box.denied', 4000));
      expect(await enrolment.leaving()).toEqual([{ ...asked, dev: 'd0' }]);
      await estate.addClaim({ tokenHash: 't2', dev: 'd1', expMs: 9000 }, act('box.claim', 4500));
      await enrolment.askToLeave(asked);
      expect(await estate.enrol('t2', brought, act('box.enrol', 4600))).toMatchObject({ ok: true });
      expect(await enrolment.leaving()).toEqual([{ ...asked, dev: 'd0' }]);
    });

    test('the end of a box denies both its certificates and its open claims; a new claim makes it a box again', async () => {
      await begin();
      const { estate, enrolment } = on.store;
      await enrolment.renew('d1', 'cert-2', act('box.renew'));
      await estate.addClaim({ tokenHash: 't2', dev: 'd1', expMs: 9000 }, act('box.claim'));
      expect(await enrolment.end('d1', 'decommissioned', act('box.denied', 4000))).toMatchObject({
        value: { certificate: null, signingKey: null, enrolledMs: null, endedMs: 4000 },
      });
      for (const certificate of ['cert-1', 'cert-2'])
        expect(await enrolment.denied(certificate)).toMatchObject({ reason: 'decommissioned' });
      expect(await estate.claim('t2', 4000)).toMatchObject({ problem: { code: 'not-found' } });
      expect(await enrolment.end('d1', 'revoked', act('x'))).toMatchObject({ problem: { code: 'conflict' } });
      expect(await enrolment.end('d2', 'revoked', act('x'))).toMatchObject({ problem: { code: 'not-found' } });
      await estate.addClaim({ tokenHash: 't3', dev: 'd1', expMs: 9000 }, act('box.claim', 4500));
      const again = await estate.enrol('t3', { ...brought, certificate: 'cert-4' }, act('box.enrol', 4600));
      expect(again.ok && again.value.endedMs).toBeUndefined();
      expect(await enrolment.denied('cert-1')).toMatchObject({ reason: 'decommissioned', atMs: 4000 });
    });
  });
}
