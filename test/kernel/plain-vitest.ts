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

/**
 * Run what was declared since the last time; answers each title with what went wrong, if anything. What fails is tried once more:
 * an emulated machine on a busy host hesitates longer than any card.
 */
export async function runCases(after: () => Promise<void>): Promise<{ readonly title: string; readonly wrong: string | undefined }[]> {
  const results = [];
  for (const one of cases.splice(0)) {
    const wrong = (await tryCase(one, after)) === undefined ? undefined : await tryCase(one, after);
    results.push({ title: one.title, wrong });
  }
  return results;
}

async function tryCase({ run }: Case, after: () => Promise<void>): Promise<string | undefined> {
  try {
    await run();
    return undefined;
  } catch (error) {
    return (error as Error).message.split('\n').slice(0, 6).join(' ');
  } finally {
    await after();
  }
}
