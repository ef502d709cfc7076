// The pages name only what is there: every path, every test by its title, every command, every other page.
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { pagesOf } from './pages.ts';
import { commandNeeds, type Reference, referencesIn, testNamed, titlesIn } from './references.ts';

const root = resolve(import.meta.dirname, '../..');
const { scripts, bin } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const build = readFileSync(join(root, 'hardware/host/build.mjs'), 'utf8');
/** npm's own commands that pages may name. */
const npmKnows = ['ci', 'install', 'audit', 'sbom', 'rebuild', 'run', 'pack'];
/** Programs that our Debian packages put on the path. */
const installed = ['loa-agent', 'loa-controller', 'loa-broker'];
/** What people run from a checkout by npx that is not ours. */
const others = ['vitest', 'biome', 'tsc'];
/** Pages whose every line of a table must name a test. */
const tables = ['controller/docs/tt39.md', 'controller/docs/pains.md', 'controller/docs/security.md'];

const titles = new Map<string, ReadonlySet<string>>();
function titlesAt(path: string): ReadonlySet<string> {
  const known = titles.get(path) ?? titlesIn(readFileSync(join(root, path), 'utf8'));
  titles.set(path, known);
  return known;
}

/** Why a reference of a page leads nowhere; undefined when it does lead somewhere. */
function breach(page: string, { kind, text, line }: Reference): string | undefined {
  const at = `${page}:${line}`;
  if (kind === 'path') return existsSync(join(root, text)) ? undefined : `${at}: no file ${text}`;
  if (kind === 'page') return existsSync(join(root, dirname(page), text)) ? undefined : `${at}: no page ${text}`;
  if (kind === 'test') {
    const { path, title } = testNamed(text);
    if (!existsSync(join(root, path))) return `${at}: no file of tests ${path}`;
    return titlesAt(path).has(title) ? undefined : `${at}: ${path} has no test “${title}”`;
  }
  const { kind: needs, name } = commandNeeds(text);
  const there = {
    script: name in scripts,
    bin: name in bin || installed.includes(name) || others.includes(name),
    file: existsSync(join(root, name)),
    bundle: new RegExp(`^  '?${name}'?: '`, 'm').test(build) || existsSync(join(root, `test/${name}.ts`)),
    npm: npmKnows.includes(name),
  }[needs];
  return there ? undefined : `${at}: nothing runs “${text}”`;
}

const breaches = (page: string, markdown: string) =>
  referencesIn(markdown)
    .map((reference) => breach(page, reference))
    .filter((one) => one !== undefined);

describe('pages', () => {
  test('name only paths, tests, commands and pages that are there', () => {
    expect(pagesOf(root).flatMap((page) => breaches(page, readFileSync(join(root, page), 'utf8')))).toEqual([]);
  });

  test('of proof name a test in every line of their tables, or say that there is none', () => {
    for (const page of tables) {
      const bare = readFileSync(join(root, page), 'utf8')
        .split('\n')
        .filter((line) => /^\| [A-Z]\d[\d.-]* \|/.test(line))
        .filter(
          (line) =>
            !/`test\/([^`]+ › [^`]+|world\/scenarios\/[a-z-]+\.txt)`/.test(line) && !/(CHƯA CÓ|CẦN XÁC NHẬN|NGOÀI PHẠM VI)/.test(line),
        );
      expect(bare, page).toEqual([]);
      expect(referencesIn(readFileSync(join(root, page), 'utf8')).filter(({ kind }) => kind === 'test').length, page).toBeGreaterThan(10);
    }
  });

  test('have as many cells in each line of a table as in its head', () => {
    const cells = (line: string) => line.replace(/`[^`]*`|\\\|/g, '').split('|').length;
    const ragged = pagesOf(root).flatMap((page) => {
      const lines = readFileSync(join(root, page), 'utf8').split('\n');
      return lines.flatMap((line, at) => {
        const before = lines[at - 1] ?? '';
        return line.startsWith('|') && before.startsWith('|') && cells(line) !== cells(before) ? [`${page}:${at + 1}`] : [];
      });
    });
    expect(ragged).toEqual([]);
  });

  test.each([
    ['a path', 'see `controller/docs/nowhere.md`'],
    ['a page', '[there](nowhere.md)'],
    ['a file of tests', '`test/nowhere.test.ts › x`'],
    ['a test', '`test/docs/pages.test.ts › a title that nobody wrote`'],
    ['a script', '`npm run nowhere`'],
    ['a script in a block', '```sh\nnpm run nowhere\n```'],
    ['a program', '`npx nowhere`'],
    ['a bundle', '`node dist/nowhere.js`'],
  ])('%s that is not there is noticed', (_, markdown) => {
    expect(breaches('controller/docs/tt39.md', markdown)).toHaveLength(1);
  });

  test('what is there is not noticed', () => {
    const there =
      '`test/docs/pages.test.ts › what is there is not noticed` `npm run check` `node dist/agent.js --help` [x](keys.md#a) `npm start`';
    expect(breaches('controller/docs/tt39.md', there)).toEqual([]);
  });

  test('titles are found in tables, groups and templates', () => {
    const hole = '$' + '{d}';
    const source = `test.each([[1, ')']])('a %s b', () => {});\ndescribe.skipIf(x)(\`c ${hole} e\`, () => { it('f’s', () => {}); });\nother('g');`;
    expect([...titlesIn(source)]).toEqual(['a %s b', `c ${hole} e`, 'f’s']);
  });
});
