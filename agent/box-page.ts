// Builds the page of a running box with all it shows and takes: reader, PIN, networks, hotspot, acceptance.
import { join } from 'node:path';
import { signerFrom } from '../hardware/host/crypto.ts';
import { ok, type Problem, type Result } from '../schemas/problems.ts';
import type { AgentConfig } from './config.ts';
import type { Event, State } from './core/model.ts';
import { type EarlyRow, forgetEarlyRows, readEarlyRows } from './early-rows.ts';
import type { HeldKeys } from './held-keys.ts';
import type { Identity } from './identity.ts';
import type { CentreLink } from './link.ts';
import { reachedSince } from './network-trial.ts';
import type { Outputs } from './outputs.ts';
import { acceptancePost } from './page/acceptance.ts';
import type { PagePost } from './page/post.ts';
import { PageReader } from './page/reader.ts';
import { Page } from './page.ts';
import { pageTls } from './page-tls.ts';
import { PinGate } from './pin.ts';
import type { Clock, OutboxJournal } from './ports.ts';
import { makeSurroundings, type Surroundings } from './surroundings.ts';
import type { UpperLink } from './upper-link.ts';

export interface BoxPageOptions {
  readonly dataDir: string;
  readonly config: AgentConfig;
  readonly version: string;
  readonly identity: Identity;
  readonly keys: HeldKeys;
  readonly clock: Clock;
  readonly journal: Pick<OutboxJournal, 'recentReceipts'>;
  readonly loop: { snapshot(): State; tell(event: Event): void; settled(): Promise<void> };
  readonly link: Pick<CentreLink, 'status'>;
  readonly upper: Pick<UpperLink, 'status'>;
  readonly outputs: Outputs;
  readonly warn: (event: string, problem: Problem) => void;
}

export interface BoxPage {
  readonly page: Page;
  readonly around: Surroundings;
  /** A hand at the box pressed its button. */
  readonly onButton: () => void;
}

/** Nothing listens yet. Problem: not-found (the page's certificate). */
export async function makeBoxPage(options: BoxPageOptions): Promise<Result<BoxPage>> {
  const { config, version, identity, keys, clock, journal, loop, link, upper, outputs } = options;
  const tls = await pageTls(config);
  if (!tls.ok) return tls;
  const own: { page?: Page } = {};
  const around = await surround(options, () => own.page);
  const { site, hotspot } = around;
  const pin = new PinGate(identity.pinHash, () => clock.now().monoMs);
  const simulatedBoard = config.board.kind === 'simulated';
  const { rtc } = config.clock;
  const reader = new PageReader({ identity, keys, version, simulatedBoard, rtc, site, pin, loop, clock, link, upper, journal, outputs });
  const page = new Page({
    ...config.page,
    tls: tls.value,
    state: (mayAct) => reader.state(mayAct),
    heard: (output) => outputs.heard(output),
    boardHtml: () => outputs.shown()?.html,
    boardPng: () => outputs.screenshot(),
    act: (act, subject, reason) => reader.act(act, subject, reason),
    pin,
    interfaces: () => site.interfaces(),
    posts: [...site.posts(), acceptance(options, reader, site)],
  });
  own.page = page;
  const onButton = () => {
    // A button that anybody presses on the page is no hand at the box.
    if (!simulatedBoard) pin.handAtBox();
    hotspot?.tell({ is: 'asked', by: 'button' });
  };
  return ok({ page, around, onButton });
}

async function surround({ dataDir, config, identity, clock, loop, link, warn }: BoxPageOptions, page: () => Page | undefined) {
  const tell = (row: EarlyRow) => loop.tell({ is: 'doneHere', ...row });
  const early = await readEarlyRows(dataDir);
  for (const row of early) tell({ ...row, detail: `${row.detail}, before enrolment` });
  if (early.length > 0) await loop.settled();
  await forgetEarlyRows(dataDir);
  const around = await makeSurroundings({
    dataDir,
    config,
    dev: identity.dev,
    centreHost: new URL(config.centreUrl ?? identity.centreUrl).hostname,
    certificatePem: identity.tls.cert,
    now: () => clock.now(),
    reachedSince: (monoMs) => reachedSince(link.status(), monoMs, clock.now().monoMs),
    tell,
    page,
    warn,
  });
  // Somebody entered the claim over the hotspot and goes on with the self-test.
  const joined = early.findLast(({ act }) => act.startsWith('hotspot'))?.act === 'hotspot-on';
  const start = (port: number) => {
    around.start(port);
    if (joined) around.hotspot?.tell({ is: 'asked', by: 'first-boot' });
  };
  return { ...around, start };
}

function acceptance({ dataDir, identity, keys, clock, loop }: BoxPageOptions, reader: PageReader, site: Surroundings['site']): PagePost {
  return acceptancePost({
    dev: identity.dev,
    centre: () => keys.ring().place.centre,
    signer: signerFrom(identity.signingKeyPem),
    nowMs: () => clock.now().wallMs,
    folder: join(dataDir, 'acceptance'),
    heard: (heard, photo) => {
      site.toneHeard(heard);
      site.accepted(null, photo);
    },
    check: async () => (await reader.state(true)).check,
    queue: (record) => loop.tell({ is: 'acceptanceSigned', record }),
  });
}
