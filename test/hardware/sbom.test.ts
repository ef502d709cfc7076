// The bill of what Loa is made of, and the gate of its licences.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, test } from 'vitest';

const root = resolve(import.meta.dirname, '../..');
const load = (file: string) => import(pathToFileURL(join(root, 'hardware/package', file)).href);
const { sbomOf, licenceChoice } = await load('sbom.mjs');
const { licenceFaults, licenceTable } = await load('licences.mjs');
const { debianPrograms } = await load('debian-programs.mjs');
const { products } = await load('products.mjs');

interface Component {
  readonly 'bom-ref': string;
  readonly name: string;
  readonly version?: string;
  readonly scope: string;
  readonly purl: string;
  readonly licenses: readonly unknown[];
  readonly hashes?: readonly { readonly content: string }[];
  readonly properties: readonly { readonly name: string; readonly value: string }[];
}
interface Bill {
  readonly components: readonly Component[];
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn: readonly string[] }[];
}

const packages = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages;
const fixed = { seen: {}, serial: '0', when: '2026-11-01T00:00:00.000Z' };
const ours: Bill = sbomOf({ packages, ...fixed });
const of = (entries: object): Bill => sbomOf({ packages: { '': { name: 'x', version: '1.0.0', license: 'MIT' }, ...entries }, ...fixed });
const useOf = (component: Component | undefined) => component?.properties.find(({ name }) => name === 'loa:use')?.value;

function* sourcesBelow(folder: string): Generator<string> {
  for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
    if (entry.isDirectory()) yield* sourcesBelow(join(folder, entry.name));
    else if (entry.name.endsWith('.ts')) yield readFileSync(join(root, folder, entry.name), 'utf8');
  }
}

describe('the bill of materials', () => {
  test('names every package of the lock file once, with a licence and, where npm has one, a hash', () => {
    const expected = new Set(
      Object.entries<{ version: string; name?: string; link?: boolean }>(packages)
        .filter(([path, entry]) => path !== '' && !entry.link)
        .map(([path, entry]) => `${entry.name ?? path.split('node_modules/').pop()}@${entry.version}`),
    );
    const npm = ours.components.filter((component) => useOf(component) !== 'debian');
    expect(new Set(npm.map((component) => component['bom-ref']))).toEqual(expected);
    expect(npm).toHaveLength(expected.size);
    expect(ours.components.filter(({ licenses }) => licenses.length === 0)).toEqual([]);
    expect(npm.filter(({ hashes }) => hashes?.some(({ content }) => !/^([0-9a-f]{2})+$/.test(content)))).toEqual([]);
  });

  test('refers to nothing that it does not hold', () => {
    const refs = new Set(['loa@0.1.0', ...ours.components.map((component) => component['bom-ref'])]);
    expect(ours.dependencies.flatMap(({ ref, dependsOn }) => [ref, ...dependsOn]).filter((ref) => !refs.has(ref))).toEqual([]);
    expect(new Set(ours.dependencies.map(({ ref }) => ref)).size).toBe(ours.dependencies.length);
  });

  test('finds of two copies the one that Node would load, and what the product needs counts for both', () => {
    const bill = of({
      'node_modules/a': { version: '1.0.0', license: 'MIT', dependencies: { b: '*' } },
      'node_modules/a/node_modules/b': { version: '2.0.0', license: 'MIT', dependencies: { c: '*' } },
      'node_modules/b': { version: '1.0.0', license: 'MIT', dev: true },
      'node_modules/c': { version: '1.0.0', license: 'MIT', dev: true },
      'node_modules/d/node_modules/c': { version: '1.0.0', license: 'MIT' },
      'node_modules/ffmpeg-static': { version: '5.0.0', license: 'GPL-3.0-or-later', optional: true },
    });
    const edge = (ref: string) => bill.dependencies.find((one) => one.ref === ref)?.dependsOn;
    expect(edge('a@1.0.0')).toEqual(['b@2.0.0']);
    expect(edge('b@2.0.0')).toEqual(['c@1.0.0']);
    const use = (ref: string) => useOf(bill.components.find((one) => one['bom-ref'] === ref));
    expect([use('b@1.0.0'), use('c@1.0.0'), use('ffmpeg-static@5.0.0')]).toEqual(['tests', 'product', 'beside']);
  });

  test('agrees with npm’s own bill, where this npm makes one', () => {
    const npm = spawnSync('npm', ['sbom', '--sbom-format', 'cyclonedx', '--package-lock-only'], { cwd: root, encoding: 'utf8' });
    // Debian 13's npm 9.2 does not know the command; then there is nothing to agree with.
    if (npm.status !== 0) {
      expect(`${npm.stdout}${npm.stderr}`).toMatch(/unknown command|Unknown command|not found|ENOENT/i);
      return;
    }
    const theirs: Bill = JSON.parse(npm.stdout);
    const purls = (bill: Bill) => bill.components.map(({ purl }) => purl).filter((purl) => purl.startsWith('pkg:npm/'));
    expect(purls(ours).sort()).toEqual(purls(theirs).sort());
  });
});

