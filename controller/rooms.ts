// The rooms of a centre, wired by hand from what was opened. Nothing runs yet.
import type { AudioTools } from '../hardware/host/audio-tools.ts';
import { cryptography, randomId } from '../hardware/host/crypto.ts';
import { listVoices } from '../hardware/host/speech.ts';
import type { Strongbox } from '../hardware/host/strongbox.ts';
import type { Pronunciation } from '../schemas/speech-text/pronunciations.ts';
import { type ZoneClock, zoneClock } from '../schemas/zones.ts';
import { AuditWatch } from './audit-watch.ts';
import { readLastBackup } from './backup/last-backup.ts';
import type { Centre, CentreCard, Group } from './centre.ts';
import { type CitizenOpened, makeCitizens } from './citizens/make-citizens.ts';
import { CloneWatch } from './clone-watch.ts';
import { CommandDesk } from './command-desk.ts';
import { statusOf } from './core/fleet-status.ts';
import { groupsOf, placeWords } from './core/groups.ts';
import type { OrderTemplate } from './core/order-plan.ts';
import { Dispatch, type Publish } from './dispatch.ts';
import type { DutySettings } from './duty/duty-settings.ts';
import { makeDuty } from './duty/make-duty.ts';
import { makeAlerts } from './emergency/make-alerts.ts';
import { makeEmergency } from './emergency/make-emergency.ts';
import { TemplateDesk } from './emergency/template-desk.ts';
import { Voices } from './emergency/voices.ts';
import { ExchangeDesk } from './exchange/exchange-desk.ts';
import { FaultDesk } from './fault-desk.ts';
import type { UpperDoors } from './federation/make-federation.ts';
import { Feed } from './feed.ts';
import { folderOf } from './folder.ts';
import { LateBus } from './late-bus.ts';
import { CentreLink } from './link.ts';
import { makeLive } from './live/make-live.ts';
import { LogDesk } from './log-desk.ts';
import type { MailSettings } from './mail/mail-settings.ts';
import { makeReportMails } from './mail/make-report-mails.ts';
import { FluentTranscoder } from './media/fluent-transcoder.ts';
import { makeLookAgain } from './media/look-again.ts';
import { makeIngest } from './media/make-ingest.ts';
import { ResumableUploads } from './media/resumable.ts';
import { Sanitiser, sanitiserBundle } from './media/sanitiser.ts';
import { requireTools } from './media/spawn-transcoder.ts';
import { WebSounds } from './media/web-sounds.ts';
import { WorkLine } from './media/work-line.ts';
import { makePeople } from './people/make-people.ts';
import type { OidcSettings } from './people/oidc-settings.ts';
import type { SignInBook } from './people/sign-in-settings.ts';
import { RegistryFile } from './provision/broker-registry.ts';
import { EnrolmentDesk } from './provision/enrolment-desk.ts';
import type { GatewayKey } from './provision/gateway-key.ts';
import { readBelow } from './provision/neighbours.ts';
import { RetireDesk } from './provision/retire-desk.ts';
import { SigningDesk } from './provision/signing-desk.ts';
import { epochOf } from './provision/signing-keys.ts';
import { Rebuild } from './rebuild.ts';
import { RegisterDesk } from './register/register-desk.ts';
import { Registry } from './registry.ts';
import { RolloutDesk } from './releases/rollout-desk.ts';
import { RetentionDesk } from './retention-desk.ts';
import { readSecurityTxt } from './security-txt.ts';
import type { RunSettings } from './settings.ts';
import type { Signatory } from './signing/room.ts';
import { makeSources } from './sources/make-sources.ts';
import { ValidityWatch } from './sources/validity-watch.ts';
import type { HttpEngineSettings } from './speech/http-engine.ts';
import { makeSpeech } from './speech/make-speech.ts';
import type { StoredOrder } from './store/store.ts';
import { TicketDesk } from './ticket-desk.ts';
import { TrainingDesk } from './training-desk.ts';
import { UnitDesk } from './units/unit-desk.ts';

