// The sanitiser process seen from the centre: started when a bulletin comes, asked one thing at a time, gone when it is slow or idle.
import { existsSync, realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { confinedNode, findNetless } from '../../hardware/host/isolation.ts';
import { endedByOthers, startTool, type Tool } from '../../hardware/host/processes.ts';
import { CleanBulletin, type Viewing } from '../../schemas/bulletin-removals.ts';
import { parse } from '../../schemas/parse.ts';
import { bad, ok, type Problem, type Result } from '../../schemas/problems.ts';

const heapMegabytes = 320;
const limits = { dataBytes: 1536 * 1024 * 1024, cpuSeconds: 120, niceness: 10 };
/** A browser's document model takes seconds to load on a small machine. */
const readyWithinMs = 40_000;
const answerWithinMs = 15_000;
/** Seeds and imports come in a row; then the memory is given back. */
const idleMs = 20_000;
const asksPerProcess = 50;
const answerCharactersMax = 16 * 1024 * 1024;

export interface SanitiserOptions {
  /** `dist/sanitiser.js`. */
  readonly bundle: string;
  readonly answerWithinMs?: number;
}

interface Running {
  readonly tool: Tool;
  asked: number;
  onLine: (line: string) => void;
  onEnd: (why: Problem) => void;
}

/** Problems of `clean`: too-large, bulletin-unsafe, tool-timeout, tool-failed (this document ended the process), tool-missing, internal-error (others ended it). */
export class Sanitiser {
  readonly #options: SanitiserOptions;
  #turn: Promise<unknown> = Promise.resolve();
  #running: Running | undefined;
  #netless: Promise<readonly string[]> | undefined;
  #idle: NodeJS.Timeout | undefined;
  #stopped = false;
  #asks = 0;

  constructor(options: SanitiserOptions) {
    this.#options = options;
  }

  stop(): void {
    this.#stopped = true;
    this.#drop();
  }

  /** Of the process, while it runs. */
  get pid(): number | undefined {
    return this.#running?.tool.pid;
  }

  clean(html: string, viewing: Viewing): Promise<Result<CleanBulletin>> {
    const result = this.#turn.then(() => this.#clean(html, viewing));
    this.#turn = result.catch(() => undefined);
    return result;
  }

  async #clean(html: string, viewing: Viewing): Promise<Result<CleanBulletin>> {
    clearTimeout(this.#idle);
    const alive = await this.#alive();
    if (!alive.ok) return alive;
    const running = alive.value;
    const n = ++this.#asks;
    running.asked += 1;
    const line = await this.#line(running, `${JSON.stringify({ n, html, viewing })}\n`, this.#options.answerWithinMs ?? answerWithinMs);
    const told = line.ok ? readAnswer(line.value, n) : line;
    if (!line.ok || running.asked >= asksPerProcess) this.#drop();
    this.#idle = setTimeout(() => this.#drop(), idleMs).unref();
    return told;
  }

  async #alive(): Promise<Result<Running>> {
    if (this.#running) return ok(this.#running);
    if (this.#stopped) return bad('tool-missing', 'the centre is stopping');
    const { bundle } = this.#options;
    if (!existsSync(bundle)) return bad('tool-missing', 'the sanitiser is not built (node hardware/host/build.mjs)');
    this.#netless ??= findNetless();
    const [program = '', ...words] = [
      ...(await this.#netless),
      process.execPath,
      ...confinedNode(bundle, heapMegabytes, [packagesOf(bundle)]),
    ];
    const running = this.#start(program, words);
    const ready = await this.#line(running, '', readyWithinMs);
    if (ready.ok && ready.value === 'ready') return ok(running);
    this.#drop();
    return bad('tool-missing', `the sanitiser does not start: ${ready.ok ? 'it said something else' : ready.problem.detail}`);
  }

  #start(program: string, words: readonly string[]): Running {
    let [text, stderr] = ['', ''];
    const tool = startTool(program, words, {
      env: {},
      limits,
      onExit: (exit) => {
        if (this.#running === running) this.#running = undefined;
        const said = failed(`it ended with ${exit.code ?? exit.signal} ${stderr.trim().slice(-200)}`);
        running.onEnd(endedByOthers('the sanitiser', exit) ?? said);
      },
    });
    const running: Running = { tool, asked: 0, onLine: () => tool.kill(), onEnd: () => undefined };
    this.#running = running;
    tool.stderr.on('data', (chunk: Buffer) => {
      stderr = (stderr + chunk.toString()).slice(-2_000);
    });
    tool.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
      if (text.length > answerCharactersMax) {
        // Before it is ended by us, which says nothing about the document.
        running.onEnd(failed(`it said more than ${answerCharactersMax} characters`));
        tool.kill();
      }
      const end = text.indexOf('\n');
      if (end < 0) return;
      const line = text.slice(0, end);
      text = text.slice(end + 1);
      running.onLine(line);
    });
    return running;
  }

  /** Say something and wait for one line. Problems: tool-timeout, tool-failed, tool-missing, internal-error. */
  #line(running: Running, said: string, withinMs: number): Promise<Result<string>> {
    return new Promise((resolve) => {
      const settle = (result: Result<string>) => {
        clearTimeout(timer);
        // Nothing is said unasked.
        running.onLine = () => running.tool.kill();
        running.onEnd = () => undefined;
        resolve(result);
      };
      const timer = setTimeout(() => settle(bad('tool-timeout', `no answer within ${withinMs} ms`)), withinMs);
      running.onLine = (line) => settle(ok(line));
      running.onEnd = (problem) => settle({ ok: false, problem });
      if (said !== '') running.tool.stdin.write(said);
    });
  }

  #drop(): void {
    clearTimeout(this.#idle);
    const running = this.#running;
    this.#running = undefined;
    running?.tool.kill();
  }
}

function failed(detail: string): Problem {
  return { code: 'tool-failed', path: '', detail };
}

function readAnswer(line: string, n: number): Result<CleanBulletin> {
  let said: { readonly n?: unknown; readonly ok?: unknown; readonly value?: unknown; readonly problem?: Problem };
  try {
    said = JSON.parse(line);
  } catch {
    return bad('tool-failed', 'the sanitiser answered in nonsense');
  }
  if (said.n !== n) return bad('tool-failed', 'the sanitiser answered something else');
  if (said.ok === true) return parse(CleanBulletin, said.value);
  const { code, detail } = said.problem ?? {};
  return code === 'too-large' || code === 'bulletin-unsafe' ? bad(code, String(detail), '/html') : bad('tool-failed', String(detail));
}

/** The folder of packages that the bundle loads its libraries from. */
function packagesOf(bundle: string): string {
  const found = createRequire(bundle).resolve('jsdom');
  const mark = `${sep}node_modules${sep}`;
  return realpathSync(found.slice(0, found.indexOf(mark) + mark.length - 1));
}

/** dist/sanitiser.js, from a bundle in dist/ and from the sources alike. */
export function sanitiserBundle(): string {
  const here = dirname(fileURLToPath(import.meta.url));
  const beside = join(here, 'sanitiser.js');
  return existsSync(beside) ? beside : join(here, '..', '..', 'dist', 'sanitiser.js');
}
