// hardware/package: npm run audit: known holes in what the product installs. Ends with 0 nothing grave, 1 something grave, 2 nobody could be asked.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** Holes that are known and borne: advisory → why, and until which day. After that day they count again. */
const borne = {};

const ranks = ['info', 'low', 'moderate', 'high', 'critical'];
const grave = ranks.indexOf('high');

/**
 * What a report of `npm audit --json` means. `today`: YYYY-MM-DD.
 * `asked` false: the registry gave no answer, and nothing is known; that is no pass.
 */
export function verdictOf(report, today, allowed = borne) {
  const found = report?.vulnerabilities;
  if (report?.error !== undefined || typeof found !== 'object' || found === null || report.metadata?.vulnerabilities === undefined)
    return { asked: false, faults: [], borne: [], reason: report?.error?.summary || report?.message || 'no answer that is a report' };
  const holes = new Map();
  for (const { via } of Object.values(found))
    for (const one of via) if (typeof one === 'object') holes.set(one.url ?? String(one.source), one);
  const judged = [...holes].map(([url, one]) => {
    const id = url.slice(url.lastIndexOf('/') + 1);
    const allowance = Object.hasOwn(allowed, id) && today <= allowed[id].until ? allowed[id] : undefined;
    return { line: `${one.severity}  ${one.name}: ${one.title} (${id})`, rank: ranks.indexOf(one.severity), allowance };
  });
  // A severity that nobody knows is no small one.
  const counts = judged.filter(({ rank }) => rank === -1 || rank >= grave);
  return {
    asked: true,
    faults: counts.filter(({ allowance }) => !allowance).map(({ line }) => line),
    borne: counts
      .filter(({ allowance }) => allowance)
      .map(({ line, allowance }) => `${line}, borne until ${allowance.until}: ${allowance.why}`),
    lesser: judged.length - counts.length,
  };
}

/** The report, or what stands in its place when npm gave none. */
export function reportIn(text) {
  try {
    return JSON.parse(text);
  } catch {
    return { message: text.trim().slice(0, 300) || 'npm said nothing' };
  }
}

function main() {
  const npm = process.env.npm_execpath?.endsWith('.js') ? [process.execPath, process.env.npm_execpath] : ['npm'];
  const asked = spawnSync(npm[0], [...npm.slice(1), 'audit', '--json', '--omit=dev', '--audit=true'], {
    encoding: 'utf8',
    timeout: 120_000,
  });
  const {
    asked: answered,
    faults,
    borne: known,
    lesser = 0,
    reason,
  } = verdictOf(reportIn(asked.stdout || asked.stderr || ''), new Date().toISOString().slice(0, 10));
  for (const line of [...faults, ...known]) console.error(line);
  if (!answered)
    console.error(`Không hỏi được kho gói, chưa chứng minh được gì / the registry was not asked, nothing is proven: ${reason}`);
  console.log(JSON.stringify({ asked: answered, grave: faults.length, borne: known.length, lesser }));
  process.exitCode = answered ? Number(faults.length > 0) : 2;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) main();
