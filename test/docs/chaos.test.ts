// The page of the table of faults is the table, and each proof that it names is there to be run.
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type Fault, proofOf } from '../chaos/all/fault.ts';
import { faults } from '../chaos/all/faults.ts';
import { judge, linesOf, patternOf, type RanTest, testsOf, verdictOfTests } from '../chaos/all/judge.ts';
import { pageOf } from '../chaos/all/page.ts';
import { rows } from '../chaos/emergency.ts';
import { titlesIn } from './references.ts';

const root = resolve(import.meta.dirname, '../..');
const text = (path: string) => readFileSync(join(root, path), 'utf8');
const proofs = [...new Set(faults.flatMap((fault) => fault.proofs))];

describe('the table of faults', () => {
  test('is on its page, word for word', () => {
    expect(text('controller/docs/chaos.md')).toBe(pageOf(faults));
  });

  test('has for each fault a name of its own, words in both languages, and more than one proof', () => {
    const names = faults.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    for (const { name, fault, how, holds, proofs } of faults) {
      for (const words of [fault.vi, fault.en, how, holds.vi, holds.en]) expect(words.length, name).toBeGreaterThan(10);
      expect(proofs.length, name).toBeGreaterThan(1);
    }
  });

  test('names only rows, laboratories, stories and tests that are there', () => {
    const known = new Set(rows.map(({ name }) => name));
    const programs = /const programs = \{([^}]*)\}/.exec(text('test/chaos/main.ts'))?.[1] ?? '';
    const missing = proofs.filter((one) => {
      const proof = proofOf(one);
      if (proof.kind === 'row') return !known.has(proof.name);
      if (proof.kind === 'lab') return !new RegExp(`'?${proof.words[0]}'?[:,]`).test(programs);
      if (one.endsWith('.txt')) return !existsSync(join(root, one));
      const path = one.slice(0, one.indexOf(' › '));
      return !existsSync(join(root, proof.file)) || !titlesIn(text(path)).has(proof.title);
    });
    expect(missing).toEqual([]);
  });

  test('every row of the laboratory round one box stands in it, but for those of how a thing is heard', () => {
    const named = new Set(proofs.flatMap((one) => (proofOf(one).kind === 'row' ? [(proofOf(one) as { name: string }).name] : [])));
    const left = rows.map(({ name }) => name).filter((name) => !named.has(name));
    expect(left.filter((name) => !/^(voice|heard|three-retained)-/.test(name))).toEqual([]);
  });
});

describe('a proof', () => {
  const proof = { kind: 'test', file: 'test/a.test.ts', title: 'adds %i and %s' } as const;
  const ran = (title: string, state: RanTest['state'], file: string = proof.file): RanTest => ({
    file,
    titles: ['a sum', title],
    state,
    message: 'x',
  });
  const verdict = (...all: readonly RanTest[]) => verdictOfTests(testsOf(proof, all)).result;

  test('is found by its title with values in it, or by its group, in its own file only', () => {
    expect(verdict(ran('adds 1 and 2', 'passed'), ran('adds 3 and (4)', 'passed'))).toBe('holds');
    expect(verdict(ran('adds 1 and 2', 'passed', 'test/b.test.ts'))).toBe('failed');
    expect(testsOf({ ...proof, title: 'a sum' }, [ran('adds 1', 'passed')])).toHaveLength(1);
    expect(testsOf(proof, [ran('it adds 1 and 2', 'passed')])).toEqual([]);
    expect(new RegExp(patternOf('costs $5 (a month)?')).test('costs $5 (a month)?')).toBe(true);
  });

  test('that was not run, was left out or failed proves nothing, whatever else passed', () => {
    expect(verdict()).toBe('failed');
    expect(verdict(ran('adds 1 and 2', 'passed'), ran('adds 3 and 4', 'skipped'))).toBe('left out');
    expect(verdict(ran('adds 1 and 2', 'skipped'), ran('adds 3 and 4', 'failed'))).toBe('failed');
  });

  test('that does not hold takes its fault along, and stands under it', () => {
    const [fault] = faults;
    const wrong = judge(fault as Fault, (_, one) => ({ result: one === fault?.proofs[1] ? 'left out' : 'holds', figure: 'needs x' }));
    expect(wrong.result).toBe('left out');
    expect(judge({ ...(fault as Fault), proofs: [] }, () => ({ result: 'holds', figure: '' })).result).toBe('failed');
    expect(linesOf([wrong]).at(-1)).toContain('left out');
    expect(linesOf([wrong])).toHaveLength(4);
  });
});
