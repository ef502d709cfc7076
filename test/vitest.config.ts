// Test projects: rules and worlds in-process, contracts per port, wires with real sockets, pages in Chromium.
import { defineConfig } from 'vitest/config';

const ordinary = ['**/*.wire.test.ts', '**/*.browser.test.ts', '**/*.long.test.ts', '**/node_modules/**', 'dist/**'];

export default defineConfig(({ mode }) => ({
  test: {
    globalSetup: ['test/build-once.ts'],
    reporters: ['default', './test/reporter.ts'],
    projects:
      mode === 'long'
        ? [
            {
              test: {
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
                name: 'unit',
                include: ['test/{schemas,agent,broker,controller,hardware}/**/*.test.ts', 'test/architecture.test.ts'],
                exclude: ordinary,
              },
            },
            { test: { name: 'world', include: ['test/world/**/*.test.ts'], exclude: ordinary, testTimeout: 120_000 } },
            { test: { name: 'contract', include: ['test/contract/**/*.test.ts'], exclude: ordinary, testTimeout: 30_000 } },
            {
              test: {
                name: 'wire',
                include: ['test/**/*.wire.test.ts'],
                testTimeout: 120_000,
                hookTimeout: 60_000,
                fileParallelism: false,
                sequence: { groupOrder: 1 },
              },
            },
            {
              test: {
                name: 'browser',
                include: ['test/**/*.browser.test.ts'],
                testTimeout: 180_000,
                hookTimeout: 60_000,
                fileParallelism: false,
                sequence: { groupOrder: 2 },
              },
            },
          ],
  },
}));
