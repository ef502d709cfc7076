// Requests that bear an idempotency key: done once, answered alike for a day.

export interface Once {
  /** SHA-256 of who asks, what and under which key. */
  readonly name: string;
  /** SHA-256 of what is asked. */
  readonly request: string;
}

export interface KnownOnce extends Once {
  /** Null: it was done, and its answer was lost with the process that made it. */
  readonly answer: { readonly status: number; readonly body: string } | null;
}

export interface OnceStore {
  find(name: string, sinceMs: number): Promise<KnownOnce | undefined>;
  /** Older ones go with it. */
  keep(once: KnownOnce, atMs: number, sinceMs: number): Promise<void>;
}
