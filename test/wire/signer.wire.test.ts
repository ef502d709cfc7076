// The signing desk as a process: killed in the middle, asked by a web process that was taken over, alone with its keys.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { enrol } from '../../agent/enrol.ts';
import { type Identity, readIdentity } from '../../agent/identity.ts';
import { encodeMessage, packDrafts } from '../../controller/signing/frames.ts';
import { SignerProcess } from '../../controller/signing/signer-process.ts';
import { cryptography } from '../../hardware/host/crypto.ts';
import { findProgram, startTool } from '../../hardware/host/processes.ts';
import { decodeFrame } from '../../schemas/frame.ts';
import { OrderHead } from '../../schemas/order.ts';
import { parseJson } from '../../schemas/parse.ts';
import { type Asker, must, seedOf, statementIn } from '../controller/built-centre.ts';
import { type DeskBed, deskBed, draftOf, said } from '../controller/desk-bed.ts';
import { installOfficers, OfficerDevice } from '../controller/officer-device.ts';
import { signIn } from './centre-process.ts';
import { MqttPeer } from './mqtt-peer.ts';
import { Program } from './program.ts';
import { until } from './waiting.ts';

const dist = fileURLToPath(new URL('../../dist/', import.meta.url));
let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'loa-signer-wire-'));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

function controller(args: readonly string[], input = ''): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(process.execPath, [join(dist, 'controller.js'), ...args], { encoding: 'utf8', input, timeout: 60_000 });
}

/** The signing desk among the children of a centre. */
function signerOf(centrePid: number): number | undefined {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  const found = pids.find((pid) => {
    try {
      const parent = /\) \S (\d+)/.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'))?.[1];
      return parent === String(centrePid) && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('signer.js');
    } catch {
      return false;
    }
  });
  return found === undefined ? undefined : Number(found);
}

function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}

const gone = (pid: number) => until(`end of ${pid}`, () => (existsSync(`/proc/${pid}/stat`) ? undefined : true), 5_000);

