// From the centre's tables to what each box should be: parts by hash, shared by all boxes they fit. Same input, same bytes.
import { canonicalJson } from '../../schemas/canonical.ts';
import { sameLanguage } from '../../schemas/languages.ts';
import type { LocalOrder } from '../../schemas/local-orders.ts';
import type { Path } from '../../schemas/paths.ts';
import type { Policy } from '../../schemas/policy.ts';
import type { Programme } from '../../schemas/programme.ts';
import type { Schedule, SchedulePart } from '../../schemas/schedule.ts';
import type { BoxSettings } from '../../schemas/settings.ts';
import type { Part, PartKind } from '../../schemas/want.ts';
import { audioIn } from './ready-orders.ts';

export interface CentreContent {
  readonly policy: Policy;
  /** Only what is approved reaches a box. */
  readonly programmes: readonly { readonly programme: Programme; readonly state: string }[];
  readonly schedules: readonly { readonly schedule: Schedule; readonly groups: readonly string[] }[];
  readonly holidays: readonly string[];
  readonly localOrder: readonly string[];
  /** Prepared sound of orders, by language; a box holds what its cluster understands. */
  /** Brokers of the centres above. */
  readonly paths?: readonly Path[];
  /** Orders that lie ready, by box. */
  readonly ready?: ReadonlyMap<string, readonly LocalOrder[]>;
  readonly orderAudio?: readonly { readonly language: string; readonly sha256: string; readonly bytes: number }[];
}

export interface BoxToServe {
  readonly id: string;
  readonly groups: readonly string[];
  readonly settings: BoxSettings;
}

export interface Compiled {
  /** Parts of each box: settings, policy, schedules, and sound of orders where there is any. */
  readonly wants: ReadonlyMap<string, readonly Part[]>;
  /** Bytes of all parts by hash. */
  readonly texts: ReadonlyMap<string, Uint8Array>;
}

/** A part by what it is made of: equal keys, equal part. */
type MakePart = (kind: PartKind, cacheKey: string, value: () => unknown) => Part;

/** Compile all boxes at once, so that boxes with equal groups share their parts. */
export function compileWants(boxes: readonly BoxToServe[], content: CentreContent, sha256: (bytes: Uint8Array) => string): Compiled {
  const texts = new Map<string, Uint8Array>();
  const known = new Map<string, Part>();
  const part: MakePart = (kind, cacheKey, value) => {
    const before = known.get(cacheKey);
    if (before) return before;
    const bytes = new TextEncoder().encode(canonicalJson(value()));
    const made = { kind, sha256: sha256(bytes), bytes: bytes.length };
    texts.set(made.sha256, bytes);
    known.set(cacheKey, made);
    return made;
  };
  const wants = new Map<string, readonly Part[]>();
  for (const box of boxes) {
    const groups = [...new Set(box.groups)].sort();
    wants.set(box.id, [
      part('settings', `settings ${canonicalJson(box.settings)}`, () => box.settings),
      part('policy', 'policy', () => content.policy),
      part('schedules', `schedules ${groups.join(' ')}`, () => schedulesOf(groups, content)),
      ...orderAudioOf(box, content, part),
      ...emergencyParts(box.id, content, part),
    ]);
  }
  return { wants, texts };
}

/** Where else orders come from, and those that lie ready in this one box. */
function emergencyParts(dev: string, { paths = [], ready }: CentreContent, part: MakePart): Part[] {
  const orders = ready?.get(dev) ?? [];
  return [
    ...(paths.length > 0 ? [part('paths', 'paths', () => ({ paths }))] : []),
    ...(orders.length > 0 ? [part('localOrders', `localOrders ${dev}`, () => ({ orders }))] : []),
  ];
}

/** Vietnamese is always there: what a cluster has no words for is said in it. */
function orderAudioOf({ id, settings: { languages } }: BoxToServe, { orderAudio = [], ready }: CentreContent, part: MakePart): Part[] {
  const wanted = [...new Set([...languages, 'vi'])].sort();
  const fit = orderAudio.filter(({ language }) => wanted.some((tag) => sameLanguage(tag, language)));
  // What lies ready keeps its sound, whatever templates say since.
  const lying = audioIn(ready?.get(id) ?? []);
  const audio = [...new Map([...fit, ...lying].map(({ sha256, bytes }) => [sha256, { sha256, bytes }])).values()];
  if (audio.length === 0) return [];
  return [
    part('orderAudio', `orderAudio ${[...wanted, ...lying.map(({ sha256 }) => sha256)].join(' ')}`, () => ({
      audio: audio.sort((a, b) => (a.sha256 < b.sha256 ? -1 : 1)).slice(0, 512),
    })),
  ];
}

/** What boxes in these groups play: schedules of approved programmes, in the order of their ids. */
export function schedulesOf(groups: readonly string[], content: CentreContent): SchedulePart {
  const approved = new Map(
    content.programmes.filter(({ state }) => state === 'approved').map(({ programme }) => [programme.id, programme]),
  );
  const schedules = content.schedules
    .filter((one) => one.groups.some((group) => groups.includes(group)) && approved.has(one.schedule.programme))
    .map((one) => one.schedule)
    .sort((a, b) => (a.id < b.id ? -1 : 1));
  const used = new Set(schedules.map((schedule) => schedule.programme));
  const programmes = [...approved.values()].filter(({ id }) => used.has(id)).sort((a, b) => (a.id < b.id ? -1 : 1));
  return {
    programmes,
    schedules,
    holidays: [...content.holidays].sort(),
    localOrder: content.localOrder.filter((id) => used.has(id)),
  };
}

/** True when two lists name the same parts, so that no new revision is due. */
export function sameParts(a: readonly Part[], b: readonly Part[]): boolean {
  return a.length === b.length && a.every((part, i) => part.kind === b[i]?.kind && part.sha256 === b[i]?.sha256);
}
