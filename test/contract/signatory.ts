// What everyone who signs for a centre promises, in this process or behind a pipe.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as v from 'valibot';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { SigningDesk } from '../../controller/provision/signing-desk.ts';
import type { Signatory } from '../../controller/signing/room.ts';
import type { CounterStore } from '../../controller/store/store.ts';
import { cryptography } from '../../hardware/host/crypto.ts';
import { centreRing } from '../../schemas/centre-ring.ts';
import { open } from '../../schemas/envelope.ts';
import { must } from '../controller/built-centre.ts';
import { type DeskBed, deskBed, draftOf, said } from '../controller/desk-bed.ts';

const counters: CounterStore = {
  raise: async () => undefined,
  highest: async () => new Map(),
  floorMs: async () => 0,
  raiseFloor: async () => undefined,
};

export function describeSignatory(name: string, openOne: (bed: DeskBed) => Promise<Signatory>): void {
  describe(name, () => {
    let dir: string;
    let bed: DeskBed;
    let signatory: Signatory;
    beforeEach(async () => {
      dir = await mkdtemp(join(tmpdir(), 'loa-signatory-'));
      bed = await deskBed(join(dir, 'centre'));
      signatory = await openOne(bed);
    });
    afterEach(async () => {
      await signatory.stop();
      await rm(dir, { recursive: true });
    });

    const desk = () => new SigningDesk({ id: 'xa-02536', epoch: 'e1' }, signatory, counters, Date.now);
    const codesOf = (results: Awaited<ReturnType<Signatory['sign']>>) => results.map((one) => (one.ok ? 'signed' : one.problem.code));

    test('statements open under the keys of the delegation, in the order they were asked for', async () => {
      const { keys } = must(centreRing(bed.trust, 'xa-02536', cryptography));
      const drafts = Array.from({ length: 150 }, (_, i) => ({ typ: 'command' as const, aud: `d/b${i}`, body: { do: 'report' } }));
      const signed = await desk().sign(drafts);
      for (const [i, { envelope, ctr, id }] of signed.entries()) {
        const { statement, signedBy } = must(open(envelope, 'command', v.unknown(), (keyid) => keys.get(keyid), cryptography));
        expect(statement).toMatchObject({ aud: `d/b${i}`, iss: 'xa-02536', epoch: 'e1', ctr, id, body: { do: 'report' } });
        expect(keys.get(signedBy[0] ?? '')?.roles).toEqual(['command']);
      }
    });

    test('counters of a space grow by each statement, however many ask at once', async () => {
      const draft = draftOf('command', 'd/hop-1', { do: 'report' });
      const all = await Promise.all(Array.from({ length: 40 }, () => signatory.sign([draft, draft])));
      const used = all.flat().map((one) => must(one).ctr);
      expect(new Set(used).size).toBe(80);
    });

    test('an order with its approval is signed for all its groups under one id', async () => {
      const [id, expMs] = ['order-1', Date.now() + 600_000];
      const given = { id, iss: 'xa-02536', epoch: 'e1', aud: 'g/thon-1', iat: Date.now(), exp: expMs };
      const approval = bed.officer.approve(said, given);
      const body = { ...said, authority: { by: 'officers' as const, approvals: [approval] } };
      const signed = await desk().sign([{ typ: 'order', aud: 'g/thon-1', body, id, expMs }]);
      expect(signed).toMatchObject([{ id }]);
    });

    test('what the rules refuse comes back with its reason, and the rest is signed', async () => {
      const bad = draftOf('order', 'g/xa-02536', said, { id: 'o', expMs: Date.now() + 60_000 });
      expect(codesOf(await signatory.sign([bed.ack(1), bad, bed.ack(2)]))).toEqual(['signed', 'role-missing', 'signed']);
      await expect(desk().sign([{ typ: 'order', aud: 'g/xa-02536', body: said, id: 'o' }])).rejects.toMatchObject({
        problem: { code: 'role-missing', path: '' },
      });
    });

    test('nothing asked is nothing signed', async () => expect(await signatory.sign([])).toEqual([]));
  });
}
