// One running Chromium with the shell page in it: started, asked, photographed, ended. What to do about failures is the display's.
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { bad, ok, type Problem, type Result } from '../../schemas/problems.ts';
import { findProgram, startTool, type Tool, type ToolLimits } from '../host/processes.ts';
import { type CdpEvent, type CdpFields, CdpPipe } from './cdp-pipe.ts';
import { chromiumFlags, processBytesMax } from './chromium-flags.ts';
import { beginExpression, type FilmWord, readFilmWord } from './film-page.ts';
import { shellPage } from './shell-page.ts';
import { aroundScript, filmExpression, playExpression, settleExpression, shellScript, shellStandsExpression } from './shell-script.ts';

export interface BrowserOptions {
  /** Path or name; by default the first of Debian's and Google's names that is there. */
  readonly executable?: string;
  /** Full screen on a real display; otherwise headless. */
  readonly kiosk: boolean;
  readonly widthPx: number;
  readonly heightPx: number;
  /** Origin of this machine that may serve films. */
  readonly filmsFrom?: string;
  /** More flags, for benches. */
  readonly flags?: readonly string[];
  /** Of the machine; the machine's own by default. */
  readonly memoryBytes?: number;
  /** The browser or its page is lost. */
  readonly onGone: (problem: Problem, lost: 'page' | 'browser') => void;
  /** The process of one document is lost, named by its frame; the page lives. */
  readonly onFrameGone: (frameId: string) => void;
  /** Of each of its processes, in place of those that fit the machine. */
  readonly limits?: ToolLimits;
}

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const profilePrefix = 'loa-board-';
const startWithinMs = 30_000;
/** A browser that runs already makes a new page much faster. */
const reloadWithinMs = 4_000;
const answerWithinMs = 2_000;
/** The screen gives way to sound and orders. */
const niceness = 5;
/** Fonts and images of a document get this long after its load event; then it is shown as it is. */
const settleWithinMs = 1_000;

/** Path of a Chromium on this machine. */
export function findChromium(executable?: string): string | undefined {
  for (const name of executable === undefined ? names : [executable]) {
    const path = findProgram(name);
    if (path !== undefined) return path;
  }
  return undefined;
}

export class ChromiumBrowser {
  readonly #tool: Tool;
  readonly #pipe: CdpPipe;
  readonly #profile: string;
  readonly #ended: Promise<void>;
  readonly #frameSessions = new Map<string, string>();
  readonly #options: BrowserOptions;
  #session: string | undefined;
  #target: string | undefined;
  #closing = false;

  /** Start Chromium and load the shell. Problems: tool-missing, tool-timeout, tool-failed, device-failed. */
  static async start(options: BrowserOptions): Promise<Result<ChromiumBrowser>> {
    const path = findChromium(options.executable);
    if (path === undefined) return bad('tool-missing', `no Chromium found (${options.executable ?? names.join(', ')})`);
    await removeOldProfiles();
    const profile = await mkdtemp(join(tmpdir(), `${profilePrefix}${process.pid}-`)).catch(() => undefined);
    if (profile === undefined) return bad('device-failed', `no folder for the browser in ${tmpdir()}`);
    const browser = new ChromiumBrowser(path, profile, options);
    const loaded = await browser.loadShell(startWithinMs);
    if (loaded.ok) return ok(browser);
    await browser.close();
    return loaded;
  }

