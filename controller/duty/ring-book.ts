// Every call to a person: written down first, then rung on all bells; seen and answered are written down too.
import { randomHex } from '../../hardware/host/crypto.ts';
import type { BellAnswer, RingKind } from '../../schemas/duty.ts';
import type { Result } from '../../schemas/problems.ts';
import type { Feed } from '../feed.ts';
import type { DutyStore, StoredRing } from '../store/duty-store.ts';
import type { Act } from '../store/store.ts';
import type { Bell } from './bell.ts';

export interface RingBookOptions {
  readonly store: DutyStore;
  readonly bells: readonly Bell[];
  readonly feed: Feed;
  readonly nowMs: () => number;
  readonly act: (actor: string, act: string, subject: string, content?: unknown) => Act;
}

export interface RingWish {
  readonly kind: RingKind;
  readonly about: string;
  readonly title: string;
  readonly text: string;
}

const titleMax = 200;
const textMax = 1_000;

export class RingBook {
  readonly #options: RingBookOptions;

  constructor(options: RingBookOptions) {
    this.#options = options;
  }

  async ring(people: readonly string[], { kind, about, title, text }: RingWish, by = 'ladder'): Promise<void> {
    const { store, bells, nowMs, act } = this.#options;
    for (const person of people) {
      const told = { title: title.slice(0, titleMax), text: text.slice(0, textMax) };
      const marks = { seenMs: null, answeredMs: null, quietMs: null };
      const ring: StoredRing = { id: `ring-${randomHex(8)}`, kind, about, person, ...told, atMs: nowMs(), ...marks };
      await store.addRing(ring, act(by, kind === 'told' ? 'duty.told' : 'duty.ring', `${about} ${person}`, ring));
      for (const bell of bells) bell.ring(ring);
    }
  }

  /** The person's page showed it, or the person says "I am coming". Problem: not-found. */
  async mark(id: string, person: string, what: 'seen' | 'answered'): Promise<Result<StoredRing>> {
    const { store, feed, act } = this.#options;
    const marked = await store.markRing(id, person, what, act(person, `duty.ring-${what}`, id));
    if (marked.ok) feed.tell('duty', id);
    return marked;
  }

  /** Nobody needs to come for this any more. */
  async quiet(about: string): Promise<void> {
    await this.#options.store.quietRings(about, this.#options.nowMs());
    for (const bell of this.#options.bells) bell.quiet(about);
  }

  states(): readonly BellAnswer[] {
    return this.#options.bells.map((bell) => bell.state());
  }

  async stop(): Promise<void> {
    await Promise.all(this.#options.bells.map((bell) => bell.stop()));
  }
}
