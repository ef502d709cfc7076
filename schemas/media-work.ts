// Files that wait or are worked on at the centre, as people see them.

export const workSteps = ['read', 'measure', 'encode', 'check', 'draw'] as const;

export interface WorkAnswer {
  readonly id: string;
  readonly title: string;
  readonly kind: 'sound' | 'film';
  readonly state: 'waiting' | 'working';
  /** What is done now; null while it waits. */
  readonly step: (typeof workSteps)[number] | null;
  /** Part of the whole that is done, 0 … 1. */
  readonly share: number;
  readonly sinceMs: number;
}
