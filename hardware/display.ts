// Door to a public e-board's screen. Chromium over its pipe and a simulation honour one contract.
import type { Problem } from '../schemas/problems.ts';

/** A larger document is refused as `too-large`. */
export const htmlBytesMax = 16 * 1024 * 1024;

export interface Frame {
  /** Names the showing; comes back in `Painted`. */
  readonly id: string;
  /** Whole HTML document, shown in a sandboxed frame without scripts or network. */
  readonly html: string;
  readonly kind: 'bulletin' | 'order' | 'safe';
}

export interface Display {
  readonly name: string;
  start(): Promise<void>;
  /**
   * Prepare hidden, switch only when painted. Resolves with the wall instant of the first painted frame, or a problem;
   * a newer call supersedes an older one, which then answers `conflict`.
   */
  show(frame: Frame): Promise<{ readonly paintedMs: number } | { readonly problem: Problem }>;
  /** The id now on the screen, and PNG bytes of what is seen (undefined where the technique cannot). */
  shown(): string | null;
  screenshot(): Promise<Uint8Array | undefined>;
  onFailure(listener: (problem: Problem) => void): void;
  stop(): Promise<void>;
}
