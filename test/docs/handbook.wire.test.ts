// Every command of the handbook that can be run is run, in the order of its page, on real programs: a centre from its seed to its
// restored backup and the province above it; a box from its claim to its label.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { claimFile } from '../../schemas/box-papers.ts';
import type { ClaimDocument } from '../../schemas/enrolment-api.ts';
import { password } from '../controller/built-centre.ts';
import { programPath } from '../tell.ts';
import { Operator } from '../wire/operator.ts';
import { type Block, partsOf } from './page-parts.ts';
import { Shell } from './shell.ts';

const folder = resolve(import.meta.dirname, '../../controller/docs/handbook');
const blocksOf = (page: string) =>
  partsOf(readFileSync(join(folder, page), 'utf8')).blocks.filter(({ language, mark }) => language === 'sh' && mark === '');
const missing = ['bash', 'openssl', 'curl'].find((program) => !programPath(program));
const slowMs = 300_000;

const made: Shell[] = [];
async function open(name: string, more: (dir: string) => Readonly<Record<string, string>>): Promise<{ shell: Shell; base: string }> {
  const dir = mkdtempSync(join(tmpdir(), `loa-handbook-${name}-`));
  const port = await freePort();
  const base = `http://127.0.0.1:${port}`;
  for (const inside of ['stick', 'backup']) mkdirSync(join(dir, inside));
  const shell = new Shell(dir, { DATA: join(dir, 'data'), PORT: String(port), CENTRE: base, ...more(dir) });
  made.push(shell);
  return { shell, base };
}

function freePort(): Promise<number> {
  return new Promise((found) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => found(port));
    });
  });
}

async function runBlock(shell: Shell, { text, line }: Block): Promise<string> {
  const { code, said } = await shell.run(text);
  expect(code, `line ${line}:\n${text}\n→ ${said}`).toBe(0);
  return said;
}

afterAll(async () => {
  for (const shell of made) await shell.stop();
  for (const { dir } of made) rmSync(dir, { recursive: true, force: true });
});

