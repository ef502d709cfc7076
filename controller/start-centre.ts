// Builds every room of a centre by hand, opens its doors, and stops them in order. The broker is handed in.
import { readFile } from 'node:fs/promises';
import { type AudioTools, findAudioTools } from '../hardware/host/audio-tools.ts';
import { cryptography, randomId } from '../hardware/host/crypto.ts';
import { openDatabase } from '../hardware/host/sqlite.ts';
import { openStrongbox, type Strongbox } from '../hardware/host/strongbox.ts';
import { bad, ok, type Result } from '../schemas/problems.ts';
import type { Topic } from '../schemas/topics.ts';
import { Blobs } from './blobs.ts';
import type { Centre, CentreCard, Group } from './centre.ts';
import { groupsOf } from './core/groups.ts';
import type { OrderTemplate } from './core/order-plan.ts';
import { Dispatch, type Publish } from './dispatch.ts';
import { hostInUrl, openDoors } from './doors.ts';
import { type DutySettings, openDutySettings } from './duty/duty-settings.ts';
import { makeDuty } from './duty/make-duty.ts';
import { makeAlerts } from './emergency/make-alerts.ts';
import { makeEmergency } from './emergency/make-emergency.ts';
import { Voices } from './emergency/voices.ts';
import { Feed } from './feed.ts';
import { folderOf } from './folder.ts';
import { LateBus } from './late-bus.ts';
import { CentreLink, type Journal } from './link.ts';
import { makeLive } from './live/make-live.ts';
import { LogDesk } from './log-desk.ts';
import { makeIngest } from './media/make-ingest.ts';
import { type Authority, type Issued, openAuthority, openServerCertificate } from './provision/authority.ts';
import { SigningDesk } from './provision/signing-desk.ts';
import { epochOf, openSigningKeys, type Trust } from './provision/signing-keys.ts';
import { Registry } from './registry.ts';
import type { RunSettings } from './settings.ts';
import { SqliteStore } from './store/sqlite-store.ts';
import type { StoredOrder } from './store/store.ts';

/** A broker as the centre needs it; main knows the one that is embedded. */
export interface Bus {
  readonly port: number;
  readonly publish: Publish;
  stop(): Promise<void>;
}

export interface BusWish {
  readonly host: string;
  readonly port: number;
  readonly tls: { readonly ca: string; readonly cert: string; readonly key: string };
  readonly owner: string;
  readonly mayConnect: (dev: string) => boolean;
  readonly onPublish: (dev: string, topic: Topic, payload: Uint8Array) => Promise<void>;
  readonly onConnection: (dev: string, up: boolean) => void;
}

export interface StartOptions {
  readonly settings: RunSettings;
  readonly journal: Journal;
  readonly openBus: (wish: BusWish) => Promise<Bus>;
  /** Folder of the built console. */
  readonly consoleDir: string;
  readonly nowMs?: () => number;
  /** Programs for sound; looked for on this machine unless given. */
  readonly tools?: AudioTools;
}

export interface Running {
  readonly console: string;
  readonly boxPort: number;
  readonly mqttPort: number;
  readonly gatewayPort?: number;
  stop(): Promise<void>;
}

/** A centre at work without its doors: boxes and pages cannot reach it yet. */
export interface Built {
  readonly centre: Centre;
  readonly server: Issued;
  readonly mqttPort: number;
  /** Tell the centre where its boxes' door ended up. */
  readonly opened: (boxPort: number) => void;
  stop(): Promise<void>;
}

