// npm run chaos -- NAME: faults and forgeries against the product's own rules, with the safe behaviour that must hold.
import { cap } from './cap.ts';
import { centreKill } from './centre-kill.ts';
import { emergency } from './emergency.ts';
import { forge } from './forge.ts';
import { lineKill } from './line-kill.ts';
import { update } from './update.ts';

const programs = { cap, 'centre-kill': centreKill, emergency, forge, 'line-kill': lineKill, update } as const;
const [name = '', ...words] = process.argv.slice(2);
if (name in programs) process.exit(await programs[name as keyof typeof programs](words));
else {
  console.error(`npm run chaos -- NAME, where NAME is one of: ${Object.keys(programs).join(', ')}`);
  process.exitCode = 2;
}
