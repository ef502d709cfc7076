// One of the project's programs as a child process: its first JSON line, its end, its violent death.
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** Where the programs lie: from a test file, from dist/bench, or from dist itself. */
export const dist =
  ['../../dist/', './'].map((way) => fileURLToPath(new URL(way, import.meta.url))).find((dir) => existsSync(`${dir}agent.js`)) ?? '';

export class Program {
  readonly #name: string;
  readonly #args: readonly string[];
  readonly #within: readonly string[];
  /** Every JSON line it has said, in order. */
  readonly said: Record<string, unknown>[] = [];
  #child: ChildProcess | undefined;
  #stderr = '';
  /** Added to this process's environment at the next start. */
  env: NodeJS.ProcessEnv = {};
  /** Lines it wrote to its log, and of what size in all. */
  readonly log = { lines: 0, bytes: 0 };

  /** `within`: words before the program's own, that become it (`ip netns exec NAME`). */
  constructor(name: string, args: readonly string[], within: readonly string[] = []) {
    this.#name = name;
    this.#args = args;
    this.#within = within;
  }

  /** Start and wait for the line `{"event":"ready",…}`. */
  async start(withinMs = 30_000): Promise<Record<string, unknown>> {
    const [file = '', ...words] = [...this.#within, process.execPath, `${dist}${this.#name}.js`, ...this.#args];
    const child = spawn(file, words, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...this.env },
    });
    this.#child = child;
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr = `${this.#stderr}${text}`.slice(-8_000);
      this.log.lines += text.split('\n').length - 1;
      this.log.bytes += text.length;
    });
    return await new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`${this.#name} was not ready within ${withinMs} ms: ${this.#stderr}`)), withinMs);
      child.once('exit', (code) => reject(new Error(`${this.#name} ended with ${code}: ${this.#stderr}`)));
      createInterface({ input: child.stdout }).on('line', (line) => {
        const said = readJson(line);
        if (said) this.said.push(said);
        if (said?.['event'] !== 'ready') return;
        clearTimeout(timer);
        resolve(said);
      });
    });
  }

  get pid(): number {
    const pid = this.#child?.pid;
    if (pid === undefined) throw new Error(`${this.#name} is not running`);
    return pid;
  }

  get stderr(): string {
    return this.#stderr;
  }

  /** Told its exit code when it ends by itself. */
  onEnd(hear: (code: number | null) => void): void {
    this.#child?.once('exit', hear);
  }

  /** Ask to stop; resolves with the exit code. */
  stop(): Promise<number | null> {
    return this.#end('SIGTERM');
  }

  /** A power cut as far as the process is concerned. */
  kill(): Promise<number | null> {
    return this.#end('SIGKILL');
  }

  #end(signal: NodeJS.Signals): Promise<number | null> {
    const child = this.#child;
    this.#child = undefined;
    if (!child || child.exitCode !== null || child.signalCode !== null) return Promise.resolve(child?.exitCode ?? null);
    return new Promise((resolve) => {
      child.once('exit', (code) => resolve(code));
      child.kill(signal);
    });
  }
}

function readJson(line: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
