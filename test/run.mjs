// `npm test`: every test once; a file with real sockets or pages in it that failed is run a second time, alone, and named.
import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';

const failedFile = 'artifacts/failed.json';
/** More files than this did not fail because the machine stood still. */
const mostFiles = 6;
const inRealTime = new Set(['wire', 'browser']);

function vitest(args) {
  rmSync(failedFile, { force: true });
  const run = ['node_modules/vitest/vitest.mjs', 'run', '--config', 'test/vitest.config.ts', ...args];
  return spawnSync(process.execPath, run, { stdio: 'inherit' }).status ?? 1;
}

/** The files worth a second try; none when anything else failed too. */
function again() {
  try {
    const { files, others } = JSON.parse(readFileSync(failedFile, 'utf8'));
    const fit = others === 0 && files.length <= mostFiles && files.every(({ project }) => inRealTime.has(project));
    return fit ? files.map(({ file }) => file) : [];
  } catch {
    return [];
  }
}

const asked = process.argv.slice(2);
const first = vitest(asked);
const files = first === 0 || asked.length > 0 ? [] : again();
if (files.length === 0) process.exit(first);
console.log(`\nA second try, alone, of what failed: ${files.join(' ')}\n`);
const second = vitest(files);
console.log(second === 0 ? `\nPassed only at the second try: ${files.join(' ')}` : '\nFailed twice.');
process.exit(second);