/** Open the data folder, wire the rooms, start the bus, rebuild all that is retained. Problems: not-found, those of the database. */
export async function buildCentre(options: StartOptions): Promise<Result<Built>> {
  const opened = await openRooms(options);
  if (!opened.ok) return opened;
  const { centre, rooms, server } = opened.value;
  const { registry, link, place } = rooms;
  await registry.start();
  await centre.blobs.start();
  const bus = await options.openBus({
    host: options.settings.boxHost,
    port: options.settings.mqttPort,
    tls: { ca: centre.authority.pem, ...server },
    owner: centre.card.id,
    mayConnect: (dev) => registry.enrolled(dev),
    onPublish: (dev, topic, payload) => link.onPublish(dev, topic, payload),
    onConnection: (dev, up) => link.onConnection(dev, up),
  });
  rooms.bus.open(bus);
  place.mqttPort = bus.port;
  await centre.dispatch.start();
  await centre.duty.start();
  await centre.orders.start();
  await centre.live.start();
  await centre.relays.start();
  await link.start();
  await centre.alerts.start();
  // In the background: orders given before it is done are spoken by the boxes.
  const voices = prepareVoices(centre, rooms.voices, options.journal);
  const stop = async (): Promise<void> => {
    await centre.alerts.stop();
    await centre.relays.stop();
    await centre.live.stop();
    link.stop();
    centre.orders.stop();
    await centre.duty.stop();
    rooms.voices.stop();
    await bus.stop();
    await registry.stop();
    await voices;
    await centre.store.close();
  };
  const told = (boxPort: number) => {
    place.boxPort = boxPort;
  };
  return ok({ centre, server, mqttPort: bus.port, opened: told, stop });
}

/** Start the centre of a data folder and open its doors. Problems: as `buildCentre`. */
export async function startCentre(options: StartOptions): Promise<Result<Running>> {
  const { settings, consoleDir } = options;
  const tls = settings.tls && { cert: await readFile(settings.tls.certFile, 'utf8'), key: await readFile(settings.tls.keyFile, 'utf8') };
  const built = await buildCentre(options);
  if (!built.ok) return built;
  const { mqttPort } = built.value;
  const { close, ...open } = await openDoors(built.value, { settings, app: tls ? { tls, consoleDir } : { consoleDir } });
  const stop = async (): Promise<void> => {
    await close();
    await built.value.stop();
  };
  return ok({ ...open, mqttPort, stop });
}

interface Rooms {
  readonly registry: Registry;
  readonly voices: Voices;
  readonly link: CentreLink;
  readonly bus: LateBus;
  readonly place: { boxPort: number; mqttPort: number };
}

async function openRooms(options: StartOptions): Promise<Result<{ centre: Centre; rooms: Rooms; server: Issued }>> {
  const { settings, journal, nowMs = Date.now } = options;
  const folder = folderOf(settings.dataDir);
  const database = await openDatabase({ file: folder.database, exclusive: false });
  if (!database.ok) return database;
  const store = new SqliteStore(database.value);
  await store.migrate();
  const [card, trust, templates, groups] = await Promise.all(
    ['card', 'trust', 'templates', 'groups'].map((name) => store.meta.value(name)),
  );
  if (card === undefined || trust === undefined) {
    await store.close();
    return bad('not-found', `no centre in ${settings.dataDir}; run: node dist/controller.js init --data ${settings.dataDir} < seed.json`);
  }
  const { authority, server } = await openCertificates(folder.authority, settings, JSON.parse(card) as CentreCard, nowMs());
  const keys = await openSigningKeys(folder.keys);
  const blobs = new Blobs(folder.blobs, folder.uploads);
  const tools = options.tools ?? (await findAudioTools());
  const strongbox = await openStrongbox(folder.strongbox);
  const made = makeRooms({
    strongbox,
    duty: await openDutySettings(store.meta, strongbox),
    card: JSON.parse(card) as CentreCard,
    trust: JSON.parse(trust) as Trust,
    templates: templates === undefined ? [] : (JSON.parse(templates) as OrderTemplate[]),
    named: groups === undefined ? [] : (JSON.parse(groups) as Group[]),
    units: await store.estate.units(),
    store,
    blobs,
    tools,
    keys,
    authority,
    settings,
    journal,
    nowMs,
  });
  return ok({ ...made, server });
}

async function openCertificates(
  dir: string,
  settings: RunSettings,
  card: CentreCard,
  nowMs: number,
): Promise<{ authority: Authority; server: Issued }> {
  const authority = await openAuthority(dir, card.name, nowMs);
  const hosts = [...new Set(['localhost', '127.0.0.1', settings.publicHost, ...settings.names])];
  return { authority, server: await openServerCertificate(authority, dir, hosts, nowMs) };
}

