// The broadcast before the first one: it ends, leaves nothing behind, and never stands in the way of a start.
import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { warmUp } from '../../broker/warm-up.ts';

afterEach(() => void vi.unstubAllEnvs());

const left = () => readdirSync(tmpdir()).filter((name) => name.startsWith('loa-warm-'));

describe('warm-up', () => {
  it('takes its sockets and its folder with it', async () => {
    const before = left();
    const socketsBefore = process.getActiveResourcesInfo().filter((name) => /Pipe|Socket/.test(name)).length;
    await warmUp();
    expect(left()).toEqual(before);
    await vi.waitFor(() =>
      expect(process.getActiveResourcesInfo().filter((name) => /Pipe|Socket/.test(name)).length).toBeLessThanOrEqual(socketsBefore),
    );
  });

  it('is left out where no file can be made', async () => {
    vi.stubEnv('TMPDIR', join(tmpdir(), 'not-there'));
    await expect(warmUp()).resolves.toBeUndefined();
  });
});
