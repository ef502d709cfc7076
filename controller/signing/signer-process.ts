// The signing desk as a process of its own, seen from the centre: asked over pipes, watched, started again; orders overtake.
import { startTool, type Tool } from '../../hardware/host/processes.ts';
import { parseJson } from '../../schemas/parse.ts';
import { bad, ok, type Result } from '../../schemas/problems.ts';
import { type AskedDraft, isUrgent, type Sealed } from '../core/signing-statement.ts';
import {
  Answered,
  draftsPerMessage,
  encodeMessage,
  type Hello,
  MessageReader,
  messageBytesMax,
  packDrafts,
  unpackResults,
  Welcome,
} from './frames.ts';
import type { Signatory } from './room.ts';

export interface SignerProcessOptions {
  /** The bundle `signer.js`. */
  readonly program: string;
  readonly hello: Hello;
  readonly journal: { info(fields: object): void; warn(fields: object): void };
}

/** Ordinary messages in the pipe at once: enough to keep the desk busy, little enough to overtake. */
const ordinaryInFlightMax = 2;
const messageCharactersMax = 256 * 1024;
const waitingMax = 200_000;
const answerWithinMs = 8_000;
/** Keys are hard to open on purpose; a weak machine that has just been switched on does much else. */
const startWithinMs = 60_000;
const firstWaitMs = 50;
const longestWaitMs = 5_000;
const healthyMs = 60_000;
const limits = { dataBytes: 512 * 1024 * 1024, niceness: 0 };
/** Signatures of an instant; what is kept is small. */
const nodeLimits = ['--max-old-space-size=96', '--max-semi-space-size=4', '--disallow-code-generation-from-strings'];

interface Call {
  readonly drafts: readonly AskedDraft[];
  readonly out: Result<Sealed>[];
  left: number;
  next: number;
  over: boolean;
  settle(results: readonly Result<Sealed>[]): void;
}

interface Message {
  readonly urgent: boolean;
  readonly drafts: readonly { readonly call: Call; readonly at: number; readonly draft: AskedDraft }[];
}

export class SignerProcess implements Signatory {
  readonly #options: SignerProcessOptions;
  readonly #urgent: Call[] = [];
  readonly #ordinary: Call[] = [];
  #waiting = 0;
  readonly #inFlight = new Map<number, Message>();
  readonly #again: Message['drafts'][number][] = [];
  #tool: Tool | undefined;
  #ready = false;
  #n = 0;
  #waitMs = firstWaitMs;
  #startedMs = 0;
  #timer: NodeJS.Timeout | undefined;
  #pumping = false;
  #stopping = false;
  #gone: (() => void) | undefined;

  constructor(options: SignerProcessOptions) {
    this.#options = options;
  }

  get pid(): number | undefined {
    return this.#tool?.pid;
  }

