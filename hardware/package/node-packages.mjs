// hardware/package: which npm packages a bundle needs beside it, and which of their files a Debian package carries.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

/** Only for building, or replaced by Debian's own programs. */
export const leftOut = new Set([
  'node-addon-api',
  'prebuild-install',
  'tar',
  'nan',
  'node-gyp',
  'ffmpeg-static',
  'bufferutil',
  'utf-8-validate',
]);
const builtin = /^node:/;

/** Packages with native parts: what is kept of them. Their binaries come from `native.mjs`. */
const kept = {
  koffi: /^(package\.json|index\.(c?js)|indirect\.(c?js)|(lib|src)\/.*\.c?js|LICENSE.*)$/,
  sqlite3: /^(package\.json|lib\/.*\.js|LICENSE.*)$/,
  epoll: /^(package\.json|epoll\.js|LICENSE.*)$/,
  '@serialport/bindings-cpp': /^(package\.json|dist\/.*\.js|LICENSE.*)$/,
};
const useless =
  /(\.md|\.map|\.d\.[cm]?ts|\.ts|\.markdown|\.tsbuildinfo|\.flow|\.yml)$|(^|\/)(\.[^/]+|test|tests|integration-test|docs|bin|example|examples|benchmarks?)\/|(^|\/)\.[^/]+$/i;

/** Names of packages that a bundle names and does not hold. */
export function externalsOf(text, externals) {
  const names = new Set();
  for (const [, name] of text.matchAll(
    /(?:\bfrom|\bimport\(|\bimport|\brequire\d*\()\s*["']((?:@[a-z0-9-]+\/)?[a-z0-9][a-z0-9._-]*)(?:\/[^"']*)?["']/g,
  ))
    if (!builtin.test(name) && externals.some((one) => one === name || (one.endsWith('/*') && name.startsWith(one.slice(0, -1)))))
      names.add(name);
  return [...names].filter((name) => !leftOut.has(name)).sort();
}

/** Folders below `root` of these packages and of all they depend on, each once, sorted. Packages that are not installed are left out. */
export function closureOf(names, root) {
  const folders = new Set();
  const add = (name, from) => {
    if (leftOut.has(name)) return;
    const folder = find(name, from, root);
    if (folder === undefined || folders.has(folder)) return;
    folders.add(folder);
    const { dependencies = {} } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    for (const each of Object.keys(dependencies)) add(each, folder);
  };
  for (const name of names) add(name, root);
  return [...folders].map((folder) => relative(root, folder)).sort();
}

/** As Node looks: beside the asker, then further out. */
function find(name, from, root) {
  for (let place = from; place.length >= root.length; place = join(place, '..')) {
    const folder = join(place, 'node_modules', name);
    if (existsSync(join(folder, 'package.json'))) return folder;
  }
  return undefined;
}

/** The files of one package that are carried, relative to it. */
export function filesOf(folder, name) {
  const rule = Object.hasOwn(kept, name) ? kept[name] : undefined;
  const all = [...walk(folder, '')].filter((path) => !useless.test(path) || /LICEN[CS]E|NOTICE/i.test(path));
  return (rule ? all.filter((path) => rule.test(path)) : all).sort();
}

function* walk(folder, below) {
  for (const entry of readdirSync(join(folder, below), { withFileTypes: true })) {
    const path = below === '' ? entry.name : `${below}/${entry.name}`;
    if (entry.isDirectory()) {
      if (entry.name !== 'node_modules') yield* walk(folder, path);
    } else if (entry.isFile()) yield path;
  }
}
