// A small centre whose claim lies on the boot partition (or where the first word says), and a tone that an installed box has to play.
// Prints one JSON line for each thing that becomes true; ends when it is told to.
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { SmallCentre } from '../wire/small-centre.ts';
import { planTone } from '../wire/tone-plan.ts';
import { until } from '../wire/waiting.ts';

/** The emulator needs its time to fetch the sound. */
const aheadMs = 20_000;
const toneSeconds = 300;
const waitMs = 3600_000;

const claim = process.argv[2] ?? '/boot/firmware/loa-claim.json';

const say = (line: object) => process.stdout.write(`${JSON.stringify(line)}\n`);
const centre = new SmallCentre();
await centre.start();
mkdirSync(dirname(claim), { recursive: true });
writeFileSync(claim, JSON.stringify(centre.claim()));
say({ lab: 'claim' });
process.on('SIGTERM', () => {
  say({ lab: 'facts', kinds: Object.fromEntries(countOf(centre.facts.map(({ kind }) => kind))) });
  void centre.stop().then(() => process.exit(0));
});

function countOf(kinds: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const kind of kinds) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return counts;
}

// The box is ready when this file is there: an emulated machine takes minutes to come so far, or seconds.
await until('the word to play', () => (existsSync('/run/loa-play') ? true : undefined), waitMs);
const startMs = Math.ceil((Date.now() + aheadMs) / 1000) * 1000;
await planTone(centre, startMs, toneSeconds);
say({ lab: 'planned', startMs });
