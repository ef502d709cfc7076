// The broadcast before the first one: it ends and leaves nothing behind.
import { expect, it, vi } from 'vitest';
import { warmUp } from '../../broker/warm-up.ts';

const sockets = () => process.getActiveResourcesInfo().filter((name) => /TCP/.test(name)).length;

it('takes its sockets with it', async () => {
  const before = sockets();
  await warmUp();
  await vi.waitFor(() => expect(sockets()).toBeLessThanOrEqual(before));
});
