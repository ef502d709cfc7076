// One program of the district under supervision: started, watched, started again after a crash, stopped within two seconds.
import { createWriteStream, mkdirSync, type WriteStream } from 'node:fs';
import { dirname } from 'node:path';
import { createInterface } from 'node:readline';
import { type Exit, startTool, type Tool } from '../../hardware/host/processes.ts';

export interface ProgramOptions {
  readonly name: string;
  readonly args: () => readonly string[];
  /** Standard error of the program, kept for a person to read. */
  readonly logFile: string;
  readonly onReady?: (line: Readonly<Record<string, unknown>>) => void;
  /** What else it says. */
  readonly onSaid?: (line: Readonly<Record<string, unknown>>) => void;
  /** It went away unasked; it is started again after `waitMs`. */
  readonly onLost?: (exit: Exit, waitMs: number) => void;
}

const firstWaitMs = 1_000;
const longestWaitMs = 30_000;
/** A program that lived so long is healthy: the next crash waits briefly again. */
const healthyMs = 60_000;
const startWithinMs = 30_000;
const stopWithinMs = 2_300;

export class Program {
  readonly name: string;
  readonly #options: ProgramOptions;
  #tool: Tool | undefined;
  #log: WriteStream | undefined;
  #readyPid: number | undefined;
  #waitMs = firstWaitMs;
  #askedWaitMs: number | undefined;
  #timer: NodeJS.Timeout | undefined;
  #stopping = false;
  #onGone: (() => void) | undefined;

  constructor(options: ProgramOptions) {
    this.name = options.name;
    this.#options = options;
  }

  get pid(): number | undefined {
    return this.#tool?.pid;
  }

  /** Resolves with the ready line; rejects with the tail of its words when it ends before. */
  start(): Promise<Readonly<Record<string, unknown>>> {
    mkdirSync(dirname(this.#options.logFile), { recursive: true });
    this.#log = createWriteStream(this.#options.logFile, { flags: 'a', mode: 0o600 });
    return this.#spawn();
  }

  /** As a power cut or the kernel's memory killer would: no farewell. */
  killHard(restartAfterMs: number): void {
    this.#askedWaitMs = restartAfterMs;
    const { pid } = this.#tool ?? {};
    this.#tool?.kill();
    // A guarded program is another process than the one that was started.
    if (pid !== undefined && this.#readyPid !== undefined && this.#readyPid !== pid) endNow(this.#readyPid);
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    clearTimeout(this.#timer);
    const tool = this.#tool;
    if (tool?.pid !== undefined) {
      const gone = new Promise<void>((resolve) => {
        this.#onGone = resolve;
      });
      process.kill(tool.pid, 'SIGTERM');
      const hard = setTimeout(() => tool.kill(), stopWithinMs);
      await gone;
      clearTimeout(hard);
    }
    this.#log?.end();
  }

  #spawn(): Promise<Readonly<Record<string, unknown>>> {
    return new Promise((resolve, reject) => {
      let tail = '';
      const startedMs = performance.now();
      const late = setTimeout(() => reject(new Error(`${this.name}: not ready after ${startWithinMs / 1000} s\n${tail}`)), startWithinMs);
      const tool = startTool(process.execPath, this.#options.args(), {
        onExit: (exit) => {
          clearTimeout(late);
          this.#tool = undefined;
          this.#readyPid = undefined;
          reject(new Error(`${this.name} ended with ${exit.code ?? exit.signal}: ${tail.trim() || exit.problem?.detail}`));
          this.#after(exit, performance.now() - startedMs);
        },
      });
      this.#tool = tool;
      tool.stderr.on('data', (bytes: Buffer) => {
        tail = (tail + bytes.toString()).slice(-2_000);
        this.#log?.write(bytes);
      });
      createInterface({ input: tool.stdout }).on('line', (text) => {
        const line = readLine(text);
        if (!line) return;
        if (line['event'] !== 'ready') return this.#options.onSaid?.(line);
        this.#readyPid = Number(line['pid'] ?? tool.pid);
        clearTimeout(late);
        resolve(line);
        this.#options.onReady?.(line);
      });
    });
  }

  #after(exit: Exit, livedMs: number): void {
    if (this.#stopping) {
      this.#onGone?.();
      return;
    }
    if (livedMs > healthyMs) this.#waitMs = Math.min(this.#waitMs, firstWaitMs);
    const waitMs = this.#askedWaitMs ?? this.#waitMs;
    if (this.#askedWaitMs === undefined) this.#waitMs = Math.min(longestWaitMs, waitMs * 2);
    this.#askedWaitMs = undefined;
    this.#options.onLost?.(exit, waitMs);
    this.#timer = setTimeout(() => {
      this.#spawn().catch(() => undefined);
    }, waitMs);
  }
}

function endNow(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It was gone already.
  }
}

function readLine(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    return JSON.parse(text) as Readonly<Record<string, unknown>>;
  } catch {
    return undefined;
  }
}
