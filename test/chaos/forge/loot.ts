// A province, a commune and a box, and all that a thief may have of them: every key by name, whatever was ever sent.
import { cryptography, generateSigningKey, sha256, signerFrom } from '../../../hardware/host/crypto.ts';
import { type Mandate, templateContent } from '../../../schemas/authority.ts';
import { type Envelope, nextCounter, type Signer, type StatementType, seal, toBase64 } from '../../../schemas/envelope.ts';
import { encodeFrame } from '../../../schemas/frame.ts';
import type { DelegatedKey, KeysDocument, Role, TrustRoot } from '../../../schemas/keys.ts';
import type { Authority, Order } from '../../../schemas/order.ts';
import { TestOfficer } from '../../schemas/officer.ts';
import { hourMs, mondayMs } from '../../world/build.ts';

export const nowMs = mondayMs + 9 * hourMs;
export const aud = 'g/xa-1';
export const lifeMs = 5 * 60_000;

interface Key {
  readonly signer: Signer;
  readonly listed: DelegatedKey;
}

export interface Said {
  readonly iss?: 'tinh' | 'xa';
  readonly signer?: Signer;
  readonly aud?: string;
  readonly id?: string;
  readonly ctr?: number;
  readonly iat?: number;
  readonly exp?: number;
  readonly epoch?: string;
}

/** Mutable on purpose: counters run on, and the epoch is begun anew. */
export interface Loot {
  readonly root: TrustRoot;
  readonly keys: Readonly<Record<'provinceRoot' | 'provinceOrder' | 'communeWant' | 'communeOrder' | 'communeDrill' | 'gateway', Key>>;
  readonly officers: Readonly<Record<'an' | 'binh' | 'anAgain' | 'chi' | 'dung' | 'stranger', TestOfficer>>;
  /** Another trust root with the same names, flagged demo. */
  readonly otherOrder: Signer;
  readonly luck: () => number;
  epoch: string;
  ctr: number;
  document(epoch: string, ctr: number): KeysDocument;
  sign(typ: StatementType, body: unknown, said?: Said): Envelope;
  frame(...envelopes: Envelope[]): Uint8Array;
}

function makeKey(roles: Role[]): Key {
  const { privateKeyPem, publicKey, keyid } = generateSigningKey();
  return { signer: signerFrom(privateKeyPem), listed: { keyid, alg: 'ed25519', publicKey: toBase64(publicKey), roles } };
}

export function makeLoot(luck: () => number): Loot {
  const rootKey = makeKey(['root']);
  const { roles: _, ...pinned } = rootKey.listed;
  const keys = {
    provinceRoot: makeKey(['root']),
    provinceOrder: makeKey(['order', 'drill']),
    communeWant: makeKey(['want', 'command', 'time']),
    communeOrder: makeKey(['order']),
    communeDrill: makeKey(['drill']),
    gateway: makeKey(['gateway']),
  };
  const officers = {
    an: new TestOfficer('truc-ban-1'),
    binh: new TestOfficer('truc-ban-2'),
    anAgain: new TestOfficer('truc-ban-1'),
    chi: new TestOfficer('truc-tinh-1'),
    dung: new TestOfficer('truc-tinh-2'),
    stranger: new TestOfficer('ai-do'),
  };
  const statement = (typ: StatementType, iss: string, about: string, ctr: number, epoch: string, body: unknown, by: Signer) =>
    seal({ typ, id: `${typ}-${ctr}`, iss, epoch, aud: about, ctr, iat: nowMs, nbf: 0, exp: nowMs * 2, body }, [by]);
  const document = (epoch: string, ctr: number): KeysDocument => {
    const province = [keys.provinceRoot.listed, keys.provinceOrder.listed, officers.chi.listed(), officers.dung.listed()];
    const commune = [
      keys.communeWant.listed,
      keys.communeOrder.listed,
      keys.communeDrill.listed,
      keys.gateway.listed,
      officers.an.listed({ area: '08/02536', maxMs: lifeMs }),
      officers.binh.listed(),
      officers.anAgain.listed(),
    ];
    const link = (centre: string, level: string, area: string, listed: readonly DelegatedKey[], by: Signer) =>
      statement('delegation', 'root', `c/${centre}`, ctr, 'e1', { centre, level, area, demo: false, epoch, keys: listed }, by);
    const place = { dev: 'loa-1', centre: 'xa', area: '08/02536/thon-1', groups: ['xa-1'] };
    return {
      chain: [
        link('tinh', 'province', '08', province, rootKey.signer),
        link('xa', 'commune', '08/02536', commune, keys.provinceRoot.signer),
      ],
      place: statement('place', 'xa', 'd/loa-1', ctr, epoch, place, keys.communeWant.signer),
    };
  };
  const loot: Loot = {
    root: { demo: false, threshold: 1, keys: [pinned] },
    keys,
    officers,
    otherOrder: makeKey(['order']).signer,
    luck,
    epoch: 'e1',
    ctr: nowMs,
    document,
    sign(typ, body, said = {}) {
      const iss = said.iss ?? 'xa';
      const id = said.id ?? `o-${nextId(loot)}`;
      const { iat = nowMs, exp = nowMs + lifeMs, epoch = loot.epoch } = said;
      const own = typ === 'drill' ? keys.communeDrill : iss === 'xa' ? keys.communeOrder : keys.provinceOrder;
      const full = { typ, id, iss, epoch, aud: said.aud ?? aud, ctr: said.ctr ?? loot.ctr, iat, nbf: iat, exp, body };
      return seal(full, [said.signer ?? own.signer]);
    },
    frame: (...envelopes) => encodeFrame(JSON.stringify({ orders: envelopes }), []),
  };
  return loot;
}

