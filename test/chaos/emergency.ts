// chaos emergency: every fault of the table that concerns emergencies, against a real box process under a real broker, row by row.
import { parseArgs } from 'node:util';
import { bearerRows } from './emergency/bearer-rows.ts';
import { brokerRows } from './emergency/broker-rows.ts';
import { cardRows } from './emergency/card-rows.ts';
import { clockRows } from './emergency/clock-rows.ts';
import { deskRows } from './emergency/desk-rows.ts';
import { diskRows } from './emergency/disk-rows.ts';
import { killRows } from './emergency/kill-rows.ts';
import { loadRows } from './emergency/load-rows.ts';
import { messageRows } from './emergency/message-rows.ts';
import { has } from './emergency/programs.ts';
import { proofRows } from './emergency/proof-rows.ts';
import { type Outcome, type Row, runAgain, runRows } from './emergency/row.ts';
import { strainRows } from './emergency/strain-rows.ts';
import { voiceRows } from './emergency/voice-rows.ts';

export const rows: readonly Row[] = [
  ...brokerRows,
  ...messageRows,
  ...clockRows,
  ...diskRows,
  ...cardRows,
  ...killRows,
  ...voiceRows,
  ...bearerRows,
  ...deskRows,
  ...proofRows,
  ...loadRows,
  ...strainRows,
];

/** Most of a row is waiting for sound. */
const lanes = 4;

export async function emergency(words: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...words],
    options: { json: { type: 'boolean', default: false }, only: { type: 'string' }, lanes: { type: 'string', default: String(lanes) } },
  });
  const startedMs = performance.now();
  const exact = rows.filter(({ name }) => name === values.only);
  const chosen = exact.length > 0 ? exact : rows.filter(({ name }) => values.only === undefined || name.includes(values.only));
  const say = ({ row, result, figure, seconds }: Outcome) => console.error(`${result.padEnd(8)} ${row.name}: ${figure} (${seconds} s)`);
  const outcomes = await runRows(chosen, has, Number(values.lanes), say);
  let secondTries = 0;
  for (const [at, outcome] of outcomes.entries()) {
    if (outcome.result !== 'failed') continue;
    secondTries++;
    const again = await runAgain(outcome, has);
    say(again);
    outcomes[at] = again;
  }
  printTable(chosen, outcomes);
  const count = (wanted: Outcome['result']) => outcomes.filter(({ result }) => result === wanted).length;
  const failed = count('failed');
  const seconds = Math.round((performance.now() - startedMs) / 100) / 10;
  console.log(JSON.stringify({ name: 'emergency', rows: outcomes.length, failed, leftOut: count('left out'), secondTries, seconds }));
  return failed > 0 ? 1 : 0;
}

function printTable(chosen: readonly Row[], outcomes: readonly Outcome[]): void {
  for (const row of chosen) {
    const outcome = outcomes.find((one) => one.row === row);
    console.log(`${outcome?.result ?? '?'} | ${row.name} | ${row.done} | ${row.holds} | ${outcome?.figure ?? ''}`);
  }
}
