// The words of the residents' app: what pages ask for is there, in Vietnamese and in English, with the same values.
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';

const home = resolve(import.meta.dirname, '../../controller/citizen');
type Book = Readonly<Record<string, string>>;
const read = (language: string) => JSON.parse(readFileSync(join(home, `words/${language}.json`), 'utf8')) as Book;
const valuesIn = (text: string) => [...new Set([...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? ''))].sort().join();

function* sources(folder: string): Generator<string> {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* sources(path);
    else if (/\.(svelte|ts)$/.test(entry.name)) yield path;
  }
}

describe('the words of the residents’ app', () => {
  const [vi, en] = [read('vi'), read('en')];

  test('every word is there in both languages, none is empty, and both say the same values', () => {
    const plain = Object.keys(en).filter((key) => !key.endsWith('.one'));
    expect(plain.sort()).toEqual(Object.keys(vi).sort());
    expect([...Object.values(vi), ...Object.values(en)].filter((text) => text.trim() === '')).toEqual([]);
    expect(plain.filter((key) => valuesIn(vi[key] ?? '') !== valuesIn(en[key] ?? ''))).toEqual([]);
    expect(Object.keys(en).filter((key) => key.endsWith('.one') && !(key.slice(0, -4) in en))).toEqual([]);
  });

  test('every word asked for is there, and every word that is there is asked for', () => {
    const texts = [...sources(home)].map((path) => readFileSync(path, 'utf8'));
    const asked = new Set(texts.flatMap((text) => [...text.matchAll(/['"`]([a-z]+\.[\w$.{}-]+)['"`]/gi)].map((match) => match[1] ?? '')));
    const begun = [...asked].filter((key) => key.includes('${')).map((key) => key.slice(0, key.indexOf('${')));
    const called = texts.flatMap((text) => [...text.matchAll(/\bt\('([^']+)'/g)].map((match) => match[1] ?? ''));
    expect(called.filter((key) => !(key in vi))).toEqual([]);
    expect(called.length).toBeGreaterThan(100);
    const unused = Object.keys(vi).filter(
      (key) => !asked.has(key) && !called.includes(key) && !begun.some((beginning) => beginning.length > 2 && key.startsWith(beginning)),
    );
    expect(unused).toEqual([]);
  });
});
