// A suite of the store: each of its tests has a store of its own, opened before it and removed after it.
import { afterEach, beforeEach, describe } from 'vitest';
import type { Store } from '../../controller/store/store.ts';

export interface StoreBed {
  readonly open: () => Promise<Store>;
  /** After the one before was closed. */
  readonly reopen: () => Promise<Store>;
  readonly remove: () => Promise<void>;
}

export interface OnStore {
  /** Of the test that runs. */
  readonly store: Store;
  /** The same tables, opened again. */
  reopen(): Promise<void>;
}

export function describeOnStore(name: string, makeBed: () => Promise<StoreBed>, tests: (on: OnStore) => void): void {
  describe(name, () => {
    const now: { bed?: StoreBed; store?: Store | undefined } = {};
    beforeEach(async () => {
      now.bed = await makeBed();
      now.store = await now.bed.open();
    });
    afterEach(async () => {
      await now.store?.close();
      await now.bed?.remove();
    });
    tests({
      get store() {
        if (!now.store) throw new Error('a store is there while a test runs');
        return now.store;
      },
      async reopen() {
        await now.store?.close();
        now.store = await now.bed?.reopen();
      },
    });
  });
}
