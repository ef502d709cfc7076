// The rooms of source information, wired: written, issued, steered, approved, here and between centres.
import type { AudioTools } from '../../hardware/host/audio-tools.ts';
import type { AreaPath } from '../../schemas/ids.ts';
import { ApprovalWatch } from '../approval/approval-watch.ts';
import { DelegationDesk } from '../approval/delegation-desk.ts';
import { LinkDesk } from '../approval/link-desk.ts';
import type { Centre } from '../centre.ts';
import { DirectiveDesk } from '../directives/directive-desk.ts';
import { type Publish, readContent } from '../dispatch.ts';
import { makeFederation, makeLower, type UpperDoors } from '../federation/make-federation.ts';
import type { Journal } from '../link.ts';
import type { LookAgain } from '../media/look-again.ts';
import type { SigningDesk } from '../provision/signing-desk.ts';
import { DeliveryDesk } from './delivery-desk.ts';
import { IssueDesk } from './issue-desk.ts';
import { Library } from './library.ts';
import { NoticeDesk } from './notice-desk.ts';
import { SourceDesk } from './source-desk.ts';
import { SteeringWatch } from './steering-watch.ts';

export interface SourceParts
  extends Pick<
    Centre,
    'store' | 'card' | 'blobs' | 'authority' | 'registry' | 'units' | 'feed' | 'dispatch' | 'link' | 'people' | 'templates'
  > {
  readonly tools: AudioTools;
  readonly look: LookAgain;
  readonly journal: Journal;
  readonly desk: SigningDesk;
  readonly publish: Publish;
  readonly contentUrl: () => string;
  readonly upperDoors: UpperDoors;
  readonly nowMs: () => number;
}

export function makeSources(parts: SourceParts) {
  const { store, card, blobs, tools, authority, registry, units, feed, dispatch, link, people, templates, desk, publish, journal, nowMs } =
    parts;
  const source = { store, card, units, feed, changed: () => dispatch.changed(), nowMs };
  const sources = new SourceDesk(source);
  const known = { boxes: () => registry.all(), content: () => readContent(store, nowMs()), clock: units.clock };
  const line = { ...source, sources, journal };
  const lower = makeLower({ ...line, desk, publish, contentUrl: parts.contentUrl });
  const issues = new IssueDesk({ ...source, ...known, sources, answerer: (area) => lower.answerer(area) });
  const farReadings = (ids: readonly string[]) => lower.farReadings(ids);
  const answerer = (area: AreaPath) => lower.answerer(area);
  const directives = new DirectiveDesk({ ...source, sources, answerer, far: farReadings });
  const connected = (dev: string) => link.connected(dev);
  const ffmpeg = tools.ffmpegDecodesOnly ? undefined : tools.ffmpeg;
  const { look, upperDoors: doors } = parts;
  const far = (ids: readonly string[]) => lower.far(ids);
  return {
    sources,
    issues,
    directives,
    federation: makeFederation({ ...line, ...known, lower, issues, directives, blobs, look, registry, authority, connected, doors }),
    library: new Library({ store, sources, units, templates: () => templates.all() }),
    deliveries: new DeliveryDesk({ ...source, sources, blobs, ffmpeg }),
    notices: new NoticeDesk({ ...source, sources }),
    steering: new SteeringWatch({ ...source, ...known, sources, far, journal }),
    approvals: new ApprovalWatch({ ...source, journal }),
    delegations: new DelegationDesk({ store, nowMs }),
    approvalLinks: new LinkDesk({ store, card, sources, signIn: people.signIn, dispatch, feed, nowMs }),
  };
}
