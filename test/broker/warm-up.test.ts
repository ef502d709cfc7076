// The broadcast before the first one: it ends, leaves nothing behind, and never stands in the way of a start.
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { warmUp } from '../../broker/warm-up.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'loa-before-'));
  vi.stubEnv('TMPDIR', folder);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

describe('warm-up', () => {
  it('takes its sockets and its folder with it', async () => {
    const socketsBefore = process.getActiveResourcesInfo().filter((name) => /Pipe|Socket/.test(name)).length;
    await warmUp();
    expect(readdirSync(folder)).toEqual([]);
    await vi.waitFor(() =>
      expect(process.getActiveResourcesInfo().filter((name) => /Pipe|Socket/.test(name)).length).toBeLessThanOrEqual(socketsBefore),
    );
  });

  it('is left out where no file can be made', async () => {
    vi.stubEnv('TMPDIR', join(folder, 'not-there'));
    await expect(warmUp()).resolves.toBeUndefined();
  });
});
