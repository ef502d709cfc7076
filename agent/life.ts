// The life of a box's process: nobody yet, then a box, then another claim or the end of its service.
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readIfPresent, syncDirectory, writeFileAtomic } from '../hardware/host/files.ts';
import { openStatusLamp } from '../hardware/open-status-lamp.ts';
import { bad, ok, type Problem, type Result } from '../schemas/problems.ts';
import { BootFiles } from './boot-files.ts';
import { Box, type Ready, version } from './box.ts';
import { buildMs } from './build-time.ts';
import { ClockRecord } from './clock-record.ts';
import type { AgentConfig } from './config.ts';
import type { BoxSigns } from './core/status-lamp.ts';
import { readHeld } from './held-identity.ts';
import { identityFile, identityNames, readCard } from './identity.ts';
import { type Logger, openLog } from './log.ts';
import { isCopy, machineHash } from './machine-serial.ts';
import { StatusLampDriver } from './status-lamp.ts';
import { Unenrolled } from './unenrolled.ts';
import type { Watch } from './update/box-updates.ts';
import { WaitingRoom } from './waiting-room.ts';

export class Life {
  readonly #dataDir: string;
  readonly #config: AgentConfig;
  readonly #watch: Watch;
  readonly #boot: BootFiles;
  readonly #log: Logger;
  #room: WaitingRoom | undefined;
  #nobody: Unenrolled | undefined;
  #box: Box | undefined;
  #lamp: StatusLampDriver | undefined;
  /** For a claim. */
  #waits = false;
  #retired = false;
  #stopped = false;
  /** Called when this box is over: another claim was used, or it was taken out of service. */
  onOver: () => void = () => undefined;
  /** Called once it can do its work: a box whose doors, journal and page are open and whose loop has decided; or one that waits for its claim. */
  onUp: () => void = () => undefined;
  /** Called with the address of its page when it belongs to nobody yet and waits there. */
  onNobody: (page: string) => void = () => undefined;

  constructor(dataDir: string, config: AgentConfig, watch: Watch = { beats: () => 1, replaced: () => undefined }) {
    this.#watch = watch;
    this.#dataDir = dataDir;
    this.#config = config;
    this.#boot = new BootFiles(config.bootDir, dataDir);
    const { level, file } = config.log;
    this.#log = openLog(level, file && join(file.startsWith('/') ? '' : dataDir, file));
  }

  /** While it waits there is nothing that could hang. */
  get heart(): { settled(): Promise<void>; pumps(): boolean } {
    return {
      settled: async () => this.#box?.heart.settled(),
      pumps: () => this.#box?.heart.pumps() ?? true,
    };
  }

