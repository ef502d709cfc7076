// What a box may run: a release signed offline, its parts by hash, and what a box tells of it (DESIGN §5 "Update").
import * as v from 'valibot';
import { type Cryptography, Envelope, envelopeBytesMax, fromBase64, type Opened, open, Statement } from './envelope.ts';
import { Sha256 } from './ids.ts';
import { authorise, type KeyRing } from './keys.ts';
import { parse, parseJson } from './parse.ts';
import type { Result } from './problems.ts';
import { TimeOfDay } from './time.ts';

export const releasePartBytesMax = 128 * 1024 * 1024;
export const unpackedBytesMax = 512 * 1024 * 1024;
export const releaseFilesMax = 5_000;
const noteMax = 4_000;

/** `1.4.0` or `1.4.0-rc.2`; compared number by number, what has a suffix stands before what has none. */
export const Version = v.pipe(v.string(), v.regex(/^\d{1,5}\.\d{1,5}\.\d{1,5}(-[a-z0-9.]{1,20})?$/, 'must look like 1.4.0 or 1.4.0-rc.2'));
export type Version = v.InferOutput<typeof Version>;

/** As Node names them (`process.arch`). */
export const Architecture = v.picklist(['arm64', 'arm', 'x64']);
export type Architecture = v.InferOutput<typeof Architecture>;

const Counter = v.pipe(v.number(), v.safeInteger(), v.minValue(1));
const bytesTo = (max: number) => v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(max));

/** Content-addressed like media: an archive of files, each with its own hash (hardware/host/release-archive). */
export const ReleasePart = v.strictObject({
  name: v.picklist(['app', 'node', 'modules']),
  sha256: Sha256,
  bytes: bytesTo(releasePartBytesMax),
});
export type ReleasePart = v.InferOutput<typeof ReleasePart>;

/** Body of a signed `release` statement; role `release`, audience the signing centre. */
export const Release = v.strictObject({
  version: Version,
  /** Grows with every release of a signer; a box never takes one whose counter it has passed. */
  counter: Counter,
  architectures: v.pipe(v.array(Architecture), v.minLength(1), v.maxLength(3)),
  parts: v.pipe(v.array(ReleasePart), v.minLength(1), v.maxLength(3)),
  /** The oldest version that may be replaced by this one. */
  minVersion: v.optional(Version),
  /** It may replace a newer version: the way back from one that was withdrawn. */
  downgrade: v.optional(v.boolean()),
  notes: v.strictObject({ vi: v.pipe(v.string(), v.minLength(1), v.maxLength(noteMax)), en: v.pipe(v.string(), v.maxLength(noteMax)) }),
  /** Hours of the day in which it is fetched, by the clock of the box's policy; none: at any hour. `to` ≤ `from` crosses midnight. */
  fetchHours: v.optional(v.pipe(v.array(v.strictObject({ from: TimeOfDay, to: TimeOfDay })), v.minLength(1), v.maxLength(4))),
  limits: v.strictObject({ unpackedBytes: bytesTo(unpackedBytesMax), files: bytesTo(releaseFilesMax) }),
});
export type Release = v.InferOutput<typeof Release>;

/** What a want's `release` part holds. */
export const ReleaseOffer = v.strictObject({ manifest: Envelope });
export type ReleaseOffer = v.InferOutput<typeof ReleaseOffer>;

/** A path inside a release: plain names, nothing that leads out. */
export const InsidePath = v.pipe(
  v.string(),
  v.maxLength(240),
  v.regex(/^(?:[A-Za-z0-9_@-][A-Za-z0-9._@+-]{0,99})(?:\/[A-Za-z0-9_@-][A-Za-z0-9._@+-]{0,99}){0,11}$/, 'must be plain names joined by /'),
);

/** The head of an archive: its files in the order in which their bytes follow. */
export const ArchiveIndex = v.pipe(
  v.strictObject({
    files: v.pipe(
      v.array(
        v.strictObject({
          path: InsidePath,
          bytes: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(unpackedBytesMax)),
          sha256: Sha256,
          run: v.optional(v.boolean()),
        }),
      ),
      v.minLength(1),
      v.maxLength(releaseFilesMax),
    ),
  }),
  v.check(({ files }) => pathsFit(files.map(({ path }) => path)), 'a path stands twice or is both file and folder'),
);
export type ArchiveIndex = v.InferOutput<typeof ArchiveIndex>;

export const updateStates = ['downloaded', 'switched', 'committed', 'rolled-back', 'refused'] as const;
/** Why a release does not run here. */
export const updateReasons = [
  'not-healthy',
  'starts',
  'too-long',
  'broken',
  'signature',
  'older',
  'architecture',
  'min-version',
  'failed-before',
  'content',
  'disk',
] as const;

