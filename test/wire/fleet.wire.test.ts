// The fleet simulator itself: twenty boxes come and go under rows, one is frozen, all return at once; no row is lost or kept twice.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const program = fileURLToPath(new URL('../../dist/fleet.js', import.meta.url));
const boxes = 20;
const frozen = 1;

interface Report {
  readonly rows: { readonly said: number; readonly stored: number; readonly lost: number; readonly twice: number };
  readonly orderToBox: { readonly orders: number } | null;
  readonly frozenHeld: number;
  readonly churned: number;
  readonly herd: { readonly back: number };
  readonly problems: readonly string[];
}

test('boxes that come and go, freeze and return all at once lose no row and none is kept twice', async () => {
  const words = ['--boxes', boxes, '--rate', 40, '--minutes', 0.15, '--churn', 2, '--frozen', 5, '--herd', '--json'].map(String);
  const said = await output([program, ...words]);
  const report = JSON.parse(said.trim().split('\n').at(-1) ?? '') as Report;
  expect(report.rows).toMatchObject({ lost: 0, twice: 0, stored: report.rows.said });
  expect(report.rows.said).toBeGreaterThan(100);
  expect(report).toMatchObject({ frozenHeld: frozen, herd: { back: boxes - frozen } });
  expect(report.churned).toBeGreaterThan(0);
});

function output(args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    let [out, err] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      out += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      err = `${err}${text}`.slice(-4_000);
    });
    child.on('close', (code) => (code === 0 ? resolve(out) : reject(new Error(`ended with ${code}: ${err}`))));
  });
}
