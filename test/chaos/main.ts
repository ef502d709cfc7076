// npm run chaos -- NAME: faults and forgeries against the product's own rules, with the safe behaviour that must hold.
import { writeFileSync } from 'node:fs';
import { faults } from './all/faults.ts';
import { pageOf } from './all/page.ts';
import { all } from './all.ts';
import { cap } from './cap.ts';
import { centreKill } from './centre-kill.ts';
import { emergency } from './emergency.ts';
import { forge } from './forge.ts';
import { kill9 } from './kill9.ts';
import { lineKill } from './line-kill.ts';
import { powercut } from './powercut.ts';
import { update } from './update.ts';

/** Writes controller/docs/chaos.md. */
async function page(): Promise<number> {
  writeFileSync('controller/docs/chaos.md', pageOf(faults));
  return 0;
}

const programs = { all, cap, 'centre-kill': centreKill, emergency, forge, kill9, 'line-kill': lineKill, page, powercut, update } as const;
const [name = '', ...words] = process.argv.slice(2);
if (name in programs) process.exit(await programs[name as keyof typeof programs](words));
else {
  console.error(`npm run chaos -- NAME, where NAME is one of: ${Object.keys(programs).join(', ')}`);
  process.exitCode = 2;
}
