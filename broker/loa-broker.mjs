#!/usr/bin/env node
// `npx loa-broker …` in a checkout: the broker's program, built first when it is not there.
import { existsSync } from 'node:fs';

const program = new URL('../dist/broker.js', import.meta.url);
if (!existsSync(program)) {
  console.error('dist/: building');
  const { build } = await import('../hardware/host/build.mjs');
  await build();
}
process.argv[1] = program.pathname;
await import(program.href);
