// What the runs say of each proof and of each fault. Pure: a test that is not there, was left out or failed proves nothing.
import { type Fault, type Proof, proofOf } from './fault.ts';

export interface Verdict {
  readonly result: 'holds' | 'failed' | 'left out';
  /** A figure, or why not. */
  readonly figure: string;
}

/** One test as the runner of tests reports it. */
export interface RanTest {
  /** From the root of the project. */
  readonly file: string;
  /** Groups from the outermost, then the test itself. */
  readonly titles: readonly string[];
  readonly state: 'passed' | 'failed' | 'skipped';
  readonly message: string;
}

export interface Judged {
  readonly fault: Fault;
  readonly result: Verdict['result'];
  readonly proofs: readonly { readonly text: string; readonly verdict: Verdict }[];
}

/** What stands for a value in the title of a table of tests, or in a template. */
const holes = /%[sdifjo%#$]|\$\{[^}]*\}/g;
const escaped = (text: string) => text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');

/** Source of an expression that matches the title as it is run: values stand where the title has a hole. */
export function patternOf(title: string): string {
  const between = title.split(holes).map(escaped);
  return between.join('.*');
}

/** Of this title: the tests of that name, or all of the group of that name. */
export function testsOf({ file, title }: Extract<Proof, { kind: 'test' }>, ran: readonly RanTest[]): readonly RanTest[] {
  const pattern = new RegExp(`^${patternOf(title)}$`, 's');
  return ran.filter((test) => test.file === file && test.titles.some((one) => pattern.test(one)));
}

export function verdictOfTests(tests: readonly RanTest[]): Verdict {
  const failed = tests.find(({ state }) => state === 'failed');
  if (tests.length === 0) return { result: 'failed', figure: 'no such test was run' };
  if (failed) return { result: 'failed', figure: `${failed.titles.at(-1)}: ${failed.message}`.slice(0, 600) };
  const skipped = tests.filter(({ state }) => state === 'skipped');
  if (skipped.length > 0)
    return {
      result: 'left out',
      figure: skipped
        .map(({ titles }) => titles.at(-1))
        .join('; ')
        .slice(0, 300),
    };
  return { result: 'holds', figure: `${tests.length} ${tests.length === 1 ? 'test' : 'tests'}` };
}

export function judge(fault: Fault, verdictOf: (proof: Proof, text: string) => Verdict): Judged {
  const proofs = fault.proofs.map((text) => ({ text, verdict: verdictOf(proofOf(text), text) }));
  const has = (wanted: Verdict['result']) => proofs.some(({ verdict }) => verdict.result === wanted);
  return { fault, result: has('failed') || proofs.length === 0 ? 'failed' : has('left out') ? 'left out' : 'holds', proofs };
}

/** Lines for a terminal: the fault, what must hold, what it took; under one that does not hold, what did not. */
export function linesOf(judged: readonly Judged[]): readonly string[] {
  const wide = Math.max(...judged.map(({ fault }) => fault.name.length), 5);
  const head = `${'result'.padEnd(8)} | ${'fault'.padEnd(wide)} | proofs | safe behaviour`;
  return [
    head,
    `${'-'.repeat(8)} | ${'-'.repeat(wide)} | ------ | --------------`,
    ...judged.flatMap(({ fault, result, proofs }) => {
      const held = proofs.filter(({ verdict }) => verdict.result === 'holds').length;
      return [
        `${result.padEnd(8)} | ${fault.name.padEnd(wide)} | ${`${held}/${proofs.length}`.padEnd(6)} | ${fault.holds.en}`,
        ...proofs
          .filter(({ verdict }) => verdict.result !== 'holds')
          .map(({ text, verdict }) => `         ${verdict.result}: ${text}: ${verdict.figure}`),
      ];
    }),
  ];
}