interface Parts extends Pick<Centre, 'card' | 'store' | 'blobs' | 'tools' | 'authority' | 'journal' | 'nowMs'> {
  readonly trust: Trust;
  readonly templates: readonly OrderTemplate[];
  readonly named: readonly Group[];
  readonly units: readonly Group[];
  readonly keys: Awaited<ReturnType<typeof openSigningKeys>>;
  readonly settings: RunSettings;
  readonly strongbox: Strongbox;
  readonly duty: DutySettings;
}

function makeRooms(parts: Parts): { centre: Centre; rooms: Rooms } {
  const { card, store, blobs, tools, authority, trust, journal, nowMs, settings } = parts;
  const registry = new Registry(store, cryptography, (err) => journal.warn({ event: 'seen-not-saved', err }));
  const bus = new LateBus();
  const publish: Publish = (topic, payload, how) => bus.publish(topic, payload, how);
  const feed = new Feed();
  const desk = new SigningDesk({ id: card.id, epoch: epochOf(trust) }, parts.keys, store.counters, nowMs);
  const dispatch = new Dispatch({
    store,
    registry,
    blobs,
    desk,
    centre: card.id,
    chain: trust.chain,
    roots: trust.roots ?? [],
    publish,
    nowMs,
  });
  const voices = new Voices({ tools, blobs, meta: store.meta });
  const groups = () => groupsOf(parts.named, parts.units, registry.all());
  const names = () => groups().map(({ id }) => id);
  const duty = makeDuty({ store, card, trust, feed, journal, strongbox: parts.strongbox, settings: parts.duty, nowMs });
  const onEarnest = (order: StoredOrder) =>
    void duty.tellLeaders(order).catch((err: unknown) => journal.warn({ event: 'leaders-not-told', err }));
  const sounding = { registry, desk, voices, feed, publish, templates: parts.templates, groups: names, nowMs };
  const emergency = { store, card, trust, ladder: duty.ladder, onEarnest, ...sounding };
  const { orders, requests } = makeEmergency(emergency);
  const alerts = makeAlerts({ ...emergency, orders, requests, journal, strongbox: parts.strongbox, folder: folderOf(settings.dataDir) });
  const logDesk = new LogDesk({ store: store.log, registry, centre: card.id, nowMs });
  const epoch = randomId('run');
  const told = { centre: card.id, epoch, registry, logDesk, desk, dispatch, counters: store.counters, feed, publish, journal, nowMs };
  const link = new CentreLink(told);
  const place = { boxPort: settings.boxPort, mqttPort: settings.mqttPort };
  const claimPlace = () => claimPlaceOf(parts, place);
  const ingest = makeIngest(tools, blobs);
  const sounds = { store, registry, desk, blobs, feed, publish, journal, tools, ingest, nowMs, groups: names };
  const { live, relays } = makeLive({ ...sounds, level: card.level, demo: card.demo });
  const outside = {
    card,
    groups,
    trust,
    requests,
    alerts,
    duty,
    store,
    registry,
    blobs,
    authority,
    dispatch,
    orders,
    live,
    relays,
    link,
    feed,
    tools,
    journal,
    nowMs,
  };
  return { centre: { ...outside, claimPlace, ingest }, rooms: { registry, voices, link, bus, place } };
}

/** What a claim tells a box of where to go. */
function claimPlaceOf({ settings, authority, trust }: Parts, place: Rooms['place']) {
  const host = hostInUrl(settings.publicHost);
  return {
    centreUrl: `https://${host}:${place.boxPort}`,
    brokerUrl: `mqtts://${host}:${place.mqttPort}`,
    ca: authority.pem,
    trustRoot: trust.root,
  };
}

async function prepareVoices(centre: Centre, voices: Voices, journal: Journal): Promise<void> {
  const problems = await voices.prepare(centre.orders.templates, centre.card.demo ? ['exercise'] : ['actual', 'exercise']);
  for (const detail of problems) journal.warn({ event: 'voice-missing', detail });
}
