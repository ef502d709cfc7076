// Where the private keys are used: every draft is judged by the desk's own rules, numbered below the mark, then signed.
import { cryptography, sha256 } from '../../hardware/host/crypto.ts';
import { problemOf } from '../../hardware/host/failure.ts';
import { orderContent } from '../../schemas/authority.ts';
import { canonicalJson } from '../../schemas/canonical.ts';
import { centreRing } from '../../schemas/centre-ring.ts';
import { type Cryptography, payloadTypeOf, preAuthEncoding, type Signer, toBase64 } from '../../schemas/envelope.ts';
import { roleOf } from '../../schemas/keys.ts';
import type { Order } from '../../schemas/order.ts';
import { bad, ok, type Problem, type Result } from '../../schemas/problems.ts';
import { nothingSpent, type Spent, spend } from '../core/signing-quota.ts';
import { type DeskFacts, judgeDraft, timeToleranceMs } from '../core/signing-rules.ts';
import { type AskedDraft, type Sealed, spaceOf, statementText } from '../core/signing-statement.ts';
import { type CentreRole, ownDelegationCounter, type Trust } from '../provision/signing-keys.ts';
import { CounterMark } from './counter-mark.ts';
import { MandateStarts } from './mandate-starts.ts';

/** Who signs: this room in the same process, or one behind a pipe. Answers stand in the order of the drafts. */
export interface Signatory {
  sign(drafts: readonly AskedDraft[]): Promise<readonly Result<Sealed>[]>;
  stop(): Promise<void>;
}

export interface RoomWish {
  readonly centre: string;
  readonly trust: Trust;
  readonly keys: Readonly<Record<CentreRole, Signer>>;
  /** Where the mark and the starts under mandates are kept. */
  readonly slotsDir: string;
  /** Highest counter that the centre's tables know. */
  readonly counterFloor: number;
  readonly nowMs: () => number;
  /** Monotonic, for quotas; the process's own unless given. */
  readonly monoMs?: () => number;
  readonly tell: (refused: { readonly typ: string; readonly aud: string; readonly id: string | undefined } & Problem) => void;
}

/** The mark is kept ahead of the clock, so that an order after a quiet night waits for no disk. */
const keepAheadMs = 20_000;

export class SigningRoom implements Signatory {
  readonly #wish: RoomWish;
  readonly #facts: DeskFacts;
  readonly #mark: CounterMark;
  readonly #starts: MandateStarts;
  #spent: Spent = nothingSpent;
  #timer: NodeJS.Timeout | undefined;

  private constructor(wish: RoomWish, facts: DeskFacts, mark: CounterMark, starts: MandateStarts) {
    this.#wish = wish;
    this.#facts = facts;
    this.#mark = mark;
    this.#starts = starts;
  }

  /**
   * Verify the trust it is given from the root down and against what it knew before. Problems: conflict (another root),
   * replayed (an older root or delegation), store-damaged, disk-full and those of the walk.
   */
  static async open(wish: RoomWish): Promise<Result<SigningRoom>> {
    const facts = factsOf(wish);
    if (!facts.ok) return facts;
    try {
      return await SigningRoom.#openUnder(wish, facts.value);
    } catch (error) {
      return { ok: false, problem: problemOf(error) };
    }
  }

