// A centre's keys, its delegation and officers, made without a centre: what a signing desk needs to judge and to sign.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { AskedDraft, CentreStatement } from '../../controller/core/signing-statement.ts';
import { type CentreRole, centreRoles, openSigningKeys, type Trust } from '../../controller/provision/signing-keys.ts';
import type { Hello } from '../../controller/signing/frames.ts';
import type { RoomWish } from '../../controller/signing/room.ts';
import { cryptography } from '../../hardware/host/crypto.ts';
import { orderContent } from '../../schemas/authority.ts';
import { seal, toBase64 } from '../../schemas/envelope.ts';
import type { DelegatedKey, Delegation } from '../../schemas/keys.ts';
import type { Authority, Order } from '../../schemas/order.ts';
import { TestOfficer } from '../schemas/officer.ts';
import { makeKey, rootOf, statement } from '../schemas/signing.ts';
import { must } from './built-centre.ts';

export interface BedWish {
  readonly level?: Delegation['level'];
  readonly area?: string;
  readonly demo?: boolean;
  /** When the delegation ends. */
  readonly untilMs?: number;
  readonly leaveOut?: CentreRole;
  readonly moreKeys?: readonly DelegatedKey[];
}

export const said: Order = {
  class: 'actual',
  level: 'commune',
  area: '08/02536',
  hazard: 'flash-flood',
  severity: 'Extreme',
  urgency: 'Immediate',
  certainty: 'Observed',
  sirenMs: 5_000,
  times: 2,
  pauseMs: 1_000,
  speech: [{ language: 'vi', speak: 'Lũ quét đang đến. Bà con rời khỏi ven suối ngay.' }],
  screen: { title: 'LŨ QUÉT', text: 'Rời khỏi ven suối ngay' },
};

export const draftOf = (typ: CentreStatement, aud: string, body: unknown, more: Partial<AskedDraft> = {}): AskedDraft => ({
  typ,
  aud,
  body: JSON.stringify(body),
  ...more,
});

/** `dir` holds the keys; the secret lies beside it. */
export async function deskBed(dir: string, wish: BedWish = {}) {
  const { level = 'commune', area = '08/02536', demo = false, untilMs = 9_000_000_000_000, leaveOut, moreKeys = [] } = wish;
  const secretFile = `${dir}.secret`;
  const secret = 'mot bi mat du dai cho thu nghiem';
  await writeFile(secretFile, secret, { mode: 0o600 });
  const keys = must(await openSigningKeys(join(dir, 'keys'), { secret }));
  const roots = [makeKey(), makeKey(), makeKey()];
  const [officer, second] = [new TestOfficer('truc-ban-1'), new TestOfficer('truc-ban-2')];
  const body: Delegation = {
    ...{ centre: 'xa-02536', level, area, demo, epoch: 'e1' },
    keys: [
      ...centreRoles
        .filter((role) => role !== leaveOut)
        .map((role) => ({ keyid: keys[role].keyid, alg: 'ed25519' as const, publicKey: toBase64(keys.public[role]), roles: [role] })),
      officer.listed({ area, maxMs: 600_000 }),
      second.listed(),
      ...moreKeys,
    ],
  };
  const signedBy = (delegation: Delegation, ctr: number) =>
    seal(
      statement('delegation', delegation, { iss: 'root', aud: 'c/xa-02536', ctr, exp: untilMs }),
      roots.slice(0, 2).map(({ signer }) => signer),
    );
  const trust: Trust = { root: rootOf(roots, 2, demo), chain: [signedBy(body, 1_000)] };
  const dirs = { keysDir: join(dir, 'keys'), slotsDir: join(dir, 'signing') };
  const hello: Hello = { centre: 'xa-02536', trust: trust as never, ...dirs, secretFile, dataDir: dir, counterFloor: 0 };
  const roomWish: Omit<RoomWish, 'nowMs' | 'tell'> = { centre: 'xa-02536', trust, keys, slotsDir: dirs.slotsDir, counterFloor: 0 };

  /** What officers said to exactly this order. */
  const approve = (order: Order, id: string, aud: string, expMs: number, by: readonly TestOfficer[] = [officer], iat = Date.now()) => {
    const given = { id, iss: 'xa-02536', epoch: 'e1', aud, iat, exp: expMs };
    const authority: Authority = { by: 'officers', approvals: by.map((one) => one.approve(order, given)) };
    return { ...order, authority };
  };
  return {
    ...{ dir, keys, secret, secretFile, trust, roots, officer, second, hello, roomWish, body, signedBy, approve },
    ack: (i: number) => draftOf('ack', `d/d${i % 1_000}`, { dev: `d${i % 1_000}`, epoch: 'e1', upto: i, head: '0'.repeat(64) }),
    want: (dev: string) =>
      draftOf('want', `d/${dev}`, {
        rev: 1,
        parts: ['settings', 'policy', 'schedules'].map((kind) => ({ kind, sha256: '0'.repeat(64), bytes: 1_000 })),
      }),
    /** An order as two groups hear it, with its officer's approval. */
    order: (i: number, aud = 'g/xa-02536') => {
      const [id, expMs] = [`order-${i}`, Date.now() + 600_000];
      return draftOf('order', aud, approve(said, id, aud, expMs), { id, expMs });
    },
    contentOf: (order: Order) => orderContent(order, cryptography),
  };
}

export type DeskBed = Awaited<ReturnType<typeof deskBed>>;