  async start(): Promise<Result<Ready>> {
    await this.#lightLamp();
    // The power went while keys were removed: what is half gone goes wholly.
    if ((await readIfPresent(identityFile(this.#dataDir, 'retiring'))) !== undefined) await this.#wipe();
    const card = await readCard(this.#dataDir);
    const held = card.ok ? await readHeld(this.#dataDir) : card;
    const record = new ClockRecord(join(this.#dataDir, 'clock.json'));
    await record.load();
    const retired = (await readIfPresent(identityFile(this.#dataDir, 'retired'))) !== undefined;
    const { serialFiles } = this.#config;
    const copy = card.ok && isCopy(card.value, await machineHash(serialFiles));
    const room = new WaitingRoom({
      dataDir: this.#dataDir,
      boot: this.#boot,
      serialFiles,
      floorMs: Math.max(buildMs, record.floorMs),
      idle: card.ok && !held.ok ? { is: 'broken', dev: card.value.dev, problem: held.problem } : { is: 'no-claim', retired },
      copy,
      log: this.#log,
    });
    this.#room = room;
    if (card.ok && held.ok) {
      await this.#boot.tell({ is: copy ? 'copy' : 'enrolled', dev: card.value.dev });
      // A new claim, for new hardware or another centre, may come while the box plays on.
      void room.enrolled(true).then((dev) => dev !== undefined && this.onOver());
    } else {
      this.#waits = true;
      if (card.ok && !held.ok) this.#log.warn({ event: 'identityBroken', dev: card.value.dev, problem: held.problem });
      this.#log.info({ event: 'waitsForClaim', bootDir: this.#config.bootDir });
      const opened = await this.#openPage(room);
      if (!opened.ok) return opened;
      this.onUp();
      const dev = await room.enrolled();
      this.#waits = false;
      await this.#nobody?.stop();
      this.#nobody = undefined;
      if (dev === undefined) return bad('not-found', 'stopped before there was a claim');
      await rm(identityFile(this.#dataDir, 'retired'), { force: true });
    }
    if (this.#stopped) return bad('not-found', 'stopped');
    this.#box = new Box(this.#dataDir, this.#config, { ...this.#watch, retire: () => this.#retire() });
    const started = await this.#box.start();
    if (started.ok) this.onUp();
    return started;
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#room?.stop();
    await this.#nobody?.stop();
    await this.#box?.stop();
    await this.#lamp?.stop();
    if (this.#retired) await this.#wipe();
  }

  async #lightLamp(): Promise<void> {
    const lamp = await openStatusLamp(this.#config.lamp);
    if (!lamp || this.#stopped) return;
    const warn = (event: string, problem: Problem) => this.#log.warn({ event, problem });
    this.#lamp = new StatusLampDriver({ lamp, look: () => this.#signs(), warn });
    await this.#lamp.start();
  }

  /** Nothing while a box starts: dark until it can say how it is. */
  #signs(): BoxSigns | undefined {
    if (this.#box) return this.#box.signs();
    if (!this.#waits) return undefined;
    const { refused = false } = this.#room ?? {};
    const hotspotOpen = this.#nobody?.hotspotOpen ?? false;
    return { enrolled: false, refused, hotspotOpen, orderInForce: false, faults: [], timeTrusted: false, centreUp: false };
  }

  /** Where the configuration says so it waits on its page and its hotspot too. */
  async #openPage(room: WaitingRoom): Promise<Result<void>> {
    if (this.#config.whenUnenrolled !== 'page') return ok(undefined);
    const nobody = new Unenrolled({ dataDir: this.#dataDir, config: this.#config, version, take: (claim) => room.take(claim) });
    this.#nobody = nobody;
    const begun = await nobody.start();
    if (begun.ok) this.onNobody(begun.value.page);
    return begun.ok ? ok(undefined) : begun;
  }

  #retire(): void {
    this.#retired = true;
    this.onOver();
  }

  /**
   * Keys first: without them nothing here speaks or believes any more. Then what it was to play. Its first word and its last are
   * on the disk, so that a box cut off between them begins again, and no new claim meets what the old one left.
   */
  async #wipe(): Promise<void> {
    const marker = identityFile(this.#dataDir, 'retiring');
    const begun = (await readIfPresent(marker))?.toString('utf8').trim();
    const card = await readCard(this.#dataDir);
    const dev = begun ?? (card.ok ? card.value.dev : '');
    await writeFileAtomic(marker, `${dev}\n`, 0o600);
    for (const name of identityNames) {
      if (name === 'retiring') continue;
      const file = identityFile(this.#dataDir, name);
      const bytes = await readIfPresent(file);
      if (bytes) await writeFile(file, Buffer.alloc(bytes.length));
      await rm(file, { force: true });
    }
    await writeFileAtomic(identityFile(this.#dataDir, 'retired'), `${dev}\n`, 0o600);
    for (const name of ['state', 'cache', 'recordings']) await rm(join(this.#dataDir, name), { recursive: true, force: true });
    await rm(marker, { force: true });
    await syncDirectory(join(this.#dataDir, 'identity'));
    this.#log.info({ event: 'retired', dev });
    await this.#boot.tell({ is: 'retired', dev });
  }
}
