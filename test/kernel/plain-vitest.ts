// Stands for vitest inside the lab's guest, where nothing can be written and emulation makes a whole runner slow: same words, one by one.
import { JestAsymmetricMatchers, JestChaiExpect, JestExtend } from '@vitest/expect';
import * as chai from 'chai';

chai.use(JestExtend);
chai.use(JestChaiExpect);
chai.use(JestAsymmetricMatchers);

interface Case {
  readonly title: string;
  readonly run: () => unknown;
}

const cases: Case[] = [];

export const { expect } = chai;

export function test(title: string, run: () => unknown): void {
  cases.push({ title, run });
}

/** Run what was declared since the last time; answers each title with what went wrong, if anything. */
export async function runCases(): Promise<{ readonly title: string; readonly wrong: string | undefined }[]> {
  const results = [];
  for (const { title, run } of cases.splice(0)) {
    let wrong: string | undefined;
    try {
      await run();
    } catch (error) {
      wrong = (error as Error).message.split('\n').slice(0, 6).join(' ');
    }
    results.push({ title, wrong });
  }
  return results;
}
