// chaos forge: orders bent, replayed, stolen and half signed, against the verification and the rules of a box. None may be
// accepted, and every genuine one between them must be, whatever came before it.
import { parseArgs } from 'node:util';
import { chance } from '../world/random.ts';
import { ForgeBox } from './forge/box.ts';
import { forgeries } from './forge/forgeries.ts';
import { genuines } from './forge/genuines.ts';
import { makeLoot } from './forge/loot.ts';

/** A box lives through so many before it is a new one, with new keys. */
const lifeCases = 250;
/** One genuine order among so many forged ones. */
const genuineEach = 25;

export const breaks = ['one-officer', 'no-counter', 'old-keys'] as const;
export type ForgeBreak = (typeof breaks)[number];

export interface ForgeResult {
  readonly cases: number;
  readonly sounded: number;
  readonly genuine: number;
  readonly genuineMissed: number;
  readonly kinds: Readonly<Record<string, number>>;
  /** The first forged order that was accepted, or genuine one that was not. */
  readonly found: string | undefined;
}

export function tryForgeries(cases: number, seed: number, broken?: ForgeBreak, onLife?: (done: number) => void): ForgeResult {
  const luck = chance(seed);
  const kinds: Record<string, number> = {};
  const names = Object.keys(forgeries) as (keyof typeof forgeries)[];
  const wishes = Object.keys(genuines) as (keyof typeof genuines)[];
  let [sounded, genuine, genuineMissed]: [number, number, number] = [0, 0, 0];
  let found: string | undefined;
  const missed = (what: string) => {
    genuineMissed++;
    found ??= `genuine ${what} was missed`;
  };
  for (let done = 0; done < cases; ) {
    const box = new ForgeBox(makeLoot(luck), broken);
    for (let life = 0; life < lifeCases && done < cases; life++, done++) {
      if (life % genuineEach === 0) {
        const wish = wishes[(genuine + Math.floor(luck() * 2)) % wishes.length] ?? 'commune';
        genuine++;
        if (!box.accepts(genuines[wish](box.loot))) missed(wish);
      }
      const kind = names[done % names.length] ?? 'bent';
      kinds[kind] = (kinds[kind] ?? 0) + 1;
      const took = box.offer(forgeries[kind](box.loot, luck, box.past));
      if (took.length === 0) continue;
      sounded++;
      found ??= `forged ${kind} was accepted as ${took.join(' ')}`;
    }
    // A thief with the order key and a bribed officer ran the counter to its end: a new epoch mends it.
    genuine++;
    const refused = box.exhaust();
    if (!refused || !box.accepts(genuines.commune(box.loot))) missed('order after a rotation');
    onLife?.(done);
  }
  return { cases, sounded, genuine, genuineMissed, kinds, found };
}

export async function forge(words: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...words],
    options: {
      cases: { type: 'string', default: '100000' },
      seed: { type: 'string', default: '1' },
      break: { type: 'string' },
      json: { type: 'boolean', default: false },
    },
  });
  const broken = breaks.find((one) => one === values.break);
  if (values.break !== undefined && broken === undefined) {
    console.error(`--break knows ${breaks.join(', ')}`);
    return 2;
  }
  const startedMs = performance.now();
  const cases = Number(values.cases);
  const result = tryForgeries(cases, Number(values.seed), broken, (done) => {
    if (done % 10_000 === 0) console.error(`${done} of ${cases}, ${((performance.now() - startedMs) / 1000).toFixed(0)} s`);
  });
  const seconds = Math.round((performance.now() - startedMs) / 100) / 10;
  if (!values.json) console.table(result.kinds);
  console.log(JSON.stringify({ name: 'forge', ...result, seconds }));
  return result.sounded + result.genuineMissed > 0 ? 1 : 0;
}
