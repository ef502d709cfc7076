// The citizens' system, wired: what residents read, say, vote and are told; what officials do with it.
import { sha256 } from '../../hardware/host/crypto.ts';
import { canonicalJson } from '../../schemas/canonical.ts';
import { Attachments } from './attachments.ts';
import { Broadcasts } from './broadcasts.ts';
import type { CitizenKey } from './citizen-key.ts';
import type { CitizenSettingsBook } from './citizen-settings.ts';
import { CitizenWatch } from './citizen-watch.ts';
import { Deadlines } from './deadlines.ts';
import { FeedbackDesk } from './feedback-desk.ts';
import { Kept } from './kept.ts';
import { OfficeDesk } from './office-desk.ts';
import { MyData } from './own-traces.ts';
import type { CitizenParts, MakeAct } from './parts.ts';
import { PhoneDesk } from './phone-desk.ts';
import { PoleBook } from './pole-book.ts';
import { PollDesk } from './poll-desk.ts';
import { PublicBook } from './public-book.ts';
import { PushDesk } from './push-desk.ts';
import type { PushDoor } from './push-door.ts';
import { Repairs } from './repairs.ts';
import { demoSms, gatewaySms, type Sms } from './sms.ts';
import type { VoicesOptions } from './voices.ts';
import { Waits } from './waits.ts';

/** What was opened of the tables before anything is wired. */
export interface CitizenOpened {
  readonly key: CitizenKey;
  readonly settings: CitizenSettingsBook;
  readonly door: PushDoor;
}

export interface Citizens {
  readonly key: CitizenKey;
  readonly settings: CitizenSettingsBook;
  readonly sms: Sms;
  readonly waits: Waits;
  readonly phones: PhoneDesk;
  readonly desk: FeedbackDesk;
  readonly office: OfficeDesk;
  readonly polls: PollDesk;
  readonly pushes: PushDesk;
  readonly book: PublicBook;
  readonly myData: MyData;
  readonly watch: CitizenWatch;
  readonly voices: VoicesOptions;
  start(): void;
  stop(): Promise<void>;
}

export function makeCitizens(parts: CitizenParts, { key, settings, door }: CitizenOpened): Citizens {
  const { card, store, blobs, tools, ingest, units, register, tickets, feed, journal, nowMs } = parts;
  const act: MakeAct = (actor, name, subject, content = null) => ({
    ...{ atMs: nowMs(), actor, act: name, subject },
    sha256: sha256(Buffer.from(canonicalJson(content))),
  });
  const audit = (one: ReturnType<MakeAct>) => store.audit.append(one);
  // A real centre without a gateway verifies no phones; a demo shows the code instead of sending it.
  const gateway = gatewaySms(() => settings.sms(), nowMs);
  const sms: Sms = card.demo && settings.sms() === undefined ? demoSms() : gateway;
  const waits = new Waits({ tries: store.tries, key, act, nowMs });
  const phones = new PhoneDesk({ key, waits, sms, centre: card.name, audit, act, nowMs });
  const poles = new PoleBook(register, () => units.today(), nowMs);
  const pushes = new PushDesk({ ...parts, key, door, hosts: () => settings.now().pushHosts, sms });
  const kept = new Kept(nowMs);
  // The feed tells the same thing again a moment later; who asks at once sees what was just done.
  const toldFeedback = (id: string) => {
    kept.drop('replies');
    feed.tell('feedback', id);
  };
  const toldPoll = (id: string) => {
    kept.drop('polls');
    feed.tell('poll', id);
  };
  const repairs = new Repairs({ store, tickets, teller: pushes, act, changed: toldFeedback, nowMs });
  const attachments = new Attachments({ blobs, ffmpeg: tools.ffmpegDecodesOnly ? undefined : tools.ffmpeg, ingest, store });
  const broadcasts = new Broadcasts(store, nowMs);
  const deadlines = new Deadlines(store.calendar, units.clock);
  const desk = new FeedbackDesk({ ...parts, key, waits, attachments, deadlines, poles, repairs, broadcasts, act, changed: toldFeedback });
  const office = new OfficeDesk({ ...parts, desk, poles, broadcasts, teller: pushes, changed: toldFeedback });
  const unitOf = (id: string) => desk.unitOf(id);
  const polls = new PollDesk({ ...parts, key, teller: pushes, act, changed: toldPoll, unitOf });
  const keptDays = () => settings.now().keptDays;
  const myData = new MyData({ store, key, desk, polls, attachments, keptDays, act, changed: toldFeedback, nowMs });
  const book = new PublicBook({ ...parts, settings, poles, polls, broadcasts, repairs, desk, sms, pushKey: door.publicKey, kept });
  const watch = new CitizenWatch({ store, units, feed, pushes, polls, repairs, myData, journal, nowMs });
  return {
    ...{ key, settings, sms, waits, phones, desk, office, polls, pushes, book, myData, watch },
    voices: { store, register, units, nowMs },
    start: () => {
      book.start();
      watch.start();
    },
    stop: async () => {
      book.stop();
      await watch.stop();
      await pushes.stop();
    },
  };
}
