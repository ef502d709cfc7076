// What changed, for pages that watch: a name and the id of the thing, nothing more.
import type { LiveEvent } from '../schemas/api.ts';

export interface Change {
  readonly event: LiveEvent;
  readonly id: string;
}

export class Feed {
  readonly #watchers = new Set<(change: Change) => void>();

  tell(event: LiveEvent, id: string): void {
    for (const watcher of this.#watchers) watcher({ event, id });
  }

  /** Returns how to stop watching. */
  watch(watcher: (change: Change) => void): () => void {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  get watchers(): number {
    return this.#watchers.size;
  }
}
