// A small centre whose claim lies on the boot partition (or where the first word says), a tone that an installed box has to play, and then two
// releases: one that runs and one that does not. Prints one JSON line for each thing that becomes true; ends when it is told to.
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { policy } from '../schemas/documents.ts';
import { filesUnder, ReleaseDesk } from '../wire/release-offer.ts';
import { SmallCentre } from '../wire/small-centre.ts';
import { planTone } from '../wire/tone-plan.ts';
import { until } from '../wire/waiting.ts';

/** The emulator needs its time to fetch the sound: 29 MB. */
const aheadMs = 120_000;
const toneSeconds = 300;
const waitMs = 3600_000;
const installed = '/opt/loa/agent/releases';

const claim = process.argv[2] ?? '/boot/firmware/loa-claim.json';

const say = (line: object) => process.stdout.write(`${JSON.stringify(line)}\n`);
const centre = new SmallCentre();
const desk = new ReleaseDesk(centre);
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

/** Asked for by a file that is there: an emulated machine takes minutes to come so far, or seconds. */
const asked = (word: string) => until(`the word ${word}`, () => (existsSync(`/run/loa-${word}`) ? true : undefined), waitMs);

await asked('play');
const startMs = Math.ceil((Date.now() + aheadMs) / 1000) * 1000;
await planTone(centre, startMs, toneSeconds);
say({ lab: 'planned', startMs });

// An update waits until nothing sounds: the week is empty from now on.
await asked('update');
const folder = join(installed, readdirSync(installed)[0] ?? '');
const quiet = { settings: {}, policy: policy(), schedules: { programmes: [], schedules: [], holidays: [], localOrder: [] } };
await desk.offer({ version: '90.1.0', counter: 1, files: filesUnder(folder) }, quiet);
await until('its confirmation', () => desk.told('90.1.0').some(({ state }) => state === 'committed') || undefined, waitMs);
writeFileSync('/run/loa-committed', '90.1.0');
say({ lab: 'committed', rows: desk.told('90.1.0').map(({ state }) => state) });

await asked('break');
await desk.offer({ version: '90.2.0', counter: 2, files: filesUnder(folder, { 'agent.js': 'process.exit(1);\n' }) }, quiet);
const back = () => desk.told('90.2.0').find(({ state }) => state === 'rolled-back');
await until('the way back', back, waitMs);
writeFileSync('/run/loa-back', back()?.reason ?? '');
say({ lab: 'rolled-back', reason: back()?.reason });