describe('Debian’s programs in the bill', () => {
  const named = new Set<string>(debianPrograms.map(({ name }: { name: string }) => name));

  test('are all that our packages depend on, recommend or suggest', () => {
    const asked = Object.values<{ depends: string; recommends: string; suggests: string }>(products)
      .flatMap(({ depends, recommends, suggests }) => `${depends},${recommends},${suggests}`.split(','))
      .map(
        (one) =>
          one
            .split('|')[0]
            ?.replace(/\(.*\)/, '')
            .trim() ?? '',
      )
      .filter((name) => name !== '' && !name.startsWith('loa-'));
    expect(asked.filter((name) => !named.has(name))).toEqual([]);
  });

  test('are all that the product starts by a fixed name', () => {
    const calls = new Set<string>(debianPrograms.flatMap((one: { calls: string[] }) => one.calls));
    const started = ['agent', 'broker', 'controller', 'hardware'].flatMap((room) =>
      [...sourcesBelow(room)].flatMap((text) =>
        [
          ...text.matchAll(
            /(?:(?:findProgram|startTool)\(\s*'([a-z0-9][a-z0-9-]*)'\s*[,)]|(?:runTool|#run|ask)\(\s*'([a-z0-9][a-z0-9-]*)',\s*\[)/g,
          ),
        ].map(([, found, run]) => found ?? run ?? ''),
      ),
    );
    expect(started.length).toBeGreaterThan(5);
    expect(started.filter((name) => !calls.has(name))).toEqual([]);
  });

  test('have the licence that their own copyright files name, where they are installed here', () => {
    const family = (licence: string) =>
      (/^(L?GPL|BSD|MIT|PostgreSQL)/.exec(licence)?.[0] ?? licence).replace('MIT', 'MIT|Expat|WITHOUT WARRANTY OF ANY KIND');
    const wrong = debianPrograms.filter(({ name, licence }: { name: string; licence: string }) => {
      const file = `/usr/share/doc/${name}/copyright`;
      return existsSync(file) && !new RegExp(family(licence).replace('LGPL', 'LGPL|Lesser General'), 'i').test(readFileSync(file, 'utf8'));
    });
    expect(wrong).toEqual([]);
  });
});

describe('the gate of licences', () => {
  const faultsOf = (name: string, license?: string) => licenceFaults(of({ [`node_modules/${name}`]: { version: '1.0.0', license } }));

  test('lets all of ours pass', () => {
    expect(licenceFaults(ours)).toEqual([]);
  });

  test('stops an unknown licence, copyleft that nobody named, and a named package that changed its own', () => {
    expect(faultsOf('a', undefined)).toHaveLength(1);
    expect(faultsOf('a', 'GPL-3.0-only')).toHaveLength(1);
    expect(faultsOf('a', 'SEE LICENSE IN x.txt')).toHaveLength(1);
    expect(faultsOf('a', 'MIT AND GPL-2.0-only')).toHaveLength(1);
    expect(faultsOf('web-push', 'AGPL-3.0-only')).toHaveLength(1);
    expect(faultsOf('web-push', 'MPL-2.0')).toEqual([]);
    expect(faultsOf('a', '(GPL-2.0-only OR MIT)')).toEqual([]);
    expect(faultsOf('async', undefined)).toHaveLength(1);
  });

  test('writes a table in which every component stands under its licence', () => {
    const table: string = licenceTable(ours);
    for (const { name } of ours.components) expect(table).toContain(name);
    expect(licenceChoice('MIT OR Apache-2.0')).toEqual([{ expression: 'MIT OR Apache-2.0' }]);
    expect(licenceChoice('Do as you like')).toEqual([{ license: { name: 'Do as you like' } }]);
  });
});
