// Builds every room of a centre by hand, opens its doors, and stops them in order. The broker is handed in.
import { readFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { type AudioTools, findAudioTools } from '../hardware/host/audio-tools.ts';

import { findStrongboxKey, openStrongbox } from '../hardware/host/strongbox.ts';
import type { Below } from '../schemas/introduction.ts';
import type { Family } from '../schemas/metrics-text.ts';
import { bad, ok, type Problem, type Result } from '../schemas/problems.ts';
import type { Pronunciation } from '../schemas/speech-text/pronunciations.ts';
import type { Topic } from '../schemas/topics.ts';
import { buildApp } from './app.ts';
import { Blobs } from './blobs.ts';
import { buildBoxDoor } from './box-door.ts';
import type { Centre, CentreCard, Group } from './centre.ts';
import { openCitizens } from './citizens/open-citizens.ts';
import type { OrderTemplate } from './core/order-plan.ts';
import type { Publish } from './dispatch.ts';
import { openDutySettings } from './duty/duty-settings.ts';
import { openCapDoor } from './emergency/make-alerts.ts';
import type { UpperDoors } from './federation/make-federation.ts';
import { folderOf } from './folder.ts';
import type { Journal } from './link.ts';
import { readMailSettings } from './mail/mail-settings.ts';
import { readOidcSettings } from './people/oidc-settings.ts';
import { openSignInSettings } from './people/sign-in-settings.ts';
import type { Issued } from './provision/authority.ts';
import { readBelow } from './provision/neighbours.ts';
import type { Trust } from './provision/signing-keys.ts';
import { hostInUrl, makeRooms, type Rooms } from './rooms.ts';
import type { RunSettings } from './settings.ts';
import type { Hello } from './signing/frames.ts';
import { openKeys } from './signing/open-keys.ts';
import type { Signatory } from './signing/room.ts';
import { readEngineSettings } from './speech/http-engine.ts';
import { pronunciationsCell } from './speech/speech-desk.ts';
import { openStore } from './store/open-store.ts';

/** A broker as the centre needs it; main knows the one that is embedded, outer-bus.ts any other. */
export interface Bus {
  /** Where boxes find it. */
  readonly port: number;
  readonly publish: Publish;
  /** Called once every room is at work: a broker elsewhere is looked for from then on. What was published before is not said there. */
  start?(): void;
  /** Resolves when little waits to go out. */
  settled?(): Promise<void>;
  readonly families?: () => Family[];
  /** Boxes of these centres may read orders here from now on. */
  readonly admit?: (below: readonly Below[]) => void;
  /** End a box's connection: it is no box any more. A broker elsewhere cuts it by its own registry or list of revoked certificates. */
  readonly cut?: (dev: string) => void;
  stop(): Promise<void>;
}

export interface BusWish {
  readonly host: string;
  readonly port: number;
  readonly tls: { readonly ca: string; readonly cert: string; readonly key: string };
  readonly owner: string;
  /** Boxes of centres below may read orders here. */
  readonly below: readonly Below[];
  readonly mayConnect: (dev: string, certificate: string) => boolean;
  readonly onPublish: (dev: string, topic: Topic, payload: Uint8Array) => Promise<void>;
  readonly onConnection: (dev: string, up: boolean) => void;
  /** A centre below says something. */
  readonly onCentre: (centre: string, topic: Topic, payload: Uint8Array) => Promise<void>;
  /** The broker may hold nothing of what is retained: it is said again. */
  readonly onEmpty: () => void;
  /** A fresh certificate `centre:OWNER`, for a broker elsewhere. */
  readonly issueClient: () => Promise<Issued>;
}

export interface StartOptions {
  readonly settings: RunSettings;
  readonly journal: Journal;
  readonly openBus: (wish: BusWish) => Promise<Bus>;
  /** Who holds the signing keys: a process of its own, or (absent, in tests) this one. */
  readonly openSigner?: (hello: Hello) => Promise<Result<Signatory>>;
  /** Another centre writes the tables; this one waits for them, and has no door open. */
  readonly onStandBy?: (problem: Problem) => void;
  /** Another centre has taken the tables: this one has to end at once. */
  readonly onLost?: (problem: Problem) => void;
  /** Folder of the built console. */
  readonly consoleDir: string;
  readonly nowMs?: () => number;
  /** Programs for sound; looked for on this machine unless given. */
  readonly tools?: AudioTools;
  /** Other ways to the centre above, for tests without sockets. */
  readonly upperDoors?: UpperDoors;
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

/** Open the data folder, wire the rooms, start the bus, rebuild all that is retained. Problems: not-found, keys-locked, those of the database. */
export async function buildCentre(options: StartOptions): Promise<Result<Built>> {
  const opened = await openRooms(options);
  if (!opened.ok) return opened;
  const { centre, rooms, server } = opened.value;
  const { registry, link, place } = rooms;
  await registry.start();
  await rooms.registryFile?.start();
  await centre.blobs.start();
  await centre.resumable.start();
  const bus = await options.openBus({
    host: options.settings.boxHost,
    port: options.settings.mqttPort,
    tls: { ca: centre.authority.pem, ...server },
    owner: centre.card.id,
    below: await readBelow(centre.store),
    // A certificate that a later enrolment replaced no longer counts: the old machine is not the box any more.
    mayConnect: (dev, certificate) => centre.enrolment.admits(dev, certificate),
    onPublish: (dev, topic, payload) => link.onPublish(dev, topic, payload),
    onConnection: (dev, up) => link.onConnection(dev, up),
    onCentre: (id, topic, payload) => centre.federation.lower.onPublish(id, topic, payload),
    onEmpty: () => rooms.rebuild.ask(),
    issueClient: () => centre.authority.issueCentre(centre.card.id, centre.nowMs()),
  });
  rooms.bus.open(bus);
  place.mqttPort = bus.port;
  await centre.dispatch.start();
  await centre.units.start();
  await centre.duty.start();
  await centre.corrections.start();
  await centre.orders.start();
  await centre.watch.start();
  await centre.live.start();
  await centre.relays.start();
  await link.start();
  await centre.alerts.start();
  await centre.faults.start();
  await centre.retirement.start();
  await startWatches(centre, rooms);
  bus.start?.();
  const stop = async (): Promise<void> => {
    await stopWatches(centre, rooms);
    await centre.faults.stop();
    await centre.alerts.stop();
    centre.sanitiser.stop();
    await centre.relays.stop();
    await centre.live.stop();
    link.stop();
    centre.units.stop();
    centre.orders.stop();
    centre.watch.stop();
    await centre.duty.stop();
    await bus.stop();
    await rooms.rebuild.stop();
    await rooms.registryFile?.stop();
    await registry.stop();
    await centre.templates.stop();
    await rooms.signatory.stop();
    await centre.store.close();
  };
  const told = (boxPort: number) => {
    place.boxPort = boxPort;
  };
  return ok({ centre, server, mqttPort: bus.port, opened: told, stop });
}

/** What looks at the clock by itself. */
async function startWatches(centre: Centre, { validity }: Rooms): Promise<void> {
  centre.tickets.start();
  await centre.federation.start();
  centre.exchange.start();
  centre.retention.start();
  centre.auditWatch.start();
  centre.releases.start();
  centre.reportMails.start();
  centre.templates.start();
  validity.start();
  centre.steering.start();
  centre.approvals.start();
  centre.citizens.start();
}

async function stopWatches(centre: Centre, { validity }: Rooms): Promise<void> {
  validity.stop();
  await centre.citizens.stop();
  await centre.steering.stop();
  await centre.approvals.stop();
  await centre.federation.stop();
  await centre.reportMails.stop();
  await centre.exchange.stop();
  await centre.retention.stop();
  await centre.auditWatch.stop();
  await centre.releases.stop();
  await centre.tickets.stop();
}

/** Start the centre of a data folder and open its doors. Problems: as `buildCentre`. */
export async function startCentre(options: StartOptions): Promise<Result<Running>> {
  const { settings, consoleDir } = options;
  const tls = settings.tls && { cert: await readFile(settings.tls.certFile, 'utf8'), key: await readFile(settings.tls.keyFile, 'utf8') };
  const built = await buildCentre(options);
  if (!built.ok) return built;
  const { centre, server, mqttPort } = built.value;
  const door = await buildBoxDoor(centre, { ca: centre.authority.pem, ...server });
  const { mapTiles } = settings;
  const app = await buildApp(centre, { consoleDir, ...(tls && { tls }), ...(mapTiles && { mapTiles }) });
  const boxPort = await listen(door, settings.boxHost, settings.boxPort);
  built.value.opened(boxPort);
  const port = await listen(app, settings.host, settings.port);
  const capDoor = settings.gatewayPort === undefined ? undefined : await openCapDoor(centre, server, settings);
  const stop = async (): Promise<void> => {
    await Promise.all([app.close(), door.close(), capDoor?.close()]);
    await built.value.stop();
  };
  return ok({
    console: `${tls ? 'https' : 'http'}://${hostInUrl(settings.host)}:${port}`,
    boxPort,
    mqttPort,
    ...(capDoor && { gatewayPort: capDoor.port }),
    stop,
  });
}

async function openRooms(options: StartOptions): Promise<Result<{ centre: Centre; rooms: Rooms; server: Issued }>> {
  const { settings, journal, nowMs = Date.now } = options;
  const folder = folderOf(settings.dataDir);
  const engine = await readEngineSettings(folder.speechEngine);
  if (!engine.ok) return bad(engine.problem.code, `${folder.speechEngine}: ${engine.problem.detail}`, engine.problem.path);
  const mail = await readMailSettings(folder.mail);
  if (!mail.ok) return bad(mail.problem.code, `${folder.mail}: ${mail.problem.detail}`, mail.problem.path);
  const oidc = await readOidcSettings(folder.oidc);
  if (!oidc.ok) return bad(oidc.problem.code, `${folder.oidc}: ${oidc.problem.detail}`, oidc.problem.path);
  const { onStandBy: onWaiting, onLost } = options;
  const opened = await openStore(folder, { standBy: settings.standBy, ...(onWaiting && { onWaiting }), ...(onLost && { onLost }) });
  if (!opened.ok) return opened;
  const store = opened.value;
  const boxKey = await findStrongboxKey({ keyFile: settings.strongboxKeyFile, usual: folder.strongbox });
  if (!boxKey.ok) {
    await store.close();
    return boxKey;
  }
  const [card, trust, templates, groups, pronunciations] = await Promise.all(
    ['card', 'trust', 'templates', 'groups', pronunciationsCell].map((name) => store.meta.value(name)),
  );
  if (card === undefined || trust === undefined) {
    await store.close();
    return bad('not-found', `no centre in ${settings.dataDir}; run: node dist/controller.js init --data ${settings.dataDir} < seed.json`);
  }
  const desk = await openKeys(options, store, folder, JSON.parse(card) as CentreCard, JSON.parse(trust) as Trust);
  if (!desk.ok) {
    await store.close();
    return desk;
  }
  const { authority, server, signatory, gateway } = desk.value;
  const blobs = new Blobs(folder.blobs, folder.uploads);
  const tools = options.tools ?? (await findAudioTools());
  const strongbox = await openStrongbox(boxKey.value);
  const made = makeRooms({
    strongbox,
    speechEngine: engine.value,
    mail: mail.value,
    oidc: oidc.value,
    duty: await openDutySettings(store.meta, strongbox),
    citizens: await openCitizens(store.meta, strongbox, settings),
    signIn: await openSignInSettings(store.meta),
    card: JSON.parse(card) as CentreCard,
    trust: JSON.parse(trust) as Trust,
    templates: templates === undefined ? [] : (JSON.parse(templates) as OrderTemplate[]),
    pronunciations: pronunciations === undefined ? [] : (JSON.parse(pronunciations) as Pronunciation[]),
    named: groups === undefined ? [] : (JSON.parse(groups) as Group[]),
    store,
    blobs,
    tools,
    signatory,
    gatewayKey: gateway,
    authority,
    settings,
    journal,
    nowMs,
    upperDoors: options.upperDoors ?? {},
  });
  return ok({ ...made, server });
}

async function listen(app: FastifyInstance, host: string, port: number): Promise<number> {
  await app.listen({ host, port });
  return (app.server.address() as AddressInfo).port;
}
