// What changed, for pages that watch: a name and the id of the thing, nothing more.
import type { LiveEvent } from '../schemas/events.ts';

/** The same thing that changes a thousand times in a second is told at once, then this seldom. */
const againAfterMs = 100;

export interface Change {
  readonly event: LiveEvent;
  readonly id: string;
}

export class Feed {
  readonly #watchers = new Set<(change: Change) => void>();
  /** The centre's own rooms: no page, and counted as none. */
  readonly #listeners = new Set<(change: Change) => void>();
  /** Told lately; true when it changed again since. */
  readonly #lately = new Map<string, { readonly change: Change; again: boolean }>();
  #timer: NodeJS.Timeout | undefined;

  tell(event: LiveEvent, id: string): void {
    if (this.#watchers.size === 0 && this.#listeners.size === 0) return;
    const key = `${event} ${id}`;
    const lately = this.#lately.get(key);
    if (lately) {
      lately.again = true;
      return;
    }
    this.#lately.set(key, { change: { event, id }, again: false });
    this.#timer ??= setTimeout(() => this.#tellAgain(), againAfterMs).unref();
    this.#send({ event, id });
  }

  /** Returns how to stop watching. */
  watch(watcher: (change: Change) => void): () => void {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  /** As `watch`, for a room of the centre itself. */
  listen(listener: (change: Change) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  get watchers(): number {
    return this.#watchers.size;
  }

  #tellAgain(): void {
    this.#timer = undefined;
    const changed = [...this.#lately.values()].filter(({ again }) => again);
    this.#lately.clear();
    for (const { change } of changed) this.tell(change.event, change.id);
  }

  #send(change: Change): void {
    for (const watcher of [...this.#listeners, ...this.#watchers]) watcher(change);
  }
}
