// chaos centre-kill: a centre under accepted writes is killed again and again; nothing accepted is lost, nothing is half there.
import { setTimeout as pass } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { percentile } from '../bench/parts/percentiles.ts';
import { type Bed, listener, makeBed } from './centre-kill/bed.ts';
import { Book } from './centre-kill/book.ts';
import { type Seen, Tables } from './centre-kill/facts.ts';
import { Hands, signedIn } from './centre-kill/hands.ts';

const writersStandard = 3;
/** Of all kills so many come while the centre starts. */
const whileStarting = 0.15;
const startingMs = 900;
const workMs = { least: 10, most: 900 };

export interface KillResult {
  readonly kills: number;
  readonly acceptedWrites: number;
  readonly lostWrites: number;
  /** Things without their audit row, rows without their thing, rows that name content which is not there. */
  readonly halfWrites: number;
  readonly chainBreaks: number;
  readonly revisionsBack: number;
  readonly serverFaults: number;
  readonly unanswered: { readonly done: number; readonly undone: number };
  readonly restartP50Ms: number;
  readonly restartP99Ms: number;
  readonly seed: number;
  readonly byAct: Readonly<Record<string, number>>;
  /** In words, the first of what was found. */
  readonly found: readonly string[];
}

const foundMax = 20;

export async function killCentre(kills: number, seed: number, tell: (line: string) => void = () => undefined): Promise<KillResult> {
  const random = seeded(seed);
  const bed = await makeBed(writersStandard);
  const [book, tables, watch] = [new Book(), new Tables(bed.data), new Watch()];
  try {
    await bed.start();
    await bed.listen();
    const hands = await handsAt(bed, book, random);
    const first = await tables.look();
    book.begin(first);
    watch.hold(first, 0);
    const startsMs: number[] = [];
    for (let killed = 0; killed < kills; killed++) {
      const working = hands.map((one) => one.work());
      await pass(workMs.least + random() * (workMs.most - workMs.least));
      bed.heard();
      await bed.kill();
      await Promise.all(working);
      while (random() < whileStarting && ++killed < kills) {
        const starting = bed.start().catch(() => 0);
        await pass(random() * startingMs);
        await bed.kill();
        await starting;
      }
      startsMs.push(await bed.start());
      await bed.listen();
      const seen = await tables.look();
      watch.hold(seen, bed.published);
      watch.judge(book.settle(seen));
      if (killed % 20 === 19) tell(`${killed + 1} kills, ${book.accepted} writes accepted, ${watch.found.length} found`);
    }
    const [accepted, byAct] = [book.accepted, book.byAct()];
    return {
      ...{ kills, acceptedWrites: accepted, lostWrites: watch.lost, halfWrites: watch.half, chainBreaks: watch.chainBreaks },
      ...{ revisionsBack: watch.revisionsBack, serverFaults: hands.reduce((sum, { faults }) => sum + faults, 0) },
      ...{ unanswered: { ...book.unanswered }, restartP50Ms: Math.round(percentile(startsMs, 0.5)) },
      ...{ restartP99Ms: Math.round(percentile(startsMs, 0.99)), seed, byAct, found: watch.found.slice(0, foundMax) },
    };
  } finally {
    await bed.stop();
  }
}

/** What was found wrong, counted. */
class Watch {
  readonly found: string[] = [];
  readonly #revisions = new Map<string, number>();
  lost = 0;
  half = 0;
  chainBreaks = 0;
  revisionsBack = 0;

  judge({ lost, half }: { readonly lost: readonly string[]; readonly half: readonly string[] }): void {
    this.lost += lost.length;
    this.half += half.length;
    this.found.push(...lost, ...half);
  }

  hold({ revisions, brokenAt, missing }: Seen, published: number): void {
    if (brokenAt !== undefined) this.#say(`the audit chain breaks at row ${brokenAt}`, () => this.chainBreaks++);
    for (const name of missing) this.#say(`content ${name} is named and not there`, () => this.half++);
    const least = new Map(this.#revisions).set(listener, Math.max(published, this.#revisions.get(listener) ?? 0));
    for (const [dev, rev] of least) {
      const now = revisions.get(dev) ?? 0;
      if (now < rev) this.#say(`the want of ${dev} went from ${rev} to ${now}`, () => this.revisionsBack++);
    }
    for (const [dev, rev] of revisions) this.#revisions.set(dev, rev);
  }

  #say(what: string, count: () => void): void {
    this.found.push(what);
    count();
  }
}

async function handsAt(bed: Bed, book: Book, random: () => number): Promise<Hands[]> {
  const count = { next: 0 };
  const sessions = { author: await signedIn(bed.console, 'tat-ca'), approver: await signedIn(bed.console, 'duyet') };
  return Array.from({ length: writersStandard }, (_, number) => {
    return new Hands({ number, book, random, next: () => ++count.next }, bed.console, sessions);
  });
}

/** mulberry32: the same chances again for the same seed (what the machine does in between is its own). */
function seeded(seed: number): () => number {
  const state = { at: seed >>> 0 };
  return () => {
    state.at = (state.at + 0x6d2b79f5) >>> 0;
    let t = state.at;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

export async function centreKill(words: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...words],
    options: {
      json: { type: 'boolean', default: false },
      kills: { type: 'string', default: '200' },
      seed: { type: 'string', default: '1' },
    },
  });
  const result = await killCentre(Number(values.kills), Number(values.seed), (line) => console.error(line));
  for (const line of result.found) console.error(line);
  console.log(JSON.stringify({ name: 'centre-kill', ...result }));
  const wrong = result.lostWrites + result.halfWrites + result.chainBreaks + result.revisionsBack + result.serverFaults;
  return wrong > 0 ? 1 : 0;
}
