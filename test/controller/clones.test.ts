// Two machines with one identity: told by their turns, never by restarts.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Heard, hear, nothingHeard, rememberedMs, twinsAt, twinsText } from '../../controller/core/clones.ts';
import { mayRenew } from '../../controller/core/renewal-rule.ts';
import { renewalGraceMs } from '../../schemas/enrolment.ts';

const all = (boots: readonly string[], stepMs = 1_000): Heard =>
  boots.reduce((heard, boot, i) => hear(heard, { boot, atMs: i * stepMs }, undefined), nothingHeard);

describe('twins', () => {
  test('a box that starts anew again and again, and reconnects, is one machine', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 3 }), { maxLength: 20 }), (times) => {
        const heard = all(times.flatMap((count, i) => Array<string>(count).fill(`b-${i}`)));
        expect(heard.twins).toBeUndefined();
      }),
    );
  });

  test('two that take turns are named, both of them', () => {
    const { twins } = all(['b-1', 'b-2', 'b-1']);
    expect([twins?.one.boot, twins?.other.boot]).toEqual(['b-2', 'b-1']);
    expect(twins && twinsText(twins)).toBe('máy ?, lần khởi động b-2 · máy ?, lần khởi động b-1');
    expect(twinsAt(all(['b-1', 'b-2', 'b-1']), 2_000 + rememberedMs - 1)).toBeDefined();
    expect(twinsAt(all(['b-1', 'b-2', 'b-1']), 2_000 + rememberedMs)).toBeUndefined();
    expect(all(['b-1', 'b-2', 'b-1'], rememberedMs).twins).toBeUndefined();
  });

  test('another machine than the one that enrolled is named at its first word', () => {
    const registered = 'a'.repeat(64);
    const genuine = hear(nothingHeard, { boot: 'b-1', machine: 'a'.repeat(12), atMs: 0 }, registered);
    expect(genuine.twins).toBeUndefined();
    const { twins } = hear(genuine, { boot: 'b-2', machine: 'f'.repeat(12), atMs: 1 }, registered);
    expect(twins).toMatchObject({ one: { boot: 'b-1' }, other: { boot: 'b-2', machine: 'f'.repeat(12) } });
  });
});

test('a renewal is refused by the deny list first, then to the unknown, then after two years', () => {
  const asked = { notAfterMs: 1e12, counts: true, ended: undefined, nowMs: 1e12 + renewalGraceMs };
  expect(mayRenew(asked)).toEqual({ ok: true, value: undefined });
  expect(mayRenew({ ...asked, nowMs: asked.nowMs + 1 })).toMatchObject({ problem: { code: 'expired' } });
  expect(mayRenew({ ...asked, counts: false })).toMatchObject({ problem: { code: 'not-allowed' } });
  for (const reason of ['renewed', 'replaced', 'decommissioned', 'revoked'] as const)
    expect(mayRenew({ ...asked, ended: { atMs: 1, reason } })).toMatchObject({ problem: { detail: expect.stringContaining(reason) } });
});
