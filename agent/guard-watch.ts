// Keeps one program alive and honest: it must tell heartbeats on its fourth descriptor, or it is ended and started again.
//
// INVARIANTS: never two programs at a time; after each death that was not an orderly end the release has run before the next start.
import { type Exit, runTool, startTool, type Tool } from '../hardware/host/processes.ts';
import { heartbeatFdName, signs } from './heartbeat.ts';
import { switchExitCode } from './update/exit-code.ts';

/** Silence after which a program is taken for hung. With beats each second and the release behind it, the amplifier is off within 10 s. */
export const silentMs = 5_000;
/** From its start to its first beat: small boards take their time. */
const firstBeatMs = 60_000;
const firstWaitMs = 500;
const longestWaitMs = 30_000;
/** A program that lived so long is healthy: the next death waits briefly again. */
const healthyMs = 60_000;
const releaseWithinMs = 5_000;
/** The agent ends itself 2 s after it was asked. */
const stopWithinMs = 2_200;
/** A timer that fires so late was halted with us, and the silence may be our own. */
const ownHaltMs = 1_000;

export interface GuardOptions {
  readonly program: string;
  readonly run: readonly string[];
  readonly release: readonly string[];
  readonly say: (line: Readonly<Record<string, unknown>>) => void;
  /** It was told to stop, or what it guards never came to life: a mistake to be told, not to be tried for ever. */
  readonly onEnd: (code: number) => void;
  /** The program has beaten: passed on to whoever watches over the guard. */
  readonly onBeat?: () => void;
  /** The program can do its work. */
  readonly onReady?: () => void;
  readonly silentMs?: number;
}

/** What is known of a life when it ends. */
export interface Life {
  readonly exit: Exit;
  readonly livedMs: number;
  /** A beat was ever heard, in this life or one before. */
  readonly everLived: boolean;
  /** How long the last death would have waited. */
  readonly waitMs: number;
}

/** Give up with a code, or start again after a wait; the death after that waits `nextWaitMs`. Pure. */
export function decideAfter({
  exit,
  livedMs,
  everLived,
  waitMs,
}: Life): { readonly giveUp: number } | { readonly againMs: number; readonly nextWaitMs: number } {
  // It asks for another release: that is for whoever started us.
  if (exit.code === switchExitCode) return { giveUp: switchExitCode };
  if (exit.code !== 0 && exit.signal === null && !everLived) return { giveUp: exit.code ?? 1 };
  const againMs = livedMs > healthyMs ? firstWaitMs : waitMs;
  return { againMs, nextWaitMs: Math.min(longestWaitMs, againMs * 2) };
}

export class Guard {
  readonly #options: GuardOptions;
  readonly #silentMs: number;
  #tool: Tool | undefined;
  #startedMs = 0;
  #beats = 0;
  #everLived = false;
  #waitMs = firstWaitMs;
  #stopping = false;
  #releasing = false;
  #watch: NodeJS.Timeout | undefined;
  #again: NodeJS.Timeout | undefined;
  #hard: NodeJS.Timeout | undefined;

  constructor(options: GuardOptions) {
    this.#options = options;
    this.#silentMs = options.silentMs ?? silentMs;
  }

  start(): void {
    const { program, run } = this.#options;
    this.#beats = 0;
    this.#startedMs = performance.now();
    // systemd hears the guard alone: what it guards, and what that starts, must not speak for it.
    const { NOTIFY_SOCKET: _, ...own } = process.env;
    const env = { ...own, [heartbeatFdName]: '3' };
    const tool = startTool(program, run, { env, extraPipes: 1, onExit: (exit) => void this.#ended(exit) });
    this.#tool = tool;
    tool.stdout.pipe(process.stdout, { end: false });
    tool.stderr.pipe(process.stderr, { end: false });
    tool.pipes[0]?.on('data', (said: Buffer) => this.#heard(said));
    this.#expect(firstBeatMs);
  }

  /** Ask the program to end, and end it when it does not. */
  stop(): void {
    if (this.#stopping) return;
    this.#stopping = true;
    clearTimeout(this.#watch);
    clearTimeout(this.#again);
    if (this.#releasing) return; // the relays first; then we end
    const tool = this.#tool;
    if (tool?.pid === undefined) {
      this.#options.onEnd(0);
      return;
    }
    this.#hard = setTimeout(() => tool.kill(), stopWithinMs);
    process.kill(tool.pid, 'SIGTERM');
    process.kill(tool.pid, 'SIGCONT'); // a halted program hears nothing
  }

  #heard(said: Buffer): void {
    this.#beats++;
    this.#everLived = true;
    if (said.includes(signs.ready)) this.#options.onReady?.();
    this.#options.onBeat?.();
    this.#expect(this.#silentMs);
  }

  #expect(withinMs: number): void {
    clearTimeout(this.#watch);
    if (this.#stopping) return;
    const dueMs = performance.now() + withinMs;
    this.#watch = setTimeout(() => {
      if (performance.now() - dueMs > ownHaltMs) this.#expect(withinMs);
      else this.#endSilent(withinMs);
    }, withinMs);
  }

  #endSilent(withinMs: number): void {
    const { pid } = this.#tool ?? {};
    this.#options.say({ event: 'silent', pid, forMs: withinMs, beats: this.#beats });
    this.#tool?.kill();
  }

  async #ended(exit: Exit): Promise<void> {
    clearTimeout(this.#watch);
    clearTimeout(this.#hard);
    this.#tool = undefined;
    const livedMs = performance.now() - this.#startedMs;
    if (exit.code !== 0) await this.#release();
    if (this.#stopping) return this.#options.onEnd(0);
    if (exit.problem) this.#options.say({ event: 'failed', problem: exit.problem });
    const after = decideAfter({ exit, livedMs, everLived: this.#everLived, waitMs: this.#waitMs });
    if ('giveUp' in after) return this.#options.onEnd(after.giveUp);
    this.#options.say({ event: 'ended', code: exit.code, signal: exit.signal, againMs: after.againMs });
    this.#waitMs = after.nextWaitMs;
    this.#again = setTimeout(() => this.start(), after.againMs);
  }

  async #release(): Promise<void> {
    const { program, release, say } = this.#options;
    const beganMs = performance.now();
    this.#releasing = true;
    const released = await runTool(program, release, { timeoutMs: releaseWithinMs, outputBytesMax: 64 * 1024 });
    this.#releasing = false;
    const tookMs = Math.round(performance.now() - beganMs);
    say({ event: 'released', tookMs, ...(released.ok ? {} : { problem: released.problem }) });
  }
}
