// What the settings page is told of the centre: keys without secrets, programs, the last backup; and the audit, searched and taken along.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeBackup } from '../../controller/backup/backup.ts';
import type { CentreStateAnswer } from '../../schemas/centre-state.ts';
import { type Asker, type BuiltCentre, makeCentre, must, startMs } from './built-centre.ts';

describe('the state of a centre', () => {
  let built: BuiltCentre;
  let asker: Asker;
  let target: string;
  beforeAll(async () => {
    built = await makeCentre();
    asker = await built.as('quan-tri');
    target = await mkdtemp(join(tmpdir(), 'loa-backup-'));
  });
  afterAll(async () => {
    await built.stop();
    await rm(target, { recursive: true, force: true });
  });
  const ask = async (path: string) => (await asker('GET', path)).body;

  test('names root keys, who holds which key until when, and no secret', async () => {
    const state = (await ask('/centre-state')) as CentreStateAnswer;
    expect(state.keys.roots.length).toBeGreaterThanOrEqual(state.keys.threshold);
    expect(state.keys.delegations.at(-1)?.keys.flatMap(({ roles }) => roles)).toEqual(expect.arrayContaining(['want', 'order', 'time']));
    expect(state.keys.endMs).toBeGreaterThan(startMs);
    expect(JSON.stringify(state)).not.toMatch(/PRIVATE|publicKey|"secret"/);
    expect(state.tools.map(({ name }) => name)).toContain('ffmpeg');
    expect(state.mail).toBe('none');
  });

  test('says when its folder was backed up last, once it was', async () => {
    expect(await ask('/centre-state')).toMatchObject({ backup: null });
    const made = must(await makeBackup(built.dir, target, startMs + 5, false));
    expect(await ask('/centre-state')).toMatchObject({ backup: { madeMs: startMs + 5, audit: made.tables?.audit } });
  });

  test('the audit is searched from its end, verified up to a row, and taken along as it was', async () => {
    await asker('PUT', '/retention', { receiptsDays: 400, logsDays: null, recordingsDays: null });
    const [last] = (await ask('/audit?order=newest&act=retention.&limit=1')) as { seq: number; act: string }[];
    expect(last?.act).toBe('retention.write');
    expect(await ask('/audit?act=retention.nothing')).toEqual([]);
    const head = await built.centre.store.audit.head();
    expect(await ask('/audit/verify')).toEqual({ holds: true, brokenAt: null, rows: head.seq, hash: head.hash });
    const lines = String(await ask('/audit/export'))
      .trim()
      .split('\n');
    expect(lines.map((line) => (JSON.parse(line) as { seq: number }).seq)).toEqual(lines.map((_, i) => i + 1));
    expect(JSON.parse(lines.at(-1) ?? '{}')).toMatchObject({ act: 'audit.export' });
  });
});
