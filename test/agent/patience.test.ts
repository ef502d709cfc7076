// Which rows wait for their successors before they leave the box.
import { describe, expect, it } from 'vitest';
import { acceptedWaitsMs, waitsForMoreMs } from '../../agent/core/patience.ts';
import type { Entry } from '../../schemas/outbox.ts';

const order = (state: 'accepted' | 'sounding' | 'refused'): Pick<Entry, 'fact'> => ({ fact: { kind: 'order', order: 'o-1', state } });

describe('rows that leave', () => {
  it('an accepted order waits for its sounding', () => {
    expect(waitsForMoreMs([order('accepted')])).toBe(acceptedWaitsMs);
  });
  it.each([
    ['what sounds', [order('sounding')]],
    ['a refusal', [order('refused')]],
    ['an acceptance with anything else', [order('accepted'), order('sounding')]],
  ])('%s leaves at once', (_name, entries) => {
    expect(waitsForMoreMs(entries)).toBe(0);
  });
});
