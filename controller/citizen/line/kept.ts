// What this phone keeps: one small IndexedDB of the app's own, read by the page and by its worker alike.

/** `outbox`: what waits to be sent, by its id. `mine`: what was sent, with the number and word that show its state. `chosen`: this device. `sounds`: what is kept to hear. */
export type Shelf = 'outbox' | 'mine' | 'chosen' | 'sounds';
const shelves: readonly Shelf[] = ['outbox', 'mine', 'chosen', 'sounds'];

function open(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const asked = indexedDB.open('loa-dan', 1);
    asked.onupgradeneeded = () => {
      for (const shelf of shelves) asked.result.createObjectStore(shelf);
    };
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error ?? new Error('no store on this phone'));
  });
}

/** Done when it is on the phone's disk, not before. */
async function within<T>(shelf: Shelf, mode: IDBTransactionMode, act: (store: IDBObjectStore) => IDBRequest<T>): Promise<T> {
  const db = await open();
  try {
    return await new Promise<T>((resolve, reject) => {
      const work = db.transaction(shelf, mode);
      const asked = act(work.objectStore(shelf));
      work.oncomplete = () => resolve(asked.result);
      work.onabort = () => reject(work.error ?? new Error('not kept'));
    });
  } finally {
    db.close();
  }
}

export function keep<T>(shelf: Shelf, key: string, value: T): Promise<unknown> {
  return within(shelf, 'readwrite', (store) => store.put(value, key));
}

export function read<T>(shelf: Shelf, key: string): Promise<T | undefined> {
  return within(shelf, 'readonly', (store) => store.get(key) as IDBRequest<T | undefined>);
}

export function all<T>(shelf: Shelf): Promise<T[]> {
  return within(shelf, 'readonly', (store) => store.getAll() as IDBRequest<T[]>);
}

export function drop(shelf: Shelf, key: string): Promise<unknown> {
  return within(shelf, 'readwrite', (store) => store.delete(key));
}

export function empty(shelf: Shelf): Promise<unknown> {
  return within(shelf, 'readwrite', (store) => store.clear());
}
