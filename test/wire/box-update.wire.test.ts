// A whole box under its launcher takes a signed release, stays with it, and leaves the next one, which does not start.
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readlinkSync, symlinkSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { policy } from '../schemas/documents.ts';
import { Program } from './program.ts';
import { filesUnder, ReleaseDesk } from './release-offer.ts';
import { SmallCentre } from './small-centre.ts';
import { until } from './waiting.ts';

const built = fileURLToPath(new URL('../../dist/', import.meta.url));
const modules = fileURLToPath(new URL('../../node_modules', import.meta.url));
const plan = { settings: {}, policy: policy(), schedules: { programmes: [], schedules: [], holidays: [], localOrder: [] } };

const centre = new SmallCentre();
const desk = new ReleaseDesk(centre);
const dir = mkdtempSync(join(tmpdir(), 'loa-box-update-'));
const root = join(dir, 'program');
const first = join(root, 'releases', '0.1.0');
const box = new Program('launcher', ['--root', root, '--', '--data', join(dir, 'data'), '--config', join(dir, 'config.json')]);

beforeAll(async () => {
  await centre.start();
  for (const folder of [first, join(dir, 'boot'), join(dir, 'data')]) mkdirSync(folder, { recursive: true });
  // As a package lays it: bundles are modules, the npm packages they name lie around the releases.
  writeFileSync(join(root, 'package.json'), '{"type":"module"}');
  symlinkSync(modules, join(root, 'node_modules'));
  for (const bundle of ['agent.js', 'guard.js']) copyFileSync(join(built, bundle), join(first, bundle));
  symlinkSync(join('releases', '0.1.0'), join(root, 'current'));
  writeFileSync(join(dir, 'boot', 'loa-claim.json'), JSON.stringify(centre.claim()));
  const config = { page: { port: 0 }, log: { level: 'warn' }, outputs: [{ id: 'main', kind: 'loudspeaker' }], bootDir: join(dir, 'boot') };
  writeFileSync(join(dir, 'config.json'), JSON.stringify(config));
});

afterAll(async () => {
  await box.stop();
  await centre.stop();
  await rm(dir, { recursive: true, force: true });
});

const states = (version: string) => desk.told(version).map(({ state }) => state);

test('a good release is fetched, switched to and confirmed', async () => {
  await box.start(90_000);
  await until('its presence', () => centre.heard('on').at(-1), 60_000);
  await desk.offer({ version: '0.2.0', counter: 1, files: filesUnder(first) }, plan);
  await until('the confirmation', () => states('0.2.0').includes('committed') || undefined, 100_000);
  expect(states('0.2.0')).toEqual(['downloaded', 'switched', 'committed']);
  expect(readlinkSync(join(root, 'current'))).toBe(join('releases', '0.2.0'));
  expect(centre.heard<{ version?: string }>('on').at(-1)?.version).toBe('0.2.0');
});

test('one that does not start is left again, and the box lives on with the one before', async () => {
  const files = filesUnder(first, { 'agent.js': "process.stderr.write('no such module\\n');\nprocess.exit(1);\n" });
  await desk.offer({ version: '0.3.0', counter: 2, files }, plan);
  await until('the way back', () => states('0.3.0').includes('rolled-back') || undefined, 110_000);
  const back = desk.told('0.3.0').at(-1);
  expect(back).toMatchObject({ state: 'rolled-back', from: '0.2.0', reason: 'starts' });
  expect(back?.lines?.join('\n')).toContain('no such module');
  expect(readlinkSync(join(root, 'current'))).toBe(join('releases', '0.2.0'));
  expect(readdirSync(join(root, 'releases'))).not.toContain('0.3.0');
});
