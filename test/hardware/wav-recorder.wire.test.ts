import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';
import { expect, test } from 'vitest';
import { readWav } from '../../hardware/host/wav.ts';

test('a recording of a killed process is readable to within its last seconds', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'loa-killed-'));
  const path = join(folder, 'heard.wav');
  const source = `
    import { VirtualDac } from ${JSON.stringify(resolve('hardware/audio-out/virtual-dac.ts'))};
    import { WavRecorder } from ${JSON.stringify(resolve('hardware/audio-out/wav-recorder.ts'))};
    const dac = new VirtualDac();
    await new WavRecorder(dac, { path: ${JSON.stringify(path)} }).start();
    await dac.open();
    dac.write(new Int16Array(48_000 * 4).fill(77));
    setTimeout(() => console.log('now'), 2500);`;
  await writeFile(join(folder, 'agent.ts'), source);
  await build({
    entryPoints: [join(folder, 'agent.ts')],
    outfile: join(folder, 'agent.mjs'),
    bundle: true,
    platform: 'node',
    format: 'esm',
  });
  const agent = spawn(process.execPath, [join(folder, 'agent.mjs')], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(agent.stdout, 'data');
  agent.kill('SIGKILL');
  await once(agent, 'exit');
  const sound = readWav(await readFile(path));
  expect(sound?.samples.length).toBeGreaterThan(48_000 * 0.9);
  expect(sound?.samples.subarray(4_800, 48_000 * 0.9).every((sample) => sample === 77)).toBe(true);
});