describe('a centre whose signing desk is killed', () => {
  let data: string;
  let program: Program;
  let doors: { console: string; boxPort: number; mqttPort: number };
  let identity: Identity;
  const officer = new OfficerDevice('truc-ban');
  const [secretFile, phraseFile] = [() => join(dir, 'keys.secret'), () => join(dir, 'phrase')];

  beforeAll(async () => {
    data = join(dir, 'centre');
    await writeFile(secretFile(), 'một bí mật của trung tâm này', { mode: 0o600 });
    await writeFile(phraseFile(), 'một cụm từ chỉ người giữ khóa biết\n', { mode: 0o600 });
    const made = controller(['init', '--data', data, '--key-secret-file', secretFile()], JSON.stringify(seedOf()));
    expect(made).toMatchObject({ status: 0, stdout: expect.stringContaining('"made":false') });
    must(await installOfficers(data, [officer], Date.now()));
    program = new Program('controller', [
      '--data',
      data,
      '--key-secret-file',
      secretFile(),
      '--port',
      '0',
      '--box-port',
      '0',
      '--mqtt-port',
      '0',
    ]);
    doors = (await program.start()) as never;
    const technician = await signIn(doors.console, 'ky-thuat');
    const box = { id: 'hop-1', name: 'Hộp 1', area: '08/02536/thon-1', groups: ['thon-1'], outputs: [{ id: 'main', kind: 'loudspeaker' }] };
    expect((await technician('POST', '/boxes', box)).status).toBe(201);
    await writeFile(join(dir, 'claim.json'), JSON.stringify((await technician('POST', '/boxes/hop-1/claim', {})).body));
    must(await enrol(join(dir, 'box'), join(dir, 'claim.json')));
    identity = must(await readIdentity(join(dir, 'box')));
  }, 90_000);
  afterAll(async () => void (await program?.stop()));

  test('holds its keys alone: no environment, no core, a process that nobody else can ask', () => {
    const pid = signerOf(program.pid) ?? 0;
    expect(readFileSync(`/proc/${pid}/environ`, 'utf8')).toBe('');
    if (findProgram('prlimit')) expect(readFileSync(`/proc/${pid}/limits`, 'utf8')).toMatch(/Max core file size +0 +0/);
    const inodes = readdirSync(`/proc/${pid}/fd`).map((fd) => /socket:\[(\d+)\]/.exec(linkOf(`/proc/${pid}/fd/${fd}`))?.[1]);
    const doors = ['tcp', 'tcp6', 'udp', 'udp6'].flatMap((kind) => readFileSync(`/proc/net/${kind}`, 'utf8').split('\n'));
    const listening = readFileSync('/proc/net/unix', 'utf8')
      .split('\n')
      .filter((line) => /^\S+ \S+ \S+ 00010000 /.test(line));
    for (const inode of inodes.filter((one) => one !== undefined))
      expect([...doors, ...listening].filter((line) => line.split(/\s+/).includes(inode))).toEqual([]);
    expect(readFileSync(`/proc/${pid}/cmdline`, 'utf8')).not.toContain('bí mật');
  });

  test('gives orders as soon as it is back, uses no counter twice, and answers its boxes again', { timeout: 120_000 }, async () => {
    const box = await new MqttPeer(doors.mqttPort, identity.tls).ready('box:hop-1', ['loa/1/g/thon-1/order', 'loa/1/d/hop-1/dn/answer']);
    const duty = (await signIn(doors.console, 'truc-ban')) as unknown as Asker;
    const pids = new Set<number>();
    const ids: string[] = [];
    for (let round = 0; round < 5; round += 1) {
      const pid = await until('a signing desk', () => signerOf(program.pid));
      pids.add(pid);
      const given = officer.give(duty, { template: 'lu-quet', groups: ['thon-1'] });
      // Before, in the midst of, and after the asking.
      await new Promise((resolve) => setTimeout(resolve, round * 60));
      process.kill(pid, 'SIGKILL');
      const answer = await given;
      expect(answer.status).toBe(200);
      ids.push(answer.body.id as string);
      await gone(pid);
    }
    expect(pids.size).toBe(5);
    const standing = () => {
      const newest = box.messages.findLast(({ topic }) => topic.endsWith('/order'));
      const frame = newest && decodeFrame(newest.payload, cryptography);
      return frame?.ok ? must(parseJson(OrderHead, frame.value.head)).orders.map(statementIn) : [];
    };
    await until('all orders', () => (ids.every((id) => standing().some((one) => one.id === id)) ? true : undefined));
    const counters = standing().map(({ ctr }) => ctr as number);
    expect(counters).toEqual([...new Set(counters)].sort((a, b) => a - b));
    box.publish('loa/1/d/hop-1/up/ask', JSON.stringify({ id: 'a1', nonce: 'ab'.repeat(16), kind: 'time' }), { messageId: 9 });
    await box.until(() => box.messages.some(({ topic }) => topic.endsWith('/answer')));
    expect((await duty('POST', '/orders/stop-all', {})).status).toBe(200);
    expect(program.stderr).toMatch(/signer-ended/);
    expect(program.stderr).toMatch(/signer-ready/);
    box.socket.destroy();
  });

  test('takes it along when it is killed itself', async () => {
    const pid = await until('a signing desk', () => signerOf(program.pid));
    await program.kill();
    await gone(pid);
    doors = (await program.start()) as never;
  });

  test('has no plain key in its folder, starts with no other secret, and with a new one after a change', { timeout: 90_000 }, async () => {
    await program.stop();
    await rm(join(data, 'root-keys'), { recursive: true }); // carried away, as it is told
    const plain = () => spawnSync('grep', ['-rl', 'BEGIN PRIVATE KEY', data], { encoding: 'utf8' }).stdout;
    expect(plain()).toBe('');
    const [wrong, next] = [join(dir, 'wrong.secret'), join(dir, 'next.secret')];
    await writeFile(wrong, 'một bí mật khác hẳn', { mode: 0o600 });
    await writeFile(next, 'bí mật mới sau khi thay', { mode: 0o600 });
    const start = (secret: string) =>
      controller(['--data', data, '--key-secret-file', secret, '--port', '0', '--box-port', '0', '--mqtt-port', '0']);
    expect(start(wrong)).toMatchObject({ status: 1, stderr: expect.stringContaining('keys-locked') });
    expect(start(join(dir, 'nowhere'))).toMatchObject({ status: 1, stderr: expect.stringContaining('keys-locked') });
    const change = ['keys', 'secret', '--data', data, '--new-secret-file', next];
    expect(controller([...change, '--key-secret-file', wrong])).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('keys-locked'),
    });
    expect(controller([...change, '--key-secret-file', secretFile()])).toMatchObject({ status: 0 });
    expect(start(secretFile())).toMatchObject({ status: 1, stderr: expect.stringContaining('keys-locked') });
    program = new Program('controller', ['--data', data, '--key-secret-file', next, '--port', '0', '--box-port', '0', '--mqtt-port', '0']);
    doors = (await program.start()) as never;
    expect(plain()).toBe('');
  });

  test('root keys lie under their holders’ phrase, and sign with it', async () => {
    const other = join(dir, 'other');
    const made = controller(
      ['init', '--data', other, '--key-secret-file', secretFile(), '--root-passphrase-file', phraseFile()],
      JSON.stringify(seedOf()),
    );
    expect(made.status).toBe(0);
    expect(spawnSync('grep', ['-rl', 'BEGIN PRIVATE KEY', other], { encoding: 'utf8' }).stdout).toBe('');
    expect(await readFile(join(other, 'root-keys/root-2.pem'), 'utf8')).toContain('BEGIN ENCRYPTED PRIVATE KEY');
    const [asked, signed] = [join(dir, 'asked.json'), join(dir, 'signed.json')];
    expect(controller(['keys', 'request', '--data', other, '--out', asked]).status).toBe(0);
    const sign = ['keys', 'sign', '--in', asked, '--key', join(other, 'root-keys/root-2.pem'), '--out', signed, '--yes'];
    expect(controller(sign)).toMatchObject({ status: 1, stderr: expect.stringContaining('passphrase is wrong') });
    expect(controller([...sign, '--passphrase-file', phraseFile()]).status).toBe(0);
  });
});

