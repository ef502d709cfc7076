// Mandates: what two officers let the gateway start without them. Frozen as prepared, signed in two browsers, kept until it ends.
import { randomHex, sha256 } from '../../hardware/host/crypto.ts';
import { mandateMsMax } from '../../schemas/alerts.ts';
import { Mandate, templateContent } from '../../schemas/authority.ts';
import { canonicalJson } from '../../schemas/canonical.ts';
import { type Cryptography, type Envelope, fromBase64, open, payloadTypeOf, type Statement, toBase64 } from '../../schemas/envelope.ts';
import { type AreaPath, within } from '../../schemas/ids.ts';
import type { DelegatedKey } from '../../schemas/keys.ts';
import { bad, ok, type Result } from '../../schemas/problems.ts';
import type { CentreCard } from '../centre.ts';
import type { FrozenOrder, StandingMandate } from '../core/alert-plan.ts';
import { type MandateState, mandateState, officersPerMandate } from '../core/mandate-state.ts';
import type { Feed } from '../feed.ts';
import type { AlertStore, StoredMandate } from '../store/alert-store.ts';
import type { Act } from '../store/store.ts';
import type { OrderDesk } from './order-desk.ts';

const waitingMax = 32;
const hourMs = 3600_000;
export const mandateType = payloadTypeOf('mandate');

export interface MandateDeskOptions {
  readonly store: AlertStore;
  readonly orders: Pick<OrderDesk, 'plan' | 'templates'>;
  readonly officers: () => readonly DelegatedKey[];
  /** Key id of the gateway, once a delegation names it. */
  readonly gateway: () => string | undefined;
  readonly card: CentreCard;
  readonly epoch: string;
  readonly crypto: Cryptography;
  readonly feed: Feed;
  readonly nowMs: () => number;
}

export interface MandateWanted {
  readonly feed: string;
  readonly class: 'actual' | 'exercise';
  readonly templates: readonly string[];
  readonly areas: readonly AreaPath[];
  readonly perHour: number;
  readonly maxMs: number;
  readonly untilMs: number;
  readonly by: string;
  /** A dry contact speaks instead of the gateway's key, with words that lie ready in its box. */
  readonly contact?: { readonly gateway: string; readonly frozen: readonly FrozenOrder[] };
}

export interface KnownMandate {
  readonly stored: StoredMandate;
  readonly statement: Statement<Mandate>;
  readonly state: MandateState;
}

