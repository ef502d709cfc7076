// Pictures and sounds of residents: drawn and encoded anew behind the doors that the centre's own uploads pass. Nothing is kept as it came.
import { rm, writeFile } from 'node:fs/promises';
import { citizenLimits } from '../../schemas/citizen.ts';
import { fromBase64 } from '../../schemas/envelope.ts';
import { bad, ok, type Result } from '../../schemas/problems.ts';
import type { Blobs } from '../blobs.ts';
import type { Ingest } from '../media/make-ingest.ts';
import { redrawPhoto } from '../media/picture-fit.ts';
import type { Store } from '../store/store.ts';

export interface AttachmentsOptions {
  readonly blobs: Pick<Blobs, 'keep' | 'temporary' | 'forget' | 'freeBytes'>;
  readonly ffmpeg: string | undefined;
  readonly ingest: Ingest;
  readonly store: Pick<Store, 'content' | 'steering' | 'citizens'>;
}

export interface Attached {
  readonly photos: readonly string[];
  readonly sound: string | null;
}

/** Whose work it is in the line of files: all residents share one pile, so that they never hold up the office. */
const worker = 'resident';

/** Left free for receipts and orders, and for the office's own files: strangers never take the last of the disk. */
export const reserveBytes = 2 * 1024 ** 3;

export class Attachments {
  readonly #options: AttachmentsOptions;

  constructor(options: AttachmentsOptions) {
    this.#options = options;
  }

  /** All or none. Problems: disk-full (the app sends again later), bad-input, too-large, media-unreadable, tool-missing, too-many-requests; each with its place. */
  async keep(photos: readonly string[], sound: string | null): Promise<Result<Attached>> {
    const kept: string[] = [];
    const files = photos.length + (sound === null ? 0 : 1);
    if (files > 0 && (await this.#options.blobs.freeBytes()) < reserveBytes) return bad('disk-full', 'no space for pictures and sounds');
    for (const [at, url] of photos.entries()) {
      const photo = await this.#photo(url);
      if (!photo.ok) return this.#giveUp(kept, bad(photo.problem.code, photo.problem.detail, `/photos/${at}`));
      kept.push(photo.value);
    }
    if (sound === null) return ok({ photos: kept, sound: null });
    const made = await this.#sound(sound);
    if (!made.ok) return this.#giveUp(kept, bad(made.problem.code, made.problem.detail, '/sound'));
    return ok({ photos: kept, sound: made.value });
  }

  /** Gone from the disk, unless something else names the same bytes. */
  async forget(names: readonly string[]): Promise<void> {
    const { blobs, store } = this.#options;
    for (const name of names) {
      const named = (await store.citizens.feedback.names(name)) || (await store.content.medium(name)) || (await store.steering.photo(name));
      if (!named) await blobs.forget(name);
    }
  }

  async #photo(url: string): Promise<Result<string>> {
    const { blobs, ffmpeg } = this.#options;
    const drawn = await redrawPhoto(url, ffmpeg);
    if (!drawn.ok) return drawn;
    return ok(await blobs.keep(fromBase64(drawn.value.slice(drawn.value.indexOf(',') + 1))));
  }

  async #sound(url: string): Promise<Result<string>> {
    const { blobs, ingest } = this.#options;
    const found = /^data:audio\/[a-z0-9.+-]{1,40}(?:;codecs=[a-z0-9.,-]{1,40})?;base64,([A-Za-z0-9+/]+={0,2})$/.exec(url);
    if (!found) return bad('bad-input', 'a sound is a data address in base64');
    const path = blobs.temporary('.voice');
    await writeFile(path, fromBase64(found[1] ?? ''), { mode: 0o600 });
    try {
      const made = await ingest(path, { title: 'phản ánh', language: 'vi' }, worker);
      if (!made.ok) return made;
      const { sha256: name, durationMs } = made.value.item;
      if (durationMs <= citizenLimits.soundMs) return ok(name);
      await this.forget([name]);
      return bad('too-large', `${durationMs} ms of sound, at most ${citizenLimits.soundMs}`);
    } finally {
      await rm(path, { force: true });
    }
  }

  async #giveUp(kept: readonly string[], refused: Result<Attached>): Promise<Result<Attached>> {
    await this.forget(kept);
    return refused;
  }
}

/** By the first bytes: it was made here, as one of these. */
export function typeOfAttached(bytes: Uint8Array | undefined): string {
  if (bytes?.[0] === 0xff) return 'image/jpeg';
  if (bytes?.[0] === 0x89) return 'image/png';
  return bytes?.[0] === 0x4f ? 'audio/ogg' : 'image/webp';
}
