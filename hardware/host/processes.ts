// Programs we start: limited in time and output, killed with their whole group, and gone when we are gone.
import { type ChildProcess, spawn } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import { setPriority } from 'node:os';
import { delimiter, isAbsolute, join } from 'node:path';
import { Duplex, type Readable, type Writable } from 'node:stream';
import { bad, ok, type Problem, type Result } from '../../schemas/problems.ts';

export interface RunOptions {
  readonly timeoutMs: number;
  readonly input?: Uint8Array | string;
  /** Of standard output; more is a problem and ends the program. */
  readonly outputBytesMax?: number;
  readonly env?: NodeJS.ProcessEnv;
  readonly limits?: ToolLimits;
}

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** Set when the program could not be started at all. */
  readonly problem?: Problem;
}

/** What a program that reads other people's bytes may use; the kernel ends it beyond that. */
export interface ToolLimits {
  /** Of memory of its own: heap, stacks and private maps, not the libraries it shares. */
  readonly dataBytes: number;
  /** In all its life; absent for a program that serves as long as we run. */
  readonly cpuSeconds?: number;
  /** How far it gives way to us, 0 to 19. */
  readonly niceness: number;
}

export interface StartOptions {
  readonly onExit: (exit: Exit) => void;
  readonly env?: NodeJS.ProcessEnv;
  /** Held by `prlimit` where it is installed, see `canLimit`. */
  readonly limits?: ToolLimits;
  /** Extra pipes as fd 3, 4, … of the program. */
  readonly extraPipes?: number;
}

export interface Tool {
  readonly pid: number | undefined;
  readonly stdin: Writable;
  readonly stdout: Readable;
  readonly stderr: Readable;
  readonly pipes: readonly (Readable & Writable)[];
  /** End the program and all it started. */
  kill(): void;
}

const stderrCharactersMax = 8_000;

/** Groups to end when this process leaves in an orderly way; `setpriv` covers the other ways. */
const running = new Set<number>();
process.on('exit', () => {
  for (const pid of running) killGroup(pid);
});

/** Absolute path of an executable file, looked up in PATH unless it has a slash. */
export function findProgram(name: string, env: NodeJS.ProcessEnv = process.env): string | undefined {
  const places = name.includes('/') ? [name] : (env['PATH'] ?? '').split(delimiter).map((folder) => join(folder, name));
  return places.find((path) => isAbsolute(path) && executable(path));
}

/**
 * Why an end says nothing about what the program was given: it never began (tool-missing), or somebody else ended it, as the kernel does where
 * memory is short (internal-error). Undefined where it ended by itself, or had used up the processor time it was given.
 */
export function endedByOthers(path: string, { code, signal, problem }: Exit): Problem | undefined {
  if (problem) return problem;
  // What a shell, setpriv, prlimit and the loader say of a program that they could not run.
  if (code === 126 || code === 127) return { code: 'tool-missing', path: '', detail: `${path} did not start: ${code}` };
  if (signal === null || signal === 'SIGXCPU') return undefined;
  return { code: 'internal-error', path: '', detail: `${path} was ended by ${signal}` };
}

/** Run a program to its end. Problems: tool-missing, tool-timeout, tool-failed, too-large, internal-error (somebody else ended it). */
export function runTool(path: string, args: readonly string[], options: RunOptions): Promise<Result<{ stdout: Buffer; stderr: string }>> {
  const outputBytesMax = options.outputBytesMax ?? 64 * 1024 * 1024;
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    let stderr = '';
    let verdict: Result<never> | undefined;
    const end = (result: Result<never>) => {
      verdict ??= result;
      tool.kill();
    };
    const onExit = (exit: Exit): void => {
      clearTimeout(timer);
      const { code, signal } = exit;
      const problem = verdict ? exit.problem : endedByOthers(path, exit);
      if (problem) resolve({ ok: false, problem });
      else if (verdict) resolve(verdict);
      else if (code !== 0) resolve(bad('tool-failed', `${path} ended with ${code ?? signal}: ${stderr.trim().slice(-300)}`));
      else resolve(ok({ stdout: Buffer.concat(chunks, bytes), stderr }));
    };
    const timer = setTimeout(() => end(bad('tool-timeout', `${path} ran longer than ${options.timeoutMs} ms`)), options.timeoutMs);
    const { env, limits } = options;
    const tool = startTool(path, args, { onExit, ...(env ? { env } : {}), ...(limits ? { limits } : {}) });
    tool.stdout.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > outputBytesMax) end(bad('too-large', `${path} wrote more than ${outputBytesMax} bytes`));
      else chunks.push(chunk);
    });
    tool.stderr.on('data', (chunk: Buffer) => {
      stderr = (stderr + chunk.toString()).slice(-stderrCharactersMax);
    });
    tool.stdin.end(options.input ?? '');
  });
}

