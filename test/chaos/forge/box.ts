// The rules of one box with everything real but its clock and its wires: keys, verification, decisions.
import { decide } from '../../../agent/core/decide.ts';
import type { Event, State } from '../../../agent/core/model.ts';
import { type Rules, standardRules } from '../../../agent/core/rules.ts';
import { readMessage } from '../../../agent/messages.ts';
import { cryptography } from '../../../hardware/host/crypto.ts';
import { counterMax } from '../../../schemas/envelope.ts';
import { type KeyRing, type KeysDocument, keyRing } from '../../../schemas/keys.ts';
import { Rig } from '../../agent/core-rig.ts';
import { hourMs, plan } from '../../world/build.ts';
import type { ForgeBreak } from '../forge.ts';
import { type Loot, signed } from './loot.ts';

export interface Offer {
  readonly word: 'order' | 'drill';
  readonly frame: Uint8Array;
  /** A keys document that comes first. */
  readonly keys?: KeysDocument;
}

export class ForgeBox {
  readonly loot: Loot;
  /** Frames of genuine orders that are over. */
  readonly past: Offer[] = [];
  readonly #rules: Rules;
  readonly #broken: ForgeBreak | undefined;
  #ring: KeyRing;
  #state: State;
  #monoMs: number;

  constructor(loot: Loot, broken?: ForgeBreak) {
    this.loot = loot;
    this.#broken = broken;
    this.#rules = broken === 'no-counter' ? { ...standardRules, fresh: () => ({ ok: true, value: true }) } : standardRules;
    this.#ring = this.#read(loot.document('e1', 10));
    const rig = new Rig(9 * hourMs).bootWith(plan(1));
    this.#state = rig.state;
    this.#monoMs = rig.monoMs;
  }

  /** Ids of orders that the box took from this offer. */
  offer({ word, frame, keys }: Offer): string[] {
    if (keys) this.#offerKeys(keys);
    return this.#tell(`loa/1/g/xa-1/${word}`, frame).flatMap((fact) =>
      fact.kind === 'order' && fact.state === 'accepted' ? [fact.order] : [],
    );
  }

  /** Offer a genuine order, then end it; it stays as loot. */
  accepts(offer: Offer): boolean {
    const [id] = this.offer(offer);
    this.past.push(offer);
    if (id === undefined) return false;
    const { loot } = this;
    const sounding = this.#state.kept.orders.active.some((one) => one.id === id);
    for (const iss of ['xa', 'tinh'] as const) {
      const level = iss === 'xa' ? 'commune' : 'province';
      loot.ctr++;
      this.#tell(
        'loa/1/g/xa-1/order',
        loot.frame(loot.sign('clear', { ids: [id], level, reason: '' }, { iss, id: `c-${loot.ctr}-${iss}` })),
      );
    }
    return sounding && !this.#state.kept.orders.active.some((one) => one.id === id);
  }

  /** The counter is run to its end with a genuine signature; true when the next genuine order is refused until a new epoch. */
  exhaust(): boolean {
    const { loot } = this;
    const before = loot.ctr;
    this.offer({ word: 'order', frame: loot.frame(signed(loot, { said: { ctr: counterMax, id: 'o-thief' } })) });
    const [taken] = this.offer({ word: 'order', frame: loot.frame(signed(loot, {})) });
    const anew = this.#ring.links.get('xa')?.ctr ?? 0;
    loot.epoch = `e${anew + 1}`;
    loot.ctr = before + 10_000;
    this.#offerKeys(loot.document(loot.epoch, anew + 1));
    return taken === undefined || this.#broken === 'no-counter';
  }

  /** As HeldKeys does: nothing older than what is held. */
  #offerKeys(document: KeysDocument): void {
    const offered = keyRing(this.loot.root, document, 'loa-1', cryptography);
    if (!offered.ok) return;
    const newer = (offered.value.links.get('xa')?.ctr ?? 0) >= (this.#ring.links.get('xa')?.ctr ?? 0);
    if (!newer && this.#broken !== 'old-keys') return;
    this.#ring = this.#read(document);
    this.#decide({ is: 'keysChanged', keyids: [...this.#ring.keys.keys()] });
  }

  #read(document: KeysDocument): KeyRing {
    const ring = keyRing(this.loot.root, document, 'loa-1', cryptography);
    if (!ring.ok) throw new Error(`${ring.problem.code} ${ring.problem.path} ${ring.problem.detail}`);
    return this.#broken === 'one-officer' ? { ...ring.value, commune: '08' } : ring.value;
  }

  #tell(topic: string, frame: Uint8Array) {
    const meaning = readMessage(topic, frame, { ring: this.#ring, crypto: cryptography });
    return meaning.is === 'events' ? meaning.events.flatMap((event) => this.#decide(event)) : [];
  }

  #decide(event: Event) {
    this.#monoMs += 1;
    const decision = decide(
      { wallMs: wallMs + this.#monoMs / 1000, monoMs: this.#monoMs, quality: 'signed' },
      this.#state,
      event,
      this.#rules,
    );
    this.#state = decision.state;
    return decision.facts;
  }
}

const wallMs = new Rig(9 * hourMs).wallMs;
