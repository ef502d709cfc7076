// The administrator's page from its first line to its last: beside what every run follows, a release of the boxes' program, and the province.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { blocksOf, followAdministrator, leave, missing, saidBy, withinMs } from './page-run.ts';
import type { Shell } from './shell.ts';

let shell: Shell | undefined;
afterAll(() => leave(shell));

describe.skipIf(missing)(`the whole of the administrator’s page [needs ${missing ?? 'bash'}]`, () => {
  test('is followed', { timeout: withinMs }, async () => {
    const page = await followAdministrator(blocksOf('administrator'));
    shell = page.shell;
    expect(saidBy(page.followed, 'release make')).toContain('0.2.0 (2)');
    expect(saidBy(page.followed, 'release add')).toContain('0.2.0');
    expect(saidBy(page.followed, 'centres join')).toContain('tinh');
    expect(saidBy(page.followed, 'centres admit')).toContain('xa-tan-trao');
    const introduced = JSON.parse(readFileSync(join(shell.dir, 'stick/xa.json'), 'utf8')) as object;
    expect(JSON.stringify(introduced)).toContain('mqtts://xa.example:8883');
  });
});
