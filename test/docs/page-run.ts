// Pages of the handbook as somebody follows them at a machine: their blocks in order, and what the page has others do meanwhile.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect } from 'vitest';
import { claimFile } from '../../schemas/box-papers.ts';
import type { ClaimDocument } from '../../schemas/enrolment-api.ts';
import { password } from '../controller/built-centre.ts';
import { programPath } from '../tell.ts';
import { Operator } from '../wire/operator.ts';
import { type Block, partsOf } from './page-parts.ts';
import { Shell } from './shell.ts';

const folder = resolve(import.meta.dirname, '../../controller/docs/handbook');

/** The first program that the pages need and this machine lacks. */
export const missing = ['bash', 'openssl', 'curl'].find((program) => !programPath(program));
/** Told late that something hangs: each command starts a program of its own. */
export const withinMs = 900_000;

export interface Followed {
  readonly block: Block;
  readonly said: string;
}

/** The blocks of a page that are run; both languages have the same. */
export function blocksOf(page: string): Block[] {
  const { blocks } = partsOf(readFileSync(join(folder, `${page}.vi.md`), 'utf8'));
  return blocks.filter(({ language, mark }) => language === 'sh' && mark === '');
}

/** What a block said whose text has that in it. */
export function saidBy(followed: readonly Followed[], text: string): string {
  return followed.find(({ block }) => block.text.includes(text))?.said ?? '';
}

/** Run them; the first that fails stops the page and is shown with what it said. */
export async function follow(shell: Shell, blocks: readonly Block[], meanwhile: (block: Block) => Promise<void> = async () => {}) {
  const followed: Followed[] = [];
  for (const block of blocks) {
    await meanwhile(block);
    const { code, said } = await shell.run(block.text);
    expect(code, `line ${block.line}:\n${block.text}\n→ ${said}`).toBe(0);
    followed.push({ block, said });
  }
  return followed;
}

/** The administrator's page: the person who opens the link, the province above and the builder of a release are not on it. */
export async function followAdministrator(
  blocks: readonly Block[],
  begun: Shell[],
): Promise<{ readonly shell: Shell; readonly followed: readonly Followed[] }> {
  const { shell, base } = await openShell('centre', begun, (dir) => ({
    ...{ STICK: join(dir, 'stick'), BACKUP: join(dir, 'backup'), RESTORED: join(dir, 'restored'), PROVINCE: join(dir, 'province') },
    ...{ RELEASE: join(dir, 'release'), OUT: join(dir, 'broker') },
  }));
  const followed = await follow(shell, blocks, async ({ text }) => {
    if (text.includes('--delegating-key')) await makeProvince(shell);
    if (text.includes('release make')) makeRelease(join(shell.dir, 'release'));
    if (text.includes('people show')) await openLink(shell, base);
  });
  return { shell, followed };
}

/** The technician's page: a centre with a registered box and a token is there, its claim was carried to the box. */
export async function followTechnician(
  blocks: readonly Block[],
  begun: Shell[],
): Promise<{ readonly shell: Shell; readonly followed: readonly Followed[] }> {
  const area = '08/02545/thon-1';
  const { shell, base } = await openShell('box', begun, (dir) => ({
    ...{ BOX: join(dir, 'box'), CLAIM: join(dir, 'loa-claim.json'), TOKEN: join(dir, 'token'), PAPERS: join(dir, 'papers'), AREA: area },
  }));
  const seed = {
    centre: { id: 'xa-tan-trao', name: 'Xã Tân Trào', level: 'commune', area: '08/02545' },
    groups: [{ id: 'thon-1', name: 'Thôn 1' }],
    accounts: [{ account: 'ky-thuat', title: 'Kỹ thuật', roles: ['technician'], password }],
  };
  writeFileSync(join(shell.dir, 'seed.json'), JSON.stringify(seed));
  await must(shell, 'loa-controller init --data "$DATA" < seed.json && systemctl start loa-controller');
  const technician = await new Operator(base).signIn('ky-thuat', password);
  const outputs = [{ id: 'main', kind: 'loudspeaker' }];
  await technician.post('/boxes', { id: 'hop-7', name: 'Loa nhà văn hóa thôn 1', area, groups: ['thon-1'], outputs });
  writeFileSync(join(shell.dir, 'loa-claim.json'), claimFile(await technician.post<ClaimDocument>('/boxes/hop-7/claim')));
  const wish = { name: 'Khai báo hộp', acts: ['box.register', 'box.claim'], area, expMs: Date.now() + 3_600_000, password };
  writeFileSync(join(shell.dir, 'token'), (await technician.post<{ token: string }>('/tokens', wish)).token);
  return { shell, followed: await follow(shell, blocks) };
}

/** What was begun ends, and leaves nothing. */
export async function leave(begun: readonly Shell[]): Promise<void> {
  for (const shell of begun) await shell.stop();
  for (const { dir } of begun) rmSync(dir, { recursive: true, force: true });
}

async function openShell(
  name: string,
  begun: Shell[],
  more: (dir: string) => Readonly<Record<string, string>>,
): Promise<{ readonly shell: Shell; readonly base: string }> {
  const dir = mkdtempSync(join(tmpdir(), `loa-handbook-${name}-`));
  const port = await freePort();
  const base = `http://127.0.0.1:${port}`;
  for (const inside of ['stick', 'backup']) mkdirSync(join(dir, inside));
  const shell = new Shell(dir, { DATA: join(dir, 'data'), PORT: String(port), CENTRE: base, ...more(dir) });
  begun.push(shell);
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

async function must(shell: Shell, text: string): Promise<string> {
  const { code, said } = await shell.run(text);
  expect(code, said).toBe(0);
  return said;
}

/** Its root keys lie where two holders would bring them. */
async function makeProvince(shell: Shell): Promise<void> {
  const seed = { centre: { id: 'tinh', name: 'Tỉnh Tuyên Quang', level: 'province', area: '08' } };
  writeFileSync(join(shell.dir, 'province.json'), JSON.stringify(seed));
  await must(
    shell,
    'loa-controller init --data "$PROVINCE" --root-passphrase-file "$STICK/phrase" < province.json\n' +
      'for n in 1 2; do cp "$PROVINCE/root-keys/root-$n.pem" "$STICK/tinh-$n.pem"; done',
  );
}

function makeRelease(dir: string): void {
  mkdirSync(dir);
  for (const name of ['guard.js', 'agent.js']) writeFileSync(join(dir, name), `// ${name}\n`);
}

/** While no account exists, `init` prints the link again. */
async function openLink(shell: Shell, base: string): Promise<void> {
  const said = await must(shell, 'echo | loa-controller init --data "$DATA"');
  const token = /setup#token=([0-9a-f]+)/.exec(said)?.[1];
  const answer = await fetch(`${base}/api/setup`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ token, account: 'quan-tri', password: 'trau-den-leo-cot-dien-7' }),
  });
  expect(answer.status, await answer.text()).toBe(201);
}
