// The warnings a box brings along: there for every hazard, and decoded by a few lines of its own.
import { expect, test } from 'vitest';
import { decodeAdpcm } from '../../agent/player/phrases/adpcm.ts';
import { warnings } from '../../agent/player/phrases/hazards.ts';
import { Hazard } from '../../schemas/order.ts';

test('every hazard has a warning brought along, decoded without any program, loud and one to four seconds long', () => {
  for (const hazard of Hazard.options) {
    const pcm = decodeAdpcm(Buffer.from(warnings[hazard], 'base64'));
    expect(pcm.length / 8_000).toBeGreaterThan(1);
    expect(pcm.length / 8_000).toBeLessThan(4);
    expect(Math.max(...pcm)).toBeGreaterThan(10_000);
  }
});

test('four bits a sample follow a wave as closely as a horn can tell', () => {
  // 0 7 0 7 …: each step of the table is climbed and left again.
  const climbing = decodeAdpcm(Uint8Array.from({ length: 40 }, () => 0x77));
  expect(climbing.at(-1)).toBe(32_767);
  const silent = decodeAdpcm(new Uint8Array(40));
  expect(Math.max(...silent.map(Math.abs))).toBeLessThanOrEqual(1);
});
