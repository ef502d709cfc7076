// Federation wired by hand: the desk of centres below stands first, since others ask it who answers for a place.
import type { AreaPath } from '../../schemas/ids.ts';
import type { Blobs } from '../blobs.ts';
import type { CentreCard } from '../centre.ts';
import type { CentreContent } from '../core/compile-want.ts';
import { homeOf } from '../core/source-place.ts';
import type { DirectiveDesk } from '../directives/directive-desk.ts';
import type { Publish } from '../dispatch.ts';
import type { Feed } from '../feed.ts';
import type { Journal } from '../link.ts';
import type { LookAgain } from '../media/look-again.ts';
import type { Authority } from '../provision/authority.ts';
import type { SigningDesk } from '../provision/signing-desk.ts';
import type { Registry } from '../registry.ts';
import type { IssueDesk } from '../sources/issue-desk.ts';
import type { SourceDesk } from '../sources/source-desk.ts';
import type { Store } from '../store/store.ts';
import type { UnitDesk } from '../units/unit-desk.ts';
import { Answers } from './answers.ts';
import { ContentFetcher, type FetchContent } from './content-above.ts';
import { Federation } from './federation.ts';
import { Intake } from './intake.ts';
import { LowerDesk } from './lower-desk.ts';
import { Reception } from './reception.ts';
import { Settling } from './settling.ts';
import { ToldVoices } from './told-voices.ts';
import { UpperDesk } from './upper-desk.ts';
import { type OpenUpper, openUpperLine } from './upper-line.ts';

/** Other ways to the centre above, for tests without sockets. */
export interface UpperDoors {
  readonly open?: OpenUpper;
  readonly fetch?: FetchContent;
}

interface Shared {
  readonly store: Store;
  readonly card: CentreCard;
  readonly units: UnitDesk;
  readonly sources: SourceDesk;
  readonly feed: Feed;
  readonly journal: Journal;
  readonly nowMs: () => number;
}

export interface LowerParts extends Shared {
  readonly desk: SigningDesk;
  readonly publish: Publish;
  readonly contentUrl: () => string;
}

export function makeLower({ store, units, ...parts }: LowerParts): LowerDesk {
  const areaOf = (unit: string): AreaPath | undefined => homeOf(units.tree, units.today(), unit)?.area;
  return new LowerDesk({ store, areaOf, ...parts });
}

export interface FederationParts extends Shared {
  readonly lower: LowerDesk;
  readonly issues: IssueDesk;
  readonly directives: DirectiveDesk;
  readonly blobs: Blobs;
  readonly look: LookAgain;
  readonly registry: Registry;
  readonly authority: Pick<Authority, 'issueCentre'>;
  readonly connected: (dev: string) => boolean;
  readonly content: () => Promise<CentreContent | undefined>;
  readonly changed: () => Promise<void>;
  readonly doors: UpperDoors;
}

export function makeFederation(parts: FederationParts): Federation {
  const { lower, card, units, authority, registry, blobs, doors, nowMs } = parts;
  const fetcher = new ContentFetcher(blobs);
  const fetch: FetchContent = doors.fetch ?? ((from, file, signal) => fetcher.fetch(from, file, signal));
  const intake = new Intake({ ...parts, fetch });
  const settling = new Settling({ reception: new Reception({ ...parts, intake }), intake });
  const answerer = (area: AreaPath) => lower.answerer(area);
  const answers = new Answers({ ...parts, answerer, askBelow: (centre, question, withinMs) => lower.ask(centre, question, withinMs) });
  const voices = new ToldVoices({ ...parts, register: { areaOf: (unit) => homeOf(units.tree, units.today(), unit)?.area } });
  const upper = new UpperDesk({
    ...parts,
    ...{ open: doors.open ?? openUpperLine, issue: () => authority.issueCentre(card.id, nowMs()) },
    ...{ settling, answers, boxes: () => registry.all(), far: (issues: readonly string[]) => lower.far(issues) },
    ...{ voices, farReadings: (ids: readonly string[]) => lower.farReadings(ids) },
  });
  return new Federation({ ...parts, upper, answers, voices });
}