  /** Problems: those of the desk's opening (keys-locked, conflict, replayed, …), signer-away. */
  start(): Promise<Result<void>> {
    return this.#spawn();
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    clearTimeout(this.#timer);
    const tool = this.#tool;
    if (!tool) return;
    const gone = new Promise<void>((resolve) => {
      this.#gone = resolve;
    });
    tool.stdin.end();
    const hard = setTimeout(() => tool.kill(), 1_000);
    await gone;
    clearTimeout(hard);
  }

  sign(drafts: readonly AskedDraft[]): Promise<readonly Result<Sealed>[]> {
    if (drafts.length === 0) return Promise.resolve([]);
    if (this.#waiting + drafts.length > waitingMax)
      return Promise.resolve(drafts.map(() => bad('signer-away', `${this.#waiting} drafts wait`)));
    return new Promise((resolve) => {
      const late = setTimeout(() => settle(drafts.map(() => bad('signer-away', `no answer within ${answerWithinMs} ms`))), answerWithinMs);
      const settle = (results: readonly Result<Sealed>[]) => {
        if (call.over) return;
        call.over = true;
        this.#waiting -= drafts.length;
        clearTimeout(late);
        resolve(results);
      };
      const call: Call = { drafts, out: [], left: drafts.length, next: 0, over: false, settle };
      this.#waiting += drafts.length;
      const urgent = drafts.every(({ typ }) => isUrgent(typ));
      (urgent ? this.#urgent : this.#ordinary).push(call);
      if (urgent) this.#pump();
      else this.#pumpSoon();
    });
  }

  /** What is asked in one turn of the loop shares a message. */
  #pumpSoon(): void {
    if (this.#pumping) return;
    this.#pumping = true;
    setImmediate(() => {
      this.#pumping = false;
      this.#pump();
    });
  }

  #pump(): void {
    if (!this.#ready) return;
    for (let call = this.#urgent.shift(); call; call = this.#urgent.shift()) {
      while (!call.over && call.next < call.drafts.length) this.#send(true, this.#gather([call]));
    }
    for (let ordinary = this.#ordinaryInFlight(); ordinary < ordinaryInFlightMax; ) {
      const drafts = this.#again.length > 0 ? this.#again.splice(0, draftsPerMessage) : this.#gather(this.#ordinary);
      const done = this.#ordinary.findIndex(({ next, drafts: all, over }) => next < all.length && !over);
      this.#ordinary.splice(0, done < 0 ? this.#ordinary.length : done);
      if (drafts.length === 0) return;
      if (this.#send(false, drafts)) ordinary += 1;
    }
  }

  #ordinaryInFlight(): number {
    return [...this.#inFlight.values()].filter(({ urgent }) => !urgent).length;
  }

  #gather(calls: readonly Call[]): Message['drafts'] {
    const drafts: Message['drafts'][number][] = [];
    let characters = 0;
    for (const call of calls) {
      while (!call.over && call.next < call.drafts.length && drafts.length < draftsPerMessage && characters < messageCharactersMax) {
        const draft = call.drafts[call.next] as AskedDraft;
        drafts.push({ call, at: call.next, draft });
        call.next += 1;
        characters += draft.body.length;
      }
      if (call.over) call.next = call.drafts.length;
      if (drafts.length >= draftsPerMessage || characters >= messageCharactersMax) break;
    }
    return drafts;
  }

  /** False when nobody waits for these any more. */
  #send(urgent: boolean, drafts: Message['drafts']): boolean {
    const wanted = drafts.filter(({ call }) => !call.over);
    if (wanted.length === 0) return false;
    this.#n += 1;
    this.#inFlight.set(this.#n, { urgent, drafts: wanted });
    const message = packDrafts(
      this.#n,
      urgent,
      wanted.map(({ draft }) => draft),
    );
    this.#tool?.stdin.write(encodeMessage(message));
    return true;
  }

  #take(text: string): void {
    const answered = parseJson(Answered, text, messageBytesMax);
    const message = answered.ok ? this.#inFlight.get(answered.value.n) : undefined;
    if (!answered.ok || !message) {
      this.#options.journal.warn({ event: 'signer-not-understood', ...(answered.ok ? {} : answered.problem) });
      this.#tool?.kill();
      return;
    }
    this.#inFlight.delete(answered.value.n);
    for (const [i, result] of unpackResults(answered.value).entries()) {
      const asked = message.drafts[i];
      if (!asked) continue;
      const { call, at, draft } = asked;
      call.out[at] = result;
      call.left -= 1;
      if (!result.ok)
        this.#options.journal.warn({ event: 'signer-refused', typ: draft.typ, aud: draft.aud, id: draft.id, ...result.problem });
      if (call.left === 0) call.settle(call.out);
    }
    this.#pump();
  }

  #spawn(): Promise<Result<void>> {
    return new Promise((resolve) => {
      const reader = new MessageReader();
      const tool = startTool(process.execPath, [...nodeLimits, this.#options.program], {
        env: {},
        limits,
        onExit: ({ code, signal }) => {
          clearTimeout(late);
          resolve(bad('signer-away', `the signing desk ended with ${code ?? signal}`));
          this.#ended(code ?? signal);
        },
      });
      const late = setTimeout(() => tool.kill(), startWithinMs);
      this.#tool = tool;
      this.#startedMs = performance.now();
      tool.stderr.on('data', (bytes: Buffer) =>
        this.#options.journal.warn({ event: 'signer-says', text: bytes.toString().slice(0, 2_000) }),
      );
      const welcome = (text: string) => {
        clearTimeout(late);
        const said = parseJson(Welcome, text);
        if (said.ok && 'ready' in said.value) {
          this.#ready = true;
          resolve(ok(undefined));
          this.#pump();
        } else resolve(said.ok && 'problem' in said.value ? { ok: false, problem: said.value.problem } : bad('signer-away', 'no welcome'));
      };
      tool.stdout.on('data', (chunk: Buffer) => {
        try {
          for (const text of reader.take(chunk)) this.#ready ? this.#take(text) : welcome(text);
        } catch (err) {
          this.#options.journal.warn({ event: 'signer-not-understood', err });
          tool.kill();
        }
      });
      tool.stdin.write(encodeMessage(this.#options.hello));
    });
  }

  /** What it had in hand is asked again: signatures that never left are worth nothing, and their counters are used up. */
  #ended(how: unknown): void {
    const wasReady = this.#ready;
    this.#tool = undefined;
    this.#ready = false;
    for (const { urgent, drafts } of this.#inFlight.values()) {
      if (urgent) this.#urgent.unshift(...restarted(drafts));
      else this.#again.push(...drafts);
    }
    this.#inFlight.clear();
    if (this.#stopping) this.#gone?.();
    // Never ready: whoever started it hears why, and does not go on.
    if (this.#stopping || (!wasReady && this.#n === 0)) return;
    this.#options.journal.warn({ event: 'signer-ended', how, againInMs: this.#waitMs });
    if (performance.now() - this.#startedMs > healthyMs) this.#waitMs = firstWaitMs;
    this.#timer = setTimeout(() => void this.#spawn().then((begun) => this.#told(begun)), this.#waitMs);
    this.#waitMs = Math.min(longestWaitMs, this.#waitMs * 2);
  }

  #told(begun: Result<void>): void {
    if (begun.ok) this.#options.journal.info({ event: 'signer-ready', pid: this.pid });
    else this.#options.journal.warn({ event: 'signer-not-ready', ...begun.problem });
  }
}

/** Urgent calls begin anew as a whole; what was answered already is answered again. */
function restarted(drafts: Message['drafts']): Call[] {
  const calls = [...new Set(drafts.map(({ call }) => call))];
  for (const call of calls) {
    call.next = 0;
    call.left = call.drafts.length;
  }
  return calls;
}
