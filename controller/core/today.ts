// The day of many boxes without asking each of them: boxes that plan alike are asked once, and their plays are laid together. Pure.
import type { DayBoxes, DayPlay } from '../../schemas/day.ts';
import { type Fault, faultKinds } from '../../schemas/faults.ts';
import type { AreaPath } from '../../schemas/ids.ts';
import type { Health } from '../../schemas/report.ts';
import { PlayClass, type SchedulePart } from '../../schemas/schedule.ts';
import { sounds } from '../../schemas/settings.ts';
import { agenda, type Occurrence } from '../../schemas/timeline.ts';
import type { Plan } from '../../schemas/want.ts';
import { type BoxToServe, type CentreContent, once, policyAt } from './compile-want.ts';
import { playedBy } from './schedule-part.ts';

export interface DayBox extends BoxToServe {
  readonly enrolled: boolean;
  readonly online: boolean;
  readonly health: Health['state'];
  /** What it says it plays now, on whichever output: occurrences, sessions, orders. */
  readonly sounding: readonly string[];
}

/** Boxes whose timelines differ in nothing but their outputs' names, with the plan of one of them. */
export interface Kind {
  readonly plan: Plan;
  readonly boxes: readonly DayBox[];
}

/** A play with where it is, before names are put to it. */
export interface PlayedWhere extends Omit<DayPlay, 'groups' | 'units'> {
  readonly groups: readonly string[];
  readonly areas: readonly AreaPath[];
}

export function kindsOf(boxes: readonly DayBox[], content: CentreContent): Kind[] {
  const policyOf = once((area: AreaPath) => policyAt(area, content));
  const played = playedBy(content);
  const parts = new Map<SchedulePart, PartOfMany>();
  const partOf = once((groups: string) => {
    const part = played(groups.split(' '));
    const staggers = part.schedules.some(({ neighbours }) => neighbours === 'staggered');
    const known = parts.get(part) ?? { part, n: parts.size, staggers };
    parts.set(part, known);
    return known;
  });
  const kinds = new Map<string, { readonly plan: Plan; readonly boxes: DayBox[] }>();
  for (const box of boxes) {
    const { area, policy } = policyOf(box.area);
    const { part, n, staggers } = partOf(groupsText(box.groups));
    const { outputs, staggerMs } = box.settings;
    const [speaks, shows] = [outputs.some(({ kind }) => sounds(kind)), outputs.some(({ kind }) => !sounds(kind))];
    const key = [area, n, speaks, shows, staggers && speaks ? staggerMs : 0].join(' ');
    const kind = kinds.get(key);
    if (kind) kind.boxes.push(box);
    else kinds.set(key, { plan: { rev: 1, settings: box.settings, policy, schedules: part }, boxes: [box] });
  }
  return [...kinds.values()];
}

/** A box's groups are replaced, never changed: they are sorted once, not for everybody who looks at the day. */
const groupsTexts = new WeakMap<readonly string[], string>();

function groupsText(groups: readonly string[]): string {
  const text = groupsTexts.get(groups) ?? [...new Set(groups)].sort().join(' ');
  groupsTexts.set(groups, text);
  return text;
}

interface PartOfMany {
  readonly part: SchedulePart;
  readonly n: number;
  readonly staggers: boolean;
}

interface Row {
  readonly play: Occurrence;
  /** Places in the list of kinds. */
  readonly kinds: number[];
  firstMs: number;
  lastMs: number;
  endMs: number;
  boxes: number;
  online: number;
  sounding: number;
}

/** All that touches [fromMs, toMs) on any of the boxes: the first ones, by start, and how many there are. */
export function playsOfDay(
  boxes: readonly DayBox[],
  content: CentreContent,
  { fromMs, toMs, most }: { readonly fromMs: number; readonly toMs: number; readonly most: number },
): { readonly plays: readonly PlayedWhere[]; readonly all: number } {
  const rows = new Map<string, Row>();
  const kinds = kindsOf(boxes, content);
  for (const [at, kind] of kinds.entries()) {
    const saying = countEach(kind.boxes.flatMap(({ sounding }) => [...new Set(sounding.map(startOf))]));
    const online = kind.boxes.filter((box) => box.online).length;
    // Of two loudspeakers of one box each has the play.
    const plays = new Map(agenda(kind.plan, fromMs, toMs).map((play) => [startOf(play.id), play]));
    for (const [start, play] of plays) lay(rows, start, play, { at, boxes: kind.boxes.length, online, sounding: saying.get(start) ?? 0 });
  }
  const sorted = [...rows.values()].sort(inOrder);
  const programmes = new Map(content.programmes.map(({ programme }) => [programme.id, programme]));
  const groups = new Map([...content.schedules, ...(content.lost ?? [])].map((one) => [one.schedule.id, one.groups]));
  // Most plays are on the same boxes as others.
  const places = kinds.map((kind) => placesOf(kind.boxes));
  const placesAt = once((joined: string) => togetherOf(joined.split(' ').flatMap((at) => places[Number(at)] ?? [])));
  const plays = sorted.slice(0, most).map((row): PlayedWhere => {
    const { schedule, programme: id, title, class: playClass, refused, kind } = row.play;
    const programme = programmes.get(id);
    const inside = placesAt(row.kinds.join(' '));
    return {
      ...{ schedule, programme: id, class: playClass, refused, tier: programme?.tier ?? 'normal' },
      // A play that nobody approved goes to boxes without its name.
      title: programme?.title ?? title,
      form: sounds(kind) ? 'audio' : 'bulletin',
      ...{ startMs: row.firstMs, endMs: row.endMs, spreadMs: row.lastMs - row.firstMs },
      ...{ boxes: row.boxes, online: row.online, sounding: row.sounding },
      groups: (groups.get(schedule) ?? []).filter((group) => inside.groups.has(group)),
      areas: inside.sorted,
    };
  });
  return { plays, all: sorted.length };
}

