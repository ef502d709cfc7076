// Before any test: dist/ is what the sources say, and artifacts/facts is empty.
import { mkdirSync, rmSync } from 'node:fs';

export async function setup(): Promise<void> {
  rmSync('artifacts/facts', { recursive: true, force: true });
  mkdirSync('artifacts/facts', { recursive: true });
  const path = new URL('../hardware/host/build.mjs', import.meta.url).href;
  const { build } = (await import(path)) as { build(): Promise<string[]> };
  await build().catch((error: Error) => {
    console.error(`dist/: ${error.message}; tests that start programs will fail`);
  });
}
