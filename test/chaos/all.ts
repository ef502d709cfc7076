// chaos all: the whole table of faults, each by every proof that it names, then one line of JSON.
import { parseArgs } from 'node:util';
import { type Fault, type Proof, proofOf } from './all/fault.ts';
import { faults } from './all/faults.ts';
import { type Judged, judge, linesOf, testsOf, type Verdict, verdictOfTests } from './all/judge.ts';
import { runLab } from './all/run-lab.ts';
import { runTests } from './all/run-tests.ts';
import { has } from './emergency/programs.ts';
import { runAgain, runRows } from './emergency/row.ts';
import { rows } from './emergency.ts';

/** Most of a row is waiting for sound. */
const lanes = 4;

export async function all(words: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...words],
    options: { json: { type: 'boolean', default: false }, only: { type: 'string' } },
  });
  const beganMs = performance.now();
  const chosen = chosenOf(values.only);
  if (chosen.length === 0) {
    console.error(`--only NAME, where NAME is one of: ${faults.map(({ name }) => name).join(', ')}`);
    return 2;
  }
  const { judged, secondTries } = await prove(chosen, (line) => console.error(line));
  if (!values.json) for (const line of linesOf(judged)) console.log(line);
  const count = (wanted: Verdict['result']) => judged.filter(({ result }) => result === wanted).length;
  const [failed, leftOut] = [count('failed'), count('left out')];
  const proofs = judged.reduce((sum, one) => sum + one.proofs.length, 0);
  const wrong = judged.filter(({ result }) => result !== 'holds').map(({ fault }) => fault.name);
  const seconds = Math.round((performance.now() - beganMs) / 1000);
  console.log(JSON.stringify({ name: 'all', rows: judged.length, failed, leftOut, proofs, secondTries, wrong, seconds }));
  // What was not tried is not proved.
  return failed + leftOut > 0 ? 1 : 0;
}

function chosenOf(only: string | undefined): readonly Fault[] {
  const exact = faults.filter(({ name }) => name === only);
  return exact.length > 0 ? exact : faults.filter(({ name }) => only === undefined || name.includes(only));
}

/** Rows of the box first, as they measure time; then tests; then the other laboratories, one after another. */
async function prove(
  chosen: readonly Fault[],
  say: (line: string) => void,
): Promise<{ readonly judged: readonly Judged[]; readonly secondTries: number }> {
  const proofs = [...new Map(chosen.flatMap((fault) => fault.proofs).map((text) => [text, proofOf(text)])).entries()];
  const verdicts = new Map<string, Verdict>();
  const named = new Set(proofs.flatMap(([, proof]) => (proof.kind === 'row' ? [proof.name] : [])));
  let secondTries = 0;
  const wanted = rows.filter(({ name }) => named.has(name));
  const outcomes = await runRows(wanted, has, lanes, ({ row, result, figure }) => say(`${result.padEnd(8)} ${row.name}: ${figure}`));
  for (const outcome of outcomes) {
    const last = outcome.result === 'failed' ? await runAgain(outcome, has) : outcome;
    if (last !== outcome) secondTries++;
    verdicts.set(outcome.row.name, { result: last.result, figure: last.figure });
  }
  const tests = await runTests(
    proofs.flatMap(([, proof]) => (proof.kind === 'test' ? [proof] : [])),
    say,
  );
  for (const [text, proof] of proofs) {
    if (proof.kind !== 'lab') continue;
    verdicts.set(text, await runLab(proof.words));
    say(`${verdicts.get(text)?.result.padEnd(8)} ${text}`);
  }
  const verdictOf = (proof: Proof, text: string): Verdict => {
    if (proof.kind === 'test') return verdictOfTests(testsOf(proof, tests.ran));
    return verdicts.get(proof.kind === 'row' ? proof.name : text) ?? { result: 'failed', figure: 'no such row' };
  };
  return { judged: chosen.map((fault) => judge(fault, verdictOf)), secondTries: secondTries + tests.secondTries };
}
