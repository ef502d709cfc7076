// Centres below: what was issued goes down to them, what they tell is taken, what they are asked comes back.
import { randomId } from '../../hardware/host/crypto.ts';
import {
  type Down,
  type DownCall,
  federationLimits,
  type HelloDown,
  HelloUp,
  type Question,
  type Told,
  Up,
  type UpAck,
  UpAnswer,
  UpHandling,
  UpReading,
  UpThing,
} from '../../schemas/federation.ts';
import type { AreaPath } from '../../schemas/ids.ts';
import type { Below } from '../../schemas/introduction.ts';
import { parse, parseJson } from '../../schemas/parse.ts';
import { bad, ok, type Problem, type Result } from '../../schemas/problems.ts';
import { buildTopic, type Topic } from '../../schemas/topics.ts';
import type { FarReading } from '../core/directive.ts';
import { answererOf, type CentreArea, placeOf, tellFrom } from '../core/federation.ts';
import { directivesDown } from '../core/federation-directives.ts';
import { downKeyOf, downOf, offeredOf } from '../core/federation-down.ts';
import { mayTell, upKeyOf, upSubjectOf } from '../core/federation-up.ts';
import type { FarWord } from '../core/source-handling.ts';
import type { Publish } from '../dispatch.ts';
import type { Feed } from '../feed.ts';
import type { Journal } from '../link.ts';
import type { SigningDesk } from '../provision/signing-desk.ts';
import type { CentreLine } from '../store/federation-store.ts';
import type { Store } from '../store/store.ts';
import { type DownReading, readDirectiveFacts, readDownFacts } from './down-facts.ts';
import { type FarOptions, readFar } from './far-words.ts';

export interface LowerDeskOptions extends DownReading {
  readonly store: Pick<Store, 'federation' | 'issues' | 'directives' | 'sources' | 'content'>;
  readonly areaOf: (unit: string) => AreaPath | undefined;
  readonly desk: Pick<SigningDesk, 'sign'>;
  readonly publish: Publish;
  /** Where boxes, and centres below, fetch content. */
  readonly contentUrl: () => string;
  readonly feed: Feed;
  readonly journal: Journal;
  readonly nowMs: () => number;
}

type LowerTopic = Extract<Topic, { readonly of: 'centre-below' | 'box'; readonly direction: 'up' }>;

interface Pending {
  readonly centre: string;
  readonly done: (told: Result<Told>) => void;
}

export class LowerDesk {
  readonly #options: LowerDeskOptions;
  readonly #asked = new Map<string, Pending>();
  #below: readonly CentreArea[] = [];
  #turn: Promise<unknown> = Promise.resolve();
  #stopped = false;

  constructor(options: LowerDeskOptions) {
    this.#options = options;
  }

