// Programmes that name source items: what each item is now, worked out whenever boxes are told what to play.
import type { Item, Programme } from '../../schemas/programme.ts';
import type { Schedule } from '../../schemas/schedule.ts';
import { type KnownSources, lineageOf, playOf, type WhyUnplayable } from './source-play.ts';

/** A programme as it was put together; `sources` says which of its items is which source item. */
export interface SourcedProgramme {
  readonly programme: Programme;
  readonly sources?: readonly (string | null)[];
}

/** What became of one source item in a programme; `why: null` it plays. */
export interface SourceFate {
  readonly sha256: string;
  readonly title: string;
  readonly why: WhyUnplayable | null;
  /** Of sound: a box does not know it, the centre tells it anew. */
  readonly validFromMs: number | null;
  readonly validUntilMs: number | null;
}

export interface Resolved {
  /** Undefined: nothing is left of it. */
  readonly programme: Programme | undefined;
  readonly fates: readonly SourceFate[];
}

/** Is this programme no longer to have this item, although the item is in force? What was issued was taken back. */
export type Revoked = (programme: string, item: string) => boolean;

/** New content in place of what was there, nothing in place of what may not be played. */
export function resolveProgramme(
  { programme, sources = [] }: SourcedProgramme,
  known: KnownSources,
  revoked: Revoked,
  atMs: number,
): Resolved {
  const fates: SourceFate[] = [];
  const items = programme.items.flatMap((before, at): Item[] => {
    const id = sources[at] ?? null;
    if (id === null) return [before];
    const takenBack = lineageOf(id, known).some((one) => revoked(programme.id, one));
    const now = takenBack ? { why: 'withdrawn' as const } : playNow(id, programme.form, known, atMs);
    const content = known.get(id)?.published?.content;
    const timed = programme.form === 'audio' && content;
    fates.push({
      ...{ sha256: before.sha256, title: content?.title ?? before.title, why: 'why' in now ? now.why : null },
      ...{ validFromMs: timed ? content.validFromMs : null, validUntilMs: timed ? content.validUntilMs : null },
    });
    if ('why' in now) return [];
    // How long and how often a page stands is the programme's to say.
    return [programme.form === 'audio' ? now.item : { ...now.item, durationMs: before.durationMs, ...shareOf(before) }];
  });
  return { programme: items.length > 0 ? { ...programme, items } : undefined, fates };
}

function playNow(id: string, form: Programme['form'], known: KnownSources, atMs: number): ReturnType<typeof playOf> {
  const item = known.get(id);
  const now = playOf(item, known, atMs);
  // A page carries its validity to the box, which waits by itself.
  const early = 'why' in now && now.why === 'not-yet-valid' && form === 'bulletin';
  const found = early ? playOf(item, known, item?.published?.content.validFromMs ?? atMs) : now;
  if ('why' in found) return found;
  return (found.item.type === 'text/html') === (form === 'bulletin') ? found : { why: 'nothing-to-play' };
}

function shareOf({ share }: Item): Pick<Item, 'share'> {
  return share === undefined ? {} : { share };
}

/** Nothing starts after the last of its sound has ended: a box that is away knows that, too. */
export function boundedBy(schedule: Schedule, fates: readonly SourceFate[], items: number): Schedule {
  const all = fates.length === items && fates.every(({ validUntilMs }) => validUntilMs !== null);
  if (!all || fates.length === 0) return schedule;
  const lastMs = Math.max(...fates.map(({ validUntilMs }) => validUntilMs ?? 0));
  return { ...schedule, validUntilMs: Math.min(schedule.validUntilMs ?? lastMs, lastMs) };
}

/** All programmes and schedules as boxes are to have them now. */
export function resolveAll<P extends SourcedProgramme, S extends { readonly schedule: Schedule }>(
  { programmes, schedules }: { readonly programmes: readonly P[]; readonly schedules: readonly S[] },
  known: KnownSources,
  revoked: Revoked,
  atMs: number,
): { readonly programmes: readonly P[]; readonly schedules: readonly S[]; readonly fates: ReadonlyMap<string, readonly SourceFate[]> } {
  const fates = new Map<string, readonly SourceFate[]>();
  const sizes = new Map<string, number>();
  const resolved = programmes.flatMap((stored): P[] => {
    if (!stored.sources?.some((id) => id !== null)) return [stored];
    const found = resolveProgramme(stored, known, revoked, atMs);
    fates.set(stored.programme.id, found.fates);
    sizes.set(stored.programme.id, stored.programme.items.length);
    return found.programme ? [{ ...stored, programme: found.programme }] : [];
  });
  const bounded = schedules.map((one) => {
    const { programme } = one.schedule;
    return { ...one, schedule: boundedBy(one.schedule, fates.get(programme) ?? [], sizes.get(programme) ?? 0) };
  });
  return { programmes: resolved, schedules: bounded, fates };
}
