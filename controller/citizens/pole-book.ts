// Poles by the code that stands on them: the official code, or the entry's own name. Read again each minute.
import type { EquipmentFacts } from '../../schemas/register.ts';
import type { RegisterDesk } from '../register/register-desk.ts';

export interface Pole {
  readonly entry: string;
  readonly code: string;
  readonly facts: EquipmentFacts;
}

const againAfterMs = 60_000;

export class PoleBook {
  readonly #register: Pick<RegisterDesk, 'entriesOn'>;
  readonly #today: () => string;
  readonly #nowMs: () => number;
  #read: { readonly atMs: number; readonly poles: Promise<readonly Pole[]> } | undefined;

  constructor(register: Pick<RegisterDesk, 'entriesOn'>, today: () => string, nowMs: () => number) {
    this.#register = register;
    this.#today = today;
    this.#nowMs = nowMs;
  }

  async find(code: string): Promise<Pole | undefined> {
    const asked = code.toLowerCase();
    return (await this.all()).find(({ entry, facts }) => entry === asked || facts.officialCode?.toLowerCase() === asked);
  }

  /** Clusters that stand somewhere: those that were removed are none. */
  all(): Promise<readonly Pole[]> {
    const nowMs = this.#nowMs();
    if (!this.#read || nowMs - this.#read.atMs >= againAfterMs || nowMs < this.#read.atMs) {
      const poles = this.#register
        .entriesOn(this.#today(), undefined)
        .then((entries) =>
          entries.flatMap(({ entry, facts }) =>
            facts && facts.kind === 'cluster' && facts.state !== 'removed' ? [{ entry, code: facts.officialCode ?? entry, facts }] : [],
          ),
        );
      this.#read = { atMs: nowMs, poles };
      // What could not be read is asked for again.
      poles.catch(() => {
        this.#read = undefined;
      });
    }
    return this.#read.poles;
  }
}
