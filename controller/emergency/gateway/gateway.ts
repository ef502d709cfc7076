// The gateway process seen from the centre: started when it is needed, asked one thing at a time, ended when it takes too long.
import { readFileSync } from 'node:fs';
import type { GenericSchema, InferOutput } from 'valibot';
import { confinedNode, findNetless, processorMs } from '../../../hardware/host/isolation.ts';
import { type Exit, startTool, type Tool } from '../../../hardware/host/processes.ts';
import type { XmlVerifier } from '../../../hardware/host/xml-signature.ts';
import { parse } from '../../../schemas/parse.ts';
import { bad, ok, type Result } from '../../../schemas/problems.ts';
import type { Patience } from '../../core/gateway-tries.ts';
import type { Journal } from '../../link.ts';
import { Checked, FeedRead, type Remembered } from './heard.ts';
import { type Ask, type Asked, readyLine, type Told, toldCharactersMax, type Verified, type VerifyAsk } from './wire.ts';

const heapMegabytes = 96;
const limits = { dataBytes: 384 * 1024 * 1024, cpuSeconds: 600, niceness: 0 };
/**
 * Of its own processor time for one alert: a busy machine takes longer by the wall, and loses no alert for it. Real alerts of nearly a
 * megabyte exist: each KiB beyond 64 has a millisecond more.
 */
const processorMsMax = 250;
const ordinaryBase64 = 86 * 1024;
const wallMsMax = 3_000;
const readyWithinMs = 15_000;
/** A fresh process before memory or processor time run out by the sum of many alerts. */
const asksPerProcess = 1_000;
const ordinary: Patience = { processor: 1, wall: 1 };
const backOffMs = { first: 100, longest: 2_000 };

export interface GatewayOptions {
  /** `dist/gateway.js`. */
  readonly bundle: string;
  readonly journal: Journal;
  /** All that the rules remember, for a process that was just started. */
  readonly memory: () => Promise<readonly Remembered[]>;
  /** Absent where xmlsec1 is not installed. */
  readonly verifier: XmlVerifier | undefined;
  readonly processorMsMax?: number;
  readonly wallMsMax?: number;
}

interface Running {
  readonly tool: Tool;
  asked: number;
  text: string;
  onLine: (line: string) => void;
  onEnd: (why: string) => void;
}

/**
 * Problems of an ask: `tool-timeout` (`/processorMs` of its own, or `/wallMs`), `tool-failed` (this one ended the process, or was answered in nonsense), `tool-missing` (the
 * process cannot be started: try again later), and what the process itself answered.
 */
export class Gateway {
  readonly #options: GatewayOptions;
  #turn: Promise<unknown> = Promise.resolve();
  #running: Running | undefined;
  #netless: Promise<readonly string[]> | undefined;
  #failures = 0;
  #asks = 0;
  #stopped = false;

  constructor(options: GatewayOptions) {
    this.#options = options;
  }

  /** Be ready before the first alert comes. */
  warm(): void {
    void this.#alone(() => this.#alive());
  }

  stop(): void {
    this.#stopped = true;
    this.#drop();
  }

  /** The next process begins with what is kept. */
  forget(): void {
    this.#drop();
  }

  /** Of the process, while it runs. */
  get pid(): number | undefined {
    return this.#running?.tool.pid;
  }

  check(ask: Omit<Extract<Ask, { do: 'check' }>, 'canVerify'>, patience: Patience = ordinary): Promise<Result<Checked>> {
    return this.#ask({ ...ask, canVerify: this.#options.verifier !== undefined }, Checked, patience);
  }

  readFeed(bytes: Uint8Array): Promise<Result<FeedRead>> {
    return this.#ask({ do: 'feed', bytes: Buffer.from(bytes).toString('base64') }, FeedRead);
  }

