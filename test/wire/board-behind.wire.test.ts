// A whole box whose browser is killed and whose program is taken away: the line stays, an order is in the framebuffer within a second,
// the centre is told what its board shows, and the browser takes the screen back when its program is there again. [needs chromium]
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import type { Report } from '../../schemas/report.ts';
import { browserProcesses } from '../browser/browser-processes.ts';
import { policy } from '../schemas/documents.ts';
import { programPath } from '../tell.ts';
import { order } from '../world/build.ts';
import { Program } from './program.ts';
import { SmallCentre } from './small-centre.ts';
import { until } from './waiting.ts';

const agent = fileURLToPath(new URL('../../dist/agent.js', import.meta.url));
const dir = mkdtempSync(join(tmpdir(), 'loa-behind-'));
const programs = mkdtempSync(join(tmpdir(), 'loa-programs-'));
const framebuffer = join(dir, 'fb');
const size = { width: 320, height: 180 };
const outputs = [{ id: 'screen', kind: 'board' }];

const running: { stop(): Promise<unknown> }[] = [];
afterAll(async () => {
  for (const one of running.reverse()) await one.stop();
  for (const folder of [dir, programs]) rmSync(folder, { recursive: true, force: true });
});

/** This machine's programs in a folder of their own, from which the browser can be taken. */
function install(names: readonly string[]): void {
  for (const name of names) symlinkSync(join('/usr/bin', name), join(programs, name));
}

const dots = () => new Uint32Array(new Uint8Array(readFileSync(framebuffer)).buffer);
const isLit = () => dots().some((dot) => dot !== 0);

test.skipIf(!programPath('chromium'))(
  'a board outlives its browser, and says so [needs chromium]',
  async () => {
    const browsers = /chrom/;
    install(readdirSync('/usr/bin').filter((name) => !browsers.test(name)));
    install(['chromium']);
    writeFileSync(framebuffer, Buffer.alloc(size.width * size.height * 4));
    const centre = new SmallCentre();
    await centre.start();
    running.push(centre);
    const behind = { door: 'framebuffer', path: framebuffer, format: 'xrgb8888' };
    const config = { page: { port: 0 }, outputs, display: { kind: 'chromium', ...size, behind } };
    writeFileSync(join(dir, 'config.json'), JSON.stringify({ ...config, log: { level: 'info', file: 'agent.log' } }));
    writeFileSync(join(dir, 'claim.json'), JSON.stringify(centre.claim()));
    const enrol = spawn(process.execPath, [agent, 'enrol', '--data', dir, '--claim', join(dir, 'claim.json')], { stdio: 'inherit' });
    expect(await new Promise((resolve) => enrol.once('exit', resolve))).toBe(0);
    const box = new Program('agent', ['--data', dir]);
    box.env = { PATH: programs };
    await box.start();
    running.push(box);
    await centre.want({
      settings: { outputs },
      policy: policy({}),
      schedules: { programmes: [], schedules: [], holidays: [], localOrder: [] },
    });
    const report = () => (centre.said.get('report') as Report[] | undefined)?.at(-1);
    const shows = (display: string) => () => report()?.hardware.display.split(' ')[0] === display || undefined;
    await until('the plan to be applied', () => centre.facts.find((fact) => fact.kind === 'want' && fact.state === 'applied'));
    await until('a browser', () => browserProcesses('renderer').length > 0 || undefined);
    await until('a report without its picture', () => (shows('chromium')() && !isLit()) || undefined);

    // ── it is killed, and cannot be started again ──
    rmSync(join(programs, 'chromium'));
    for (const pid of browserProcesses('browser')) process.kill(pid, 'SIGKILL');
    await until('the safe page in the framebuffer', () => isLit() || undefined);
    await until('the report to say so', shows('image'));
    expect(report()?.health.reasons).toContain('display-behind');
    expect(report()?.health.reasons).not.toContain('display-failed');
    const before = dots()[0];
    const speech = order().speech.map(({ language, speak }) => ({ language, speak }));
    const warning = order({ times: 1, sirenMs: 1_000, speech, screen: { title: 'LŨ QUÉT', text: 'Rời khỏi ven suối ngay' } });
    const gaveMs = Date.now();
    await centre.order([centre.sign('order', 'g/xa-1', warning, { id: 'o-1' })]);
    await until('the order in the framebuffer', () => dots()[0] !== before || undefined);
    const afterMs = Date.now() - gaveMs;
    process.stdout.write(`${JSON.stringify({ event: 'behind', orderAfterMs: afterMs })}\n`);
    // Without waiting for the browser, which comes back after several seconds at the earliest.
    expect(afterMs).toBeLessThan(3_000);
    await centre.order([centre.sign('clear', 'g/xa-1', { ids: ['o-1'], level: 'commune', reason: 'hết' })]);
    const receipt = await until('the receipt of the order', () =>
      centre.facts.flatMap((fact) => (fact.kind === 'receipt' ? [fact.receipt] : [])).find(({ occurrence }) => occurrence === 'o-1@screen'),
    );
    expect(receipt.proof).toBe('painted');

    // ── its program is there again ──
    install(['chromium']);
    await until('the browser to take the screen back', shows('chromium'), 60_000);
    expect(isLit()).toBe(false);
    await until('the end of the fault', () =>
      centre.facts.find((fact) => fact.kind === 'fault' && fact.state === 'ended' && fact.fault === 'behind-screen'),
    );
    const faults = centre.facts.flatMap((fact) => (fact.kind === 'fault' ? [`${fact.fault} ${fact.state}`] : []));
    expect(faults).toEqual(['behind-screen raised', 'behind-screen ended']);
  },
  120_000,
);
