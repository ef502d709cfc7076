// Rows of boxes and acts of people as they are listed.

/** A row or receipt that contradicts a stored one; kept, never merged. */
export interface LogConflict {
  readonly dev: string;
  readonly epoch: string;
  readonly seq: number;
  readonly kind: 'row' | 'receipt';
  readonly detail: string;
  readonly atMs: number;
}

/** A numbered row of a box. */
export interface LogRowAnswer {
  readonly box: string;
  readonly epoch: string;
  readonly seq: number;
  readonly kind: string;
  readonly atMs: number;
  readonly receivedMs: number;
  readonly hash: string;
  /** As the box wrote it; a newer box may write words that nobody here knows. */
  readonly entry: unknown;
}

/** What somebody did: names and a hash of what it was about, never the thing. */
export interface AuditAnswer {
  readonly seq: number;
  readonly atMs: number;
  readonly actor: string;
  readonly act: string;
  readonly subject: string;
  readonly sha256: string;
  /** Of this entry and all before it. */
  readonly hash: string;
}
export interface AuditVerdict {
  readonly holds: boolean;
  readonly brokenAt: number | null;
  /** What was looked through: up to this row, with this hash. Kept elsewhere, it tells of a chain that was made anew. */
  readonly rows: number;
  readonly hash: string;
}
