// hardware/package: npm run sbom: dist/sbom.json (CycloneDX 1.6) and dist/licences.md, and the gate of licences. Plain Node.
// Read from package-lock.json, not by `npm sbom`: Debian 13's npm 9.2 has no such command, and the lock file says the same (tested).
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { debianPrograms } from './debian-programs.mjs';
import { licenceFaults, licenceOf, licenceTable } from './licences.mjs';
import { leftOut } from './node-packages.mjs';

/** An npm package where npm put it, as one of the places in the lock file. */
function nameAt(path, entry) {
  return entry.name ?? path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
}

const purlOf = (name, version) => `pkg:npm/${name.replace('@', '%40')}@${version}`;

/** As CycloneDX writes a licence: an SPDX identifier, an expression of several, or a name when it is neither. */
export function licenceChoice(licence) {
  if (licence === undefined) return [];
  if (/ (OR|AND|WITH) /.test(licence)) return [{ expression: licence }];
  return [/^[A-Za-z0-9.+-]+$/.test(licence) ? { license: { id: licence } } : { license: { name: licence } }];
}

const algorithms = { sha1: 'SHA-1', sha256: 'SHA-256', sha384: 'SHA-384', sha512: 'SHA-512' };

function hashesOf(integrity) {
  return (integrity ?? '').split(/\s+/).flatMap((one) => {
    const [, name, base64] = /^(sha\d+)-(.+)$/.exec(one) ?? [];
    return name in algorithms ? [{ alg: algorithms[name], content: Buffer.from(base64, 'base64').toString('hex') }] : [];
  });
}

/** Product, tests only, or installed for the product but never carried in a Debian package. */
function useOf(name, entry) {
  if (entry.dev || entry.devOptional) return 'tests';
  return leftOut.has(name) ? 'beside' : 'product';
}

/** The place of what `name` means at `from`, as Node looks: beside the asker, then further out. */
function placeOf(name, from, packages) {
  for (let place = from; ; place = place.slice(0, Math.max(0, place.lastIndexOf('/node_modules/')))) {
    const path = `${place === '' ? '' : `${place}/`}node_modules/${name}`;
    if (path in packages) return path;
    if (place === '') return undefined;
  }
}

const needs = (entry) => Object.keys({ ...entry.dependencies, ...entry.optionalDependencies, ...entry.peerDependencies });

function npmComponents(packages) {
  const components = new Map();
  for (const [path, entry] of Object.entries(packages)) {
    if (path === '' || entry.link) continue;
    const name = nameAt(path, entry);
    const ref = `${name}@${entry.version}`;
    const use = useOf(name, entry);
    const known = components.get(ref);
    // The same package twice: what the product needs counts.
    if (known && (use === 'tests' || known.properties[0].value !== 'tests')) continue;
    components.set(ref, {
      'bom-ref': ref,
      type: 'library',
      name,
      version: entry.version,
      scope: use === 'tests' ? 'excluded' : entry.optional ? 'optional' : 'required',
      purl: purlOf(name, entry.version),
      licenses: licenceChoice(licenceOf(name, entry.version, entry.license)),
      ...(entry.integrity && { hashes: hashesOf(entry.integrity) }),
      properties: [{ name: 'loa:use', value: use }],
    });
  }
  return [...components.values()];
}

function npmDependencies(packages, root) {
  const edges = new Map();
  for (const [path, entry] of Object.entries(packages)) {
    const ref = path === '' ? root : `${nameAt(path, entry)}@${entry.version}`;
    const wanted = path === '' ? [...needs(entry), ...Object.keys(entry.devDependencies ?? {})] : needs(entry);
    const known = edges.get(ref) ?? new Set();
    for (const name of wanted) {
      const place = placeOf(name, path, packages);
      if (place !== undefined) known.add(`${nameAt(place, packages[place])}@${packages[place].version}`);
    }
    edges.set(ref, known);
  }
  return edges;
}

/** The whole bill. `seen`: Debian package → version on the machine that wrote it, where it is installed. `serial`, `when`: given, for equal bytes. */
export function sbomOf({ packages, seen, serial, when }) {
  const { name, version, license } = packages[''];
  const root = `${name}@${version}`;
  const debian = debianPrograms.map((program) => ({
    'bom-ref': `debian:${program.name}`,
    type: program.calls.length > 0 ? 'application' : 'library',
    name: program.name,
    ...(seen[program.name] && { version: seen[program.name] }),
    scope: 'required',
    purl: `pkg:deb/debian/${program.name.replaceAll('+', '%2B')}${seen[program.name] ? `@${encodeURIComponent(seen[program.name])}` : ''}?distro=debian-13`,
    licenses: licenceChoice(program.licence),
    properties: [
      { name: 'loa:use', value: 'debian' },
      { name: 'loa:for', value: program.for.join(' ') },
      ...program.calls.map((value) => ({ name: 'loa:calls', value })),
    ],
  }));
  const edges = npmDependencies(packages, root);
  for (const { name: each } of debianPrograms) edges.get(root).add(`debian:${each}`);
  return {
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    serialNumber: `urn:uuid:${serial}`,
    version: 1,
    metadata: {
      timestamp: when,
      lifecycles: [{ phase: 'pre-build' }],
      component: { 'bom-ref': root, type: 'application', name, version, licenses: licenceChoice(license), purl: purlOf(name, version) },
    },
    components: [...npmComponents(packages), ...debian],
    dependencies: [...edges].map(([ref, dependsOn]) => ({ ref, dependsOn: [...dependsOn].sort() })),
  };
}

/** Versions of Debian packages here; none where there is no dpkg. */
function seenHere() {
  const names = debianPrograms.map(({ name }) => name);
  // biome-ignore lint/suspicious/noTemplateCurlyInString: dpkg-query fills these in.
  const asked = spawnSync('dpkg-query', ['-W', '-f', '${Package}\t${Version}\t${db:Status-Status}\n', ...names], { encoding: 'utf8' });
  const rows = (asked.stdout ?? '').split('\n').map((line) => line.split('\t'));
  return Object.fromEntries(rows.filter(([, , status]) => status === 'installed').map(([name, version]) => [name, version]));
}

/** One name for one lock file: the same lock gives the same serial number. */
function serialOf(bytes) {
  const hex = createHash('sha256').update(bytes).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

function main() {
  const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
  const lock = readFileSync(join(root, 'package-lock.json'));
  const epoch = process.env.SOURCE_DATE_EPOCH;
  const when = new Date(epoch === undefined ? Date.now() : Number(epoch) * 1000).toISOString();
  const sbom = sbomOf({ packages: JSON.parse(lock.toString('utf8')).packages, seen: seenHere(), serial: serialOf(lock), when });
  mkdirSync(join(root, 'dist'), { recursive: true });
  writeFileSync(join(root, 'dist/sbom.json'), `${JSON.stringify(sbom, null, 1)}\n`);
  writeFileSync(join(root, 'dist/licences.md'), licenceTable(sbom));
  const faults = licenceFaults(sbom);
  for (const fault of faults) console.error(fault);
  console.log('dist/sbom.json, dist/licences.md');
  console.log(JSON.stringify({ specVersion: sbom.specVersion, components: sbom.components.length, faults: faults.length }));
  if (faults.length > 0) process.exitCode = 1;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) main();