/** What was opened of a data folder and its machine. */
export interface Parts extends Pick<Centre, 'card' | 'trust' | 'store' | 'blobs' | 'authority' | 'journal' | 'nowMs'> {
  readonly tools: AudioTools;
  readonly templates: readonly OrderTemplate[];
  readonly pronunciations: readonly Pronunciation[];
  readonly named: readonly Group[];
  readonly signatory: Signatory;
  readonly gatewayKey: GatewayKey | undefined;
  readonly settings: RunSettings;
  readonly strongbox: Strongbox;
  readonly speechEngine: HttpEngineSettings | undefined;
  readonly mail: MailSettings | undefined;
  readonly oidc: OidcSettings | undefined;
  readonly duty: DutySettings;
  readonly citizens: CitizenOpened;
  readonly signIn: SignInBook;
  readonly upperDoors: UpperDoors;
}

/** What starting and stopping needs beside the centre itself. */
export interface Rooms {
  readonly registry: Registry;
  readonly link: CentreLink;
  readonly bus: LateBus;
  readonly rebuild: Rebuild;
  /** Kept for a broker in a process of its own. */
  readonly registryFile: RegistryFile | undefined;
  readonly signatory: Signatory;
  readonly validity: ValidityWatch;
  /** Filled when the doors are open. */
  readonly place: { boxPort: number; mqttPort: number };
}

export function makeRooms(parts: Parts): { centre: Centre; rooms: Rooms } {
  const { card, store, blobs, tools, authority, trust, journal, nowMs, settings, signatory } = parts;
  const base = makeBase(parts);
  const { registry, bus, publish, feed, desk, dispatch, units, groups, names } = base;
  const { stood, ...desks } = makeDesks(parts, base);
  const { orders, watch } = desks;
  const clones = new CloneWatch(registry, (dev) => bus.cut(dev), nowMs);
  const logDesk = new LogDesk({ store: store.log, registry, centre: card.id, nowMs });
  const shared = { registry, desk, feed, publish, journal, nowMs };
  const told = { ...shared, centre: card.id, makeEpoch: () => randomId('run'), logDesk, dispatch, counters: store.counters, watch, clones };
  const link = new CentreLink({
    ...told,
    standing: () => orders.standing(),
    onOrderFacts: (facts) => orders.told(facts),
    onRows: (dev) => stood.rows(dev),
  });
  stood.tell = () => link.beatSoon();
  const inlets = makeInlets(parts, feed);
  const written = { log: store.log, audit: store.audit, folder: folderOf(settings.dataDir).screenshots };
  const commands = new CommandDesk({ desk, publish, ...written, nowMs });
  const { ingest } = inlets;
  const { live, relays } = makeLive({ ...shared, store, blobs, tools, ingest, groups: names, level: card.level, demo: card.demo });
  const retirement = makeRetirement(parts, base, link, commands);
  stood.rows = (dev) => retirement.rowsCame(dev);
  const estate = makeEstate(parts, base, link, commands, clones);
  const reportMails = makeReportMails(parts, { ...base, link });
  const place = { boxPort: settings.boxPort, mqttPort: settings.mqttPort };
  const claimPlace = () => claimPlaceOf(parts, place);
  const look = makeLookAgain({ tools, blobs, sanitiser: inlets.sanitiser, line: inlets.work });
  const sourced = makeSources({ ...parts, ...base, ...desks, look, link, contentUrl: () => claimPlace().centreUrl });
  const exchange = new ExchangeDesk({ store, units, registry, blobs, dir: folderOf(settings.dataDir).exchange, journal, nowMs });
  const changed = () => dispatch.changed();
  const validity = new ValidityWatch({ sources: store.sources, changed, journal, nowMs });
  const retention = new RetentionDesk({ store, contents: [blobs, inlets.webSounds], centre: card.id, journal, nowMs });
  const auditWatch = new AuditWatch({ audit: store.audit, centre: card.id, journal });
  const releases = new RolloutDesk({ ...shared, store: store.releases, card, trust, blobs, changed });
  link.onUpdates = () => releases.told();
  const registryFile = makeRegistryFile(parts, registry);
  const admitBelow: Centre['admitBelow'] = (below) => {
    bus.admit(below);
    registryFile?.changed();
    return sourced.federation.follow(below);
  };
  const citizens = makeCitizens({ ...parts, ...base, ...sourced, ...estate, ingest }, parts.citizens);
  const rebuild = new Rebuild({ orders, link, dispatch, settled: () => bus.settled(), journal });
  const busFamilies = () => bus.families();
  const opened = { card, trust, store, blobs, authority, tools, journal, admitBelow, busFamilies, nowMs };
  return {
    centre: {
      ...{ ...opened, ...desks, groups, units, ...sourced, exchange, registry, dispatch, live, relays, link, feed, claimPlace },
      packagesDir: folderOf(settings.dataDir).packages,
      enrolment: new EnrolmentDesk({ store, registry, authority, journal, nowMs }),
      ...{ retirement, ...inlets, commands, ...estate, reportMails, retention, auditWatch, releases, citizens },
      lastBackup: () => readLastBackup(folderOf(settings.dataDir).lastBackup),
      securityTxt: () => readSecurityTxt(folderOf(settings.dataDir).securityTxt, nowMs()),
    },
    rooms: { registry, registryFile, link, bus, rebuild, place, signatory, validity },
  };
}

