// Sound of one session on its way to the players: verified pieces in order, the newest seconds kept for who listens late.

/** A stretch of sound with the wall instant of its first sample at the microphone, by the centre's clock (the box's own for its inputs). */
export interface LivePiece {
  readonly capturedMs: number;
  /** How long it lasted by that clock. */
  readonly spanMs: number;
  /** Opus frames of 20 ms each, or 48 kHz mono samples. */
  readonly sound: { readonly frames: readonly Uint8Array[] } | { readonly pcm: Int16Array };
  /** Nothing follows. */
  readonly ends: boolean;
}

/** What is kept of a session, at most. */
export const feedMsMax = 10_000;

export class LiveFeed {
  readonly #pieces: LivePiece[] = [];
  readonly #listeners = new Set<(piece: LivePiece) => void>();
  #heldMs = 0;

  push(piece: LivePiece): void {
    this.#pieces.push(piece);
    this.#heldMs += piece.spanMs;
    while (this.#heldMs > feedMsMax) this.#heldMs -= this.#pieces.shift()?.spanMs ?? this.#heldMs;
    for (const listener of this.#listeners) listener(piece);
  }

  /** What is kept first, then all that comes. Answers how to stop. */
  listen(listener: (piece: LivePiece) => void): () => void {
    for (const piece of this.#pieces) listener(piece);
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
