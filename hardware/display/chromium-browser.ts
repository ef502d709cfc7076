// One running Chromium with the shell page in it: started, asked, photographed, ended. What to do about failures is the display's.
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bad, ok, type Problem, type Result } from '../../schemas/problems.ts';
import { findProgram, startTool, type Tool, type ToolLimits } from '../host/processes.ts';
import { type CdpEvent, type CdpFields, CdpPipe } from './cdp-pipe.ts';
import { shellPage, shellScript } from './shell-page.ts';

export interface BrowserOptions {
  /** Path or name; by default the first of Debian's and Google's names that is there. */
  readonly executable?: string;
  /** Full screen on a real display; otherwise headless. */
  readonly kiosk: boolean;
  readonly widthPx: number;
  readonly heightPx: number;
  readonly onGone: (problem: Problem) => void;
  /** Of each of its processes. */
  readonly limits?: ToolLimits;
}

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const profilePrefix = 'loa-board-';
const startWithinMs = 30_000;
/** Fonts and images of a document get this long after its load event; then it is shown as it is. */
const settleWithinMs = 1_000;

/** Nothing may leave the machine: no names resolve, no component phones home. */
const quietFlags = [
  '--host-resolver-rules=MAP * ~NOTFOUND',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-client-side-phishing-detection',
  '--disable-default-apps',
  '--disable-domain-reliability',
  '--disable-extensions',
  '--disable-sync',
  '--disable-breakpad',
  '--no-pings',
  '--no-first-run',
  '--no-default-browser-check',
  '--metrics-recording-only',
  '--password-store=basic',
  '--disable-features=Translate,MediaRouter,OptimizationHints,AutofillServerCommunication,CertificateTransparencyComponentUpdater',
];
const screenFlags = [
  '--hide-scrollbars',
  '--mute-audio',
  '--force-device-scale-factor=1',
  '--disable-background-timer-throttling',
  '--disable-backgrounding-occluded-windows',
  '--disable-renderer-backgrounding',
  '--noerrdialogs',
  '--disable-infobars',
  '--disable-session-crashed-bubble',
];

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
  #closing = false;

  /** Start Chromium and load the shell. Problems: tool-missing, tool-timeout, tool-failed, device-failed. */
  static async start(options: BrowserOptions): Promise<Result<ChromiumBrowser>> {
    const path = findChromium(options.executable);
    if (path === undefined) return bad('tool-missing', `no Chromium found (${options.executable ?? names.join(', ')})`);
    await removeOldProfiles();
    const profile = await mkdtemp(join(tmpdir(), `${profilePrefix}${process.pid}-`));
    const browser = new ChromiumBrowser(path, profile, options);
    const loaded = await browser.loadShell();
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
    this.#tool = startTool(path, flagsOf(options, profile), {
      extraPipes: 2,
      ...(options.limits && { limits: options.limits }),
      onExit: () => {
        tell();
        this.#gone('the browser ended');
      },
    });
    this.#tool.stdout.resume();
    this.#tool.stderr.resume();
    const [toBrowser, fromBrowser] = this.#tool.pipes as [Tool['pipes'][0], Tool['pipes'][0]];
    this.#pipe = new CdpPipe(toBrowser, fromBrowser);
    this.#pipe.onEvent((event) => this.#hear(event));
  }

  /** A fresh tab with the shell page; a former tab is closed, hung or not. */
  async loadShell(): Promise<Result<void>> {
    const old = await this.#pipe.send('Target.getTargets', {}, { timeoutMs: startWithinMs });
    if (!old.ok) return old;
    this.#frameSessions.clear();
    this.#session = undefined;
    const url = `data:text/html;base64,${Buffer.from(shellPage).toString('base64')}`;
    const made = await this.#pipe.send('Target.createTarget', { url }, { timeoutMs: startWithinMs });
    if (!made.ok) return made;
    const attached = await this.#pipe.send('Target.attachToTarget', { targetId: made.value['targetId'], flatten: true });
    if (!attached.ok) return attached;
    const session = String(attached.value['sessionId']);
    this.#session = session;
    for (const info of old.value['targetInfos'] as { type: string; targetId: string }[])
      if (info.type === 'page') await this.#pipe.send('Target.closeTarget', { targetId: info.targetId });
    const { widthPx: width, heightPx: height, kiosk } = this.#options;
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
      const done = await this.#pipe.send(method, params, { sessionId: session, timeoutMs: startWithinMs });
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

  /**
   * Wait until a hidden frame, named by an expression of the shell, has its fonts and images and painted them. Best effort: the
   * frame runs no script of its own.
   */
  async settle(expression: string): Promise<void> {
    const element = await this.#ask('Runtime.evaluate', { expression }, settleWithinMs);
    if (!element.ok) return;
    const { objectId } = element.value['result'] as CdpFields;
    const node = await this.#ask('DOM.describeNode', { objectId }, settleWithinMs);
    if (!node.ok) return;
    const frameId = String((node.value['node'] as CdpFields)['frameId']);
    const call = { sessionId: this.#frameSessions.get(frameId) ?? this.#session, timeoutMs: settleWithinMs };
    const world = await this.#pipe.send('Page.createIsolatedWorld', { frameId }, call);
    if (!world.ok) return;
    const contextId = world.value['executionContextId'];
    await this.#pipe.send('Runtime.evaluate', { contextId, awaitPromise: true, expression: settleExpression }, call);
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
    await rm(this.#profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }

  #ask(method: string, params: CdpFields, timeoutMs: number): Promise<Result<CdpFields>> {
    return this.#pipe.send(method, params, { sessionId: this.#session, timeoutMs });
  }

  async #installScript(session: string): Promise<Result<void>> {
    for (let tries = 0; tries < 100; tries++) {
      const ready = await this.#pipe.send(
        'Runtime.evaluate',
        { expression: "document.readyState === 'complete' && document.querySelector('#cover') !== null", returnByValue: true },
        { sessionId: session },
      );
      if (!ready.ok) return ready;
      if ((ready.value['result'] as CdpFields)['value'] === true) {
        const installed = await this.evaluate(shellScript, 5_000);
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
    } else if (method === 'Inspector.targetCrashed' && sessionId === this.#session) this.#gone('the page crashed');
    else if (method === 'Target.targetCrashed') this.#gone('a frame crashed');
  }

  #gone(detail: string): void {
    this.#pipe.close();
    if (!this.#closing) this.#options.onGone({ code: 'device-failed', path: '', detail });
    this.#closing = true;
    this.#tool.kill();
  }
}

const settleExpression = `(async () => {
  await document.fonts.ready;
  await Promise.all([...document.images].map((image) => image.decode().catch(() => undefined)));
  for (let i = 0; i < 2; i++) await new Promise((done) => requestAnimationFrame(done));
})()`;

/** Profiles of agents that were killed before they could tidy up; named by their process. */
async function removeOldProfiles(): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    const pid = new RegExp(`^${profilePrefix}(\\d+)-`).exec(name)?.[1];
    if (pid !== undefined && !existsSync(`/proc/${pid}`)) await rm(join(tmpdir(), name), { recursive: true, force: true });
  }
}

function flagsOf(options: BrowserOptions, profile: string): string[] {
  const root = process.geteuid?.() === 0;
  return [
    ...(options.kiosk ? ['--kiosk', '--start-fullscreen'] : ['--headless=new', '--disable-gpu']),
    '--remote-debugging-pipe',
    `--user-data-dir=${profile}`,
    `--window-size=${options.widthPx},${options.heightPx}`,
    // Chromium refuses its own sandbox to root; a box never runs the browser as root.
    ...(root ? ['--no-sandbox'] : []),
    ...quietFlags,
    ...screenFlags,
    'about:blank',
  ];
}