  /** Those that are there from now on. What others were told, and have told, is forgotten. */
  async follow(below: readonly Below[]): Promise<void> {
    const { store } = this.#options;
    this.#stopped = false;
    this.#below = below.flatMap(({ centre, area }) => (area === undefined ? [] : [{ centre, area }]));
    for (const { centre } of this.#below) await store.federation.line(centre);
  }

  async dismissed(centre: string): Promise<void> {
    await this.#options.store.federation.forget(centre);
  }

  /** Nobody waits any more for what was asked; nothing is asked from now on. */
  stop(): void {
    this.#stopped = true;
    for (const { done } of [...this.#asked.values()]) done(bad('offline', 'this centre stops'));
  }

  get below(): readonly CentreArea[] {
    return this.#below;
  }

  answerer(area: AreaPath): string | undefined {
    return answererOf(area, this.#below)?.centre;
  }

  /** Only what was issued to it, and what that is made of. */
  mayFetch(centre: string, sha256: string): Promise<boolean> {
    return this.#options.store.federation.names(centre, sha256);
  }

  /** What is to be known below now; who has something new to fetch hears so. */
  round(): Promise<void> {
    const done = this.#turn.then(() => this.#round());
    this.#turn = done.catch(() => undefined);
    return done;
  }

  async #round(): Promise<void> {
    if (this.#below.length === 0) return;
    const { store, journal } = this.#options;
    const facts = { ...(await readDownFacts(this.#options)), areaOf: this.#options.areaOf, below: this.#below };
    const directives = directivesDown({ ...facts, ...(await readDirectiveFacts(this.#options)) });
    for (const [centre, things] of downOf(facts)) {
      const { fit, tooLarge } = offeredOf([...things, ...(directives.get(centre) ?? [])], downKeyOf);
      if (tooLarge.length > 0) journal.warn({ event: 'too-large-for-below', centre, keys: tooLarge });
      const offered = await store.federation.offer(centre, fit);
      if (!offered.ok) journal.warn({ event: 'not-told-below', centre, ...offered.problem });
      else if (offered.value > 0) await this.#say(centre, 'cmd', { do: 'news' } satisfies DownCall);
    }
  }

  /** One publication of a centre below; the broker has checked who it is. Rejects only when the store failed. */
  async onPublish(centre: string, topic: Topic, payload: Uint8Array): Promise<void> {
    const known = this.#below.find((one) => one.centre === centre);
    if (topic.of !== 'centre-below' || topic.direction !== 'up' || topic.id !== centre || !known) return;
    const problem =
      payload.length > federationLimits.messageBytes
        ? tooLarge(payload)
        : await this.#take(known, topic.word, String(Buffer.from(payload)));
    if (problem) this.#options.journal.warn({ event: 'centre-below-refused', centre, word: topic.word, ...problem });
  }

  /** Ask one of them. Problems: offline (no answer in time), too-many-requests, those of the other. */
  ask(centre: string, question: Question, withinMs: number): Promise<Result<Told>> {
    if (!this.#below.some((one) => one.centre === centre)) return Promise.resolve(bad('not-found', `no centre ${centre} below`));
    if (this.#stopped) return Promise.resolve(bad('offline', 'this centre stops'));
    const busy = [...this.#asked.values()].filter((one) => one.centre === centre).length;
    if (busy >= federationLimits.questions) return Promise.resolve(bad('too-many-requests', `${busy} questions wait at ${centre}`));
    const id = randomId('hoi');
    return new Promise((resolve) => {
      const done = (told: Result<Told>) => {
        clearTimeout(timer);
        this.#asked.delete(id);
        resolve(told);
      };
      const timer = setTimeout(() => done(bad('offline', `${centre} did not answer within ${withinMs} ms`)), Math.max(1, withinMs));
      this.#asked.set(id, { centre, done });
      const call: DownCall = { do: 'ask', id, withinMs: Math.max(100, Math.round(withinMs)), question };
      this.#say(centre, 'cmd', call).catch((error: unknown) => done(bad('offline', error instanceof Error ? error.message : 'not sent')));
    });
  }

  /** What centres below have told of these issues. */
  async far(issues: readonly string[]): Promise<(issue: string, unit: string) => FarWord | undefined> {
    const read = await readFar(this.#far(), 'handling', UpHandling, issues);
    return (issue, unit) => {
      const told = read(issue, unit);
      return told && { centre: told.centre, fresh: told.fresh, asOfMs: told.asOfMs, handling: told.word };
    };
  }

  /** What centres below have told of who has read these directives. */
  async farReadings(directives: readonly string[]): Promise<(directive: string, unit: string) => FarReading | undefined> {
    const read = await readFar(this.#far(), 'reading', UpReading, directives);
    return (directive, unit) => {
      const told = read(directive, unit);
      return told && { centre: told.centre, fresh: told.fresh, asOfMs: told.asOfMs, readings: told.word?.readings };
    };
  }

  #far(): FarOptions {
    const { store, areaOf, nowMs } = this.#options;
    return { store, areaOf, answerer: (area) => this.answerer(area), nowMs };
  }

  async #take({ centre, area }: CentreArea, word: LowerTopic['word'], text: string): Promise<Problem | undefined> {
    switch (word) {
      case 'ask':
        return this.#hello(centre, text);
      case 'log':
        return this.#things({ centre, area }, text);
      case 'report':
        return this.#told(centre, text);
      default:
        return { code: 'wrong-type', path: '', detail: `a centre below says nothing on ${word}` };
    }
  }

  async #hello(centre: string, text: string): Promise<Problem | undefined> {
    const { store, contentUrl, nowMs } = this.#options;
    const hello = parseJson(HelloUp, text, federationLimits.messageBytes);
    if (!hello.ok) return hello.problem;
    const line = await store.federation.line(centre);
    const { up, down, asOfMs } = hello.value;
    await store.federation.heard(centre, nowMs());
    // Its clock may run ahead of ours: nothing is known of what is still to come.
    if (up.last === 0 || (line.in.stream === up.stream && line.in.seq >= up.last))
      await store.federation.complete(centre, Math.min(asOfMs, nowMs()));
    const answer: HelloDown = { up: { stream: line.in.stream, after: line.in.seq }, content: contentUrl() };
    await this.#say(centre, 'answer', answer);
    await this.#next(line, tellFrom(line.out, down));
    return undefined;
  }

  /** The next part of what it does not know yet, signed: it may lead to sound. */
  async #next(line: CentreLine, after: number): Promise<void> {
    const { store, desk } = this.#options;
    const limits = { rows: federationLimits.batchRows, bytes: federationLimits.batchBytes };
    const rows = await store.federation.after(line.peer, after, limits);
    const last = rows.at(-1);
    if (!last) return;
    const body: Down = {
      ...{ stream: line.out.stream, after, upto: last.seq },
      rows: rows.map(({ seq, key, body: thing }) => ({ seq, key, thing: JSON.parse(thing) as unknown })),
    };
    const [signed] = await desk.sign([{ typ: 'down', aud: `c/${line.peer}`, body }]);
    if (signed) await this.#say(line.peer, 'want', signed.envelope);
  }

  async #things(from: CentreArea, text: string): Promise<Problem | undefined> {
    const { store, journal, feed } = this.#options;
    const read = parseJson(Up, text, federationLimits.messageBytes);
    if (!read.ok) return read.problem;
    const line = await store.federation.line(from.centre);
    const { stream, after, upto, rows } = read.value;
    if (placeOf(line.in, read.value) !== 'next') {
      await this.#say(from.centre, 'ack', {
        stream: line.in.stream ?? stream,
        after: line.in.stream === stream ? line.in.seq : 0,
      } satisfies UpAck);
      return undefined;
    }
    const things = rows.flatMap(({ seq, thing }) => {
      const shaped = parse(UpThing, thing);
      return shaped.ok && seq > after && seq <= upto ? [{ seq, thing: shaped.value }] : [];
    });
    const wasIssued = await this.#issued(things.map((one) => one.thing));
    const allowed = things.filter(({ thing }) => mayTell(thing, from.area, this.#options.areaOf, wasIssued));
    const refused = rows.length - allowed.length;
    if (refused > 0) journal.warn({ event: 'told-below-refused', centre: from.centre, refused, of: rows.length });
    const taken = allowed.map(({ seq, thing }) => ({
      ...{ seq, key: upKeyOf(thing), kind: thing.is, subject: upSubjectOf(thing), body: JSON.stringify(thing) },
    }));
    const done = await store.federation.take(from.centre, { stream, after, upto, counter: 0, rows: taken, settled: true });
    if (!done.ok) return done.problem;
    await this.#say(from.centre, 'ack', { stream, after: upto } satisfies UpAck);
    const told = (is: UpThing['is']) => new Set(allowed.filter(({ thing }) => thing.is === is).map(({ thing }) => upSubjectOf(thing)));
    for (const issue of told('handling')) feed.tell('source', issue);
    for (const directive of told('reading')) feed.tell('directive', directive);
    return undefined;
  }

  async #issued(things: readonly UpThing[]): Promise<(issue: string, unit: string) => boolean> {
    const { issues, directives } = this.#options.store;
    const of = (is: UpThing['is']) => things.filter((thing): thing is UpHandling | UpReading => thing.is === is);
    const asked = (all: readonly (UpHandling | UpReading)[]) => [
      [...new Set(all.map(upSubjectOf))],
      [...new Set(all.map(({ unit }) => unit))],
    ];
    const limit = federationLimits.batchRows ** 2;
    const [names, units] = asked(of('handling'));
    const [texts, places] = asked(of('reading'));
    const entries = [
      ...(names?.length ? await issues.entries({ issues: names, units: units ?? [], limit }) : []),
      ...(texts?.length
        ? (await directives.entries({ directives: texts, units: places ?? [], limit })).map(({ directive: issue, unit }) => ({
            issue,
            unit,
          }))
        : []),
    ];
    const known = new Set(entries.map(({ issue, unit }) => `${issue} ${unit}`));
    return (issue, unit) => known.has(`${issue} ${unit}`);
  }

  async #told(centre: string, text: string): Promise<Problem | undefined> {
    const read = parseJson(UpAnswer, text, federationLimits.messageBytes);
    if (!read.ok) return read.problem;
    const { id, told, problem } = read.value;
    const pending = this.#asked.get(id);
    if (pending?.centre !== centre) return { code: 'not-found', path: '/id', detail: 'nothing of that id was asked' };
    pending.done(told ? ok(told) : bad(problem?.code ?? 'internal-error', problem?.detail ?? 'it gave no answer'));
    return undefined;
  }

  #say(centre: string, word: 'answer' | 'want' | 'ack' | 'cmd', message: object): Promise<void> {
    const topic = buildTopic({ of: 'centre-below', id: centre, direction: 'dn', word });
    return this.#options.publish(topic, JSON.stringify(message), { qos: 1, retain: false });
  }
}

function tooLarge(payload: Uint8Array): Problem {
  return { code: 'too-large', path: '', detail: `${payload.length} bytes, at most ${federationLimits.messageBytes}` };
}