export class MandateDesk {
  readonly #options: MandateDeskOptions;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(options: MandateDeskOptions) {
    this.#options = options;
  }

  /** All of them, newest first. */
  async list(): Promise<readonly KnownMandate[]> {
    return (await this.#options.store.mandates()).map((stored) => this.#known(stored));
  }

  /** Those in force, with the orders that began under each within the hour. */
  async standing(): Promise<readonly StandingMandate[]> {
    const { store, nowMs } = this.#options;
    const [known, starts] = await Promise.all([this.list(), store.startsSince(nowMs() - hourMs)]);
    return known.flatMap(({ stored, statement, state }): StandingMandate[] => {
      const { id, frozen, envelope } = stored;
      const { body, nbf, exp } = statement;
      // A contact’s is for its box alone; no alert from outside starts under it.
      if (state !== 'in-force' || !envelope || boxOfContact(body.gateway) !== null) return [];
      return [{ id, body, envelope, nbf, exp, frozen, startsWithinHour: starts.get(id) ?? 0 }];
    });
  }

  /** Freeze a mandate for signing. Problems: role-missing (no gateway key), outside-area, expired, too-many-requests, those of a template. */
  prepare(wanted: MandateWanted): Promise<Result<KnownMandate>> {
    return this.#alone(async () => {
      const { card, nowMs, epoch } = this.#options;
      const gateway = wanted.contact?.gateway ?? this.#options.gateway();
      if (gateway === undefined) return bad('role-missing', 'no delegation names a gateway key; run: keys request --gateway');
      const stray = wanted.areas.find((area) => !within(area, card.area));
      if (stray !== undefined) return bad('outside-area', `${stray} is not in ${card.area}`, '/areas');
      const madeMs = nowMs();
      if (wanted.untilMs <= madeMs) return bad('expired', 'ends before it begins', '/untilMs');
      if (wanted.untilMs > madeMs + mandateMsMax) return bad('bad-input', 'a mandate stands a year at most', '/untilMs');
      const waiting = (await this.list()).filter(({ state }) => state === 'waiting').length;
      if (waiting >= waitingMax) return bad('too-many-requests', `${waiting} mandates wait for signatures; revoke one first`);
      const frozen = wanted.contact ? ok(wanted.contact.frozen) : this.#freeze(wanted);
      if (!frozen.ok) return frozen;
      const id = `mandate-${randomHex(8)}`;
      const body: Mandate = {
        gateway,
        feed: wanted.feed,
        hazards: [...new Set(frozen.value.map(({ order }) => order.hazard))],
        areas: [...new Set(wanted.areas)],
        templates: [...new Set(frozen.value.map(({ content }) => content))],
        perHour: wanted.perHour,
        maxMs: wanted.maxMs,
      };
      const times = { iat: madeMs, nbf: madeMs, exp: wanted.untilMs };
      const statement: Statement<Mandate> = { typ: 'mandate', id, iss: card.id, epoch, aud: `c/${card.id}`, ctr: madeMs, ...times, body };
      const stored: StoredMandate = {
        id,
        madeMs,
        by: wanted.by,
        statement: JSON.stringify(statement),
        frozen: frozen.value,
        signatures: [],
        envelope: null,
        revokedMs: null,
      };
      await this.#save(stored, wanted.by, 'mandate.prepare');
      return ok(this.#known(stored));
    });
  }

  /**
   * One officer's signature; with the second person's it is in force. Problems: not-found, own-work (signed already), conflict (not
   * waiting), not-allowed (another's key), key-unknown, signature-wrong.
   */
  sign(id: string, person: string, signed: { readonly keyid: string; readonly sig: string }): Promise<Result<KnownMandate>> {
    return this.#alone(async () => {
      const known = (await this.list()).find(({ stored }) => stored.id === id);
      if (!known) return bad('not-found', `no mandate ${id}`);
      const { stored } = known;
      if (known.state !== 'waiting') return bad('conflict', `the mandate is ${known.state}`, '/state');
      if (stored.signatures.some((one) => one.person === person)) return bad('own-work', 'the second officer is another person');
      const { officers, crypto } = this.#options;
      const key = officers().find(({ keyid }) => keyid === signed.keyid);
      if (key && key.person !== person) return bad('not-allowed', `key ${signed.keyid} is another person’s`, '/keyid');
      const verifier = key && { keyid: key.keyid, alg: key.alg, publicKey: fromBase64(key.publicKey) };
      const alone = envelopeOf(stored, [signed]);
      const opened = open(alone, 'mandate', Mandate, (asked) => (asked === signed.keyid ? verifier : undefined), crypto);
      if (!opened.ok) return opened;
      const signatures = [...stored.signatures, { person, keyid: signed.keyid, sig: signed.sig }];
      const envelope = signatures.length >= officersPerMandate ? envelopeOf(stored, signatures) : null;
      const next: StoredMandate = { ...stored, signatures, envelope };
      await this.#save(next, person, 'mandate.sign');
      return ok(this.#known(next));
    });
  }

  /** The gateway uses it no more; boxes know it until it ends by itself or a key is revoked. Problems: not-found, conflict. */
  revoke(id: string, person: string): Promise<Result<KnownMandate>> {
    return this.#alone(async () => {
      const stored = (await this.#options.store.mandates()).find((one) => one.id === id);
      if (!stored) return bad('not-found', `no mandate ${id}`);
      if (stored.revokedMs !== null) return bad('conflict', 'revoked already');
      const next = { ...stored, revokedMs: this.#options.nowMs() };
      await this.#save(next, person, 'mandate.revoke');
      return ok(this.#known(next));
    });
  }

  #freeze({ templates, class: kind, areas }: MandateWanted): Result<readonly FrozenOrder[]> {
    const { orders, crypto } = this.#options;
    const frozen: FrozenOrder[] = [];
    for (const [at, template] of templates.entries()) {
      const planned = orders.plan({ template, groups: [], class: kind });
      if (!planned.ok) return bad(planned.problem.code, planned.problem.detail, `/templates/${at}`);
      const order = { ...planned.value, area: areas[0] ?? planned.value.area };
      const title = orders.templates.find(({ id }) => id === template)?.title ?? template;
      frozen.push({ template, title, content: templateContent(order, crypto), order });
    }
    return ok(frozen);
  }

  #known(stored: StoredMandate): KnownMandate {
    const { officers, epoch, nowMs } = this.#options;
    const statement = JSON.parse(stored.statement) as Statement<Mandate>;
    const named = statement.body.gateway;
    const gateway = boxOfContact(named) === null ? this.#options.gateway() : named;
    const { revokedMs, signatures } = stored;
    const state = mandateState({ statement, revokedMs, signatures, officers: officers(), gateway, epoch, nowMs: nowMs() });
    return { stored, statement, state };
  }

  async #save(mandate: StoredMandate, actor: string, act: string): Promise<void> {
    const { store, feed, nowMs } = this.#options;
    const content = sha256(Buffer.from(canonicalJson(mandate)));
    const written: Act = { atMs: nowMs(), actor, act, subject: mandate.id, sha256: content };
    await store.saveMandate(mandate, written);
    feed.tell('alert', mandate.id);
  }

  #alone<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(work);
    this.#turn = result.catch(() => undefined);
    return result;
  }
}

const contactPrefix = 'contact:';

/** Who a mandate for a dry contact of this box names in place of a gateway's key. */
export function contactGateway(dev: string): string {
  return `${contactPrefix}${dev}`;
}

/** The box of a contact's mandate; null for the gateway's own. */
export function boxOfContact(gateway: string): string | null {
  return gateway.startsWith(contactPrefix) ? gateway.slice(contactPrefix.length) : null;
}

function envelopeOf({ statement }: StoredMandate, signatures: readonly { readonly keyid: string; readonly sig: string }[]): Envelope {
  return {
    payloadType: mandateType,
    payload: toBase64(new TextEncoder().encode(statement)),
    signatures: signatures.map(({ keyid, sig }) => ({ keyid, sig })),
  };
}
