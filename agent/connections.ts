// Counts connections for ever, so that a late will of an older one is recognised. One disk write per thousand.
import type { Slot } from './order-slots.ts';

const blockSize = 1000;

export class ConnectionCounter {
  readonly #slot: Slot;
  #last = 0;
  #reserved = 0;

  constructor(slot: Slot) {
    this.#slot = slot;
  }

  /** Reserve a block beyond everything an earlier boot may have used. */
  async start(): Promise<void> {
    const bytes = await this.#slot.read();
    this.#last = bytes ? Number(new TextDecoder().decode(bytes)) || 0 : 0;
    await this.#reserve();
  }

  get last(): number {
    return this.#last;
  }

  next(): number {
    this.#last++;
    if (this.#reserved - this.#last < blockSize / 10) this.#reserve().catch(() => undefined);
    return this.#last;
  }

  async #reserve(): Promise<void> {
    this.#reserved = Math.max(this.#reserved, this.#last) + blockSize;
    await this.#slot.write(new TextEncoder().encode(String(this.#reserved)));
  }
}
