// The console's words: what pages ask for is there, in Vietnamese and in English, with the same values.
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';

const home = resolve(import.meta.dirname, '../../controller/console');
type Book = { readonly [key: string]: string | Book };

function flat(book: Book, before: string): [string, string][] {
  return Object.entries(book).flatMap(([key, value]) =>
    typeof value === 'string' ? [[`${before}${key}`, value] as [string, string]] : flat(value, `${before}${key}.`),
  );
}

function wordsOf(language: 'vi' | 'en'): Map<string, string> {
  const folder = join(home, 'words', language);
  return new Map(
    readdirSync(folder).flatMap((file) =>
      flat(JSON.parse(readFileSync(join(folder, file), 'utf8')) as Book, `${file.replace('.json', '')}:`),
    ),
  );
}

function* sources(folder: string): Generator<string> {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* sources(path);
    else if (/\.(svelte|ts)$/.test(entry.name)) yield path;
  }
}

const plural = /_(zero|one|two|few|many|other)$/;
const singular = (words: Map<string, string>) => new Set([...words.keys()].map((key) => key.replace(plural, '')));
const valuesIn = (text: string) => [...new Set([...text.matchAll(/\{\{\s*(\w+)/g)].map((match) => match[1] ?? ''))].sort();

describe('the words of the console', () => {
  const [vi, en] = [wordsOf('vi'), wordsOf('en')];

  test('every word is there in both languages', () => {
    const [viKeys, enKeys] = [singular(vi), singular(en)];
    expect([...viKeys].filter((key) => !enKeys.has(key))).toEqual([]);
    expect([...enKeys].filter((key) => !viKeys.has(key))).toEqual([]);
  });

  test('both say the same values', () => {
    const differing = [...vi].filter(([key, text]) => {
      const other = en.get(key);
      return other !== undefined && !plural.test(key) && valuesIn(text).join() !== valuesIn(other).join();
    });
    expect(differing).toEqual([]);
  });

  test('every word asked for by its whole name is there, and none is empty', () => {
    const known = singular(vi);
    const missing = [...sources(home)].flatMap((path) =>
      [...readFileSync(path, 'utf8').matchAll(/\bt\(\s*'([a-z-]+:[\w.-]+)'/g)]
        .map((match) => match[1] ?? '')
        .filter((key) => !known.has(key))
        .map((key) => `${path.slice(home.length + 1)} asks for ${key}`),
    );
    expect(missing).toEqual([]);
    expect([...vi, ...en].filter(([, text]) => text.trim() === '')).toEqual([]);
  });
});
