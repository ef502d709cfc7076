// Test projects: rules and worlds in-process, contracts per port, wires with real sockets, pages in Chromium.
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/{schemas,agent,broker,controller,hardware}/**/*.test.ts', 'test/architecture.test.ts'],
          exclude: ['**/*.wire.test.ts', '**/*.browser.test.ts'],
        },
      },
      { test: { name: 'world', include: ['test/world/**/*.test.ts'] } },
      { test: { name: 'contract', include: ['test/contract/**/*.test.ts'] } },
      { test: { name: 'wire', include: ['test/**/*.wire.test.ts'], testTimeout: 120_000, hookTimeout: 60_000, fileParallelism: false } },
      {
        test: {
          name: 'browser',
          include: ['test/**/*.browser.test.ts'],
          testTimeout: 180_000,
          hookTimeout: 60_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
