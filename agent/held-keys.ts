// The keys this box trusts: rebuilt from the kept keys document, replaced only by a newer one under the pinned root.
import { readIfPresent, writeFileAtomic } from '../hardware/host/files.ts';
import type { Cryptography } from '../schemas/envelope.ts';
import { type KeyRing, KeysDocument, keyRing, type TrustRoot } from '../schemas/keys.ts';
import { parse, parseJson } from '../schemas/parse.ts';
import { bad, ok, type Result } from '../schemas/problems.ts';

export interface HeldKeysOptions {
  readonly file: string;
  readonly root: TrustRoot;
  readonly dev: string;
  readonly crypto: Cryptography;
}

export class HeldKeys {
  readonly #options: HeldKeysOptions;
  #ring: KeyRing | undefined;

  constructor(options: HeldKeysOptions) {
    this.#options = options;
  }

  /** Read and verify what was kept. A document that no longer verifies is as good as none. */
  async load(): Promise<Result<KeyRing>> {
    const bytes = await readIfPresent(this.#options.file);
    if (!bytes) return bad('key-unknown', 'no keys document kept; enrol again');
    const document = parseJson(KeysDocument, bytes.toString('utf8'));
    if (!document.ok) return document;
    const { root, dev, crypto } = this.#options;
    const ring = keyRing(root, document.value, dev, crypto);
    if (ring.ok) this.#ring = ring.value;
    return ring;
  }

  /** MUST be called after a successful `load`. */
  ring(): KeyRing {
    if (!this.#ring) throw new Error('keys were not loaded');
    return this.#ring;
  }

  /** Take a newer document; resolves after it is on the disk, or is ruling from memory only. The same one again changes nothing. */
  async offer(input: unknown): Promise<Result<{ readonly replaced: boolean; readonly kept?: boolean }>> {
    const document = parse(KeysDocument, input);
    if (!document.ok) return document;
    const { root, dev, crypto, file } = this.#options;
    const offered = keyRing(root, document.value, dev, crypto);
    if (!offered.ok) return offered;
    const held = this.#ring;
    if (held) {
      const older = olderIn(held, offered.value);
      if (older) return older;
      if (same(held, offered.value)) return ok({ replaced: false });
    }
    this.#ring = offered.value;
    // A disk that takes nothing must not keep revoked keys alive: they rule from now on, and come again after a restart.
    const kept = await writeFileAtomic(file, JSON.stringify(document.value), 0o600).then(
      () => true,
      () => false,
    );
    return ok(kept ? { replaced: true } : { replaced: true, kept });
  }
}

/** No part may be older than the one held: an old chain beside a new place would bring revoked keys back. */
function olderIn(held: KeyRing, offered: KeyRing): Result<never> | undefined {
  if (offered.rootVersion < held.rootVersion) return bad('replayed', `root ${offered.rootVersion}, held ${held.rootVersion}`, '/roots');
  for (const [centre, { ctr }] of offered.links) {
    const before = held.links.get(centre);
    if (before !== undefined && ctr < before.ctr)
      return bad('replayed', `delegation of ${centre} counter ${ctr}, held ${before.ctr}`, '/chain');
  }
  // A thief may have run the place's counter to its end: within a newer epoch counters begin again.
  if (offered.epoch === held.epoch && offered.ctr < held.ctr)
    return bad('replayed', `place counter ${offered.ctr}, held ${held.ctr}`, '/place/ctr');
  return undefined;
}

function same(held: KeyRing, offered: KeyRing): boolean {
  return (
    offered.rootVersion === held.rootVersion &&
    offered.epoch === held.epoch &&
    offered.ctr === held.ctr &&
    offered.links.size === held.links.size &&
    [...offered.links].every(([centre, { ctr }]) => held.links.get(centre)?.ctr === ctr)
  );
}
