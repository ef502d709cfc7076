// What the desks of residents share: the centre as they see it.
import type { AudioTools } from '../../hardware/host/audio-tools.ts';
import type { Strongbox } from '../../hardware/host/strongbox.ts';
import type { PushTopic } from '../../schemas/citizen.ts';
import type { Blobs } from '../blobs.ts';
import type { CentreCard } from '../centre.ts';
import type { Feed } from '../feed.ts';
import type { Journal } from '../link.ts';
import type { Ingest } from '../media/make-ingest.ts';
import type { RegisterDesk } from '../register/register-desk.ts';
import type { Registry } from '../registry.ts';
import type { SourceDesk } from '../sources/source-desk.ts';
import type { Act, Store } from '../store/store.ts';
import type { TicketDesk } from '../ticket-desk.ts';
import type { UnitDesk } from '../units/unit-desk.ts';

export interface CitizenParts {
  readonly card: CentreCard;
  readonly store: Store;
  readonly blobs: Blobs;
  readonly tools: AudioTools;
  readonly ingest: Ingest;
  readonly strongbox: Strongbox;
  readonly units: UnitDesk;
  readonly registry: Registry;
  readonly register: RegisterDesk;
  readonly tickets: TicketDesk;
  readonly sources: SourceDesk;
  readonly feed: Feed;
  readonly journal: Journal;
  readonly nowMs: () => number;
}

export type MakeAct = (actor: string, act: string, subject: string, content?: unknown) => Act;

/** One thing to tell. */
export interface Told {
  readonly topic: PushTopic;
  readonly title: string;
  readonly text: string;
  /** Within the app, as `#/alerts`. */
  readonly at: string;
}

/** Whoever tells residents: messages of their browsers, and short messages. */
export interface Teller {
  /** The device that said something, and its phone where it was proved; never waits, never fails. */
  toOne(to: { readonly device: string | null; readonly phoneLocked: string | null }, told: Told, sms: 'answer' | 'mended'): void;
  /** Whoever follows one of these units, or one above or below them. */
  toUnits(units: readonly string[], told: Told): void;
}
