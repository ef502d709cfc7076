// From the centre's tables to what each box should be: parts by hash, shared by all boxes they fit. Same input, same bytes.
import { canonicalJson } from '../../schemas/canonical.ts';
import type { Holiday, Occasion } from '../../schemas/holidays.ts';
import { type AreaPath, within } from '../../schemas/ids.ts';
import { sameLanguage } from '../../schemas/languages.ts';
import type { LocalOrder } from '../../schemas/local-orders.ts';
import type { Path } from '../../schemas/paths.ts';
import type { AreaPolicy, Policy } from '../../schemas/policy.ts';
import type { Film, Programme } from '../../schemas/programme.ts';
import type { ReleaseOffer } from '../../schemas/release.ts';
import type { Schedule } from '../../schemas/schedule.ts';
import { type BoxSettings, sounds } from '../../schemas/settings.ts';
import { orderFilmsMax, type Part, type PartKind, type Plan } from '../../schemas/want.ts';
import type { LostPlay } from './late-approval.ts';
import { audioIn, signFilmsIn } from './ready-orders.ts';
import { playedBy } from './schedule-part.ts';
import type { SourceFate } from './source-programmes.ts';

export interface CentreContent {
  /** Holds where no area has its own. */
  readonly policy: Policy;
  readonly areaPolicies?: readonly AreaPolicy[];
  /** Only what is approved reaches a box. */
  readonly programmes: readonly { readonly programme: Programme; readonly state: string }[];
  readonly schedules: readonly {
    readonly schedule: Schedule;
    readonly groups: readonly string[];
    readonly occasions?: readonly Occasion[];
  }[];
  /** Starts that nobody approved in time: boxes say so and have nothing else of them. */
  readonly lost?: readonly LostPlay[];
  readonly holidays: readonly string[];
  /** The named days among them. */
  readonly occasions?: readonly Holiday[];
  readonly localOrder: readonly string[];
  /** What became of the source items of programmes, by programme. */
  readonly fates?: ReadonlyMap<string, readonly SourceFate[]>;
  /** Brokers of the centres above. */
  readonly paths?: readonly Path[];
  /** Orders that lie ready, by box. */
  readonly ready?: ReadonlyMap<string, readonly LocalOrder[]>;
  /** Prepared sound of orders, by language; a box holds what its cluster understands. */
  readonly orderAudio?: readonly { readonly language: string; readonly sha256: string; readonly bytes: number }[];
  /** Releases of the boxes' own programs, by box. */
  readonly releases?: ReadonlyMap<string, ReleaseOffer>;
  /** Films in sign language that orders will name; boxes with a board hold them. */
  readonly signFilms?: readonly Film[];
}

export interface BoxToServe {
  readonly id: string;
  readonly area: AreaPath;
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
  const policyOf = once((area: AreaPath) => policyPart(area, content, part));
  const played = playedBy(content);
  const planned = once((groups: string) => {
    const value = played(groups.split(' '));
    return part('schedules', `schedules ${value.schedules.map(({ id }) => id).join(' ')}`, () => value);
  });
  const audioOf = once((kind: string) => {
    const [shows, ...languages] = kind.split(' ');
    return orderAudioPart({ languages, shows: shows === 'shows' }, [], content, part);
  });
  for (const box of boxes) {
    const lying = content.ready?.get(box.id) ?? [];
    const { languages, outputs } = box.settings;
    const shows = outputs.some(({ kind }) => !sounds(kind));
    wants.set(box.id, [
      part('settings', `settings ${settingsText(box.settings)}`, () => box.settings),
      policyOf(box.area),
      planned([...new Set(box.groups)].sort().join(' ')),
      // What lies ready keeps its sound and its film, whatever templates say since.
      ...(lying.length > 0
        ? orderAudioPart({ languages, shows }, lying, content, part)
        : audioOf([shows ? 'shows' : 'sounds', ...languages].join(' '))),
      ...emergencyParts(box.id, content, part),
      ...releasePart(content.releases?.get(box.id), part),
    ]);
  }
  return { wants, texts };
}

/** Thousands of boxes ask the same. */
export function once<T>(make: (key: string) => T): (key: string) => T {
  const known = new Map<string, T>();
  return (key) => {
    const before = known.get(key);
    if (before !== undefined) return before;
    const made = make(key);
    known.set(key, made);
    return made;
  };
}

