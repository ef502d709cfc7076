// Test projects: rules and worlds in-process, contracts per port, wires with real sockets, pages in Chromium.
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

/** Secrets that centres under test make for themselves stay out of this person's state directory. */
const env = { XDG_STATE_HOME: join(tmpdir(), `loa-test-state-${process.getuid?.() ?? 0}`) };
/** What every project has; a fact that is waited for may come late on a busy machine. */
const shared = { env, expect: { poll: { timeout: 20_000 } } };
const ordinary = ['**/*.wire.test.ts', '**/*.browser.test.ts', '**/*.long.test.ts', '**/node_modules/**', 'dist/**'];

/** Both cores of a small machine; vitest would leave one idle. */
const atOnce = { maxWorkers: 2 };

/** When a test hangs, told late: none is measured by it, and a machine may be many times slower than the one it was written on. */
const patience = { testTimeout: 180_000, hookTimeout: 180_000 };

export default defineConfig(({ mode }) => ({
  test: {
    globalSetup: ['test/build-once.ts'],
    reporters: ['default', './test/reporter.ts'],
    projects:
      mode === 'long'
        ? [
            {
              test: {
                ...shared,
                name: 'long',
                include: ['test/**/*.long.test.ts'],
                testTimeout: 3_600_000,
                hookTimeout: 120_000,
                fileParallelism: false,
              },
            },
          ]
        : [
            {
              test: {
                ...shared,
                name: 'unit',
                ...atOnce,
                ...patience,
                include: [
                  'test/{schemas,agent,broker,controller,hardware,docs,fuzz,soak,bench,plots}/**/*.test.ts',
                  'test/architecture.test.ts',
                ],
                exclude: ordinary,
              },
            },
            {
              test: { ...shared, ...atOnce, name: 'world', include: ['test/world/**/*.test.ts'], exclude: ordinary, testTimeout: 120_000 },
            },
            {
              test: {
                ...shared,
                name: 'contract',
                ...atOnce,
                include: ['test/contract/**/*.test.ts'],
                exclude: ordinary,
                ...patience,
              },
            },
            {
              test: {
                ...shared,
                name: 'wire',
                include: ['test/**/*.wire.test.ts'],
                testTimeout: 120_000,
                hookTimeout: 60_000,
                // Most of their time they wait for something to happen, so two at once; more would be late for one another.
                maxWorkers: 2,
                sequence: { groupOrder: 1 },
              },
            },
            {
              test: {
                ...shared,
                name: 'browser',
                include: ['test/**/*.browser.test.ts'],
                testTimeout: 180_000,
                hookTimeout: 60_000,
                maxWorkers: 2,
                sequence: { groupOrder: 2 },
              },
            },
          ],
  },
}));