/** Who may come to the broker, for one that reads it from a file. */
function makeRegistryFile({ settings, card, store, journal }: Parts, registry: Registry): RegistryFile | undefined {
  const { brokerRegistryFile: file } = settings;
  if (file === undefined) return undefined;
  const who = async () => ({
    boxes: registry.all().flatMap(({ id }) => (registry.enrolled(id) ? [id] : [])),
    centres: [card.id, ...(await readBelow(store)).map(({ centre }) => centre)],
  });
  const kept = new RegistryFile({ file, registry: who, journal });
  registry.onEnrolled = () => kept.changed();
  return kept;
}

/** The end of a box's service. */
function makeRetirement({ store, journal }: Parts, { registry, bus, dispatch, feed }: Base, link: CentreLink, commands: CommandDesk) {
  const near = { connected: (dev: string) => link.connected(dev), cut: (dev: string) => bus.cut(dev) };
  return new RetireDesk({ store, registry, commands, ...near, changed: () => dispatch.changed(), feed, journal });
}

/** Equipment: what is wrong with it, the register, repairs. */
function makeEstate(
  { store, journal, nowMs }: Parts,
  { registry, units, feed }: Base,
  link: CentreLink,
  commands: CommandDesk,
  clones: CloneWatch,
) {
  const fleet = () =>
    registry
      .all()
      .filter(({ enrolledMs }) => enrolledMs !== null)
      .map(({ id }) => ({ id, status: statusOf(registry.seen(id), link.connected(id), nowMs()), twins: clones.twins(id) }));
  const faults = new FaultDesk({ faults: store.faults, fleet, feed, journal, nowMs });
  const register = new RegisterDesk({ register: store.register, photos: store.steering, units, nowMs });
  const near = { box: (id: string) => registry.box(id), connected: (dev: string) => link.connected(dev) };
  const tickets = new TicketDesk({ store, faults, commands, register, units, ...near, feed, journal, nowMs });
  const training = new TrainingDesk({ store, registry, register, nowMs });
  return { faults, register, tickets, training };
}

/** How content comes in: files, texts, other people's documents. */
function makeInlets({ store, blobs, tools, journal, settings, speechEngine: engine, nowMs }: Parts, feed: Feed) {
  const work = new WorkLine({ tell: (id) => feed.tell('work', id), nowMs });
  const ingest = makeIngest(tools, blobs, work);
  const paths = requireTools(tools);
  const transcoder = paths.ok ? new FluentTranscoder(paths.value) : undefined;
  const webSounds = new WebSounds({ dir: folderOf(settings.dataDir).webSounds, blobs, transcoder, line: work });
  const speech = makeSpeech({ tools, engine, ingest, blobs, meta: store.meta, journal });
  const resumable = new ResumableUploads({ dir: folderOf(settings.dataDir).resumable });
  return { ingest, work, webSounds, speech, resumable, sanitiser: new Sanitiser({ bundle: sanitiserBundle() }) };
}

