// Shapes and rules run in a browser as they are: they bundle without node, and read no clock and no chance.
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';
import { expect, test } from 'vitest';

const folder = resolve(import.meta.dirname, '../../schemas');

async function bundle(options: { readonly packages?: 'external' }): Promise<string> {
  const files = (await readdir(folder)).filter((file) => file.endsWith('.ts'));
  const contents = files.map((file, i) => `export * as m${i} from './${file}';`).join('\n');
  const built = await build({
    stdin: { contents, resolveDir: folder, loader: 'ts' },
    bundle: true,
    platform: 'browser',
    format: 'esm',
    write: false,
    logLevel: 'silent',
    ...options,
  });
  return built.outputFiles[0]?.text ?? '';
}

test('schemas bundle for browsers with nothing left to import, and the bundle runs', async () => {
  const text = await bundle({});
  expect(text).not.toMatch(/from ?["']node:|require\(["']/);
  const dir = await mkdtemp(join(tmpdir(), 'loa-browser-'));
  try {
    await writeFile(join(dir, 'schemas.mjs'), text);
    const loaded: Record<string, Record<string, unknown>> = await import(join(dir, 'schemas.mjs'));
    expect(Object.values(loaded).some((module) => typeof module['agenda'] === 'function')).toBe(true);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
});

test('our own code there touches no Date, no randomness, no process, no timer', async () => {
  const text = await bundle({ packages: 'external' });
  expect(text.length).toBeGreaterThan(20_000);
  for (const word of [
    /\bnew Date\b/,
    /\bDate\.(now|UTC|parse)\b/,
    /\bMath\.random\b/,
    /\bprocess\./,
    /\bsetTimeout\b/,
    /\bsetInterval\b/,
    /\bperformance\./,
  ])
    expect(text).not.toMatch(word);
});