describe('a web process that was taken over', () => {
  let province: DeskBed;
  let signer: SignerProcess;
  const told: Record<string, unknown>[] = [];
  const journal = { info: () => undefined, warn: (fields: object) => void told.push(fields as Record<string, unknown>) };
  const expMs = () => Date.now() + 600_000;

  beforeAll(async () => {
    province = await deskBed(join(dir, 'province'), { level: 'province', area: '08' });
    signer = new SignerProcess({ program: join(dist, 'signer.js'), hello: province.hello, journal });
    must(await signer.start());
  });
  afterAll(() => signer.stop());

  test.each<[string, string, () => object]>([
    ['without approvals', 'role-missing', () => ({ ...said, level: 'province', area: '08' })],
    [
      'with a bent approval',
      'wrong-content',
      () => {
        const order = { ...said, level: 'province' as const, area: '08' };
        const approved = province.approve(order, 'o-1', 'g/tinh', 0, [province.officer, province.second]);
        return { ...approved, times: 20 };
      },
    ],
    [
      'with one officer for a province',
      'one-officer',
      () => {
        const order = { ...said, level: 'province' as const, area: '08' };
        return province.approve(order, 'o-1', 'g/tinh', expMs() + 60_000, [province.officer]);
      },
    ],
  ])('gets no siren %s, and the journal tells it: %s', async (_what, code, order) => {
    told.length = 0;
    const [refused] = await signer.sign([draftOf('order', 'g/tinh', order(), { id: 'o-1', expMs: expMs() })]);
    expect(refused).toMatchObject({ ok: false, problem: { code } });
    expect(told).toMatchObject([{ event: 'signer-refused', typ: 'order', aud: 'g/tinh', id: 'o-1', code }]);
  });

  test('gets one with two officers, so the refusals were for their reasons', async () => {
    const until = expMs();
    const order = province.approve({ ...said, level: 'province', area: '08' }, 'o-9', 'g/tinh', until, [province.officer, province.second]);
    expect(await signer.sign([draftOf('order', 'g/tinh', order, { id: 'o-9', expMs: until })])).toMatchObject([{ ok: true }]);
  });

  test('cannot start the desk anew under a root of its own', async () => {
    const thief = await deskBed(join(dir, 'thief'), { level: 'province', area: '08' });
    const again = new SignerProcess({
      program: join(dist, 'signer.js'),
      hello: { ...province.hello, trust: thief.trust as never },
      journal,
    });
    expect(await again.start()).toMatchObject({ ok: false, problem: { code: 'conflict' } });
  });

  test.each<[string, Buffer]>([
    ['a message of a gigabyte', Buffer.from([0x40, 0, 0, 0])],
    ['no JSON', Buffer.from([0, 0, 0, 1, 0x7b])],
    ['what is no question', encodeMessage({ give: 'me your keys' })],
    [
      'more drafts than a message may hold',
      encodeMessage(
        packDrafts(
          1,
          false,
          Array.from({ length: 100 }, () => draftOf('command', 'd/a', {})),
        ),
      ),
    ],
  ])('that sends %s loses the desk rather than confusing it', async (_what, bytes) => {
    const ended = await new Promise<number | null>((resolve) => {
      const desk = startTool(process.execPath, [join(dist, 'signer.js')], { env: {}, onExit: ({ code }) => resolve(code) });
      desk.stdout.once('data', () => desk.stdin.write(bytes));
      desk.stdin.write(encodeMessage(province.hello));
    });
    expect(ended).not.toBe(0);
  });
});
