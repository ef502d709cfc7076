// What there is to tell the centre above, read from the tables: handling of its issues, boxes by unit, starts of the coming days.
import { federationLimits, type UpThing } from '../../schemas/federation.ts';
import { agenda, type Occurrence } from '../../schemas/timeline.ts';
import { dayMs } from '../../schemas/zones.ts';
import type { CentreCard } from '../centre.ts';
import { type CentreContent, planFor } from '../core/compile-want.ts';
import { readingsUp } from '../core/federation-directives.ts';
import { boxesUp, daysUp, handlingUp, toldFirst } from '../core/federation-up.ts';
import { statusOf } from '../core/fleet-status.ts';
import type { FarReadings } from '../directives/directive-desk.ts';
import type { Registry } from '../registry.ts';
import { type HandlingOptions, readHandled } from '../sources/handling.ts';
import type { Store } from '../store/store.ts';
import type { UnitDesk } from '../units/unit-desk.ts';
import type { ToldVoices } from './told-voices.ts';

export interface UpFacts extends HandlingOptions {
  readonly card: CentreCard;
  readonly units: Pick<UnitDesk, 'tree' | 'today' | 'places'>;
  readonly registry: Pick<Registry, 'all' | 'seen'>;
  readonly store: Pick<Store, 'sources' | 'issues' | 'directives' | 'content' | 'log' | 'steering'>;
  readonly voices: Pick<ToldVoices, 'things'>;
  /** Words of centres further below on these directives. */
  readonly farReadings: FarReadings;
  readonly connected: (dev: string) => boolean;
  readonly content: () => Promise<CentreContent | undefined>;
}

/** What was issued before, and is not still to be done, is as it was last told. */
const issuedWithinMs = 60 * dayMs;
const itemsMax = 300;
const entriesMax = 50_000;
const daysAhead = 3;
/** Plans of boxes that are looked at: those of one place are much the same. */
const boxesMax = 200;

export async function readUpThings(options: UpFacts, centre: string): Promise<UpThing[]> {
  return [
    ...(await handling(options, centre)),
    ...(await readings(options, centre)),
    ...boxes(options),
    ...(await days(options)),
    ...(await options.voices.things()),
  ];
}

async function handling(options: UpFacts, centre: string): Promise<UpThing[]> {
  const { store, nowMs } = options;
  const since = { issued: nowMs() - issuedWithinMs, due: nowMs() };
  const issues = await store.issues.from(centre, since, federationLimits.issues);
  const items = await store.sources.itemsOf(toldFirst(issues).slice(0, itemsMax));
  const told: UpThing[] = [];
  for (const item of items) {
    const read = await readHandled(options, item, () => true);
    if (read.ok) told.push(...handlingUp(read.value.handled, read.value.issues, centre));
  }
  return told;
}

async function readings({ store, farReadings, nowMs }: UpFacts, centre: string): Promise<UpThing[]> {
  const since = { issued: nowMs() - issuedWithinMs, due: nowMs() };
  const found = await store.directives.from(centre, since, federationLimits.issues);
  const ids = found.map(({ id }) => id);
  const entries = await store.directives.entries({ directives: ids, limit: entriesMax });
  return readingsUp(found, entries, await farReadings(ids));
}

function boxes({ registry, units, card, connected, nowMs }: UpFacts): UpThing[] {
  const all = registry.all().map(({ id, area, enrolledMs }) => {
    return { area, enrolled: enrolledMs !== null, status: statusOf(registry.seen(id), connected(id), nowMs()) };
  });
  return boxesUp(units.places(), all, card.area);
}

/** From the beginning of this UTC day: told anew when a plan changes or a day has passed. */
async function days({ registry, content, nowMs }: UpFacts): Promise<UpThing[]> {
  const known = await content();
  if (!known) return [];
  const fromMs = Math.floor(nowMs() / dayMs) * dayMs;
  const untilMs = fromMs + daysAhead * dayMs;
  const agendas = registry
    .all()
    .slice(0, boxesMax)
    .map((box): readonly Occurrence[] => agenda(planFor(box, known), fromMs, untilMs));
  return [daysUp(agendas, fromMs, untilMs)];
}