describe.skipIf(missing)(`the administrator’s page [needs ${missing ?? 'bash'}]`, () => {
  const blocks = blocksOf('administrator.vi.md');
  const said: string[] = [];
  let shell: Shell;
  let base: string;
  const saidBy = (word: string) => said[blocks.findIndex(({ text }) => text.includes(word))] ?? '';

  beforeAll(async () => {
    ({ shell, base } = await open('centre', (dir) => ({
      ...{ STICK: join(dir, 'stick'), BACKUP: join(dir, 'backup'), RESTORED: join(dir, 'restored'), PROVINCE: join(dir, 'province') },
      RELEASE: join(dir, 'release'),
    })));
  });

  test('is run from its first line to its last', { timeout: slowMs }, async () => {
    expect(blocks.length).toBeGreaterThan(12);
    for (const block of blocks) {
      // What the page has somebody else do meanwhile: the province exists, a release was built.
      if (block.text.includes('--delegating-key')) await makeProvince(shell);
      if (block.text.includes('release make')) makeRelease(join(shell.dir, 'release'));
      said.push(await runBlock(shell, block));
      if (block.text.includes('systemctl status')) await makeAdministrator(base, /setup#token=([0-9a-f]+)/.exec(said.join(''))?.[1] ?? '');
    }
  });

  test('and what it promised has happened', () => {
    expect(saidBy('people reset')).toMatch(/https:\/\/xa\.example\/invite#token=\S+/);
    expect(saidBy('keys install')).toContain('release');
    expect(saidBy('backup verify')).toContain('Nguyên vẹn');
    expect(saidBy('loa-controller restore')).toContain('Đã khôi phục');
    expect(saidBy('--known')).toContain('Chuỗi nguyên vẹn');
    expect(saidBy('release add')).toContain('0.2.0');
    expect(saidBy('/metrics')).toContain('loa_boxes{state="registered"} 0');
    expect(saidBy('centres admit')).toContain('xa-tan-trao');
    expect(readdirSync(join(shell.dir, 'data'))).not.toContain('root-keys');
    // Phrases and tokens that passed through hands are in no log.
    expect(shell.log).not.toMatch(/cau-cua-nguoi|token=/);
  });
});

describe.skipIf(missing)(`the technician’s page [needs ${missing ?? 'bash'}]`, () => {
  const blocks = blocksOf('technician.vi.md');
  let shell: Shell;

  beforeAll(async () => {
    const area = '08/02545/thon-1';
    const opened = await open('box', (dir) => ({
      ...{ BOX: join(dir, 'box'), CLAIM: join(dir, 'loa-claim.json'), TOKEN: join(dir, 'token'), PAPERS: join(dir, 'papers'), AREA: area },
    }));
    shell = opened.shell;
    const seed = {
      centre: { id: 'xa-tan-trao', name: 'Xã Tân Trào', level: 'commune', area: '08/02545' },
      groups: [{ id: 'thon-1', name: 'Thôn 1' }],
      accounts: [{ account: 'ky-thuat', title: 'Kỹ thuật', roles: ['technician'], password }],
    };
    writeFileSync(join(shell.dir, 'seed.json'), JSON.stringify(seed));
    const begun = await shell.run('loa-controller init --data "$DATA" < seed.json && systemctl start loa-controller');
    expect(begun.code, begun.said).toBe(0);
    const technician = await new Operator(opened.base).signIn('ky-thuat', password);
    const outputs = [{ id: 'main', kind: 'loudspeaker' }];
    await technician.post('/boxes', { id: 'hop-7', name: 'Loa nhà văn hóa thôn 1', area, groups: ['thon-1'], outputs });
    writeFileSync(join(shell.dir, 'loa-claim.json'), claimFile(await technician.post<ClaimDocument>('/boxes/hop-7/claim')));
    const wish = { name: 'Khai báo hộp', acts: ['box.register', 'box.claim'], area, expMs: Date.now() + 3_600_000, password };
    writeFileSync(join(shell.dir, 'token'), (await technician.post<{ token: string }>('/tokens', wish)).token);
  }, slowMs);

  test('is run from its first line to its last', { timeout: slowMs }, async () => {
    const said: string[] = [];
    for (const block of blocks) said.push(await runBlock(shell, block));
    expect(said[0]).toContain('WIFI:');
    expect(said[1]?.split('\n')).toEqual(expect.arrayContaining(['install.txt', 'loa-claim.json', 'user-data']));
    expect(readdirSync(join(shell.dir, 'papers')).sort()).toEqual(['hop-8', 'hop-9', 'labels.html']);
    expect(JSON.parse(readFileSync(join(shell.dir, 'papers/hop-9/loa-claim.json'), 'utf8'))).toMatchObject({ dev: 'hop-9' });
  });
});

/** Its root keys lie where two holders would bring them. */
async function makeProvince(shell: Shell): Promise<void> {
  const seed = { centre: { id: 'tinh', name: 'Tỉnh Tuyên Quang', level: 'province', area: '08' } };
  writeFileSync(join(shell.dir, 'province.json'), JSON.stringify(seed));
  const { code, said } = await shell.run(
    'loa-controller init --data "$PROVINCE" --root-passphrase-file "$STICK/phrase" < province.json\n' +
      'for n in 1 2; do cp "$PROVINCE/root-keys/root-$n.pem" "$STICK/tinh-$n.pem"; done',
  );
  expect(code, said).toBe(0);
}

function makeRelease(dir: string): void {
  mkdirSync(dir);
  for (const name of ['guard.js', 'agent.js']) writeFileSync(join(dir, name), `// ${name}\n`);
}

async function makeAdministrator(base: string, token: string): Promise<void> {
  const answer = await fetch(`${base}/api/setup`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ token, account: 'quan-tri', password: 'trau-den-leo-cot-dien-7' }),
  });
  expect(answer.status, await answer.text()).toBe(201);
}