  static async #openUnder(wish: RoomWish, facts: DeskFacts): Promise<Result<SigningRoom>> {
    const mark = new CounterMark(wish.slotsDir);
    const kept = await mark.open(wish.counterFloor);
    if (!kept.ok) return kept;
    const bound = {
      root: sha256(Buffer.from(canonicalJson(wish.trust.root))),
      rootVersion: facts.ring.rootVersion,
      delegation: ownDelegationCounter(wish.trust),
    };
    if (kept.value && kept.value.root !== bound.root) return bad('conflict', 'the signing desk was made under another root', '/root');
    if (kept.value && (kept.value.rootVersion > bound.rootVersion || kept.value.delegation > bound.delegation))
      return bad('replayed', 'the signing desk has spoken under a newer delegation: a restored database; install the newest keys again');
    const starts = new MandateStarts(wish.slotsDir);
    const mandates = await starts.open(clocksOf(wish));
    if (!mandates.ok) return mandates;
    const room = new SigningRoom(wish, facts, mark, starts);
    room.#spent = { ...nothingSpent, mandates: mandates.value };
    await mark.bind(bound);
    await mark.cover(1, wish.nowMs());
    room.#timer = setInterval(() => void mark.cover(1, wish.nowMs())?.catch(() => undefined), keepAheadMs).unref();
    return ok(room);
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
  }

  async sign(drafts: readonly AskedDraft[]): Promise<readonly Result<Sealed>[]> {
    const { nowMs, tell } = this.#wish;
    const atMs = nowMs();
    try {
      // Asked again after each wait: what another call used meanwhile is covered too, and nothing comes between this and signing.
      for (let wait = this.#mark.cover(drafts.length, atMs); wait; wait = this.#mark.cover(drafts.length, atMs)) await wait;
    } catch (error) {
      const problem = problemOf(error);
      return drafts.map(() => ({ ok: false, problem }));
    }
    const crypto = rememberingVerifier(cryptography);
    const contentOf = rememberingContent();
    const signed = drafts.map((draft) => {
      const one = this.#signOne(draft, atMs, crypto, contentOf);
      if (!one.ok) tell({ typ: draft.typ, aud: draft.aud, id: draft.id, ...one.problem });
      return one;
    });
    return this.#release(signed);
  }

  /** What stands on a mandate leaves when its start is on the disk; the rest waits for nothing. */
  async #release(signed: readonly Result<Signed>[]): Promise<readonly Result<Sealed>[]> {
    const stands = signed.some((one) => one.ok && one.value.mandated);
    try {
      if (stands) await this.#starts.keep(this.#spent.mandates, clocksOf(this.#wish));
    } catch (error) {
      const problem = problemOf(error);
      return signed.map((one) => (one.ok && one.value.mandated ? { ok: false, problem } : sealedOf(one)));
    }
    return signed.map(sealedOf);
  }

  #signOne(draft: AskedDraft, atMs: number, crypto: Cryptography, contentOf: (body: string) => string): Result<Signed> {
    const { typ, aud, id: wished } = draft;
    const behindMs = this.#mark.timeMs - atMs;
    if ((typ === 'answer' || typ === 'heartbeat') && behindMs > timeToleranceMs)
      return bad('no-time', `the clock is ${Math.round(behindMs / 1000)} s behind the signing desk's floor`);
    const allowed = judgeDraft(draft, this.#facts, atMs, crypto);
    if (!allowed.ok) return allowed;
    const { exp, by } = allowed.value;
    const content = typ === 'order' || typ === 'drill' ? contentOf(draft.body) : undefined;
    const spent = spend(this.#spent, { typ, id: wished, content, mandate: by?.mandate }, clocksOf(this.#wish).monoMs);
    if (!spent.ok) return spent;
    this.#spent = spent.value;
    const ctr = this.#mark.next(spaceOf(draft, this.#facts), atMs);
    const id = wished ?? `${typ}-${sha256(Buffer.from(`${aud} ${ctr}`)).slice(0, 16)}`;
    const bytes = new TextEncoder().encode(statementText(draft, this.#facts, { id, ctr, iat: atMs, exp }));
    const signer = this.#wish.keys[roleOf[typ] as CentreRole];
    const sig = toBase64(signer.sign(preAuthEncoding(payloadTypeOf(typ), bytes)));
    return ok({ sealed: { id, ctr, iat: atMs, exp, keyid: signer.keyid, sig }, mandated: by?.mandate !== undefined });
  }
}

interface Signed {
  readonly sealed: Sealed;
  readonly mandated: boolean;
}

function sealedOf(signed: Result<Signed>): Result<Sealed> {
  return signed.ok ? ok(signed.value.sealed) : signed;
}

function clocksOf({ nowMs, monoMs }: RoomWish): { readonly nowMs: number; readonly monoMs: number } {
  return { nowMs: nowMs(), monoMs: monoMs?.() ?? performance.now() };
}

/** Of a body that was judged: the same order goes to many groups, and is digested once. */
function rememberingContent(): (body: string) => string {
  const known = new Map<string, string>();
  return (body) => {
    const content = known.get(body) ?? orderContent(JSON.parse(body) as Order, cryptography);
    known.set(body, content);
    return content;
  };
}

/** What a room may sign, from the trust it is given. Problems: those of the walk, wrong-audience. */
export function factsOf({ centre, trust, keys }: Pick<RoomWish, 'centre' | 'trust' | 'keys'>): Result<DeskFacts> {
  const ring = centreRing(trust, centre, cryptography);
  if (!ring.ok) return ring;
  const own = ring.value.links.get(centre);
  if (!own) return bad('wrong-audience', `no link of ${centre}`, '/chain');
  const { epoch, level, area, untilMs } = own;
  const keyOf: DeskFacts['keyOf'] = (typ) => keys[roleOf[typ] as CentreRole].keyid;
  return ok({ centre, epoch, level, area, demo: ring.value.demo, ring: ring.value, untilMs, keyOf });
}

/** One order is said to many groups with the same approvals: each signature is verified once. */
function rememberingVerifier(crypto: Cryptography): Cryptography {
  const known = new Map<string, boolean>();
  return {
    sha256: crypto.sha256,
    verify: (alg, publicKey, bytes, signature) => {
      const name = [alg, publicKey, bytes, signature].map((part) => (typeof part === 'string' ? part : sha256(part))).join(' ');
      const before = known.get(name);
      if (before !== undefined) return before;
      const holds = crypto.verify(alg, publicKey, bytes, signature);
      known.set(name, holds);
      return holds;
    },
  };
}
