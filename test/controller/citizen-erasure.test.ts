// What is erased is gone from the data folder itself, and all of it, however much somebody said.
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { initialise } from '../../controller/init.ts';
import { type BuiltCentre, makeCentre, must, seedOf, startMs } from './built-centre.ts';
import { feedback } from './citizen-rig.ts';
import { communeUnits } from './register-rig.ts';

let dir: string;
let built: BuiltCentre;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'loa-erasure-'));
  must(await initialise(dir, seedOf({ units: communeUnits }), startMs));
  built = await makeCentre(undefined, dir);
});
afterAll(async () => {
  await built?.stop();
  await rm(dir, { recursive: true, force: true });
});

test('no word of it is left in any file once the centre has stopped, of a thousand and more things said', async () => {
  const { store, citizens } = built.centre;
  const device = (await built.stranger('POST', '/public/device', {})).body.device as string;
  const known = must(citizens.key.device(device));
  const act = { atMs: 1, actor: 'resident', act: 'feedback.send', subject: 's', sha256: '' };
  const text = 'DAU-VET-BI-MAT '.repeat(20);
  const many = 1_002;
  for (let n = 0; n < many; n++) {
    const one = feedback({ id: `pa-${n}`, number: `PA-${n}`, device: known, text, receivedMs: n });
    await store.citizens.feedback.add(one, { once: `o-${n}`, said: '' }, many, act);
  }
  const erased = (await built.stranger('POST', '/public/my-data/erase', { device })).body;
  expect(erased).toMatchObject({ feedback: many });
  await built.stop();
  for (const name of await readdir(dir, { recursive: true })) {
    const bytes = await readFile(join(dir, name)).catch(() => Buffer.alloc(0));
    expect([name, bytes.includes('DAU-VET-BI-MAT')]).toEqual([name, false]);
  }
});