/** Where boxes are, each place once. */
interface Places {
  readonly groups: ReadonlySet<string>;
  readonly areas: ReadonlySet<AreaPath>;
}

function placesOf(boxes: readonly DayBox[]): Places {
  const [groups, areas] = [new Set<string>(), new Set<AreaPath>()];
  for (const box of boxes) {
    areas.add(box.area);
    for (const group of box.groups) groups.add(group);
  }
  return { groups, areas };
}

function togetherOf(all: readonly Places[]): { readonly groups: ReadonlySet<string>; readonly sorted: readonly AreaPath[] } {
  const [groups, areas] = [new Set<string>(), new Set<AreaPath>()];
  for (const place of all) {
    for (const group of place.groups) groups.add(group);
    for (const area of place.areas) areas.add(area);
  }
  return { groups, sorted: [...areas].sort() };
}

interface Laid {
  readonly at: number;
  readonly boxes: number;
  readonly online: number;
  readonly sounding: number;
}

function lay(rows: Map<string, Row>, start: string, play: Occurrence, of: Laid): void {
  const key = `${start} ${play.refused}`;
  const row = rows.get(key) ?? {
    ...{ play, kinds: [], firstMs: play.startMs, lastMs: play.startMs, endMs: play.endMs },
    ...{ boxes: 0, online: 0, sounding: 0 },
  };
  rows.set(key, row);
  row.kinds.push(of.at);
  row.firstMs = Math.min(row.firstMs, play.startMs);
  row.lastMs = Math.max(row.lastMs, play.startMs);
  row.endMs = Math.max(row.endMs, play.endMs);
  row.boxes += of.boxes;
  row.online += of.online;
  row.sounding += of.sounding;
}

/** `SCHEDULE@START` of an occurrence; what is none keeps its name. */
function startOf(occurrence: string): string {
  return /^[^@]+@\d+(?=@)/.exec(occurrence)?.[0] ?? occurrence;
}

function inOrder(a: Row, b: Row): number {
  const rank = ({ play }: Row) => PlayClass.options.indexOf(play.class);
  const by = a.firstMs - b.firstMs || rank(a) - rank(b) || b.boxes - a.boxes;
  return by || (a.play.schedule < b.play.schedule ? -1 : a.play.schedule > b.play.schedule ? 1 : 0);
}

function countEach(words: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  return counts;
}

/** How they are; what was never enrolled is in no state. */
export function boxesOfDay(boxes: readonly DayBox[]): DayBoxes {
  const enrolled = boxes.filter((box) => box.enrolled);
  const count = (is: (box: DayBox) => boolean) => enrolled.filter(is).length;
  return {
    ...{ all: boxes.length, notEnrolled: boxes.length - enrolled.length },
    ok: count(({ health }) => health === 'ok'),
    degraded: count(({ health }) => health === 'degraded'),
    silent: count(({ health }) => health === 'silent'),
    unknown: count(({ health }) => health === 'unknown'),
    online: count(({ online }) => online),
    sounding: count(({ sounding }) => sounding.length > 0),
  };
}

/** Alarms first, then what nobody has seen to, then what has stood longest. */
export function worstFirst(faults: readonly Fault[]): Fault[] {
  const rank = ({ reason, answeredMs }: Fault) => (faultKinds[reason].rank === 'alarm' ? 0 : 2) + (answeredMs === null ? 0 : 1);
  return [...faults].sort((a, b) => rank(a) - rank(b) || a.openedMs - b.openedMs || (a.id < b.id ? -1 : 1));
}
