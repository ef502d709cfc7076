// A box that belongs to nobody yet: its page, its hotspot and its networks, until a claim makes it somebody's.
import { join } from 'node:path';
import * as v from 'valibot';
import { randomId } from '../hardware/host/crypto.ts';
import { problemOf } from '../hardware/host/failure.ts';
import { bad, ok, type Problem, type Result } from '../schemas/problems.ts';
import type { Moment } from '../schemas/time.ts';
import { Boards } from './boards.ts';
import type { AgentConfig } from './config.ts';
import { blankKept, blankLive } from './core/start-state.ts';
import { keepEarlyRow } from './early-rows.ts';
import { openLog } from './log.ts';
import type { PagePost } from './page/post.ts';
import { type PageState, viewOf } from './page/view.ts';
import { Page } from './page.ts';
import { pageTls } from './page-tls.ts';
import { PinGate } from './pin.ts';
import { makeSurroundings, type Surroundings } from './surroundings.ts';

const beforePin: readonly string[] = ['/wifi', '/network', '/hotspot'];
const claimBytesMax = 40 * 1024;
const ClaimBody = v.strictObject({ claim: v.pipe(v.string(), v.minLength(1), v.maxLength(claimBytesMax)) });

export interface UnenrolledOptions {
  readonly dataDir: string;
  readonly config: AgentConfig;
  readonly version: string;
  /** Whoever waits for a claim tries this one. */
  readonly take: (claim: string) => Promise<Result<{ readonly dev: string }>>;
}

export class Unenrolled {
  readonly #options: UnenrolledOptions;
  readonly #boot = randomId('b');
  #page: Page | undefined;
  #around: Surroundings | undefined;
  #boards: Boards | undefined;
  #rows: Promise<void> = Promise.resolve();

  constructor(options: UnenrolledOptions) {
    this.#options = options;
  }

  async start(): Promise<Result<{ readonly page: string; readonly boot: string }>> {
    const { dataDir, config } = this.#options;
    const log = openLog(config.log.level, config.log.file && join(config.log.file.startsWith('/') ? '' : dataDir, config.log.file));
    const around = await makeSurroundings({
      dataDir,
      config,
      dev: undefined,
      centreHost: undefined,
      certificatePem: undefined,
      now: moment,
      // Nobody can be reached: a network stays when it comes up, since the way to the centre is only known by the claim.
      reachedSince: () => true,
      tell: (row) => {
        this.#rows = this.#rows.then(() => keepEarlyRow(dataDir, row)).catch(() => undefined);
      },
      page: () => this.#page,
      warn: (event, problem) => log.warn({ event, problem }),
    });
    this.#around = around;
    const tls = await pageTls(config);
    if (!tls.ok) return tls;
    const page = new Page({
      ...config.page,
      tls: tls.value,
      state: (mayAct) => this.#state(around, mayAct),
      heard: () => undefined,
      boardHtml: () => undefined,
      boardPng: async () => undefined,
      act: () => false,
      pin: new PinGate(undefined, () => moment().monoMs),
      interfaces: () => around.site.interfaces(),
      // There is no PIN yet: the key of the hotspot on the label, or the cable, stands for it. Without a network there is no enrolment.
      posts: [
        this.#claimPost(),
        ...around.site.posts().flatMap((post) => (beforePin.includes(post.path) ? [{ ...post, pinned: false }] : [])),
      ],
    });
    this.#page = page;
    const address = await page.start().catch((error: Error) => error);
    if (address instanceof Error) return bad('device-busy', `local page: ${address.message}`);
    around.start(Number(new URL(address).port));
    around.hotspot?.tell({ is: 'asked', by: 'first-boot' });
    await this.#hearButton(around, (problem) => log.warn({ event: 'boardFailed', problem }));
    log.info({ event: 'unenrolled', page: address });
    return ok({ page: address, boot: this.#boot });
  }

  get hotspotOpen(): boolean {
    return (this.#around?.hotspot?.open ?? null) !== null;
  }

  async stop(): Promise<void> {
    await Promise.all([this.#around?.stop(), this.#boards?.stop()]);
    await this.#page?.stop();
    await this.#rows;
  }

  /** The hotspot of a first boot has closed long before the technician is up the pole. */
  async #hearButton({ hotspot }: Surroundings, onTrouble: (problem: Problem) => void): Promise<void> {
    if (!hotspot) return;
    const onInput = (input: string, on: boolean) => {
      if (input === 'button' && on) hotspot.tell({ is: 'asked', by: 'button' });
    };
    this.#boards = new Boards({ config: this.#options.config, onInput, onLost: () => undefined, onTrouble });
    await this.#boards.of('main').catch((error: unknown) => onTrouble(problemOf(error)));
  }

  #claimPost(): PagePost {
    return {
      path: '/claim',
      bytesMax: claimBytesMax + 1_024,
      pinned: false,
      do: async (body) => {
        const read = v.safeParse(ClaimBody, body);
        if (!read.success) return bad('bad-input', 'the claim is missing');
        return this.#options.take(read.output.claim);
      },
    };
  }

  async #state({ site }: Surroundings, mayAct: boolean): Promise<PageState> {
    const { config, version } = this.#options;
    const live = { ...blankLive(), boot: this.#boot };
    return viewOf({ kept: blankKept(), live }, moment(), {
      dev: 'Hộp mới',
      demo: false,
      centre: '',
      area: '',
      version,
      link: { up: false, heartbeatAgeMs: null, waitingRows: 0, problem: null },
      upper: null,
      receipts: [],
      levels: {},
      relays: {},
      boardFrame: null,
      mayAct,
      pinSet: false,
      simulatedBoard: false,
      enrolled: false,
      rtc: config.clock.rtc,
      measured: await site.measured(),
      network: await site.network(),
    });
  }
}

function moment(): Moment {
  return { wallMs: Date.now(), monoMs: performance.now(), quality: 'none' };
}
