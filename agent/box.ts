// All parts of one running box and the order in which they start and stop. The only file that knows them all.
// LONG: cut in two, the order in which a box starts and stops would stand nowhere.
import { join } from 'node:path';
import { type AudioTools, findAudioTools } from '../hardware/host/audio-tools.ts';
import { cryptography, randomId, sha256File } from '../hardware/host/crypto.ts';
import { writeFileAtomic } from '../hardware/host/files.ts';
import { canLimit } from '../hardware/host/processes.ts';
import { SlotFile } from '../hardware/host/slot-file.ts';
import { speak } from '../hardware/host/speech.ts';
import { openDatabase } from '../hardware/host/sqlite.ts';
import { SystemClock } from '../hardware/host/system-clock.ts';
import { openAudioIn } from '../hardware/open-audio-in.ts';
import { bad, ok, type Problem, type Result } from '../schemas/problems.ts';
import type { BoxSettings } from '../schemas/settings.ts';
import { trusted } from '../schemas/time.ts';
import { makeBoxPage } from './box-page.ts';
import { buildMs } from './build-time.ts';
import { Cache } from './cache.ts';
import { CentreDoor } from './centre-door.ts';
import { ClockRecord, knownTime } from './clock-record.ts';
import { type AgentConfig, audioInSettings, hardwareOf } from './config.ts';
import { ConnectionCounter } from './connections.ts';
import { blankKept } from './core/start-state.ts';
import type { BoxSigns } from './core/status-lamp.ts';
import { screenOf } from './display-config.ts';
import { Fetcher } from './fetch.ts';
import { FlightRecorder, logFlight } from './flight-recorder.ts';
import { AgentHands } from './hands.ts';
import { HealthWatch } from './health-watch.ts';
import { HeldKeys } from './held-keys.ts';
import { type Identity, identityFile, readIdentity } from './identity.ts';
import { type Lines, makeLines } from './lines.ts';
import type { CentreLink } from './link.ts';
import { LiveStreams } from './live/live-streams.ts';
import { type Logger, openLog } from './log.ts';
import { copiedLine, isCopy, machineHash } from './machine-serial.ts';
import { Outputs } from './outputs.ts';
import { OwnPages } from './own-pages.ts';
import type { Page } from './page.ts';
import { frameDecoderProblem } from './player/sources/opus-frames.ts';
import { makeRenewer, notBeforeOf, type Renewer, settleRenewal, shownOut } from './renewer.ts';
import { buttonPressed, type FlightLine, Loop } from './run.ts';
import { type ScreenDoors, screenDoors } from './screen-doors.ts';
import { ScreenHands } from './screen-hands.ts';
import { SerialDoors } from './serial-doors.ts';
import { SteadyJournal } from './steady-journal.ts';
import type { Surroundings } from './surroundings.ts';
import { type BoxUpdates, startUpdates, type Watch } from './update/box-updates.ts';
import { ownRelease } from './update/own-release.ts';
import type { UpperLink } from './upper-link.ts';

/** Stands in presence and report: of the release this program lies in, or as it was built. */
const own = ownRelease(import.meta.url, '0.1.0');
export const { version } = own;
const verifyEveryMs = 20_000;
const goodbyeMs = 20_000;
const goodbyeLookMs = 200;

export interface Ready {
  readonly dev: string;
  readonly page: string;
  readonly boot: string;
  readonly pid: number;
}

/** Where things are kept; opened before anything runs. */
interface Stores {
  readonly log: Logger;
  readonly identity: Identity;
  /** The card was copied from another machine: it plays what it has and joins nobody. */
  readonly copy: boolean;
  /** Beginning of the hash of the machine's serial. */
  readonly machine: string | undefined;
  readonly keys: HeldKeys;
  readonly record: ClockRecord;
  readonly clock: SystemClock;
  readonly journal: SteadyJournal;
  readonly cache: Cache;
  readonly connections: ConnectionCounter;
  /** Filled once `found` resolves: programs are asked for their version while the rest starts. */
  readonly tools: AudioTools;
  readonly found: Promise<unknown>;
  readonly warn: (event: string, problem: Problem) => void;
}

/** What runs; `stop` takes it down. */
interface Running {
  readonly renewer: Renewer;
  readonly door: CentreDoor;
  readonly fetcher: Fetcher;
  readonly outputs: Outputs;
  readonly board: ScreenDoors;
  readonly screens: ScreenHands;
  readonly live: LiveStreams;
  readonly flight: FlightRecorder | undefined;
  readonly loop: Loop;
  readonly link: CentreLink;
  readonly upper: UpperLink;
  readonly serial: SerialDoors;
}

