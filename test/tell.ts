// What a test wants to see in the closing table of `npm test`, and what a test needs on the machine.
import { accessSync, constants, mkdirSync, writeFileSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';

/** Lines of the closing table. Files of one name replace each other. */
export interface RunFacts {
  /** Invariant of DESIGN §8 → random scripts it held under, and violations. */
  readonly invariants?: readonly { readonly name: string; readonly scripts: number; readonly violations: number }[];
  readonly doors?: readonly { readonly door: string; readonly how: 'real' | 'simulated' }[];
  /** WAVs, screenshots and other files worth opening. */
  readonly kept?: readonly string[];
  /** Measured figures, e.g. `{ 'start error': '0.4 ms' }`. */
  readonly figures?: Readonly<Record<string, string>>;
}

export const artifacts = resolve(import.meta.dirname ?? '.', '../artifacts');

/** Put facts into the closing table of this run. */
export function tellRun(name: string, facts: RunFacts): void {
  const folder = join(artifacts, 'facts');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${name}.json`), JSON.stringify(facts));
}

/** A folder under artifacts/ for files a person may open afterwards. */
export function artifactFolder(name: string): string {
  const folder = join(artifacts, name);
  mkdirSync(folder, { recursive: true });
  return folder;
}

/**
 * Path of a program, or undefined. Use as `const chromium = programPath('chromium')` and
 * `test.skipIf(!chromium)('… [needs chromium]', …)`: the reporter names the Debian package, and CI fails.
 */
export function programPath(program: string): string | undefined {
  for (const folder of [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin']) {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return join(folder, program);
    } catch {
      // Not in this folder.
    }
  }
  return undefined;
}