/** Settings are replaced, never changed: the same ones are spelt the same at every compilation. */
const settingsTexts = new WeakMap<BoxSettings, string>();

function settingsText(settings: BoxSettings): string {
  const text = settingsTexts.get(settings) ?? canonicalJson(settings);
  settingsTexts.set(settings, text);
  return text;
}

/** The policy of the nearest area around a box. */
export function policyAt(area: AreaPath, { policy, areaPolicies = [] }: Pick<CentreContent, 'policy' | 'areaPolicies'>): AreaPolicy {
  const around = areaPolicies.filter((one) => within(area, one.area));
  return around.reduce<AreaPolicy>((best, one) => (one.area.length > best.area.length ? one : best), { area: '', policy });
}

/** The policies of these boxes, each once, by area; the centre's own (area '') where there is no box. */
export function policiesAt(
  boxes: readonly { readonly area: AreaPath }[],
  content: Pick<CentreContent, 'policy' | 'areaPolicies'>,
): AreaPolicy[] {
  const found = boxes.map(({ area }) => policyAt(area, content));
  const around = found.length > 0 ? found : [policyAt('', content)];
  return [...new Map(around.map((one) => [one.area, one])).values()].sort((a, b) => (a.area < b.area ? -1 : 1));
}

function policyPart(area: AreaPath, content: CentreContent, part: MakePart): Part {
  const found = policyAt(area, content);
  return part('policy', `policy ${found.area}`, () => found.policy);
}

/** Where else orders come from, and those that lie ready in this one box. */
function emergencyParts(dev: string, { paths = [], ready }: CentreContent, part: MakePart): Part[] {
  const orders = ready?.get(dev) ?? [];
  return [
    ...(paths.length > 0 ? [part('paths', 'paths', () => ({ paths }))] : []),
    ...(orders.length > 0 ? [part('localOrders', `localOrders ${dev}`, () => ({ orders }))] : []),
  ];
}

/** One text for all boxes that are offered the same. */
function releasePart(offer: ReleaseOffer | undefined, part: MakePart): Part[] {
  return offer ? [part('release', `release ${offer.manifest.payload}`, () => offer)] : [];
}

/** Sound and films of orders to come. Vietnamese is always there: what a cluster has no words for is said in it. */
/** `OrderAudio` holds no more; what lies ready in a box goes first. */
const orderSoundsMax = 512;

function orderAudioPart(
  { languages, shows }: { readonly languages: readonly string[]; readonly shows: boolean },
  lying: readonly LocalOrder[],
  { orderAudio = [], signFilms = [] }: CentreContent,
  part: MakePart,
): Part[] {
  const wanted = [...new Set([...languages, 'vi'])].sort();
  const fit = orderAudio.filter(({ language }) => wanted.some((tag) => sameLanguage(tag, language)));
  const [ownAudio, ownFilms] = [audioIn(lying), shows ? signFilmsIn(lying) : []];
  const audio = distinct([...ownAudio, ...fit]).slice(0, orderSoundsMax);
  const films = shows ? distinct([...ownFilms, ...signFilms]).slice(0, orderFilmsMax) : [];
  if (audio.length === 0 && films.length === 0) return [];
  const own = [...ownAudio, ...ownFilms].map(({ sha256 }) => sha256);
  return [
    part('orderAudio', `orderAudio ${[...wanted, ...own].join(' ')} ${films.length > 0 ? 'films' : ''}`, () => ({
      audio: byHash(audio),
      ...(films.length > 0 && { films: byHash(films) }),
    })),
  ];
}

function distinct(files: readonly Pick<Film, 'sha256' | 'bytes'>[]): Film[] {
  return [...new Map(files.map(({ sha256, bytes }) => [sha256, { sha256, bytes }])).values()];
}

const byHash = (files: readonly Film[]): Film[] => [...files].sort((a, b) => (a.sha256 < b.sha256 ? -1 : 1));

/** What a box plans by, as it will hold it once its want has arrived. */
export function planFor({ groups, area, settings }: Omit<BoxToServe, 'id'>, content: CentreContent): Plan {
  return { rev: 1, settings, policy: policyAt(area, content).policy, schedules: playedBy(content)(groups) };
}

/** True when two lists name the same parts, so that no new revision is due. */
export function sameParts(a: readonly Part[], b: readonly Part[]): boolean {
  return a.length === b.length && a.every((part, i) => part.kind === b[i]?.kind && part.sha256 === b[i]?.sha256);
}