/** What the process around a box is told by it. */
export interface BoxOutside extends Watch {
  /** The centre has taken this box out of service, and knows that it has heard. */
  readonly retire: () => void;
}
const alone: BoxOutside = { beats: () => 1, replaced: () => undefined, retire: () => undefined };

export class Box {
  readonly #dataDir: string;
  readonly #config: AgentConfig;
  readonly #outside: BoxOutside;
  readonly #boot = randomId('b');
  readonly #timers: NodeJS.Timeout[] = [];
  #stores: Stores | undefined;
  #running: Running | undefined;
  #page: Page | undefined;
  #health: HealthWatch | undefined;
  #around: Surroundings | undefined;
  #onButton = () => {};
  #updates: BoxUpdates | undefined;
  #stopping = false;
  #starting: Promise<Result<Ready>> | undefined;

  constructor(dataDir: string, config: AgentConfig, outside: BoxOutside = alone) {
    this.#dataDir = dataDir;
    this.#config = config;
    this.#outside = outside;
  }

  start(): Promise<Result<Ready>> {
    this.#starting ??= this.#start();
    return this.#starting;
  }

  /** What a heartbeat asks: is all that was told decided and on the disk, is every open output being fed? */
  get heart(): { settled(): Promise<void>; pumps(): boolean } {
    const { loop, outputs } = this.#running ?? {};
    return { settled: async () => loop?.settled(), pumps: () => outputs?.pumps() ?? true };
  }

