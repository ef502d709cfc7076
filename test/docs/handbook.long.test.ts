// The administrator's page from its first line to its last: beside what every run follows, a release of the boxes' program, the province, a broker
// in a process of its own.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { blocksOf, followAdministrator, leave, missing, saidBy, withinMs } from './page-run.ts';
import type { Shell } from './shell.ts';

const begun: Shell[] = [];
afterAll(() => leave(begun));

describe.skipIf(missing)(`the whole of the administrator’s page [needs ${missing ?? 'bash'}]`, () => {
  test('is followed', { timeout: withinMs }, async () => {
    const { shell, followed } = await followAdministrator(blocksOf('administrator'), begun);
    expect(saidBy(followed, 'release make')).toContain('0.2.0 (2)');
    expect(saidBy(followed, 'release add')).toContain('0.2.0');
    expect(saidBy(followed, 'centres join')).toContain('tinh');
    expect(saidBy(followed, 'centres admit')).toContain('xa-tan-trao');
    expect(readFileSync(join(shell.dir, 'broker/mosquitto/mosquitto.conf'), 'utf8')).toContain('require_certificate true');
    const introduced = JSON.parse(readFileSync(join(shell.dir, 'stick/xa.json'), 'utf8')) as object;
    expect(JSON.stringify(introduced)).toContain('mqtts://xa.example:8883');
  });
});
