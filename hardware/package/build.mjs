// hardware/package: npm run package [-- --arch amd64,arm64 --only loa-agent --out DIR]: Debian packages from dist/. Plain Node and dpkg-deb.

import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { gzipSync } from 'node:zlib';
import { build, external, root } from '../host/build.mjs';
import { buildDeb, everything, put, putDocuments } from './deb.mjs';
import { architectures, nativeParts } from './native.mjs';
import { closureOf, externalsOf, filesOf } from './node-packages.mjs';
import { noticesOf } from './notices.mjs';
import { products, scripts } from './products.mjs';

const parts = join(dirname(fileURLToPath(import.meta.url)), 'parts');
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

/** Times inside the packages: SOURCE_DATE_EPOCH, else that of the last commit, else of package.json. */
function sourceSeconds() {
  const named = process.env.SOURCE_DATE_EPOCH;
  if (named !== undefined) return Number(named);
  const git = spawnSync('git', ['-C', root, 'log', '-1', '--format=%ct'], { encoding: 'utf8' });
  return Number(git.status === 0 ? git.stdout.trim() : Math.floor(statSync(join(root, 'package.json')).mtimeMs / 1000));
}

const lockPackages = () => JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages;

function bundlesOf({ bundles, optional }) {
  return [...bundles, ...optional.filter((name) => existsSync(join(root, 'dist', `${name}.js`)))];
}

/** The program itself: bundles, pages, the npm packages they name, and the machine code of this architecture. */
function putProgram(stage, product, name, arch) {
  const place = product.releases ? `${product.home}/releases/${version}` : product.home;
  const inside = place.slice(1);
  const bundles = bundlesOf(product);
  const texts = bundles.map((bundle) => readFileSync(join(root, 'dist', `${bundle}.js`), 'utf8'));
  bundles.forEach((bundle, i) => {
    put(
      stage,
      `${product.optional.includes(bundle) ? product.home.slice(1) : inside}/${bundle}.js`,
      texts[i].replace(/\n\/\/# sourceMappingURL=.*\n?$/, '\n'),
    );
  });
  put(stage, `${inside}/package.json`, `${JSON.stringify({ name, version, type: 'module', private: true }, null, 1)}\n`);
  if (bundles.some((bundle) => product.optional.includes(bundle)))
    put(stage, `${product.home.slice(1)}/package.json`, '{"type":"module"}\n');
  putPages(join(root, 'dist'), stage, product);
  const packages = closureOf([...new Set(texts.flatMap((text) => externalsOf(text, external)))], root);
  for (const folder of packages) {
    const from = join(root, folder);
    for (const path of filesOf(from, folder.split('node_modules/').at(-1)))
      putLibrary(stage, `${inside}/${folder}/${path}`, readFileSync(join(from, path)));
  }
  const { files, missing } = nativeParts(packages, arch, root);
  for (const [path, file] of files) put(stage, `${inside}/node_modules/${path}`, readFileSync(file));
  return { packages: packages.length, missing };
}

/** Pages beside the program, where it looks for them; a folder that was not built is no package. */
export function putPages(dist, stage, { pages, home }) {
  for (const page of pages) cpSync(join(dist, page), join(stage, home.slice(1), page), { recursive: true });
}

/** What begins as a script may be started as one. */
function putLibrary(stage, path, bytes) {
  put(stage, path, bytes, bytes.subarray(0, 2).toString() === '#!' ? 0o755 : 0o644);
}

function filled(text, name, product) {
  const words = { NAME: name, USER: name, UNITS: product.units.join(' '), HOME: product.home, VERSION: version };
  return text.replace(/@([A-Z]+)@/g, (whole, word) => words[word] ?? whole);
}

/** `parts/NAME/` is laid over the root; its programs (usr/bin, launcher, take-claim) are executable. */
function putParts(stage, name, product) {
  const from = join(parts, name);
  for (const path of everything(from)) {
    if (statSync(join(from, path)).isDirectory()) continue;
    const program = /^usr\/bin\/|\/(launcher|take-claim)$/.test(path);
    put(stage, path, filled(readFileSync(join(from, path), 'utf8'), name, product), program ? 0o755 : 0o644);
  }
  const overrides = filled(readFileSync(join(parts, 'lintian-overrides'), 'utf8'), name, product);
  put(stage, `usr/share/lintian/overrides/${name}`, overrides);
}

function scriptsOf(name, product) {
  return Object.fromEntries(scripts.map((script) => [script, filled(readFileSync(join(parts, script), 'utf8'), name, product)]));
}

function packageOne(name, arch, out, seconds) {
  const product = products[name];
  const stage = mkdtempSync(join(tmpdir(), 'loa-deb-'));
  try {
    const { packages, missing } = putProgram(stage, product, name, arch);
    putParts(stage, name, product);
    const changes = [`Release ${version}. What changed: CHANGELOG.md of the source.`];
    const [licence, page] = ['LICENSE', 'hardware/docs/package.md'].map((file) => readFileSync(join(root, file), 'utf8'));
    putDocuments(stage, name, { version, seconds, changes, licence, page });
    put(stage, `usr/share/doc/${name}/third-party.gz`, gzipSync(noticesOf(lockPackages(), root), { level: 9 }));
    const deb = buildDeb(stage, name, product, { version, arch, seconds, scripts: scriptsOf(name, product), out });
    const sha256 = createHash('sha256').update(readFileSync(deb)).digest('hex');
    const installedBytes = everything(stage).reduce((sum, path) => sum + (path.startsWith('DEBIAN') ? 0 : sizeOf(join(stage, path))), 0);
    return { name, arch, file: basename(deb), bytes: statSync(deb).size, installedBytes, npmPackages: packages, missing, sha256 };
  } finally {
    rmSync(stage, { recursive: true, force: true });
  }
}

function sizeOf(path) {
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat?.isFile() ? stat.size : 0;
}

/** Build packages; answers a row for each. */
export async function packageAll({
  arches = Object.keys(architectures),
  names = Object.keys(products),
  out = join(root, 'dist/packages'),
} = {}) {
  for (const arch of arches)
    if (!Object.hasOwn(architectures, arch)) throw new Error(`no architecture ${arch}; there are ${Object.keys(architectures).join(', ')}`);
  for (const name of names)
    if (!Object.hasOwn(products, name)) throw new Error(`no package ${name}; there are ${Object.keys(products).join(', ')}`);
  await build();
  mkdirSync(out, { recursive: true });
  for (const file of readdirSync(out))
    if (names.some((name) => arches.some((arch) => file.startsWith(`${name}_`) && file.endsWith(`_${arch}.deb`)))) rmSync(join(out, file));
  const seconds = sourceSeconds();
  return names.flatMap((name) => arches.map((arch) => packageOne(name, arch, out, seconds)));
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const { values } = parseArgs({ options: { arch: { type: 'string' }, only: { type: 'string' }, out: { type: 'string' } } });
  const rows = await packageAll({
    ...(values.arch && { arches: values.arch.split(',') }),
    ...(values.only && { names: values.only.split(',') }),
    ...(values.out && { out: values.out }),
  });
  const mb = (bytes) => `${(bytes / 1e6).toFixed(1)} MB`;
  for (const row of rows) {
    console.log(`${row.file}  ${mb(row.bytes)}, installed ${mb(row.installedBytes)}, ${row.npmPackages} npm packages`);
    for (const reason of row.missing) console.log(`  left out: ${reason}`);
  }
  console.log(JSON.stringify({ packages: rows }));
}
