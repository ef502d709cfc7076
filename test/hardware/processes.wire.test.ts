import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { build } from 'esbuild';
import { expect, test } from 'vitest';
import { type Exit, findProgram, runTool, startTool } from '../../hardware/host/processes.ts';

/** A dead one that nobody has reaped yet (state Z) is gone. */
const isAlive = (pid: number) => existsSync(`/proc/${pid}/stat`) && !readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ');

async function untilGone(pid: number): Promise<void> {
  for (let i = 0; i < 100 && isAlive(pid); i++) await wait(20);
  expect(isAlive(pid)).toBe(false);
}

test('a tool gets its input and gives its output', async () => {
  const ran = await runTool('cat', [], { timeoutMs: 5000, input: 'Xin chào' });
  expect(ran.ok && ran.value.stdout.toString()).toBe('Xin chào');
});

test('a tool that does not exist is a missing tool', async () => {
  const ran = await runTool('/nowhere/at/all', [], { timeoutMs: 5000 });
  expect(!ran.ok && ran.problem.code).toBe('tool-missing');
});

test('a failing tool tells its last words', async () => {
  const ran = await runTool('sh', ['-c', 'echo broken >&2; exit 3'], { timeoutMs: 5000 });
  expect(ran).toMatchObject({ ok: false, problem: { code: 'tool-failed', detail: expect.stringContaining('broken') } });
});

test('a tool that others end, or that cannot begin, does not fail; one that used up its processor time does', async () => {
  const codeOf = async (script: string, cpuSeconds?: number) => {
    const limits = { limits: { dataBytes: 1024 ** 3, niceness: 0, ...(cpuSeconds ? { cpuSeconds } : {}) } };
    const ran = await runTool('sh', ['-c', script], { timeoutMs: 60_000, ...limits });
    return ran.ok ? 'ok' : ran.problem.code;
  };
  for (const signal of ['KILL', 'TERM', 'SEGV']) expect(await codeOf(`kill -${signal} $$`), signal).toBe('internal-error');
  expect(await codeOf('exec /nowhere/at/all')).toBe('tool-missing');
  expect(await codeOf('while :; do :; done', 1)).toBe('tool-failed');
});

test('a tool that runs too long is ended with everything it started', async () => {
  const pidFile = join(await mkdtemp(join(tmpdir(), 'loa-run-')), 'pid');
  const began = performance.now();
  const ran = await runTool('sh', ['-c', `sleep 60 & echo $! > ${pidFile}; wait`], { timeoutMs: 300 });
  expect(!ran.ok && ran.problem.code).toBe('tool-timeout');
  expect(performance.now() - began).toBeLessThan(5000);
  const ran2 = await runTool('cat', [pidFile], { timeoutMs: 5000 });
  await untilGone(Number(ran2.ok && ran2.value.stdout.toString()));
});

test('a tool that writes without end is ended at the limit', async () => {
  const ran = await runTool('yes', [], { timeoutMs: 10_000, outputBytesMax: 100_000 });
  expect(!ran.ok && ran.problem.code).toBe('too-large');
});

test('a tool that closes its input early does not harm us', async () => {
  const ran = await runTool('true', [], { timeoutMs: 5000, input: new Uint8Array(4 * 1024 * 1024) });
  expect(ran.ok).toBe(true);
});

test('a long-lived tool talks until it is killed, and its end is told once', async () => {
  const exits: Exit[] = [];
  const ended = new Promise<void>((done) => {
    const tool = startTool('cat', [], {
      onExit: (exit) => {
        exits.push(exit);
        done();
      },
    });
    tool.stdin.write('một');
    tool.stdout.once('data', (chunk: Buffer) => {
      expect(chunk.toString()).toBe('một');
      tool.kill();
      tool.kill();
    });
  });
  await ended;
  expect(exits).toEqual([{ code: null, signal: 'SIGKILL' }]);
});

test('children die with a parent that is killed without warning', async () => {
  expect(findProgram('setpriv')).toBeDefined();
  const folder = await mkdtemp(join(tmpdir(), 'loa-orphan-'));
  const source = `import { startTool } from ${JSON.stringify(resolve('hardware/host/processes.ts'))};
    console.log(startTool('sleep', ['60'], { onExit() {} }).pid);`;
  await writeFile(join(folder, 'parent.ts'), source);
  await build({
    entryPoints: [join(folder, 'parent.ts')],
    outfile: join(folder, 'parent.mjs'),
    bundle: true,
    platform: 'node',
    format: 'esm',
  });
  const parent = spawn(process.execPath, [join(folder, 'parent.mjs')], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = (await once(parent.stdout, 'data')) as [Buffer];
  const pid = Number(line.toString());
  await wait(100); // until setpriv has become sleep
  expect(isAlive(pid)).toBe(true);
  parent.kill('SIGKILL');
  await untilGone(pid);
});
