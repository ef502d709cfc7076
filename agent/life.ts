// The life of a box's process: nobody yet, then a box, then another claim or the end of its service.
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readIfPresent, writeFileAtomic } from '../hardware/host/files.ts';
import { bad, type Result } from '../schemas/problems.ts';
import { BootFiles } from './boot-files.ts';
import { Box, type Ready } from './box.ts';
import { buildMs } from './build-time.ts';
import { ClockRecord } from './clock-record.ts';
import type { AgentConfig } from './config.ts';
import { identityFile, identityNames, readCard } from './identity.ts';
import { type Logger, openLog } from './log.ts';
import { isCopy, machineHash } from './machine-serial.ts';
import { WaitingRoom } from './waiting-room.ts';

export class Life {
  readonly #dataDir: string;
  readonly #config: AgentConfig;
  readonly #boot: BootFiles;
  readonly #log: Logger;
  #room: WaitingRoom | undefined;
  #box: Box | undefined;
  #retired = false;
  #stopped = false;
  /** Called when this box is over: another claim was used, or it was taken out of service. */
  onOver: () => void = () => undefined;

  constructor(dataDir: string, config: AgentConfig) {
    this.#dataDir = dataDir;
    this.#config = config;
    this.#boot = new BootFiles(config.bootDir);
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
    const card = await readCard(this.#dataDir);
    const record = new ClockRecord(join(this.#dataDir, 'clock.json'));
    await record.load();
    const retired = (await readIfPresent(identityFile(this.#dataDir, 'retired'))) !== undefined;
    const { serialFiles } = this.#config;
    const room = new WaitingRoom({
      dataDir: this.#dataDir,
      boot: this.#boot,
      serialFiles,
      floorMs: Math.max(buildMs, record.floorMs),
      retired,
      log: this.#log,
    });
    this.#room = room;
    if (card.ok) {
      const copy = isCopy(card.value, await machineHash(serialFiles));
      await this.#boot.tell({ is: copy ? 'copy' : 'enrolled', dev: card.value.dev });
      // A new claim, for new hardware or another centre, may come while the box plays on.
      void room.enrolled(true).then((dev) => dev !== undefined && this.onOver());
    } else {
      this.#log.info({ event: 'waitsForClaim', bootDir: this.#config.bootDir });
      const dev = await room.enrolled();
      if (dev === undefined) return bad('not-found', 'stopped before there was a claim');
      await rm(identityFile(this.#dataDir, 'retired'), { force: true });
    }
    if (this.#stopped) return bad('not-found', 'stopped');
    this.#box = new Box(this.#dataDir, this.#config, () => this.#retire());
    return this.#box.start();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#room?.stop();
    await this.#box?.stop();
    if (this.#retired) await this.#wipe();
  }

  #retire(): void {
    this.#retired = true;
    this.onOver();
  }

  /** Keys first: without them nothing here speaks or believes any more. Then what it was to play. */
  async #wipe(): Promise<void> {
    const card = await readCard(this.#dataDir);
    const dev = card.ok ? card.value.dev : '';
    for (const name of identityNames) {
      const file = identityFile(this.#dataDir, name);
      const bytes = await readIfPresent(file);
      if (bytes) await writeFile(file, Buffer.alloc(bytes.length));
      await rm(file, { force: true });
    }
    await writeFileAtomic(identityFile(this.#dataDir, 'retired'), `${dev}\n`, 0o600);
    for (const name of ['state', 'cache', 'recordings']) await rm(join(this.#dataDir, name), { recursive: true, force: true });
    this.#log.info({ event: 'retired', dev });
    await this.#boot.tell({ is: 'retired', dev });
  }
}
