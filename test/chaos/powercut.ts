// chaos powercut: a real box and a real centre live under a shim that writes down what they do to their files; then the power goes at
// any point of it, and what was not synced is there, torn, out of order or gone. Nothing that somebody was told may be missing.
import { parseArgs } from 'node:util';
import { chance } from '../world/random.ts';
import { bootBox } from './powercut/box-boot.ts';
import { checkBox } from './powercut/box-check.ts';
import { type BoxMark, BoxStory } from './powercut/box-story.ts';
import { bootCentre } from './powercut/centre-boot.ts';
import { checkCentre } from './powercut/centre-check.ts';
import { type CentreMark, centreStory } from './powercut/centre-story.ts';
import { type CutWish, cutMany, type Life, type Tally } from './powercut/cuts.ts';
import { compiler } from './powercut/shadow.ts';

/** What a card may lie about: its syncs of everything, of the databases, of all that is not one. */
const lies = { all: /./, databases: /\/(journal\.db|centre\.sqlite)/, files: /^(?!.*\/(journal\.db|centre\.sqlite))/ } as const;
type LieName = keyof typeof lies;

interface PowercutWish {
  readonly cuts: number;
  /** Of all cuts after so many the whole program is started. */
  readonly boots: number;
  /** How long each of the two lives is. */
  readonly seconds: number;
  readonly seed: number;
  readonly lie?: LieName | undefined;
  readonly of?: readonly ('box' | 'centre')[];
}

type PowercutResult = {
  readonly cuts: number;
  /** Things that somebody was told and that a folder does not have. */
  readonly lost: number;
  /** Things that were over and are not, or that count twice. */
  readonly twice: number;
  /** Folders whose stores or programs do not come up whole. */
  readonly broken: number;
  readonly boots: number;
  readonly operations: number;
  /** What was seen from outside, by kind. */
  readonly seen: Readonly<Record<string, number>>;
  readonly cutsBy: Readonly<Record<string, number>>;
  readonly seconds: number;
  readonly seed: number;
  readonly found: readonly string[];
};

const foundMax = 20;

export async function cutPower(cc: string, wish: PowercutWish, tell: (line: string) => void = () => undefined): Promise<PowercutResult> {
  const beganMs = performance.now();
  const { of = ['box', 'centre'], seed } = wish;
  const share = {
    cuts: Math.ceil(wish.cuts / of.length),
    boots: Math.ceil(wish.boots / of.length),
    lie: wish.lie && { about: lies[wish.lie] },
  };
  const tallies: Tally[] = [];
  const lives: Life[] = [];
  const cutLife = async (life: Life, part: Omit<CutWish, 'onCut'>) => {
    tell(`${life.name}: ${life.operations.length} operations, ${life.operations.filter(({ is }) => is === 'mark').length} things seen`);
    lives.push(life);
    const onCut = (done: number) => done % 100 === 0 && tell(`${life.name}: ${done} cuts`);
    tallies.push(await cutMany(life, { ...part, onCut }));
  };
  if (of.includes('box')) await withBox(cc, wish.seconds, (life) => cutLife(life, { ...share, chance: chance(seed) }));
  if (of.includes('centre'))
    await withCentre(cc, wish.seconds, seed, (life, parts) =>
      cutLife(life, {
        ...share,
        cuts: Math.ceil(share.cuts / parts),
        boots: Math.ceil(share.boots / parts),
        chance: chance(seed + lives.length),
      }),
    );
  const sum = (of: (tally: Tally) => number) => tallies.reduce((total, one) => total + of(one), 0);
  return {
    ...{ cuts: sum((one) => one.cuts), lost: sum((one) => one.lost), twice: sum((one) => one.twice), broken: sum((one) => one.broken) },
    ...{ boots: sum((one) => one.boots), operations: lives.reduce((total, { operations }) => total + operations.length, 0) },
    seen: seenIn(lives),
    cutsBy: { bare: sum((one) => one.cutsBy.bare), ordered: sum((one) => one.cutsBy.ordered) },
    ...{ seconds: Math.round((performance.now() - beganMs) / 1000), seed, found: tallies.flatMap(({ found }) => found).slice(0, foundMax) },
  };
}

async function withBox(cc: string, seconds: number, use: (life: Life) => Promise<void>): Promise<void> {
  const story = new BoxStory(cc);
  try {
    await story.tell(seconds);
    await use({
      name: 'box',
      base: story.shadow.base,
      operations: story.shadow.operations(),
      check: (dir, marks) => checkBox(dir, marks as BoxMark[]),
      boot: (dir, marks) => bootBox(story, dir, marks as BoxMark[]),
      bootsFrom: (mark) => (mark as BoxMark).saw === 'enrolled',
    });
  } finally {
    await story.stop();
  }
}

async function withCentre(cc: string, seconds: number, seed: number, use: (life: Life, parts: number) => Promise<void>): Promise<void> {
  const story = await centreStory(cc, chance(seed));
  try {
    await story.tell(seconds);
    for (const [at, { shadow, before }] of story.sittings.entries())
      await use(
        {
          name: `centre ${at + 1}`,
          base: shadow.base,
          operations: shadow.operations(),
          check: (dir, marks) => checkCentre(dir, before, marks as CentreMark[]),
          boot: (dir) => bootCentre(dir),
          bootsFrom: () => true,
        },
        story.sittings.length,
      );
  } finally {
    await story.stop();
  }
}

function seenIn(lives: readonly Life[]): Record<string, number> {
  const seen: Record<string, number> = {};
  for (const { operations } of lives)
    for (const one of operations) {
      if (one.is !== 'mark') continue;
      const { saw } = one.mark as BoxMark | CentreMark;
      seen[saw] = (seen[saw] ?? 0) + 1;
    }
  return seen;
}

export async function powercut(words: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...words],
    options: {
      json: { type: 'boolean', default: false },
      cuts: { type: 'string', default: '1000' },
      boots: { type: 'string', default: '32' },
      seconds: { type: 'string', default: '60' },
      seed: { type: 'string', default: '1' },
      lie: { type: 'string' },
    },
  });
  const lie = (Object.keys(lies) as LieName[]).find((one) => one === values.lie);
  if (values.lie !== undefined && lie === undefined) {
    console.error(`--lie knows ${Object.keys(lies).join(', ')}`);
    return 2;
  }
  const cc = compiler();
  if (cc === undefined) {
    console.error('no compiler: the shim is made of its C source with cc or gcc (Debian: apt-get install gcc libc6-dev)');
    console.log(JSON.stringify({ name: 'powercut', state: 'no compiler', cuts: 0 }));
    return 2;
  }
  const [cuts, boots, seconds, seed] = [values.cuts, values.boots, values.seconds, values.seed].map(Number) as [
    number,
    number,
    number,
    number,
  ];
  const result = await cutPower(cc, { cuts, boots, seconds, seed, lie }, (line) => console.error(line));
  for (const line of result.found) console.error(line);
  console.log(JSON.stringify({ name: 'powercut', ...result, ...(lie && { lie }) }));
  return result.lost + result.twice + result.broken > 0 ? 1 : 0;
}
