// The end of a self-test: what the twelve lines say and what the technician heard becomes a signed record, queued as a row.
import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import { sha256 } from '../../hardware/host/crypto.ts';
import { writeFileAtomic } from '../../hardware/host/files.ts';
import { type AcceptanceCheck, acceptanceRecord } from '../../schemas/acceptance.ts';
import type { Envelope, Signer } from '../../schemas/envelope.ts';
import { bad, ok, type Result } from '../../schemas/problems.ts';
import { signAcceptance } from '../acceptance.ts';
import type { CheckLine } from './checklist.ts';
import { type PagePost, pinnedPost } from './post.ts';

const photoBytesMax = 200 * 1024;
const photosKept = 8;
const bodyBytesMax = Math.ceil((photoBytesMax * 4) / 3) + 2_048;

export interface AcceptanceOptions {
  readonly dev: string;
  readonly centre: () => string;
  readonly signer: Signer;
  readonly nowMs: () => number;
  /** Photos are kept here until somebody fetches them. */
  readonly folder: string;
  readonly heard: (heard: 'yes' | 'no', photo: boolean) => void;
  readonly check: () => Promise<readonly CheckLine[]>;
  readonly queue: (record: Envelope) => void;
}

/** Pure: lines of the page as lines of the record. A warning is seen and passed; what is not fitted stands in nobody's way. */
export function checksOf(lines: readonly CheckLine[]): AcceptanceCheck[] {
  return lines.map(({ id, state, value, reason, absent }) => ({
    line: id,
    result: absent ? 'absent' : state === 'bad' ? 'fail' : state === 'unknown' ? 'unknown' : 'pass',
    reason: (reason?.vi ?? '').slice(0, 120),
    value: value.vi.slice(0, 40),
  }));
}

export function acceptancePost(options: AcceptanceOptions): PagePost {
  const entries = {
    toneHeard: v.boolean(),
    by: v.string(),
    note: v.optional(v.string(), ''),
    photo: v.optional(v.pipe(v.string(), v.base64())),
  };
  return pinnedPost(
    '/acceptance',
    entries,
    async ({ photo, ...said }) => {
      const kept = await keepPhoto(options.folder, photo);
      if (!kept.ok) return kept;
      const hash = kept.value;
      const answers = { ...said, ...(hash !== null && { photo: hash }) };
      // A name that is none must not change what the checklist says.
      const tried = acceptanceRecord([], answers);
      if (!tried.ok) return tried;
      options.heard(said.toneHeard ? 'yes' : 'no', hash !== null);
      const { dev, centre, signer, nowMs, queue, check } = options;
      const made = signAcceptance(checksOf(await check()), answers, { dev, centre: centre(), signer, wallMs: nowMs() });
      if (!made.ok) return made;
      queue(made.value.record);
      return ok({ id: dev });
    },
    bodyBytesMax,
  );
}

/** JPEG alone, under its hash; the newest few stay. */
async function keepPhoto(folder: string, photo: string | undefined): Promise<Result<string | null>> {
  if (photo === undefined) return ok(null);
  const bytes = Buffer.from(photo, 'base64');
  if (bytes.length > photoBytesMax) return bad('too-large', `a photo of ${bytes.length} bytes, at most ${photoBytesMax}`);
  if (bytes[0] !== 0xff || bytes[1] !== 0xd8 || bytes[2] !== 0xff) return bad('bad-input', 'the photo is no JPEG');
  const hash = sha256(bytes);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await writeFileAtomic(join(folder, `${hash}.jpg`), bytes, 0o600);
  const names = (await readdir(folder)).filter((name) => name.endsWith('.jpg'));
  const dated = await Promise.all(names.map(async (name) => ({ name, atMs: (await stat(join(folder, name))).mtimeMs })));
  const old = dated.sort((a, b) => b.atMs - a.atMs).slice(photosKept);
  await Promise.all(old.map(({ name }) => rm(join(folder, name), { force: true })));
  return ok(hash);
}
