// A box that is nobody yet: looks for a claim on the boot partition, uses it, and keeps trying while the centre is away.
import { waitMs } from '../broker/link/back-off.ts';
import { problemKinds, type Result } from '../schemas/problems.ts';
import type { BootFiles } from './boot-files.ts';
import { type EnrolOptions, enrolBy } from './enrol.ts';
import type { Claim } from './identity.ts';
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
  /** Its keys were removed on the centre's word. */
  readonly retired: boolean;
  readonly log: Pick<Logger, 'info' | 'warn'>;
}

export class WaitingRoom {
  readonly #options: WaitingRoomOptions;
  #wake: (() => void) | undefined;
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;
  /** The centre said no to this one; another file may come. */
  #refused: string | undefined;

  constructor(options: WaitingRoomOptions) {
    this.#options = options;
  }

  /** Resolves with the box's id once it is enrolled; with nothing when stopped. `quiet`: an enrolled box waits for another claim and says nothing. */
  async enrolled(quiet = false): Promise<string | undefined> {
    const { boot, retired } = this.#options;
    let tries = 0;
    while (!this.#stopped) {
      const text = await boot.claimText();
      if (text === undefined || text === this.#refused) {
        tries = 0;
        if (text === undefined && !quiet) await boot.tell({ is: 'no-claim', retired });
        await this.#pause(quiet ? lookQuietlyMs : lookEveryMs);
        continue;
      }
      const dev = await this.#try(text);
      if (dev !== undefined) return dev;
      if (text !== this.#refused) await this.#pause(waitMs(tries++, Math.random(), backOff));
    }
    return undefined;
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
    this.#wake?.();
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
      await boot.emptyClaim(claim.value);
      await boot.tell({ is: 'enrolled', dev });
      return dev;
    }
    log.warn({ event: 'notEnrolled', dev, problem: done.problem });
    const later = problemKinds[done.problem.code].retryable;
    if (!later) this.#refused = text;
    await boot.tell({ is: later ? 'trying' : 'refused', dev, problem: done.problem });
    return undefined;
  }

  #enrol(claim: Claim): Promise<Result<{ readonly dev: string }>> {
    const { dataDir, serialFiles, floorMs } = this.#options;
    return enrolBy(dataDir, claim, { serialFiles, ...(floorMs !== undefined && { floorMs }) }).catch((error: Error) => ({
      ok: false as const,
      problem: { code: 'device-failed' as const, path: '', detail: error.message.slice(0, 300) },
    }));
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
      this.#timer = setTimeout(resolve, ms);
    });
  }
}
