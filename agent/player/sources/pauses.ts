// The silent stretches within what a source poured: they pass time and are no sound.

export class Pauses {
  readonly #stretches: { readonly from: number; to: number }[] = [];

  /** `count` silent samples were poured from sample `from` on. */
  note(from: number, count: number): void {
    const last = this.#stretches.at(-1);
    if (last?.to === from) last.to += count;
    else this.#stretches.push({ from, to: from + count });
  }

  /** How many of the first `samples` are sound. */
  soundUpTo(samples: number): number {
    let sound = samples;
    for (const { from, to } of this.#stretches) sound -= Math.max(0, Math.min(samples, to) - from);
    return sound;
  }
}
