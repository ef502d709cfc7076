// The agent as a program: how it starts, refuses, stops, dies and comes back.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { PageState } from '../../agent/page/view.ts';
import { Program } from './program.ts';
import { SmallCentre } from './small-centre.ts';
import { until } from './waiting.ts';

const agent = fileURLToPath(new URL('../../dist/agent.js', import.meta.url));
const centre = new SmallCentre();
let dataDir = '';

function run(...args: string[]) {
  return spawnSync(process.execPath, [agent, ...args], { encoding: 'utf8', timeout: 30_000 });
}

beforeAll(async () => {
  await centre.start();
  dataDir = await mkdtemp(join(tmpdir(), 'loa-program-'));
  await writeFile(join(dataDir, 'config.json'), JSON.stringify({ page: { port: 0 }, outputs: [{ id: 'main', kind: 'loudspeaker' }] }));
});
afterAll(() => centre.stop());

describe('the agent program', () => {
  test('says what it wants when it does not get it', () => {
    const bare = run();
    expect(bare.status).toBe(1);
    expect(bare.stderr).toContain('--data DIR is missing');
    expect(run('--help').stdout).toContain('--claim FILE');
  });

  test('enrols only by a claim that the centre still knows, and keeps its keys to itself', async () => {
    const file = join(dataDir, 'claim.json');
    await writeFile(file, JSON.stringify({ ...centre.claim(), token: 'another-claim' }));
    const used = await spawned('enrol', '--data', dataDir, '--claim', file);
    expect(used).toMatchObject({ status: 1 });
    expect(used.stderr).toContain('claim-used');
    await writeFile(file, JSON.stringify(centre.claim()));
    const enrolled = await spawned('enrol', '--data', dataDir, '--claim', file);
    expect(JSON.parse(enrolled.stdout)).toEqual({ event: 'enrolled', dev: 'loa-1' });
    for (const name of ['key.pem', 'signing.pem', 'card.json', 'cert.pem', 'keys.json'])
      expect((await stat(join(dataDir, 'identity', name))).mode & 0o077).toBe(0);
  });

  test('is ready within seconds, stops within two when asked, and tells the centre that it is gone', async () => {
    const program = new Program('agent', ['--data', dataDir]);
    const ready = await program.start();
    expect(ready).toMatchObject({ dev: 'loa-1', event: 'ready' });
    await until('presence', () => centre.heard<{ on: boolean }>('on').find(({ on }) => on));
    const beganMs = performance.now();
    expect(await program.stop()).toBe(0);
    expect(performance.now() - beganMs).toBeLessThan(2_000);
    await until('the goodbye', () => centre.heard<{ on: boolean }>('on').find(({ on }) => !on));
  });

  test('comes back after a kill with the same epoch and counts a new connection', async () => {
    const program = new Program('agent', ['--data', dataDir]);
    const before = centre.heard<{ conn: number }>('on').length;
    await program.start();
    const first = await until('presence', () =>
      centre
        .heard<{ on: boolean; conn: number; boot: string }>('on')
        .slice(before)
        .find(({ on }) => on),
    );
    await program.kill();
    const ready = await program.start();
    const again = await until('presence of the new boot', () =>
      centre.heard<{ on: boolean; conn: number; boot: string }>('on').find(({ on, boot }) => on && boot === ready['boot']),
    );
    expect(again.conn).toBeGreaterThan(first.conn);
    const state = (await (await fetch(`${String(ready['page'])}/state.json`)).json()) as PageState;
    expect(state.outputs).toMatchObject([{ id: 'main', working: true }]);
    await program.stop();
    const lines = (await readFile(join(dataDir, 'flight.jsonl'), 'utf8')).trim().split('\n');
    expect(lines.every((line) => typeof JSON.parse(line) === 'object')).toBe(true);
  });

  test('a second agent cannot take the same journal', async () => {
    const program = new Program('agent', ['--data', dataDir]);
    await program.start();
    const second = await spawned('--data', dataDir);
    expect(second.status).not.toBe(0);
    await program.stop();
  });

  test('tells its guard that it is up once it is, and never when it could not come up', async () => {
    const busy = createServer().listen(0, '127.0.0.1');
    await once(busy, 'listening');
    const config = join(dataDir, 'busy.json');
    const { port } = busy.address() as AddressInfo;
    await writeFile(config, JSON.stringify({ page: { port }, outputs: [{ id: 'main', kind: 'loudspeaker' }] }));
    const kept = watched('--data', dataDir, '--config', config);
    expect(await kept.ended).toBe(1);
    expect(kept.signs()).toMatch(/^\.+$/);
    busy.close();
    const up = watched('--data', dataDir);
    await until('its word', () => (up.signs().includes('!') ? true : undefined));
    await until('beats after it', () => (/!.*\.\..*$/.test(up.signs()) ? true : undefined));
    expect(up.signs()).toMatch(/^\.+!\.+$/);
    up.child.kill('SIGTERM');
    expect(await up.ended).toBe(0);
  });

  test('told to leave service and killed before it could, it leaves at its next start', async () => {
    const program = new Program('agent', ['--data', dataDir]);
    const ready = await program.start();
    await until('a box that knows the time', () =>
      centre
        .heard<{ on: boolean; boot: string; clock: string }>('on')
        .find(({ on, boot, clock }) => on && boot === ready['boot'] && clock === 'signed'),
    );
    const tell = async (command: object, id: string) => {
      await centre.say('cmd', centre.sign('command', 'd/loa-1', command, { id }));
      await until(`its word of ${id}`, () => centre.facts.find((fact) => fact.kind === 'command' && fact.command === id));
    };
    await tell({ do: 'report' }, 'cmd-report');
    // Rows are taken and no receipt is given: the box waits for it.
    const say = centre.say.bind(centre);
    centre.say = async (word, ...more) => (word === 'ack' ? undefined : say(word, ...more));
    await tell({ do: 'decommission' }, 'cmd-end');
    await program.kill();
    expect(await readdir(join(dataDir, 'identity'))).toContain('card.json');
    centre.say = say;
    const said = centre.facts.length;
    // It may be gone before it has said that it is ready.
    await program.start().catch(() => undefined);
    await until('a box without keys', async () =>
      (await readdir(join(dataDir, 'identity'))).join() === 'retired' && !(await readdir(dataDir)).includes('state') ? true : undefined,
    );
    expect(centre.facts.slice(said).filter((fact) => fact.kind === 'command')).toEqual([]);
    await program.stop();
  });
});

/** With a guard's pipe, of which this process is the other end. */
function watched(...args: string[]) {
  const env = { ...process.env, LOA_HEARTBEAT_FD: '3' };
  const child = spawn(process.execPath, [agent, ...args], { stdio: ['ignore', 'ignore', 'ignore', 'pipe'], env });
  let signs = '';
  child.stdio[3]?.on('data', (bytes: Buffer) => {
    signs += bytes.toString();
  });
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  return { child, ended, signs: () => signs };
}

/** Without blocking this process, which is the centre. */
async function spawned(...args: string[]): Promise<{ status: number | null; stdout: string; stderr: string }> {
  const child = spawn(process.execPath, [agent, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk) => {
    stdout += chunk;
  });
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  const timer = setTimeout(() => child.kill('SIGKILL'), 20_000);
  const status = await new Promise<number | null>((resolve) => child.once('close', resolve));
  clearTimeout(timer);
  return { status, stdout, stderr };
}
