// Makes dist/: one bundle per program, plus the browser pages. Plain Node; needs only esbuild, and Vite for the console.
// `--run NAME [args]` builds when stale, then runs dist/NAME.js (or dist/NAME/FIRST-ARG.js) in this process.
import { createHash } from 'node:crypto';
import { cpSync, existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { buildCitizen, buildConsole, put } from './build-pages.mjs';

export const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const dist = join(root, 'dist');
const rooms = ['schemas', 'hardware', 'agent', 'broker', 'controller', 'test'];

/** Bundle name → entry. An entry that is not there is left out. */
const programs = {
  agent: 'agent/main.ts',
  guard: 'agent/guard.ts',
  launcher: 'agent/launcher.ts',
  broker: 'broker/main.ts',
  controller: 'controller/main.ts',
  signer: 'controller/signing/main.ts',
  gateway: 'controller/emergency/gateway/main.ts',
  sanitiser: 'controller/media/sanitiser/main.ts',
  demo: 'controller/demo/main.ts',
  'demo-data': 'controller/demo/generate.ts',
};
/** What is run on the product, not in it; `npm start` does without. */
const labs = {
  sim: 'test/sim.ts',
  chaos: 'test/chaos/main.ts',
  fleet: 'test/fleet/main.ts',
  fuzz: 'test/fuzz/main.ts',
  soak: 'test/soak/main.ts',
  // Named as people ask for it; a file of that name would say nothing.
  'bench/data': 'test/bench/traffic.ts',
  'chaos-release': 'test/chaos/update/release-program.ts',
};
const pages = { stage: 'controller/demo/stage' };

/** Native addons, and packages that read files beside themselves, stay where npm put them. */
export const external = [
  'sqlite3',
  'pg',
  'onoff',
  'epoll',
  'serialport',
  '@serialport/*',
  'koffi',
  'bonjour-service',
  'opus-decoder',
  'ffmpeg-static',
  'jsdom',
  'dompurify',
  'sanitize-html',
  '@node-rs/argon2',
  'esbuild',
  'aedes',
  'fluent-ffmpeg',
  'otpauth',
  'qrcode',
  'openid-client',
  'web-push',
  '@zxcvbn-ts/*',
  'fastify',
  '@fastify/*',
  'reflect-metadata',
  '@peculiar/x509',
  '@tus/*',
  'playwright-core',
  'vitest',
  'fast-check',
];

export const nodeBanner = `import { createRequire as loaCreateRequire } from 'node:module';
import { fileURLToPath as loaPathOf } from 'node:url';
const require = loaCreateRequire(import.meta.url);
const __filename = loaPathOf(import.meta.url);
const __dirname = loaPathOf(new URL('.', import.meta.url));`;

function* filesBelow(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* filesBelow(path);
    else yield path;
  }
}

/** Changes whenever a source, an asset or an installed package does. */
function sourceState() {
  const hash = createHash('sha256').update(process.version);
  const files = [join(root, 'package-lock.json')];
  for (const room of rooms) if (existsSync(join(root, room))) files.push(...filesBelow(join(root, room)));
  for (const file of files.sort()) {
    if (/\.test\.ts$|\.md$|[\\/]demo[\\/]data[\\/]/.test(file)) continue;
    const stat = statSync(file, { throwIfNoEntry: false });
    if (stat) hash.update(`${relative(root, file)} ${stat.size} ${stat.mtimeMs}\n`);
  }
  return hash.digest('hex');
}

/** Files of a folder, with what their bundles are called. */
function labsIn(folder, ending, under) {
  const names = existsSync(join(root, folder)) ? readdirSync(join(root, folder)) : [];
  return Object.fromEntries(
    names
      .filter((name) => name.endsWith(ending) && !name.endsWith('.test.ts'))
      .map((name) => [`${under}/${name.slice(0, -ending.length)}`, `${folder}/${name}`]),
  );
}

function nodeEntries(withLabs) {
  const all = () => ({ ...labs, ...labsIn('test/bench', '.ts', 'bench'), ...labsIn('test/fuzz', '.fuzz.ts', 'fuzz') });
  const entries = withLabs ? { ...programs, ...all() } : programs;
  return Object.entries(entries)
    .filter(([, path]) => existsSync(join(root, path)))
    .map(([out, path]) => ({ out, in: join(root, path) }));
}

