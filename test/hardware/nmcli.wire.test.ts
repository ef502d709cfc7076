// The network door against a real NetworkManager, in a network namespace of its own.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findProgram } from '../../hardware/host/processes.ts';
import { NmcliNetwork } from '../../hardware/network/nmcli-network.ts';
import { cable, cableSuite, value } from '../contract/network.ts';

const needs = ['nmcli', 'NetworkManager', 'dbus-daemon', 'unshare', 'nsenter', 'ip'];
const here = process.getuid?.() === 0 && needs.every((name) => findProgram(name) !== undefined);
const folder = mkdtempSync(join(tmpdir(), 'loa-network-'));
const program = join(folder, 'nmcli');
let lab: ChildProcess | undefined;

/** The first process of the namespace, seen from outside. */
async function enter(): Promise<void> {
  const script = fileURLToPath(new URL('network-lab.sh', import.meta.url));
  const child = spawn('unshare', ['--net', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc', 'sh', script]);
  lab = child;
  await new Promise<void>((resolve, reject) => {
    child.stdout.on('data', (chunk: Buffer) => chunk.toString().includes('ready') && resolve());
    child.once('exit', (code) => reject(new Error(`the lab ended with ${code}`)));
  });
  const inner = execFileSync('ps', ['-o', 'pid=', '--ppid', String(child.pid)], { encoding: 'utf8' }).trim();
  writeFileSync(program, `#!/bin/sh\nexec nsenter -t ${inner} -n -m -p -- nmcli "$@"\n`);
  chmodSync(program, 0o755);
}

describe.skipIf(!here)('a real NetworkManager [needs NetworkManager]', () => {
  beforeAll(enter, 60_000);
  afterAll(async () => {
    const child = lab;
    if (!child || child.exitCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.stdin?.end();
    await ended;
    rmSync(folder, { recursive: true });
  });

  cableSuite(() => new NmcliNetwork({ program }), 'v0');

  test('takes the profile of a modem and keeps its password, though there is no modem', async () => {
    const network = new NmcliNetwork({ program });
    expect(await network.try({ kind: 'mobile', apn: 'v-internet' })).toMatchObject({ problem: { code: 'not-found' } });
    const { profileWords, secretLines, hotspotWords } = await import('../../hardware/network/nmcli-words.ts');
    const run = (words: readonly string[], input = '') => execFileSync(program, [...words], { encoding: 'utf8', input });
    run(profileWords({ kind: 'mobile', apn: 'v-internet', user: 'u' }, 'loa-mobile-1', 'cdc-wdm0'));
    run(['connection', 'edit', 'loa-mobile-1'], secretLines('gsm.password', 'mat khau', true));
    expect(run(['-s', '-g', 'gsm.apn,gsm.username,gsm.password', 'connection', 'show', 'loa-mobile-1'])).toBe('v-internet\nu\nmat khau\n');
    run(profileWords({ kind: 'wifi', ssid: 'UBND xã: a\\b', passphrase: 'mat-khau-thu' }, 'loa-wifi-1', 'wlan0'));
    run(['connection', 'edit', 'loa-wifi-1'], secretLines('wifi-sec.psk', 'mat-khau: "thu"', true));
    const shown = run(['-s', '-g', '802-11-wireless.ssid,802-11-wireless-security.psk', 'connection', 'show', 'loa-wifi-1']);
    expect(shown).toBe('UBND xã\\: a\\\\b\nmat-khau\\: "thu"\n');
    run(hotspotWords({ ssid: 'Loa-loa-1', passphrase: 'khoa-cua-hop', address: '10.84.0.1' }, 'wlan0'));
    run(['connection', 'edit', 'loa-hotspot'], secretLines('wifi-sec.psk', 'khoa-cua-hop', false));
    const spot = run([
      '-s',
      '-g',
      '802-11-wireless.mode,802-11-wireless-security.psk,ipv4.method,ipv4.addresses',
      'connection',
      'show',
      'loa-hotspot',
    ]);
    expect(spot).toBe('ap\nkhoa-cua-hop\nshared\n10.84.0.1/24\n');
    value(await network.start());
    expect(run(['-g', 'NAME', 'connection', 'show'])).not.toMatch(/loa-(mobile|wifi|hotspot)/);
  });

  test('a change survives no restart of its own accord: the profile may not come up by itself', async () => {
    const network = new NmcliNetwork({ program });
    value(await network.start());
    const { profile } = value(await network.try(cable('v0')));
    const shown = execFileSync(program, ['-g', 'connection.autoconnect', 'connection', 'show', profile], { encoding: 'utf8' });
    expect(shown.trim()).toBe('no');
    value(await network.start());
  });
});
