// Keeps one release running: the rule says which, this starts it, counts its starts and takes the way back when nobody confirms it.
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import type { ReleaseDisk } from './disk.ts';
import { switchExitCode } from './exit-code.ts';
import { places, programName } from './layout.ts';
import { seeReleases, writeStart } from './start-disk.ts';
import { confirmWithinMs, decideStart, type Start } from './start-rule.ts';

const firstWaitMs = 500;
const longestWaitMs = 30_000;
/** The guard has the agent stopped in 2.2 s. */
const stopWithinMs = 4_000;
const linesKept = 50;
const lineCharacters = 400;

export interface LauncherOptions {
  readonly disk: ReleaseDisk;
  readonly root: string;
  /** Passed on to the release. */
  readonly words: readonly string[];
  readonly node: string;
  /** Flags of the engine, which the release is started with as well. */
  readonly flags: readonly string[];
  readonly say: (line: Readonly<Record<string, unknown>>) => void;
  readonly onEnd: (code: number) => void;
  readonly after?: (ms: number, act: () => void) => NodeJS.Timeout;
}

/** INVARIANTS: one release at a time; what was decided is on the disk before it starts. */
export class Launcher {
  readonly #options: LauncherOptions;
  readonly #after: (ms: number, act: () => void) => NodeJS.Timeout;
  readonly #lines: string[] = [];
  #child: ChildProcess | undefined;
  #version: string | undefined;
  #unconfirmed = false;
  #waitMs = firstWaitMs;
  #stopping = false;
  #late = false;
  #timers: NodeJS.Timeout[] = [];

  constructor(options: LauncherOptions) {
    this.#options = options;
    this.#after = options.after ?? ((ms, act) => setTimeout(act, ms));
  }

  async start(): Promise<void> {
    const late = this.#late;
    this.#late = false;
    const start = decideStart(await seeReleases(this.#options.disk, this.#options.root), late);
    await this.#write(start);
    if (this.#stopping) return this.#options.onEnd(0);
    if (start.run === null) {
      this.#options.say({ event: 'no-release', root: this.#options.root });
      return this.#options.onEnd(1);
    }
    this.#run(start.run, start.unconfirmed);
  }

  /** Ask what runs to end; then `onEnd`. */
  stop(): void {
    if (this.#stopping) return;
    this.#stopping = true;
    this.#clear();
    if (this.#child) this.#end();
    else this.#options.onEnd(0);
  }

  /** A disk that takes nothing must not keep the box silent: what can run is run. */
  async #write(start: Start): Promise<void> {
    const { disk, root, say } = this.#options;
    if (start.wayBack) say({ event: 'way-back', ...start.wayBack });
    await writeStart(disk, root, start, this.#lines).catch((error: unknown) => say({ event: 'disk', detail: String(error) }));
  }

  #run(version: string, unconfirmed: boolean): void {
    const { root, words, node, flags, say } = this.#options;
    const folder = realpathSync(places(root).release(version));
    const own = join(folder, 'bin', 'node');
    this.#version = version;
    this.#unconfirmed = unconfirmed;
    // Its own end of the line: what runs ends when this process is gone.
    const env = { ...process.env, LOA_LAUNCHER: '1', LOA_RELEASES: root };
    const child = spawn(existsSync(own) ? own : node, [...flags, join(folder, programName), ...words], {
      stdio: ['pipe', 'pipe', 'pipe'],
      env,
    });
    this.#child = child;
    say({ event: 'start', version, unconfirmed, pid: child.pid });
    for (const [stream, out] of [
      [child.stdout, process.stdout],
      [child.stderr, process.stderr],
    ] as const) {
      stream?.on('data', (chunk: Buffer) => {
        out.write(chunk);
        this.#remember(chunk.toString('utf8'));
      });
    }
    child.stdin?.on('error', () => undefined);
    child.on('error', (error) => say({ event: 'failed', detail: error.message }));
    child.on('close', (code) => this.#ended(code));
    if (unconfirmed) this.#timers.push(this.#after(confirmWithinMs, () => void this.#lookLate(version)));
  }

  #remember(text: string): void {
    for (const line of text.split('\n')) if (line.trim() !== '') this.#lines.push(line.slice(0, lineCharacters));
    this.#lines.splice(0, Math.max(0, this.#lines.length - linesKept));
  }

  /** Its time is over: is it confirmed? */
  async #lookLate(version: string): Promise<void> {
    const start = decideStart(await seeReleases(this.#options.disk, this.#options.root), true);
    if (this.#version !== version || start.run === version || this.#stopping) return;
    this.#options.say({ event: 'too-long', version });
    this.#late = true;
    this.#end();
  }

  #end(): void {
    const child = this.#child;
    if (!child) return;
    child.kill('SIGTERM');
    child.kill('SIGCONT');
    this.#timers.push(this.#after(stopWithinMs, () => child.kill('SIGKILL')));
  }

  #ended(code: number | null): void {
    this.#clear();
    this.#child = undefined;
    const version = this.#version;
    this.#options.say({ event: 'ended', version, code });
    if (this.#stopping) {
      this.#options.onEnd(0);
      return;
    }
    if (code === switchExitCode || this.#late) {
      this.#waitMs = firstWaitMs;
      void this.start();
      return;
    }
    // A release that is confirmed and cannot even begin is a mistake to be told: whoever started us decides.
    if (!this.#unconfirmed && code !== null && code !== 0) {
      this.#options.onEnd(code);
      return;
    }
    const waitMs = this.#waitMs;
    this.#waitMs = Math.min(longestWaitMs, waitMs * 2);
    this.#timers.push(this.#after(waitMs, () => void this.start()));
  }

  #clear(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers = [];
  }
}
