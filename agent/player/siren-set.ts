// The sirens of a box: its own, computed once and checked, and what an operator recorded instead, decoded ahead of need.
import { createHash } from 'node:crypto';
import type { Order } from '../../schemas/order.ts';
import { type SirenKind, siren, sirenOf, sirenWave } from './siren.ts';
import { type DecoderTools, decodeWhole } from './sources/decoder.ts';
import type { Wave } from './sources/generated.ts';

/** After so long each siren is where it began: a period sounds for ever without a step. */
export const sirenPeriodsMs: Readonly<Record<SirenKind, number>> = {
  alarm: 3_000,
  water: 2_000,
  ground: 1_000,
  weather: 1_000,
  fire: 4_000,
  exercise: 1_000,
  'all-clear': 1_000,
};
/** SHA-256 of one period, 16-bit little-endian at 48 kHz: what people are taught must not change by accident. */
export const sirenHashes: Readonly<Record<SirenKind, string>> = {
  alarm: '354df4af8186d9ea5ee38e8ca360a26c4f5f0339ec0ac43ad1b29a0ba7d53076',
  water: 'a535e8f5a58dbcfc996bafdb4500de0dc7568553261859ae05282b5b05553a8c',
  ground: 'b47865a42027ce6c10b0b37e30106daf6a0a5799e4269b51090f0d2305738109',
  weather: 'dae273c506af928ae26599c51f89a523806beef06a3e0aaebab4f6f7aeef5fac',
  fire: '493077c91da11d052b56184e280c479a98f4c8da11d502b4b7b6742b592d3f24',
  exercise: '50f5e8cebb5498543cba6d7f86f33b054c60f30af45bf47bd2fb2af94d46bfeb',
  'all-clear': 'd90bd72fe657b0d69abffac367dada70b1042e8d052bfad4df656228de139c2c',
};
/** Start-up has no time for all of them; these sound most. */
const atStart: readonly SirenKind[] = ['alarm', 'exercise', 'all-clear'];
/** A siren is followed by words: never longer than this (PRODUCT §1.8). */
const recordedMsMax = 15_000;

export interface SirenDoors {
  readonly tools: DecoderTools;
  readonly pathOf: (sha256: string) => string | undefined;
}

/** An operator's own recordings, by kind. */
export type OwnSirens = { readonly [K in SirenKind]?: { readonly sha256: string } | undefined };

export class SirenSet {
  readonly #doors: SirenDoors;
  readonly #standard = new Map<SirenKind, Int16Array>();
  readonly #own = new Map<string, Int16Array | 'decoding'>();
  #wanted: OwnSirens = {};

  constructor(doors: SirenDoors) {
    this.#doors = doors;
  }

  /** Compute these ahead; answers the kinds that do not come out as they should on this machine. The rest are computed as they sound. */
  prepare(kinds: readonly SirenKind[] = atStart): SirenKind[] {
    return kinds.filter((kind) => hashOf(this.#period(kind)) !== sirenHashes[kind]);
  }

  /** Recordings that replace the standard sirens, from settings; those in the cache are decoded now. */
  replace(wanted: OwnSirens): void {
    this.#wanted = wanted;
    const hashes = Object.values(wanted).flatMap((one) => one?.sha256 ?? []);
    for (const known of [...this.#own.keys()]) if (!hashes.includes(known)) this.#own.delete(known);
    for (const sha256 of hashes) this.#decode(sha256);
  }

  /** The siren of an order, without an end. An exercise keeps its own sound: it must never be taken for the real thing. */
  waveFor(order: Pick<Order, 'class' | 'hazard'>): Wave {
    const kind = sirenOf(order);
    // An operator's own alarm stands for every hazard that has no recording of its own.
    const own = this.#ownFor(kind) ?? (isHazard(kind) ? this.#ownFor('alarm') : undefined);
    const pcm = own ?? this.#standard.get(kind);
    if (!pcm) return sirenWave(kind);
    return (sample) => (pcm[sample % pcm.length] ?? 0) / 32_768;
  }

  #ownFor(kind: SirenKind): Int16Array | undefined {
    const wanted = this.#wanted[kind];
    if (!wanted) return undefined;
    const pcm = this.#own.get(wanted.sha256);
    if (pcm instanceof Int16Array) return pcm;
    // Not fetched when the settings came: the standard siren sounds now, this one the next time.
    this.#decode(wanted.sha256);
    return undefined;
  }

  #decode(sha256: string): void {
    const path = this.#doors.pathOf(sha256);
    if (path === undefined || this.#own.has(sha256)) return;
    this.#own.set(sha256, 'decoding');
    void decodeWhole({ path, type: 'audio/ogg', durationMsMax: recordedMsMax }, this.#doors.tools).then((decoded) => {
      if (this.#own.get(sha256) !== 'decoding') return;
      if (decoded.ok) this.#own.set(sha256, shaped(decoded.value));
      else this.#own.delete(sha256);
    });
  }

  #period(kind: SirenKind): Int16Array {
    const held = this.#standard.get(kind) ?? siren(kind, sirenPeriodsMs[kind]);
    this.#standard.set(kind, held);
    return held;
  }
}

function isHazard(kind: SirenKind): boolean {
  return kind !== 'exercise' && kind !== 'all-clear';
}

/** A recording is repeated while words are made ready: soft at both ends. */
function shaped(pcm: Int16Array): Int16Array {
  const edge = Math.min(240, pcm.length >> 1);
  for (let i = 0; i < edge; i += 1) {
    pcm[i] = Math.round(((pcm[i] ?? 0) * i) / edge);
    pcm[pcm.length - 1 - i] = Math.round(((pcm[pcm.length - 1 - i] ?? 0) * i) / edge);
  }
  return pcm;
}

function hashOf(pcm: Int16Array): string {
  return createHash('sha256')
    .update(Buffer.from(pcm.buffer, pcm.byteOffset, pcm.byteLength))
    .digest('hex');
}
