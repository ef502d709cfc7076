// What a folder after a power cut has wrong, in words; three empty lists are the only right answer.

export interface Found {
  /** Seen by somebody before the cut, and not there after it. */
  readonly lost: string[];
  /** What was over and is not, or was told more than once. */
  readonly twice: string[];
  /** A store that does not open, or that had to be laid aside. */
  readonly broken: string[];
}