export const updateLinesMax = 50;
const lineMax = 160;

/** A row of the outbox. Lines are the last of the program's log, newest last. */
export const UpdateFact = v.strictObject({
  kind: v.literal('update'),
  version: Version,
  counter: Counter,
  state: v.picklist(updateStates),
  /** What ran before, or runs again. */
  from: v.optional(v.pipe(v.string(), v.maxLength(40))),
  reason: v.optional(v.picklist(updateReasons)),
  detail: v.optional(v.pipe(v.string(), v.maxLength(300))),
  lines: v.optional(v.pipe(v.array(v.pipe(v.string(), v.maxLength(lineMax))), v.maxLength(updateLinesMax))),
});
export type UpdateFact = v.InferOutput<typeof UpdateFact>;
export type UpdateReason = NonNullable<UpdateFact['reason']>;

/** The last lines of a log, cut to what a row carries. */
export function rowLines(lines: readonly string[]): string[] {
  return lines.slice(-updateLinesMax).map((line) => line.slice(0, lineMax));
}

/** Problems: those of `open` and `authorise`. Time is not asked: a box without a clock must be able to mend itself. */
export function openRelease(manifest: Envelope, ring: KeyRing, crypto: Cryptography): Result<Opened<Release>> {
  const opened = open(manifest, 'release', Release, (id) => ring.keys.get(id), crypto);
  if (!opened.ok) return opened;
  const allowed = authorise(opened.value, ring);
  return allowed.ok ? opened : allowed;
}

/** What a manifest says it is: only to name in a row what was refused. Undefined where it says nothing that can be read. */
export function claimedRelease(manifest: Envelope): Pick<Release, 'version' | 'counter'> | undefined {
  const statement = parseJson(Statement, new TextDecoder().decode(fromBase64(manifest.payload)), envelopeBytesMax);
  const read = statement.ok ? parse(Release, statement.value.body) : statement;
  return read.ok ? { version: read.value.version, counter: read.value.counter } : undefined;
}

/** Below 0 when `a` is older than `b`, 0 when they are one. Numbers by value, suffixes by their letters. */
export function compareVersions(a: string, b: string): number {
  const [numbersA = '', suffixA = ''] = split(a);
  const [numbersB = '', suffixB = ''] = split(b);
  const [partsA, partsB] = [numbersA.split('.').map(Number), numbersB.split('.').map(Number)];
  for (let at = 0; at < 3; at++) {
    const difference = (partsA[at] ?? 0) - (partsB[at] ?? 0);
    if (difference !== 0) return difference;
  }
  if (suffixA === suffixB) return 0;
  if (suffixA === '' || suffixB === '') return suffixA === '' ? 1 : -1;
  return suffixA < suffixB ? -1 : 1;
}

function split(version: string): [string, string] {
  const at = version.indexOf('-');
  return at < 0 ? [version, ''] : [version.slice(0, at), version.slice(at + 1)];
}

export interface RunsHere {
  readonly version: string;
  readonly architecture: string;
  /** The highest counter that was committed here. */
  readonly counter: number;
  readonly failed: readonly number[];
}

export interface Misfit {
  readonly reason: UpdateReason;
  readonly detail: string;
}

/** Why this release may not replace what runs here; undefined where it may. */
export function misfit(release: Release, here: RunsHere): Misfit | undefined {
  const refuse = (reason: UpdateReason, detail: string): Misfit => ({ reason, detail });
  if (release.counter <= here.counter) return refuse('older', `counter ${release.counter}, ${here.counter} was here`);
  if (here.failed.includes(release.counter)) return refuse('failed-before', `${release.version} failed here`);
  if (!release.architectures.some((one) => one === here.architecture))
    return refuse('architecture', `made for ${release.architectures.join(', ')}`);
  if (compareVersions(release.version, here.version) === 0) return refuse('older', `${release.version} runs here`);
  if (!release.downgrade && compareVersions(release.version, here.version) < 0)
    return refuse('older', `${release.version} under ${here.version}`);
  if (release.minVersion !== undefined && compareVersions(here.version, release.minVersion) < 0)
    return refuse('min-version', `needs ${release.minVersion}, ${here.version} runs`);
  return undefined;
}

function pathsFit(paths: readonly string[]): boolean {
  const files = new Set(paths);
  if (files.size !== paths.length) return false;
  return paths.every((path) => {
    for (let at = path.indexOf('/'); at >= 0; at = path.indexOf('/', at + 1)) if (files.has(path.slice(0, at))) return false;
    return true;
  });
}
