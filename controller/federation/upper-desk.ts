// The centre above: what it issues is taken, what became of it is told, and what it asks is answered. One line at a time.
import { cryptography } from '../../hardware/host/crypto.ts';
import { centreRing } from '../../schemas/centre-ring.ts';
import {
  type Down,
  DownCall,
  DownThing,
  federationLimits,
  HelloDown,
  type HelloUp,
  type Up,
  UpAck,
  type UpAnswer,
} from '../../schemas/federation.ts';
import { parse, parseJson } from '../../schemas/parse.ts';
import type { Path } from '../../schemas/paths.ts';
import { bad, ok, type Problem, type Result } from '../../schemas/problems.ts';
import type { CentreCard } from '../centre.ts';
import { placeOf, tellFrom } from '../core/federation.ts';
import { downKeyOf, downSubjectOf, offeredOf } from '../core/federation-down.ts';
import { type AboveRing, judgeDown } from '../core/federation-signed.ts';
import { upKeyOf } from '../core/federation-up.ts';
import type { Journal } from '../link.ts';
import { readOwn } from '../provision/neighbours.ts';
import type { Store } from '../store/store.ts';
import type { Answers } from './answers.ts';
import { nameHere } from './reception.ts';
import type { Settling } from './settling.ts';
import { readUpThings, type UpFacts } from './up-things.ts';
import type { DownWord, OpenUpper, UpperLine, UpWord } from './upper-line.ts';

export interface UpperDeskOptions extends UpFacts {
  readonly store: Pick<Store, 'federation' | 'meta' | 'sources' | 'issues' | 'directives' | 'content' | 'log' | 'steering'>;
  readonly card: CentreCard;
  readonly open: OpenUpper;
  /** A key of this run by which this centre shows itself. */
  readonly issue: () => Promise<{ readonly cert: string; readonly key: string }>;
  readonly settling: Settling;
  readonly answers: Answers;
  readonly journal: Journal;
}

interface Above {
  readonly path: Path;
  readonly ring: AboveRing;
  readonly tls: { readonly cert: string; readonly key: string };
  readonly line: UpperLine;
}

const helloEveryMs = 30_000;

export class UpperDesk {
  readonly #options: UpperDeskOptions;
  #above: Above | undefined;
  #up = false;
  #contentUrl: string | undefined;
  #timer: NodeJS.Timeout | undefined;
  #turn: Promise<unknown> = Promise.resolve();
  /** When all that is offered was true. */
  #asOfMs = 0;

  constructor(options: UpperDeskOptions) {
    this.#options = options;
  }

  start(): Promise<void> {
    this.#timer = setInterval(() => this.#run('no-hello', () => this.#hello()), helloEveryMs);
    return this.follow();
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    const above = this.#above;
    this.#above = undefined;
    await above?.line.stop();
    await this.#turn;
    await this.#options.settling.leave();
  }

  get centre(): string | undefined {
    return this.#above?.path.centre;
  }

  get up(): boolean {
    return this.#up;
  }

  /** The centres above, or their keys, are others now: the nearest of them is followed. */
  async follow(): Promise<void> {
    const { card, store, open, issue, journal } = this.#options;
    const { trust, paths } = await readOwn({ store: store as Pick<Store, 'meta' | 'audit'>, card });
    const ring = centreRing(trust, card.id, cryptography);
    const nearest = ring.ok
      ? [...ring.value.links.keys()].reverse().find((id) => id !== card.id && paths.some((one) => one.centre === id))
      : undefined;
    const path = paths.find(({ centre }) => centre === nearest);
    const before = this.#above;
    if (before && path && JSON.stringify(before.path) === JSON.stringify(path) && ring.ok) {
      this.#above = { ...before, ring: ring.value };
      return;
    }
    this.#above = undefined;
    this.#up = false;
    await before?.line.stop();
    await this.#options.settling.leave();
    this.#contentUrl = undefined;
    if (!path || !ring.ok) return;
    const tls = await issue();
    const line: UpperLine = open({
      ...{ path, centre: card.id, tls },
      onMessage: async (word, payload) => this.#heard(word, String(Buffer.from(payload))),
      onChange: (up) => this.#change(line, up),
      onProblem: (problem) => journal.warn({ event: 'line-above', centre: path.centre, ...problem }),
    });
    this.#above = { path, ring: ring.value, tls, line };
    line.start();
  }