  /** For the lamp on its case; nothing while it starts or stops. */
  signs(): BoxSigns | undefined {
    if (!this.#stores || !this.#running || this.#stopping) return undefined;
    const { live } = this.#running.loop.snapshot();
    const { up, problem } = this.#running.link.status();
    return {
      enrolled: true,
      refused: this.#stores.copy || shownOut(problem),
      hotspotOpen: (this.#around?.hotspot?.open ?? null) !== null,
      orderInForce: live.beacon !== 'off',
      faults: live.faults,
      timeTrusted: trusted(this.#stores.clock.now().quality),
      centreUp: up,
    };
  }

  /** Silence, relays, goodbye to the centre, then the journal. */
  async stop(): Promise<void> {
    await this.#starting;
    await this.#takeDown();
  }

  async #takeDown(): Promise<void> {
    this.#stopping = true;
    for (const timer of this.#timers) clearInterval(timer);
    this.#health?.stop();
    const { renewer, door, outputs, board, screens, live, link, upper, loop, fetcher, flight, serial } = this.#running ?? {};
    await renewer?.stop();
    await this.#around?.stop();
    await this.#updates?.stop();
    await outputs?.stop();
    await Promise.all([board?.stop(), screens?.stop()]);
    live?.stop();
    await serial?.stop();
    await Promise.all([this.#page?.stop(), link?.stop(), upper?.stop(), loop?.stop()]);
    fetcher?.stop();
    door?.stop();
    const { clock, record, journal, log } = this.#stores ?? {};
    clock?.stop();
    if (clock) await record?.save(clock, true).catch(() => undefined);
    await journal?.close();
    flight?.flush();
    log?.info({ event: 'stopped' });
  }

  async #start(): Promise<Result<Ready>> {
    const opened = await this.#open();
    if (!opened.ok) return opened;
    const stores = opened.value;
    this.#stores = stores;
    const running = this.#build(stores);
    this.#running = running;
    await this.#begin(stores, running);
    const address = await this.#openPage(stores, running);
    if (!address.ok) {
      await this.#takeDown();
      return address;
    }
    this.#around?.start(Number(new URL(address.value).port));
    this.#updates = await startUpdates({
      ...stores,
      config: this.#config,
      dataDir: this.#dataDir,
      loop: running.loop,
      door: running.door,
      page: address.value,
      own,
      ...this.#outside,
    });
    // Up is who has decided what this boot began with, and has it on the disk.
    await running.loop.settled();
    const { dev, trustRoot } = stores.identity;
    stores.log.info({ event: 'ready', dev, boot: this.#boot, page: address.value, demo: trustRoot.demo });
    return ok({ dev, page: address.value, boot: this.#boot, pid: process.pid });
  }

  async #open(): Promise<Result<Stores>> {
    const dataDir = this.#dataDir;
    const config = this.#config;
    const tools: AudioTools = {};
    const found = findAudioTools().then((all) => Object.assign(tools, all));
    const log = openLog(config.log.level, config.log.file && join(config.log.file.startsWith('/') ? '' : dataDir, config.log.file));
    const warn = (event: string, problem: Problem) => log.warn({ event, problem });
    await settleRenewal(dataDir);
    const read = await readIdentity(dataDir);
    if (!read.ok) return read;
    const identity = read.value;
    const keys = new HeldKeys({
      file: identityFile(dataDir, 'keys.json'),
      root: identity.trustRoot,
      dev: identity.dev,
      crypto: cryptography,
    });
    const held = await keys.load();
    if (!held.ok) return held;
    const record = new ClockRecord(join(dataDir, 'clock.json'));
    await record.load();
    const { offsetMs, rtc } = config.clock;
    const floorMs = Math.max(record.floorMs, buildMs, notBeforeOf(identity.tls.cert));
    const clock = new SystemClock({ offsetMs, rtc: rtc && record.rtcHolds(Date.now() + offsetMs), floorMs });
    const machine = await machineHash(config.serialFiles);
    const copy = isCopy(identity, machine);
    if (copy)
      warn('copiedCard', { code: 'another-machine', path: '', detail: `the keys here belong to ${identity.dev} on another machine` });
    const state = join(dataDir, 'state');
    const slot = (name: string) => new SlotFile(state, name);
    const journal = new SteadyJournal({
      dir: state,
      slots: { orders: slot('orders'), copy: slot('copy'), connections: slot('connections') },
      open: openDatabase,
      blankKept,
      crypto: cryptography,
      freshEpoch: () => randomId('e'),
      rowsMax: config.journalRowsMax,
      warn,
    });
    const cache = new Cache({
      dir: join(dataDir, 'cache'),
      bytesMax: config.cacheBytesMax,
      reserveBytes: config.diskReserveBytes,
      sha256File,
    });
    const connections = new ConnectionCounter(journal.connections);
    const [cached] = await Promise.all([cache.start(), journal.start(), connections.start()]);
    if (!cached.ok) warn('cacheNotRead', cached.problem);
    return ok({
      log,
      identity,
      keys,
      record,
      clock,
      journal,
      cache,
      connections,
      tools,
      found,
      copy,
      machine: machine?.slice(0, 12),
      warn,
    });
  }

  #build(stores: Stores): Running {
    const { log, identity, keys, clock, journal, cache, connections, tools, found, machine, warn } = stores;
    const config = this.#config;
    const boot = this.#boot;
    const door = new CentreDoor({
      url: config.centreUrl ?? identity.centreUrl,
      tls: identity.tls,
      time: () => knownTime(clock.now()),
    });
    const fetcher = new Fetcher({ cache, door });
    const live = new LiveStreams({
      door,
      crypto: cryptography,
      clock,
      openLine: (line) => {
        const settings = audioInSettings(config, line);
        return settings && { input: openAudioIn(settings), squelchDb: config.audioIn[line]?.squelchDb };
      },
      recordingsDir: join(this.#dataDir, 'recordings'),
      decoderProblem: frameDecoderProblem,
      warn,
    });
    const line: { link?: CentreLink; follow?: Lines['follow']; settings?: () => BoxSettings | undefined } = {};
    const own = new OwnPages({ identity, screen: screenOf(config), settings: () => line.settings?.() });
    const board = screenDoors(config, cache, clock);
    const outputs = new Outputs({
      config,
      dataDir: this.#dataDir,
      clock,
      tools,
      pathOf: (sha256) => cache.pathOf(sha256),
      heldBytes: (sha256) => cache.heldBytes(sha256),
      speak: (text, language) => speak(tools, text, language),
      liveFeed: (session) => live.feed(session),
      doubt: (sha256) => cache.doubt(sha256),
      ...board.doors,
      ...own.doors(() => own.around(clock.now(), line.link?.status().up === true)),
      log,
    });
    const screens = new ScreenHands({ displayOf: (id) => outputs.display(id), means: config.screenPower, door, warn });
    const retire = () => void this.#sayGoodbye(journal);
    const parts = { boot, clock, cache, found, fetcher, journal, outputs, live, screens, retire, warn };
    const hands = new AgentHands({ ...parts, link: () => line.link });
    const flight = config.flight ? new FlightRecorder(join(this.#dataDir, 'flight.jsonl')) : undefined;
    const tellFlight = (told: FlightLine) => {
      logFlight(told, log, flight);
      line.follow?.(told);
      if (buttonPressed(told)) this.#onButton();
    };
    const loop = new Loop({ clock, journal, hands, log: tellFlight, ordersKept: () => journal.ordersKept });
    const lines = makeLines({ boot, version, machine, config, identity, keys, clock, journal, cache, connections, loop, warn });
    Object.assign(line, { link: lines.link, follow: lines.follow, settings: () => loop.snapshot().live.plan?.settings });
    const { link, upper } = lines;
    const renewer = makeRenewer({ dataDir: this.#dataDir, identity, door, clock, link, upper, log, warn });
    const serial = new SerialDoors({ ...stores, config, dataDir: this.#dataDir, loop, levels: outputs.levels });
    return { renewer, door, fetcher, outputs, board, screens, live, flight, loop, link, upper, serial };
  }

  /** The loop first, then mirrors of the outside, then the outside itself. */
  async #begin(stores: Stores, { renewer, loop, outputs, link, upper, serial }: Running): Promise<void> {
    const { clock, record, journal, cache, found, copy, warn, keys } = stores;
    await loop.start();
    const keysUntilMs = Math.min(...[...keys.ring().links.values()].map(({ untilMs }) => untilMs));
    loop.tell({ is: 'booted', boot: this.#boot, version, hardware: hardwareOf(this.#config), outputs: this.#config.outputs, keysUntilMs });
    loop.tell({ is: 'rowsAcked', epoch: journal.epoch(), upto: journal.ackedTo() });
    journal.onStore((problem) => loop.tell({ is: 'troubleSeen', trouble: 'store', problem }));
    loop.tell({ is: 'cacheSeen', ...(await cache.seen()) });
    const save = () => record.save(clock, false).catch(() => undefined);
    clock.onChange(() => {
      loop.tell({ is: 'clockChanged' });
      if (!copy) void renewer.look();
      void save();
    });
    clock.start();
    if (!canLimit())
      warn('decodersUnlimited', { code: 'tool-missing', path: '', detail: 'prlimit is not installed: decoders run without limits' });
    // A first order must find its decoder.
    void found.then(() => {
      if (this.#stopping || copy) return;
      renewer.start();
      link.start();
      upper.start();
    });
    await outputs.ensure(this.#config.outputs, (event) => loop.tell(event));
    await Promise.all([serial.start(), outputs.switchFan(false, (event) => loop.tell(event))]);
    cache.onRotten((sha256) => {
      warn('cacheRotten', { code: 'hash-mismatch', path: '', detail: sha256 });
      void cache.seen().then((seen) => loop.tell({ is: 'cacheSeen', ...seen }));
    });
    this.#timers.push(setInterval(() => void cache.verifyNext().catch(() => undefined), verifyEveryMs));
    this.#health = new HealthWatch({ dataDir: this.#dataDir, tell: (event) => loop.tell(event), after: save });
    await this.#health.start();
  }

  /** The centre should have the last row before the keys are gone; a box that cannot say it goes all the same. */
  async #sayGoodbye(journal: SteadyJournal): Promise<void> {
    // From here on a power cut ends in an empty box too: the command is not said twice.
    const dev = this.#stores?.identity.dev ?? '';
    await writeFileAtomic(identityFile(this.#dataDir, 'retiring'), `${dev}\n`, 0o600).catch(() => undefined);
    await this.#running?.loop.settled();
    const endMs = performance.now() + goodbyeMs;
    while (journal.ackedTo() < journal.lastSeq() && performance.now() < endMs) await new Promise((go) => setTimeout(go, goodbyeLookMs));
    this.#outside.retire();
  }

  async #openPage(
    { identity, keys, clock, journal, copy, warn }: Stores,
    { loop, link, upper, outputs }: Running,
  ): Promise<Result<string>> {
    const own = { dataDir: this.#dataDir, config: this.#config, version };
    const told = copy ? copiedLine(link) : link;
    const made = await makeBoxPage({ ...own, identity, keys, clock, journal, loop, link: told, upper, outputs, warn });
    if (!made.ok) return made;
    const { around, page, onButton } = made.value;
    this.#around = around;
    this.#page = page;
    this.#onButton = onButton;
    return page.start().then(ok, (error: Error) => bad('device-busy', `local page: ${error.message}`));
  }
}