  #ask<S extends GenericSchema>(ask: Ask, shape: S, patience = ordinary): Promise<Result<InferOutput<S>>> {
    return this.#alone(async () => {
      const running = await this.#alive();
      if (!running.ok) return running;
      const told = await this.#exchange(running.value, ask, patience);
      const value = told.ok && told.value.ok ? parse(shape, told.value.value) : undefined;
      if (!told.ok || (value && !value.ok)) {
        this.#failures += 1;
        this.#drop();
        const problem = told.ok ? (value as Extract<typeof value, { ok: false }>).problem : told.problem;
        this.#options.journal.warn({ event: 'gateway-failed', code: problem.code, detail: problem.detail, path: problem.path });
        return told.ok ? bad('tool-failed', `answered in nonsense: ${problem.path} ${problem.detail}`) : told;
      }
      this.#failures = 0;
      if (running.value.asked >= asksPerProcess) this.#drop();
      if (!told.value.ok) return { ok: false, problem: told.value.problem };
      return value as Result<InferOutput<S>>;
    });
  }

  /** The process, started if there is none; after failures not at once. Problem: tool-missing. */
  async #alive(): Promise<Result<Running>> {
    if (this.#running) return ok(this.#running);
    if (this.#failures > 0) await wait(Math.min(backOffMs.first * 2 ** (this.#failures - 1), backOffMs.longest));
    if (this.#stopped) return bad('tool-missing', 'the centre is stopping');
    this.#netless ??= findNetless();
    const command = [...(await this.#netless), process.execPath, ...confinedNode(this.#options.bundle, heapMegabytes)];
    const running = await this.#ready(command);
    if (!running.ok) return running;
    const told = await this.#exchange(running.value, { do: 'remember', history: await this.#options.memory() });
    if (told.ok && told.value.ok) return running;
    this.#failures += 1;
    this.#drop();
    return bad('tool-missing', `the gateway does not start: ${told.ok ? 'it remembers nothing' : told.problem.detail}`);
  }

  #ready(command: readonly string[]): Promise<Result<Running>> {
    return new Promise((resolve) => {
      const end = (why: string) => {
        clearTimeout(timer);
        this.#failures += 1;
        this.#drop();
        resolve(bad('tool-missing', `the gateway does not start: ${why}`));
      };
      const timer = setTimeout(() => end(`not ready within ${readyWithinMs} ms`), readyWithinMs);
      const running = this.#start(command);
      running.onEnd = end;
      running.onLine = (line) => {
        if (line !== readyLine) return end('it said something else first');
        clearTimeout(timer);
        running.onEnd = () => this.#forget(running);
        return resolve(ok(running));
      };
    });
  }

  #start([program = '', ...words]: readonly string[]): Running {
    let stderr = '';
    const onExit = ({ code, signal, problem }: Exit) => {
      this.#forget(running);
      running.onEnd(problem?.detail ?? `ended with ${code ?? signal} ${stderr.trim().slice(-200)}`);
    };
    const tool = startTool(program, words, { env: {}, limits, onExit });
    const running: Running = { tool, asked: 0, text: '', onLine: () => undefined, onEnd: () => undefined };
    this.#running = running;
    tool.stderr.on('data', (chunk: Buffer) => {
      stderr = (stderr + chunk.toString()).slice(-2_000);
    });
    tool.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      running.text += chunk;
      if (running.text.length > toldCharactersMax) {
        tool.kill();
        return running.onEnd('it said too much');
      }
      for (let at = running.text.indexOf('\n'); at >= 0; at = running.text.indexOf('\n')) {
        const line = running.text.slice(0, at);
        running.text = running.text.slice(at + 1);
        running.onLine(line);
      }
      return undefined;
    });
    return running;
  }

  #exchange(running: Running, ask: Ask, patience = ordinary): Promise<Result<Told>> {
    const n = ++this.#asks;
    running.asked += 1;
    const { processorMsMax: ordinaryMs = processorMsMax, wallMsMax: ordinaryWallMs = wallMsMax } = this.#options;
    const longestMs = ordinaryWallMs * patience.wall;
    const large = 'bytes' in ask ? Math.max(0, ask.bytes.length - ordinaryBase64) * 0.75 : 0;
    const cpuMsMax = (ordinaryMs + large / 1024) * patience.processor;
    return new Promise((resolve) => {
      const began = { ms: performance.now(), usedMs: this.#used(running) };
      const settle = (result: Result<Told>) => {
        clearTimeout(timer);
        running.onEnd = () => this.#forget(running);
        // Nothing is said unasked.
        running.onLine = () => running.tool.kill();
        resolve(result);
      };
      const look = () => {
        const [wallMs, cpuMs] = [performance.now() - began.ms, this.#used(running)];
        const used = cpuMs === undefined || began.usedMs === undefined ? wallMs : cpuMs - began.usedMs;
        const own = cpuMs !== undefined && used >= cpuMsMax;
        if (used >= cpuMsMax || wallMs >= longestMs)
          return settle(
            bad(
              'tool-timeout',
              `no answer after ${Math.round(wallMs)} ms, ${Math.round(used)} ms of its own`,
              own ? '/processorMs' : '/wallMs',
            ),
          );
        timer = setTimeout(look, Math.max(10, Math.min(cpuMsMax - used, longestMs - wallMs)));
        return undefined;
      };
      let timer = setTimeout(look, cpuMsMax);
      running.onEnd = (why) => settle(bad('tool-failed', why));
      running.onLine = (line) => {
        const said = readLine(line);
        if (said?.n !== n) return settle(bad('tool-failed', 'answered something else'));
        if (!('verify' in said)) return settle(ok(said));
        // Another program works meanwhile; it has its own limits.
        clearTimeout(timer);
        const pausedMs = performance.now();
        return void this.#verify(ask, said).then((verified) => {
          began.ms += performance.now() - pausedMs;
          timer = setTimeout(look, cpuMsMax);
          write(running, { verified });
        });
      };
      write(running, { ...ask, n });
    });
  }

  async #verify(ask: Ask, { verify: pem }: VerifyAsk): Promise<Result<void>> {
    const { verifier } = this.#options;
    const pinned =
      ask.do === 'check' && 'signers' in ask.source && ask.source.signers.some(({ certificates }) => certificates.includes(pem));
    // Whatever the process says, only certificates of the source's own settings are tried.
    if (ask.do !== 'check' || !verifier || !pinned) return bad('tool-failed', 'no such certificate is pinned');
    try {
      return await verifier(Buffer.from(ask.bytes, 'base64'), pem);
    } catch (error) {
      // A full or unwritable temporary folder says nothing of the signature.
      return bad('tool-missing', `cannot verify now: ${error instanceof Error ? error.message : error}`);
    }
  }

  #used(running: Running): number | undefined {
    try {
      return processorMs(readFileSync(`/proc/${running.tool.pid}/stat`, 'utf8'));
    } catch {
      return undefined;
    }
  }

  #drop(): void {
    const running = this.#running;
    this.#running = undefined;
    running?.tool.kill();
  }

  #forget(running: Running): void {
    if (this.#running === running) this.#running = undefined;
  }

  #alone<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(work);
    this.#turn = result.catch(() => undefined);
    return result;
  }
}

function readLine(line: string): Told | VerifyAsk | undefined {
  try {
    const said: unknown = JSON.parse(line);
    if (typeof said !== 'object' || said === null || !('n' in said)) return undefined;
    if ('verify' in said) return typeof said.verify === 'string' ? (said as VerifyAsk) : undefined;
    return 'ok' in said ? (said as Told) : undefined;
  } catch {
    return undefined;
  }
}

function write({ tool }: Running, said: Asked | Verified): void {
  tool.stdin.write(`${JSON.stringify(said)}\n`);
}

function wait(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
