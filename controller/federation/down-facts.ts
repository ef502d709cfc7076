// What issued source information is now, read from the tables, as the rules of going down want it.
import { federationLimits } from '../../schemas/federation.ts';
import type { Item } from '../../schemas/programme.ts';
import type { DirectiveFacts } from '../core/federation-directives.ts';
import type { DownFacts, InForce } from '../core/federation-down.ts';
import type { SourceItem } from '../core/source-item.ts';
import type { SourceDesk } from '../sources/source-desk.ts';
import type { Store } from '../store/store.ts';

export interface DownReading {
  readonly store: Pick<Store, 'issues' | 'directives' | 'sources' | 'content'>;
  readonly sources: Pick<SourceDesk, 'brief'>;
}

const entriesMax = 50_000;

export async function readDownFacts(options: DownReading): Promise<Pick<DownFacts, 'issues' | 'entries' | 'items'>> {
  const { store } = options;
  const issues = await store.issues.issues({ limit: federationLimits.issues });
  const entries = await store.issues.entries({ issues: issues.map(({ id }) => id), limit: entriesMax });
  const items = await store.sources.itemsOf([...new Set(issues.map(({ item }) => item))]);
  const known = await Promise.all(items.map((item) => inForceOf(options, item)));
  return { issues, entries, items: new Map(known.flatMap((one) => (one ? [[one.item.id, one] as const] : []))) };
}

export async function readDirectiveFacts({
  store,
  sources,
}: DownReading): Promise<Pick<DirectiveFacts, 'directives' | 'entries' | 'brief'>> {
  const directives = await store.directives.newest(federationLimits.issues);
  const entries = await store.directives.entries({ directives: directives.map(({ id }) => id), limit: entriesMax });
  return { directives, entries, brief: (unit) => sources.brief(unit) };
}

/** Of what was withdrawn the version that was in force, never the correction that was on its way. */
async function inForceOf({ store, sources }: DownReading, item: SourceItem): Promise<InForce | undefined> {
  const version =
    item.published ?? (await store.sources.versions(item.id)).findLast(({ steps }) => steps.some(({ step }) => step === 'publish'));
  if (!version) return undefined;
  const attachments: Item[] = [];
  for (const sha256 of version.content.attachments) {
    const medium = await store.content.medium(sha256);
    if (medium) attachments.push(medium.item);
  }
  return { item, version, unit: item.origin?.unit ?? sources.brief(item.unit), attachments };
}