/** What is told to desks that are made later. */
interface Stood {
  tell: () => void;
  rows: (dev: string) => Promise<void>;
}

type Base = ReturnType<typeof makeBase>;

/** The zone was checked when the centre was made. */
function zoneOf({ zone }: CentreCard): ZoneClock {
  const clock = zoneClock(zone);
  if (!clock.ok) throw new Error(clock.problem.detail);
  return clock.value;
}

/** What every desk stands on: who is there, the bus, who signs, what boxes should be. */
function makeBase({ card, store, blobs, tools, trust, journal, nowMs, signatory, named }: Parts) {
  const registry = new Registry(store, cryptography, (err) => journal.warn({ event: 'seen-not-saved', err }));
  const bus = new LateBus();
  const publish: Publish = (topic, payload, how) => bus.publish(topic, payload, how);
  const voices = new Voices({ tools, blobs, meta: store.meta });
  const desk = new SigningDesk({ id: card.id, epoch: epochOf(trust) }, signatory, store.counters, nowMs);
  const { chain, roots = [] } = trust;
  const orderAudio = () => voices.all();
  const dispatch = new Dispatch({ store, registry, blobs, desk, centre: card.id, chain, roots, orderAudio, publish, nowMs });
  const feed = new Feed();
  const changed = () => dispatch.changed();
  const units = new UnitDesk({ store, card, trust, clock: zoneOf(card), registry, feed, journal, changed, nowMs });
  const groups = () => groupsOf(named, units.names(), registry.all());
  return { registry, bus, publish, feed, voices, desk, dispatch, units, groups, names: () => groups().map(({ id }) => id) };
}

/** The desks of emergencies. `stood` is told once the link is there. */
function makeDesks({ card, store, trust, journal, nowMs, tools, settings, ...parts }: Parts, base: Base) {
  const { registry, publish, feed, voices, desk, dispatch, names } = base;
  const stood: Stood = { tell: () => undefined, rows: async () => undefined };
  const templates = new TemplateDesk(parts.templates, parts.pronunciations, {
    meta: store.meta,
    voices,
    registry,
    demo: card.demo,
    machine: () => listVoices(tools),
    prepared: () => dispatch.changed(),
    warn: (detail) => journal.warn({ event: 'voice-missing', detail }),
  });
  const places = (ids: readonly string[]) => placeWords(ids, { groups: base.groups(), units: base.units.places(), boxes: registry.all() });
  const bound = { strongbox: parts.strongbox, settings: parts.duty, placeWords: places };
  const duty = makeDuty({ store, card, trust, feed, journal, ...bound, nowMs });
  const people = makePeople({ store, card, settings: parts.signIn, factors: duty.factors, oidc: parts.oidc, nowMs });
  const onEarnest = (order: StoredOrder) =>
    void duty.tellLeaders(order).catch((err: unknown) => journal.warn({ event: 'leaders-not-told', err }));
  const changed = () => dispatch.changed();
  const shared = { store, card, trust, registry, desk, voices, feed, publish, journal, groups: names, ladder: duty.ladder, changed, nowMs };
  const given = makeEmergency({ ...shared, templates: () => templates.spoken(), onEarnest, stood: () => stood.tell() });
  const alerts = makeAlerts({
    ...shared,
    ...given,
    strongbox: parts.strongbox,
    folder: folderOf(settings.dataDir),
    gatewayKey: parts.gatewayKey,
  });
  return { templates, duty, people, ...given, alerts, stood };
}

/** What a claim tells a box of where to go. */
function claimPlaceOf({ settings, authority, trust }: Parts, place: Rooms['place']) {
  const host = hostInUrl(settings.publicHost);
  return {
    centreUrl: `https://${host}:${place.boxPort}`,
    brokerUrl: settings.outerBroker?.boxUrl ?? `mqtts://${host}:${place.mqttPort}`,
    ca: authority.pem,
    caSha256: authority.fingerprint,
    trustRoot: trust.root,
  };
}

export function hostInUrl(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}
