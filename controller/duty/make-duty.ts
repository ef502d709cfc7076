// Duty, wired: roster, proof, shifts, rings, ladder; and who is told when an order was given in earnest.
import { sha256 } from '../../hardware/host/crypto.ts';
import type { Strongbox } from '../../hardware/host/strongbox.ts';
import { canonicalJson } from '../../schemas/canonical.ts';
import type { DutyBrief } from '../../schemas/duty.ts';
import type { CentreCard } from '../centre.ts';
import { rosterNow } from '../core/duty.ts';
import type { Crew } from '../core/ladder-steps.ts';
import type { Feed } from '../feed.ts';
import type { Journal } from '../link.ts';
import { trustedOfficers } from '../provision/officer-keys.ts';
import type { Trust } from '../provision/signing-keys.ts';
import type { Act, Store, StoredOrder } from '../store/store.ts';
import { pageBell } from './bell.ts';
import { type Crowd, crowdOf } from './crowd.ts';
import type { DutySettings } from './duty-settings.ts';
import { gatewayBell } from './gateway-bell.ts';
import { LadderDesk } from './ladder-desk.ts';
import { RingBook } from './ring-book.ts';
import { RosterDesk } from './roster-desk.ts';
import { SecondFactors } from './second-factor.ts';
import { ShiftDesk } from './shift-desk.ts';

interface Parts {
  readonly store: Store;
  readonly card: CentreCard;
  readonly trust: Trust;
  readonly feed: Feed;
  readonly journal: Journal;
  readonly strongbox: Strongbox;
  readonly settings: DutySettings;
  /** Groups as people say them. */
  readonly placeWords: (groups: readonly string[]) => string;
  readonly nowMs: () => number;
}

export interface Duty {
  readonly roster: RosterDesk;
  readonly factors: SecondFactors;
  readonly shifts: ShiftDesk;
  readonly rings: RingBook;
  readonly ladder: LadderDesk;
  readonly settings: DutySettings;
  readonly crowd: Crowd;
  /** What every page shows of duty to a person. */
  brief(person: string): Promise<DutyBrief>;
  /** An order was given in earnest: whoever leads is told, at once and in writing. */
  tellLeaders(order: StoredOrder): Promise<void>;
  start(): Promise<void>;
  stop(): Promise<void>;
}

const openRingsMax = 1_000;

export function makeDuty({ store, card, trust, feed, journal, strongbox, settings, placeWords, nowMs }: Parts): Duty {
  const act = (actor: string, name: string, subject: string, content: unknown = null): Act => ({
    ...{ atMs: nowMs(), actor, act: name, subject },
    sha256: sha256(Buffer.from(canonicalJson(content))),
  });
  const audit = (one: Act) => store.audit.append(one);
  const crowd = crowdOf(store.people, card.area);
  const shared = { store: store.duty, feed, nowMs, act, audit };
  const told = (about: string, outcome: string, detail: string) =>
    void audit(act('gateway', `duty.gateway-${outcome}`, about, detail)).catch((err: unknown) =>
      journal.warn({ event: 'audit-failed', err }),
    );
  const bells = [pageBell(feed), gatewayBell({ gateway: () => settings.gateway(), nowMs, told })];
  const rings = new RingBook({ ...shared, bells });
  const monoMs = () => performance.now();
  const factors = new SecondFactors({ ...shared, people: store.people, strongbox, issuer: `Loa ${card.name}`, monoMs });
  const shifts = new ShiftDesk({ ...shared, factors, card });
  const crew = async (): Promise<Crew> => ({
    roster: await shifts.rosterAround(),
    shifts: await store.duty.openShifts(),
    ...(await crowd.roles()),
    signers: trustedOfficers(trust).flatMap(({ person }) => person ?? []),
  });
  const ladder = new LadderDesk({ ...shared, rings, journal, crew, titleOf: crowd.titleOf, rungMs: () => settings.rungMs() });
  return {
    roster: new RosterDesk({ ...shared, crowd, card }),
    ...{ factors, shifts, rings, ladder, settings, crowd },
    brief: async (person) => {
      const shift = await shifts.shiftOf(person);
      const mine = shift.ok ? { place: shift.value.place, untilMs: shift.value.untilMs } : null;
      return { state: await shifts.state(), shiftNeeded: !card.demo, shift: mine };
    },
    tellLeaders: async (order) => {
      const { roster, leaders } = await crew();
      const standing = rosterNow(roster, nowMs()).flatMap(({ place, person }) => (place === 'leader' ? [person] : []));
      const people = [...new Set(standing.length > 0 ? standing : leaders)].filter((person) => person !== order.by);
      await rings.ring(people, { kind: 'told', about: order.id, ...(await wordsOf(order, placeWords(order.groups), crowd)) }, order.by);
    },
    start: async () => {
      // What waited before the restart waits no more, or is watched anew; a siren for nothing would teach people not to come.
      const left = (await store.duty.openRings(openRingsMax)).filter(({ kind }) => kind !== 'told');
      for (const about of new Set(left.map((ring) => ring.about))) await store.duty.quietRings(about, nowMs());
    },
    stop: async () => {
      await ladder.stop();
      await rings.stop();
    },
  };
}

async function wordsOf({ order, by, boxes, reason }: StoredOrder, place: string, crowd: Crowd): Promise<{ title: string; text: string }> {
  const glass = order.authority?.by === 'breakGlass';
  const title = `${glass ? 'PHÁ KÍNH – ' : ''}Đã phát lệnh khẩn cấp: ${order.screen.title}`;
  const where = `${place} · ${boxes.length} hộp`;
  return { title, text: [await crowd.titleOf(by), where, glass && `lý do: ${reason ?? ''}`].filter(Boolean).join(' · ') };
}
