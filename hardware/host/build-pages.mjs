// The pages people open, made by Vite: the console and the residents' app. Plain Node.
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

const target = ['chrome109', 'firefox115', 'safari16'];

/** What most pages stand on comes as one file, not as twenty: an old PC pays for each. */
const consoleParts = [
  { name: 'ahead', test: /[\\/]console[\\/]line[\\/]ahead\.ts$/, priority: 3 },
  { name: 'parts', test: /[\\/]console[\\/](line|parts|words)[\\/][^\\/]+\.(ts|svelte|css)$/, minShareCount: 2, priority: 2 },
  { name: 'words-vi', test: /[\\/]words[\\/]vi[\\/](frame|terms)\.json$/, priority: 1 },
  { name: 'words-en', test: /[\\/]words[\\/]en[\\/](frame|terms)\.json$/, priority: 1 },
];

/** On a thin line each file is a wait: what the first sight needs is one, the other pages another, English a third. */
const citizenParts = [
  { name: 'english', test: /[\\/]citizen[\\/]words[\\/]en\.json$/, priority: 3 },
  { name: 'pages', test: /[\\/]citizen[\\/]pages[\\/](?!today|place)|[\\/]schemas[\\/]citizen\.ts$|valibot/, priority: 2 },
  { name: 'app', test: /./, priority: 1 },
];

/** Written beside and renamed, so a program that is starting never reads half a bundle. */
export function put(path, contents) {
  mkdirSync(dirname(path), { recursive: true });
  const beside = `${path}.${process.pid}`;
  writeFileSync(beside, contents);
  renameSync(beside, path);
}

/** Text is also kept packed: the centre sends the smaller one to whoever takes it, and packs nothing while people wait. */
function putPacked(path, contents) {
  put(path, contents);
  if (!/\.(js|css|html|svg|webmanifest)$/.test(path)) return;
  const bytes = Buffer.from(contents);
  put(`${path}.gz`, gzipSync(bytes, { level: 9 }));
  put(
    `${path}.br`,
    brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } }),
  );
}

/** A part that the page's head names itself: it runs while the rest is still read. Whoever imports it meets the same one. */
function runsFirst(part) {
  const transformIndexHtml = {
    order: 'post',
    handler(_html, { bundle = {} }) {
      const made = Object.values(bundle).find(({ type, name }) => type === 'chunk' && name === part);
      if (!made) throw new Error(`the console has no part ${part}`);
      return [{ tag: 'script', attrs: { type: 'module', async: true, src: `/${made.fileName}` }, injectTo: 'head-prepend' }];
    },
  };
  return { name: 'runs-first', transformIndexHtml };
}

/** Components, one file a page, words apart. What it was made of before stays until the next build, for pages still open. */
async function buildApp({ dist, name, folder, base = '/', splitting, plugins = [] }) {
  const [{ build: viteBuild }, { svelte }] = await Promise.all([import('vite'), import('@sveltejs/vite-plugin-svelte')]);
  const result = await viteBuild({
    configFile: false,
    root: folder,
    base,
    logLevel: 'warn',
    plugins: [svelte(), ...plugins],
    worker: { format: 'es' },
    build: {
      target,
      write: false,
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      rollupOptions: { output: { hashCharacters: 'hex', codeSplitting: splitting }, checks: { pluginTimings: false } },
    },
  });
  const made = result.output;
  const home = join(dist, name);
  for (const file of made) putPacked(join(home, file.fileName), file.type === 'chunk' ? file.code : file.source);
  cpSync(join(folder, 'public'), home, { recursive: true });
  const before = join(dist, `.${name}.json`);
  const older = existsSync(before) ? JSON.parse(readFileSync(before, 'utf8')) : { made: [] };
  const names = made.map(({ fileName }) => fileName);
  const kept = new Set([...names, ...older.made]);
  const assets = join(home, 'assets');
  for (const file of readdirSync(assets)) if (!kept.has(`assets/${file.replace(/\.(br|gz)$/, '')}`)) rmSync(join(assets, file));
  put(before, JSON.stringify({ made: names }));
  return made;
}

/** The operators' pages. */
export async function buildConsole({ root, dist }) {
  const folder = join(root, 'controller/console');
  if (!existsSync(join(folder, 'index.html'))) return [];
  await buildApp({ dist, name: 'console', folder, splitting: { groups: consoleParts }, plugins: [runsFirst('ahead')] });
  return ['console'];
}

/** The residents' app, and the worker that keeps it: the worker knows the name and hash of all that it keeps. */
export async function buildCitizen(esbuild, { root, dist }) {
  const folder = join(root, 'controller/citizen');
  if (!existsSync(join(folder, 'index.html'))) return [];
  const made = await buildApp({
    dist,
    name: 'citizen',
    folder,
    base: '/dan/',
    splitting: { groups: citizenParts, includeDependenciesRecursively: false },
  });
  const home = join(dist, 'citizen');
  cpSync(join(root, 'controller/console/public/icons'), join(home, 'icons'), { recursive: true });
  const revision = (bytes) => createHash('sha256').update(bytes).digest('hex').slice(0, 16);
  const shell = [
    ...made.map(({ fileName, type, code, source }) => ({
      url: fileName,
      // The name of an asset says what is in it.
      revision: fileName.startsWith('assets/') ? null : revision(type === 'chunk' ? code : source),
    })),
    ...['dan.webmanifest', 'icons/loa.svg', 'icons/loa-192.png'].map((url) => ({ url, revision: revision(readFileSync(join(home, url))) })),
  ];
  const result = await esbuild.build({
    absWorkingDir: root,
    entryPoints: { worker: join(folder, 'worker/main.ts') },
    outdir: home,
    bundle: true,
    write: false,
    platform: 'browser',
    target,
    format: 'iife',
    minify: true,
    define: { LOA_SHELL: JSON.stringify(shell), 'process.env.NODE_ENV': '"production"' },
    logLevel: 'warning',
  });
  for (const file of result.outputFiles) putPacked(file.path, file.contents);
  return ['citizen'];
}