/** A fresh counter, and with it a fresh id. */
export function nextId(loot: Loot): number {
  loot.ctr = nextCounter(loot.ctr, nowMs);
  return loot.ctr;
}

export const words: Order = {
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
  speech: [{ language: 'vi', speak: 'Lũ quét. Lên cao ngay.' }],
  screen: { title: 'LŨ QUÉT', text: 'LÊN CAO NGAY' },
};

export interface Signing {
  readonly order?: Partial<Order>;
  readonly by?: readonly TestOfficer[];
  readonly said?: Said;
  /** Change what is approved, beside the order itself. */
  readonly approved?: {
    readonly id?: string;
    readonly aud?: string;
    readonly iat?: number;
    readonly exp?: number;
    readonly epoch?: string;
  };
  readonly glass?: boolean;
}

/** An order of the commune (or as said) with the approvals asked for. */
export function signed(loot: Loot, { order = {}, by = [loot.officers.an], said = {}, approved = {}, glass = false }: Signing): Envelope {
  const id = said.id ?? `o-${nextId(loot)}`;
  const given = {
    id,
    iss: said.iss ?? 'xa',
    epoch: said.epoch ?? loot.epoch,
    aud: said.aud ?? aud,
    iat: said.iat ?? nowMs,
    exp: said.exp ?? nowMs + lifeMs,
    ...approved,
  };
  const body = { ...words, ...order };
  const approvals = by.map((officer) => officer.approve(body, given, glass));
  const [approval] = approvals;
  const authority: Authority = glass && approval ? { by: 'breakGlass', approval } : { by: 'officers', approvals };
  return loot.sign('order', approvals.length > 0 ? { ...body, authority } : body, { ...said, id });
}

export interface Mandating {
  readonly order?: Partial<Order>;
  readonly mandate?: Partial<Mandate>;
  readonly by?: readonly TestOfficer[];
  readonly expMs?: number;
  readonly approver?: Signer;
}

/** An order that a gateway gives under a mandate of the commune. */
export function mandated(loot: Loot, { order = {}, mandate = {}, by, expMs = nowMs + hourMs, approver }: Mandating): Envelope {
  const { an, binh } = loot.officers;
  const body = { ...words, ...order };
  const id = `o-${nextId(loot)}`;
  const allowed: Mandate = {
    gateway: loot.keys.gateway.signer.keyid,
    feed: 'mua-1',
    hazards: ['flash-flood'],
    areas: ['08/02536'],
    templates: [templateContent(words, cryptography)],
    perHour: 20,
    maxMs: lifeMs,
    ...mandate,
  };
  const about = { iss: 'xa', epoch: loot.epoch, aud: 'c/xa' };
  const statement = { ...about, typ: 'mandate' as const, id: `m-${sha256(Buffer.from(JSON.stringify([id, allowed]))).slice(0, 12)}` };
  const signers = (by ?? [an, binh]).map(({ signer }) => signer);
  const envelope = seal({ ...statement, ctr: loot.ctr, iat: nowMs - 1000, nbf: nowMs - 1000, exp: expMs, body: allowed }, signers);
  const said = { id, iss: 'xa', epoch: loot.epoch, aud, iat: nowMs, exp: nowMs + lifeMs };
  const asGateway = { ...said, signer: approver ?? loot.keys.gateway.signer };
  const approval = approveAs(body, asGateway);
  return loot.sign('order', { ...body, authority: { by: 'mandate', mandate: envelope, approval } }, { id });
}

function approveAs(order: Order, given: Parameters<TestOfficer['approve']>[1] & { readonly signer: Signer }): Envelope {
  const { signer, ...said } = given;
  return Object.assign(Object.create(TestOfficer.prototype) as TestOfficer, { person: 'gateway', signer }).approve(order, said);
}