  private constructor(path: string, profile: string, options: BrowserOptions) {
    this.#profile = profile;
    this.#options = options;
    let tell: () => void = () => undefined;
    this.#ended = new Promise((resolve) => {
      tell = resolve;
    });
    const memoryBytes = options.memoryBytes ?? totalmem();
    const { kiosk, widthPx, heightPx, filmsFrom, flags = [] } = options;
    const root = process.geteuid?.() === 0;
    this.#tool = startTool(path, chromiumFlags({ kiosk, widthPx, heightPx, profile, root, memoryBytes, filmsFrom, extra: flags }), {
      extraPipes: 2,
      limits: options.limits ?? { dataBytes: processBytesMax(memoryBytes), niceness },
      onExit: () => {
        tell();
        this.#gone('the browser ended', 'browser');
      },
    });
    this.#tool.stdout.resume();
    this.#tool.stderr.resume();
    const [toBrowser, fromBrowser] = this.#tool.pipes as [Tool['pipes'][0], Tool['pipes'][0]];
    this.#pipe = new CdpPipe(toBrowser, fromBrowser);
    this.#pipe.onEvent((event) => this.#hear(event));
  }

  /** A fresh tab with the shell page; a former tab is closed, hung or not. */
  async loadShell(timeoutMs = reloadWithinMs): Promise<Result<void>> {
    const discovered = await this.#pipe.send('Target.setDiscoverTargets', { discover: true }, { timeoutMs });
    if (!discovered.ok) return discovered;
    const old = await this.#pipe.send('Target.getTargets', {}, { timeoutMs });
    if (!old.ok) return old;
    this.#frameSessions.clear();
    this.#session = undefined;
    const url = `data:text/html;base64,${Buffer.from(shellPage(this.#options.filmsFrom)).toString('base64')}`;
    const { widthPx: width, heightPx: height, kiosk } = this.#options;
    const made = await this.#pipe.send('Target.createTarget', { url }, { timeoutMs });
    if (!made.ok) return made;
    const attached = await this.#pipe.send('Target.attachToTarget', { targetId: made.value['targetId'], flatten: true });
    if (!attached.ok) return attached;
    this.#target = String(made.value['targetId']);
    const session = String(attached.value['sessionId']);
    this.#session = session;
    for (const info of old.value['targetInfos'] as { type: string; targetId: string }[])
      if (info.type === 'page') await this.#pipe.send('Target.closeTarget', { targetId: info.targetId });
    // A headless window is not smaller than 500 px and gives some of its height to a bar nobody sees.
    const sized: [string, CdpFields] = ['Emulation.setDeviceMetricsOverride', { width, height, deviceScaleFactor: 1, mobile: false }];
    const steps: readonly [string, CdpFields][] = [
      ...(kiosk ? [] : [sized]),
      ['Page.enable', {}],
      ['Inspector.enable', {}],
      ['Target.setAutoAttach', { autoAttach: true, waitForDebuggerOnStart: false, flatten: true }],
      ['Emulation.setDefaultBackgroundColorOverride', { color: { r: 0, g: 0, b: 0, a: 255 } }],
    ];
    for (const [method, params] of steps) {
      const done = await this.#pipe.send(method, params, { sessionId: session, timeoutMs });
      if (!done.ok) return done;
    }
    return this.#installScript(session);
  }

  /** Evaluate in the shell page. */
  async evaluate(expression: string, timeoutMs: number): Promise<Result<unknown>> {
    const answer = await this.#ask('Runtime.evaluate', { expression, awaitPromise: true, returnByValue: true }, timeoutMs);
    if (!answer.ok) return answer;
    if (answer.value['exceptionDetails'] !== undefined) return bad('tool-failed', 'the shell page threw');
    return ok((answer.value['result'] as CdpFields)['value']);
  }

  /** Does it answer at all, whatever its page does? */
  async answers(): Promise<boolean> {
    return (await this.#pipe.send('Browser.getVersion', {}, { timeoutMs: answerWithinMs })).ok;
  }

  /** A command to the page in the protocol's own words. */
  command(method: string, params: CdpFields, timeoutMs: number): Promise<Result<CdpFields>> {
    return this.#ask(method, params, timeoutMs);
  }

  /** The protocol's name of a frame that an expression of the shell gives. */
  async frameOf(expression: string): Promise<string | undefined> {
    const element = await this.#ask('Runtime.evaluate', { expression }, settleWithinMs);
    if (!element.ok) return undefined;
    const { objectId } = element.value['result'] as CdpFields;
    if (objectId === undefined) return undefined;
    const node = await this.#ask('DOM.describeNode', { objectId }, settleWithinMs);
    const frameId = node.ok ? (node.value['node'] as CdpFields)['frameId'] : undefined;
    return typeof frameId === 'string' ? frameId : undefined;
  }

  /**
   * Wait until a frame behind what is seen has its fonts and images and painted them. The colour of its ground comes back: the
   * frame keeps it where the document leaves gaps. Best effort: the frame runs no script of its own.
   */
  async settle(frameId: string): Promise<string | undefined> {
    const ground = await this.#inFrame(frameId, settleExpression);
    return typeof ground === 'string' && /^rgba?\([\d., /%]{1,60}\)$/.test(ground) ? ground : undefined;
  }

  /** Settle the frame that an expression of the shell gives, and lay the document's ground behind it; answers its name. */
  async settled(expression: string): Promise<string | undefined> {
    const frameId = await this.frameOf(expression);
    if (frameId === undefined) return undefined;
    const ground = await this.settle(frameId);
    // Without an answer it stays black: never a white flash.
    if (ground !== undefined)
      await this.evaluate(`((frame) => { if (frame) frame.style.backgroundColor = '${ground}'; })(${expression})`, answerWithinMs);
    return frameId;
  }

  /** Films of a document that is now seen begin; its sandbox does not let them begin by themselves. */
  async play(frameId: string): Promise<void> {
    await this.#inFrame(frameId, playExpression);
  }

  /** What the film of a document says of itself; `undefined` without an answer or without a film. */
  async askFilm(frameId: string): Promise<FilmWord | undefined> {
    return readFilmWord(await this.#inFrame(frameId, filmExpression));
  }

  async beginFilm(frameId: string, atS: number): Promise<void> {
    await this.#inFrame(frameId, beginExpression(atS));
  }

  /** PNG bytes of what is composed now. */
  async screenshot(): Promise<Uint8Array | undefined> {
    const shot = await this.#ask('Page.captureScreenshot', { format: 'png' }, 10_000);
    return shot.ok ? new Uint8Array(Buffer.from(String(shot.value['data']), 'base64')) : undefined;
  }

  async close(): Promise<void> {
    this.#closing = true;
    await this.#pipe.send('Browser.close', {}, { timeoutMs: 1_000 });
    this.#pipe.close();
    this.#tool.kill();
    await this.#ended;
    // What cannot be removed now is removed at the next start.
    await rm(this.#profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 }).catch(() => undefined);
  }

  /** Evaluate in a world of our own beside a document's; `undefined` when it did not answer in time. */
  async #inFrame(frameId: string, expression: string): Promise<unknown> {
    const call = { sessionId: this.#frameSessions.get(frameId) ?? this.#session, timeoutMs: settleWithinMs };
    const world = await this.#pipe.send('Page.createIsolatedWorld', { frameId }, call);
    if (!world.ok) return undefined;
    const contextId = world.value['executionContextId'];
    const params = { contextId, awaitPromise: true, returnByValue: true, expression };
    const answer = await this.#pipe.send('Runtime.evaluate', params, call);
    return answer.ok ? (answer.value['result'] as CdpFields)['value'] : undefined;
  }

  #ask(method: string, params: CdpFields, timeoutMs: number): Promise<Result<CdpFields>> {
    return this.#pipe.send(method, params, { sessionId: this.#session, timeoutMs });
  }

  async #installScript(session: string): Promise<Result<void>> {
    for (let tries = 0; tries < 100; tries++) {
      const ready = await this.#pipe.send(
        'Runtime.evaluate',
        { expression: shellStandsExpression, returnByValue: true },
        { sessionId: session },
      );
      if (!ready.ok) return ready;
      if ((ready.value['result'] as CdpFields)['value'] === true) {
        const installed = await this.evaluate(`${shellScript} && ${aroundScript}`, 5_000);
        return installed.ok ? ok(undefined) : installed;
      }
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    return bad('tool-timeout', 'the shell page did not load');
  }

  #hear({ method, params, sessionId }: CdpEvent): void {
    if (method === 'Target.attachedToTarget') {
      const info = params['targetInfo'] as { type: string; targetId: string };
      // The id of a frame's target is the id of the frame.
      if (info.type === 'iframe') this.#frameSessions.set(info.targetId, String(params['sessionId']));
    } else if (method === 'Target.detachedFromTarget') {
      for (const [frame, session] of this.#frameSessions) if (session === params['sessionId']) this.#frameSessions.delete(frame);
    } else if (method === 'Inspector.targetCrashed' && sessionId === this.#session) this.#gone('the page crashed', 'page');
    else if (method === 'Target.targetCrashed') this.#crashed(String(params['targetId']));
  }

  #crashed(target: string): void {
    if (target === this.#target) this.#gone('the page crashed', 'page');
    else this.#options.onFrameGone(target);
  }

  #gone(detail: string, lost: 'page' | 'browser'): void {
    if (this.#closing) return;
    if (lost === 'browser') {
      this.#closing = true;
      this.#pipe.close();
      this.#tool.kill();
    }
    this.#options.onGone({ code: 'device-failed', path: '', detail }, lost);
  }
}

/** Profiles of agents that were killed before they could tidy up; named by their process. */
async function removeOldProfiles(): Promise<void> {
  for (const name of await readdir(tmpdir()).catch(() => [])) {
    const pid = new RegExp(`^${profilePrefix}(\\d+)-`).exec(name)?.[1];
    if (pid !== undefined && !existsSync(`/proc/${pid}`))
      // Another user's stays.
      await rm(join(tmpdir(), name), { recursive: true, force: true }).catch(() => undefined);
  }
}