  /** What is to be told now is looked at anew; what changed is offered. */
  async round(): Promise<void> {
    const above = this.#above;
    if (!above) return;
    const { store, journal, nowMs } = this.#options;
    const atMs = nowMs();
    const { fit, tooLarge } = offeredOf(await readUpThings(this.#options, above.path.centre), upKeyOf);
    if (tooLarge.length > 0) journal.warn({ event: 'too-large-for-above', keys: tooLarge });
    const offered = await store.federation.offer(above.path.centre, fit);
    if (!offered.ok) return journal.warn({ event: 'not-told-above', ...offered.problem });
    this.#asOfMs = atMs;
    if (offered.value > 0) await this.#hello();
  }

  #change(line: UpperLine, up: boolean): void {
    if (line !== this.#above?.line) return;
    this.#up = up;
    if (up) this.#run('no-hello', () => this.#hello());
  }

  /** One after the other; what fails is said, and comes again by itself. */
  #run(event: string, work: () => Promise<Problem | undefined>): void {
    this.#turn = this.#turn
      .then(work)
      .then((problem) => problem && this.#options.journal.warn({ event: 'from-above-refused', ...problem }))
      .catch((err: unknown) => this.#options.journal.warn({ event, err }));
  }

  async #hello(): Promise<undefined> {
    const above = this.#above;
    if (!above || !this.#up) return undefined;
    const line = await this.#options.store.federation.line(above.path.centre);
    const hello: HelloUp = {
      asOfMs: this.#asOfMs,
      down: { stream: line.in.stream, after: line.in.seq },
      up: { stream: line.out.stream, last: line.out.seq },
    };
    await this.#say('ask', hello);
    return undefined;
  }

  /** A question waits for nothing that is under way. */
  #heard(word: DownWord, text: string): void {
    const problem = word === 'cmd' ? this.#called(text) : undefined;
    if (word !== 'cmd') this.#run('from-above-not-taken', () => this.#take(word, text));
    else if (problem) this.#options.journal.warn({ event: 'from-above-refused', ...problem });
  }

  async #take(word: Exclude<DownWord, 'cmd'>, text: string): Promise<Problem | undefined> {
    const above = this.#above;
    if (!above) return undefined;
    switch (word) {
      case 'answer':
        return this.#answered(above, text);
      case 'want':
        return this.#things(above, text);
      case 'ack':
        return this.#acked(above, text);
      default:
        return word satisfies never;
    }
  }

  async #answered(above: Above, text: string): Promise<Problem | undefined> {
    const answer = parseJson(HelloDown, text, federationLimits.messageBytes);
    if (!answer.ok) return answer.problem;
    this.#contentUrl = answer.value.content;
    await this.#settle(above);
    await this.#next(above, answer.value.up);
    return undefined;
  }

  async #acked(above: Above, text: string): Promise<Problem | undefined> {
    const ack = parseJson(UpAck, text, federationLimits.messageBytes);
    if (!ack.ok) return ack.problem;
    const line = await this.#options.store.federation.line(above.path.centre);
    if (ack.value.stream === line.out.stream && ack.value.after >= line.out.seq) await this.#hello();
    else await this.#next(above, ack.value);
    return undefined;
  }

  async #next(above: Above, reader: { readonly stream: string | null; readonly after: number }): Promise<void> {
    const { store } = this.#options;
    const { out } = await store.federation.line(above.path.centre);
    const after = tellFrom(out, reader);
    const rows = await store.federation.after(above.path.centre, after, {
      rows: federationLimits.batchRows,
      bytes: federationLimits.batchBytes,
    });
    const last = rows.at(-1);
    if (!last) return;
    const batch: Up = {
      ...{ stream: out.stream, after, upto: last.seq },
      rows: rows.map(({ seq, key, body }) => ({ seq, key, thing: JSON.parse(body) as unknown })),
    };
    await this.#say('log', batch);
  }

  /** Only what the centre above has signed: whoever owns its broker issues nothing here. */
  async #things(above: Above, text: string): Promise<Problem | undefined> {
    const { store, card, nowMs, journal } = this.#options;
    const peer = above.path.centre;
    const line = await store.federation.line(peer);
    const opened = judgeDown(text, { ring: above.ring, own: card, above: peer, counter: line.counter, nowMs: nowMs() }, cryptography);
    if (!opened.ok) return opened.problem;
    const { batch, counter } = opened.value;
    switch (placeOf(line.in, batch)) {
      case 'known':
        return undefined;
      case 'gap':
        await this.#hello();
        return undefined;
    }
    const taken = readable(batch);
    if (taken.length < batch.rows.length)
      journal.warn({ event: 'from-above-unreadable', centre: peer, of: batch.rows.length, read: taken.length });
    const { stream, after, upto } = batch;
    const done = await store.federation.take(peer, { stream, after, upto, counter, rows: taken, settled: false });
    if (!done.ok) return done.problem;
    await this.#hello();
    await this.#settle(above);
    return undefined;
  }

  async #settle({ path, tls }: Above, bring = true): Promise<undefined> {
    const from = this.#contentUrl === undefined ? undefined : { url: this.#contentUrl, tls: { ca: path.ca, ...tls } };
    await this.#options.settling.settle(path.centre, from, bring, (next) =>
      this.#run('not-settled', async () => this.#above && this.#settle(this.#above, next)),
    );
    return undefined;
  }

  #called(text: string): Problem | undefined {
    const above = this.#above;
    if (!above) return undefined;
    const call = parseJson(DownCall, text, federationLimits.messageBytes);
    if (!call.ok) return call.problem;
    if (call.value.do === 'news') {
      this.#run('no-hello', () => this.#hello());
      return undefined;
    }
    const { id, question, withinMs } = call.value;
    const peer = above.path.centre;
    // Nor does the rest wait for a slow one further below.
    void this.#options.answers
      .answer(question, peer, (issue) => nameHere(peer, 'tp', issue), withinMs)
      .catch((error: unknown) => bad('internal-error', error instanceof Error ? error.message : ''))
      .then((told) =>
        this.#say(
          'report',
          (told.ok ? { id, told: told.value, problem: null } : { id, told: null, problem: told.problem }) satisfies UpAnswer,
        ),
      );
    return undefined;
  }

  async #say(word: UpWord, message: object): Promise<Result<void>> {
    const text = JSON.stringify(message);
    if (Buffer.byteLength(text) > federationLimits.messageBytes) return bad('too-large', `${word} of ${text.length} characters`);
    return this.#above ? this.#above.line.say(word, text) : ok(undefined);
  }
}

/** Things that can be read, under keys of our own making. */
function readable({ rows, after, upto }: Down) {
  return rows.flatMap(({ seq, thing }) => {
    const shaped = parse(DownThing, thing);
    if (!shaped.ok || seq <= after || seq > upto) return [];
    const { value } = shaped;
    return [{ seq, key: downKeyOf(value), kind: value.is, subject: downSubjectOf(value), body: JSON.stringify(value) }];
  });
}