/** Start a long-lived program. `onExit` is called exactly once, after its output has been read. */
export function startTool(path: string, args: readonly string[], options: StartOptions): Tool {
  const program = findProgram(path, options.env) ?? path;
  const [file = program, ...all] = executable(program) ? [...guards(options.limits), program, ...args] : [program, ...args];
  const extra = Array.from({ length: options.extraPipes ?? 0 }, () => 'pipe' as const);
  const child = spawn(file, all, { detached: true, env: options.env ?? process.env, stdio: ['pipe', 'pipe', 'pipe', ...extra] });
  const { pid } = child;
  if (pid !== undefined) running.add(pid);
  if (pid !== undefined && options.limits) giveWay(pid, options.limits.niceness);
  watchExit(child, path, options.onExit);
  // Without a free file descriptor Node makes no pipes at all; the problem comes with the exit.
  const made = child.stdio as unknown as [Writable, Readable, Readable, ...(Readable & Writable)[]] | undefined;
  const streams = made ?? [closedPipe(), closedPipe(), closedPipe(), ...extra.map(closedPipe)];
  // A program that ends early breaks our pipe to it; its exit tells more than that.
  for (const stream of streams) stream.on('error', () => undefined);
  const [stdin, stdout, stderr, ...pipes] = streams;
  return { pid, stdin, stdout, stderr, pipes, kill: () => pid !== undefined && running.has(pid) && killGroup(pid) };
}

/** Of a program that never began: says nothing, and takes what is written to nobody. */
function closedPipe(): Duplex {
  return new Duplex({ read: () => undefined, write: (_chunk, _encoding, done) => done() }).destroy();
}

/** Can this machine hold a program to its limits? Without it they run free, which is told once. */
export function canLimit(): boolean {
  return findProgram('prlimit') !== undefined;
}

/** Hold a program to its limits that somebody else started for us. */
export function limitRunning(pid: number | undefined, { dataBytes, cpuSeconds, niceness }: ToolLimits): void {
  if (pid === undefined) return;
  giveWay(pid, niceness);
  const prlimit = findProgram('prlimit');
  if (!prlimit) return;
  const args = ['--pid', String(pid), `--data=${dataBytes}`, ...(cpuSeconds ? [cpuLimit(cpuSeconds)] : [])];
  // It may have ended before it was held.
  spawn(prlimit, args, { stdio: 'ignore' }).on('error', () => undefined);
}

/** The signal of this limit comes before the one that cannot be told from anybody else's. */
function cpuLimit(seconds: number): string {
  return `--cpu=${seconds}:${seconds + 5}`;
}

/** Programs that each set something and become the next: the child keeps one process id. */
function guards(limits: ToolLimits | undefined): string[] {
  const setpriv = findProgram('setpriv');
  const prlimit = limits && findProgram('prlimit');
  return [
    // PR_SET_PDEATHSIG: the kernel ends the child even when we are killed with SIGKILL.
    ...(setpriv ? [setpriv, '--pdeathsig', 'KILL', '--'] : []),
    ...(prlimit
      ? [prlimit, `--data=${limits.dataBytes}`, ...(limits.cpuSeconds ? [cpuLimit(limits.cpuSeconds)] : []), '--core=0', '--']
      : []),
  ];
}

function giveWay(pid: number, niceness: number): void {
  try {
    setPriority(pid, niceness);
  } catch {
    // It ended already.
  }
}

function watchExit(child: ChildProcess, path: string, onExit: (exit: Exit) => void): void {
  let told = false;
  const tell = (exit: Exit) => {
    if (child.pid !== undefined) running.delete(child.pid);
    if (!told) onExit(exit);
    told = true;
  };
  child.once('error', (error) => {
    tell({ code: null, signal: null, problem: { code: 'tool-missing', path: '', detail: `${path}: ${error.message}` } });
  });
  // After the program itself ended, whatever it left running in its group must not hold our pipes open.
  child.once('exit', () => child.pid !== undefined && killGroup(child.pid));
  child.once('close', (code, signal) => tell({ code, signal }));
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // The group is gone already.
  }
}

function executable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
