// A box that is nobody yet: looks for a claim on the boot partition, uses it, and keeps trying while the centre is away.
import { waitMs } from '../broker/link/back-off.ts';
import { bad, problemKinds, type Result } from '../schemas/problems.ts';
import type { BootFiles, BootStatus } from './boot-files.ts';
import { type EnrolOptions, enrolBy } from './enrol.ts';
import { type Claim, isUsed } from './identity.ts';
import type { Logger } from './log.ts';

/** A commune whose boxes were all switched on together comes back spread out. */
const backOff = { baseMs: 5_000, maxMs: 300_000 };
/** How often the partition is looked at while there is nothing to do. */
const lookEveryMs = 5_000;
/** An enrolled box seldom gets another claim. */
const lookQuietlyMs = 60_000;

export interface WaitingRoomOptions extends EnrolOptions {
  readonly dataDir: string;
  readonly boot: BootFiles;
  /** What is so while there is no claim. */
  readonly idle: BootStatus;
  /** Its keys are those of another machine: the claim that they came by says nothing about this one. */
  readonly copy: boolean;
  readonly log: Pick<Logger, 'info' | 'warn'>;
}

export class WaitingRoom {
  readonly #options: WaitingRoomOptions;
  #wake: (() => void) | undefined;
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;
  /** The centre said no to this one; another file may come. */
  #refused: string | undefined;
  #busy = false;
  /** Enrolled by a claim that came by hand. */
  #taken: string | undefined;

  constructor(options: WaitingRoomOptions) {
    this.#options = options;
  }

  /**
   * Resolves with the box's id once it is enrolled; with nothing when stopped. `quiet`: an enrolled box waits for another claim
   * and says nothing; the one that it used itself may still lie there.
   */
  async enrolled(quiet = false): Promise<string | undefined> {
    const { boot, idle } = this.#options;
    let tries = 0;
    while (!this.#stopped) {
      if (this.#taken !== undefined) return this.#taken;
      const text = await this.#claimText(quiet);
      if (text === undefined || text === this.#refused) {
        tries = 0;
        if (text === undefined && !quiet) await boot.tell(idle);
        await this.#pause(quiet ? lookQuietlyMs : lookEveryMs);
        continue;
      }
      const dev = await this.#try(text);
      if (dev !== undefined) return dev;
      if (text !== this.#refused) await this.#pause(waitMs(tries++, Math.random(), backOff));
    }
    return undefined;
  }

  /** The claim that lies there was no good, and no other has come. */
  get refused(): boolean {
    return this.#refused !== undefined;
  }

  /** A claim entered on the box's page. Problems: those of the claim and the centre; conflict (another is being tried). */
  async take(text: string): Promise<Result<{ readonly dev: string }>> {
    const { boot, log } = this.#options;
    if (this.#busy || this.#taken !== undefined) return bad('conflict', 'a claim is being tried');
    const claim = boot.readClaim(text);
    if (!claim.ok) return claim;
    const done = await this.#enrol(claim.value);
    if (!done.ok) return done;
    const { dev } = done.value;
    log.info({ event: 'enrolled', dev });
    await boot.tell({ is: 'enrolled', dev });
    // The answer leaves before the page does.
    setImmediate(() => {
      this.#taken = dev;
      this.#wake?.();
    });
    return done;
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
    this.#wake?.();
  }

  async #claimText(quiet: boolean): Promise<string | undefined> {
    const { boot, dataDir, copy, log } = this.#options;
    const text = await boot.claimText();
    if (text === undefined || text === this.#refused || !quiet || copy) return text;
    const claim = boot.readClaim(text);
    if (!claim.ok || !(await isUsed(dataDir, claim.value))) return text;
    if (!(await boot.emptyClaim(claim.value))) log.warn({ event: 'claimNotEmptied', dev: claim.value.dev });
    this.#refused = text;
    return undefined;
  }

  async #try(text: string): Promise<string | undefined> {
    const { boot, log } = this.#options;
    const claim = boot.readClaim(text);
    if (!claim.ok) {
      this.#refused = text;
      log.warn({ event: 'claimUnreadable', problem: claim.problem });
      await boot.tell({ is: 'claim-wrong', problem: claim.problem });
      return undefined;
    }
    const { dev } = claim.value;
    const done = await this.#enrol(claim.value);
    if (done.ok) {
      log.info({ event: 'enrolled', dev });
      if (!(await boot.emptyClaim(claim.value))) log.warn({ event: 'claimNotEmptied', dev });
      await boot.tell({ is: 'enrolled', dev });
      return dev;
    }
    log.warn({ event: 'notEnrolled', dev, problem: done.problem });
    const later = problemKinds[done.problem.code].retryable;
    if (!later) this.#refused = text;
    await boot.tell({ is: later ? 'trying' : 'refused', dev, problem: done.problem });
    return undefined;
  }

  /** One at a time: two would write their keys over one another. */
  async #enrol(claim: Claim): Promise<Result<{ readonly dev: string }>> {
    if (this.#busy) return bad('offline', 'another claim is being tried');
    this.#busy = true;
    const { dataDir, serialFiles, floorMs } = this.#options;
    const options = { serialFiles, ...(floorMs !== undefined && { floorMs }) };
    return enrolBy(dataDir, claim, options)
      .catch((error: Error) => bad('device-failed', error.message.slice(0, 300)))
      .finally(() => {
        this.#busy = false;
      });
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
      this.#timer = setTimeout(resolve, ms);
    });
  }
}
