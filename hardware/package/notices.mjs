// hardware/package: the notices of others whose code stands inside our bundles and pages, as their licences ask. Plain Node.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { licenceOf } from './licences.mjs';
import { leftOut } from './node-packages.mjs';

const noticeFile = /^(LICEN[CS]E|COPYING|COPYRIGHT|NOTICE)([-.].*)?$/i;
const program = /\.(c?js|mjs|c?ts|json|map|html)$/i;
const largestBytes = 256 * 1024;

/** What a package says of its licence in files of its own, as one text; empty when it has none. */
function noticeIn(folder) {
  return readdirSync(folder)
    .filter(
      (file) =>
        noticeFile.test(file) &&
        !program.test(file) &&
        statSync(join(folder, file)).isFile() &&
        statSync(join(folder, file)).size <= largestBytes,
    )
    .sort()
    .map((file) => readFileSync(join(folder, file), 'utf8').replaceAll('\r\n', '\n').trim())
    .join('\n\n');
}

/** For a package without such a file: its licence and whom it names. */
function wordsOf(folder, name, version, said) {
  const { author, contributors } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const who = [author, ...(Array.isArray(contributors) ? contributors : [])].map((one) => (typeof one === 'string' ? one : one?.name));
  return `Licence: ${licenceOf(name, version, said) ?? 'unknown'}\nBy: ${who.filter(Boolean).join(', ') || `the authors of ${name}`}`;
}

/**
 * All packages that the product is made of and that are installed below `root`, under the notices they bring; equal notices stand once.
 * More than one bundle holds, never less: bundlers leave out what they do not need. `packages`: those of the lock file.
 */
export function noticesOf(packages, root) {
  const byNotice = new Map();
  for (const [path, entry] of Object.entries(packages)) {
    const name = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
    const folder = join(root, path);
    if (path === '' || entry.dev || entry.devOptional || leftOut.has(name) || !existsSync(join(folder, 'package.json'))) continue;
    const notice = noticeIn(folder) || wordsOf(folder, name, entry.version, entry.license);
    byNotice.set(notice, (byNotice.get(notice) ?? new Set()).add(`${name} ${entry.version}`));
  }
  const blocks = [...byNotice].map(([notice, names]) => `${[...names].sort().join(', ')}\n\n${notice}\n`).sort();
  return `Loa holds code of others. Whose, and under which terms:\n\n${blocks.join(`\n${'-'.repeat(72)}\n\n`)}`;
}
