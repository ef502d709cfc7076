// When a box renews, and what lies on its boot partition.
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BootFiles, claimName, statusName, statusText } from '../../agent/boot-files.ts';
import { renewAtMs, renewalDue, spreadOf, unheardMs } from '../../agent/core/renewal.ts';
import { identityFile } from '../../agent/identity.ts';
import { machineHash } from '../../agent/machine-serial.ts';
import { settleRenewal } from '../../agent/renewer.ts';
import { sha256 } from '../../hardware/host/crypto.ts';
import { hardwareText } from '../../schemas/enrolment.ts';
import { problemKinds } from '../../schemas/problems.ts';

const dayMs = 24 * 3600_000;
const life = { notBeforeMs: 0, notAfterMs: 365 * dayMs, spread: 0.5 };
const at = (wallMs: number, quality: 'none' | 'rtc' | 'net' | 'signed' = 'signed') => ({ wallMs, monoMs: 0, quality });

describe('a renewal', () => {
  test('is due at half of the life, a tenth of it earlier or later, never before and always after', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), fc.integer({ min: 1, max: 3000 }), (spread, days) => {
        const one = { notBeforeMs: 1e12, notAfterMs: 1e12 + days * dayMs, spread };
        const part = (renewAtMs(one) - one.notBeforeMs) / (days * dayMs);
        expect(part).toBeGreaterThanOrEqual(0.4 - 1e-6);
        expect(part).toBeLessThan(0.6 + 1e-6);
        expect(renewalDue(one, at(renewAtMs(one) - 1), null)).toBe(false);
        expect(renewalDue(one, at(renewAtMs(one)), null)).toBe(true);
      }),
    );
  });

  test('spreads a thousand boxes evenly, by their certificates alone', () => {
    const tenths = new Array(10).fill(0);
    for (let i = 0; i < 1000; i++) tenths[Math.floor(spreadOf(sha256(Buffer.from(String(i)))) * 10)] += 1;
    expect(Math.min(...tenths)).toBeGreaterThan(60);
  });

  test('waits for trusted time, unless even the floor is past it or nobody could be reached for ten minutes', () => {
    const past = 300 * dayMs;
    expect(renewalDue(life, at(past, 'none'), null)).toBe(false);
    expect(renewalDue(life, at(past, 'none'), unheardMs - 1)).toBe(false);
    expect(renewalDue(life, at(0, 'none'), unheardMs)).toBe(true);
    expect(renewalDue(life, { ...at(past, 'none'), quality: 'floor', floorMs: past }, null)).toBe(true);
    expect(renewalDue(life, at(0, 'signed'), unheardMs * 100)).toBe(false);
    expect(renewalDue(life, at(0, 'signed'), unheardMs, true)).toBe(true);
    expect(renewalDue(life, at(0, 'signed'), unheardMs - 1, true)).toBe(false);
  });

  test('a power cut between key and certificate is made good at the next start', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'loa-renew-'));
    const [key, cert] = ['PRIVATE KEY', 'CERTIFICATE'].map((what) => `-----BEGIN ${what}-----\nQUJD\n-----END ${what}-----`);
    await settleRenewal(dir);
    const folder = join(dir, 'identity');
    await import('node:fs/promises').then(({ mkdir }) => mkdir(folder));
    const [oldKey, oldCert] = [key, cert].map((pem) => `${String(pem).replace('QUJD', 'T0xE')}\n`);
    await writeFile(identityFile(dir, 'key.pem'), String(oldKey));
    await writeFile(identityFile(dir, 'cert.pem'), String(oldCert));
    await writeFile(identityFile(dir, 'next.pem'), `${key}\n${cert}\n`);
    await settleRenewal(dir);
    expect([await readFile(identityFile(dir, 'key.pem'), 'utf8'), await readFile(identityFile(dir, 'cert.pem'), 'utf8')]).toEqual([
      `${key}\n`,
      `${cert}\n`,
    ]);
    expect((await readdir(folder)).sort()).toEqual(['before.pem', 'cert.pem', 'key.pem']);
    // The power went between the two moves: key new, certificate old.
    await writeFile(identityFile(dir, 'next.pem'), `${key}\n${cert}\n`);
    await writeFile(identityFile(dir, 'cert.pem'), String(oldCert));
    await settleRenewal(dir);
    expect(await readFile(identityFile(dir, 'before.pem'), 'utf8')).toBe(`${oldKey}${oldCert}`);
    expect(await readFile(identityFile(dir, 'cert.pem'), 'utf8')).toBe(`${cert}\n`);
    await rm(dir, { recursive: true, force: true });
  });
});

describe('the boot partition', () => {
  test('says in Vietnamese first, then in English, why there is no box yet, for every refusal', () => {
    for (const code of Object.keys(problemKinds) as (keyof typeof problemKinds)[]) {
      const text = statusText({ is: 'refused', dev: 'hop-1', problem: { code, path: '', detail: 'x' } });
      expect(text.startsWith('\ufeffLoa: tình trạng kích hoạt hộp\r\n')).toBe(true);
      expect(text.indexOf(problemKinds[code].vi)).toBeLessThan(text.indexOf('NOT ENROLLED'));
      expect(text).toContain(problemKinds[code].en);
    }
  });

  test('gives no claim that is used, empty, a folder or too large, and makes no partition where there is none', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'loa-boot-'));
    const boot = new BootFiles(dir, join(dir, 'own'));
    expect(await boot.claimText()).toBeUndefined();
    await writeFile(join(dir, claimName), '\ufeff{"dev":"hop-1"}');
    expect(await boot.claimText()).toBe('{"dev":"hop-1"}');
    await writeFile(join(dir, claimName), 'x'.repeat(70_000));
    expect(await boot.claimText()).toBeUndefined();
    await boot.emptyClaim({ dev: 'hop-1' });
    expect(await boot.claimText()).toBeUndefined();
    await boot.tell({ is: 'enrolled', dev: 'hop-1' });
    expect(await readFile(join(dir, statusName), 'utf8')).toContain('ĐÃ KÍCH HOẠT: hop-1.');
    await rm(dir, { recursive: true, force: true });
    await boot.tell({ is: 'no-claim', retired: false });
    expect(await boot.claimText()).toBeUndefined();
    await expect(readdir(dir)).rejects.toThrow('ENOENT');
  });

  test('a machine is known by its serial, however it is written; without one by none', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'loa-serial-'));
    const file = join(dir, 'serial');
    await writeFile(file, '10000000ABCDEF01\0');
    expect(await machineHash([join(dir, 'none'), file])).toBe(sha256(hardwareText(' 10000000abcdef01\n')));
    await writeFile(file, '0000000000000000\0');
    expect(await machineHash([file])).toBeUndefined();
    await rm(dir, { recursive: true, force: true });
  });
});