/** All programs in one pass; when one of them does not build, the others still get their bundle. */
async function buildPrograms(esbuild, withLabs) {
  const entryPoints = nodeEntries(withLabs);
  if (entryPoints.length === 0) return [];
  try {
    return await bundle(esbuild, entryPoints, 'silent');
  } catch {
    const each = await Promise.allSettled(entryPoints.map((entry) => bundle(esbuild, [entry], 'error')));
    const failed = entryPoints.filter((_, i) => each[i].status === 'rejected').map((entry) => entry.out);
    if (failed.length > 0) throw new Error(`could not build ${failed.join(', ')}`);
    return entryPoints.map((entry) => entry.out);
  }
}

async function bundle(esbuild, entryPoints, logLevel) {
  const result = await esbuild.build({
    absWorkingDir: root,
    entryPoints,
    outdir: dist,
    bundle: true,
    write: false,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    sourcemap: 'linked',
    sourcesContent: false,
    external,
    banner: { js: nodeBanner },
    // A floor for clocks that know nothing (agent/build-time.ts); packagers pin it.
    define: { LOA_BUILD_MS: String(process.env.SOURCE_DATE_EPOCH ? Number(process.env.SOURCE_DATE_EPOCH) * 1000 : Date.now()) },
    loader: { '.html': 'text', '.css': 'text', '.svg': 'text' },
    logLevel,
  });
  for (const file of result.outputFiles) put(file.path, file.path.endsWith('.js') ? oneByte(file.text) : file.contents);
  return entryPoints.map((entry) => entry.out);
}

/**
 * Strings are escaped by then, so other alphabets are left in comments and regular expressions only; one such letter would
 * make the engine keep the whole source with two bytes a letter, for ever.
 */
function oneByte(text) {
  return text.replace(/[\u0080-\uffff]/g, (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

async function buildPage(esbuild, name, folder) {
  const entry = join(root, folder, 'main.ts');
  if (!existsSync(entry)) return [];
  const result = await esbuild.build({
    absWorkingDir: root,
    // A sound worklet is fetched by its own address.
    entryPoints: [
      entry,
      ...readdirSync(join(root, folder)).flatMap((file) => (file.endsWith('-worklet.ts') ? [join(root, folder, file)] : [])),
    ],
    outdir: join(dist, name),
    bundle: true,
    write: false,
    platform: 'browser',
    target: ['chrome109', 'firefox115', 'safari16'],
    format: 'esm',
    minify: true,
    loader: { '.svg': 'dataurl' },
    logLevel: 'warning',
  });
  for (const file of result.outputFiles) put(file.path, file.contents);
  for (const asset of readdirSync(join(root, folder))) {
    if (/\.(html|css|svg|png|ico|webmanifest)$/.test(asset)) cpSync(join(root, folder, asset), join(dist, name, asset));
  }
  return [name];
}

/** Build what changed. Answers the names built, `[]` when all is fresh. */
export async function build({ force = false, withLabs = true } = {}) {
  const stamp = join(dist, '.stamp');
  const state = sourceState();
  const [built, had] = existsSync(stamp) ? readFileSync(stamp, 'utf8').split(' ') : [];
  if (!force && built === state && (had === 'labs' || !withLabs)) return [];
  const esbuild = await import('esbuild');
  const parts = await Promise.allSettled([
    buildPrograms(esbuild, withLabs),
    buildConsole({ root, dist }),
    buildCitizen(esbuild, { root, dist }),
    ...Object.entries(pages).map(([name, folder]) => buildPage(esbuild, name, folder)),
  ]);
  await esbuild.stop();
  const failed = parts.find((part) => part.status === 'rejected');
  if (failed) throw failed.reason;
  put(stamp, `${state} ${withLabs ? 'labs' : 'product'}`);
  return parts.flatMap((part) => part.value);
}

async function run(name, args) {
  const [first, ...rest] = args;
  const folder = join(dist, name);
  const file = existsSync(`${folder}.js`) ? `${folder}.js` : join(folder, `${first}.js`);
  if (!existsSync(file)) {
    const known = existsSync(folder) ? readdirSync(folder).filter((path) => path.endsWith('.js')) : [];
    console.error(`npm run ${name} -- NAME, where NAME is one of: ${known.map((path) => path.slice(0, -3)).join(', ') || 'none yet'}`);
    process.exit(2);
  }
  process.argv = [process.argv[0], file, ...(file === `${folder}.js` ? args : rest)];
  await import(pathToFileURL(file).href);
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const started = performance.now();
  const [flag, name, ...args] = process.argv.slice(2);
  const built = await build({ force: flag === '--force' }).catch((error) => {
    console.error(`dist/: ${error.message}`);
    process.exitCode = 1;
    return [];
  });
  if (flag === '--run') await run(name, args);
  else if (process.exitCode !== 1) {
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    console.log(built.length > 0 ? `dist/: ${built.join(', ')} (${seconds} s)` : `dist/ is fresh (${seconds} s)`);
  }
}
