// Packet sizes are judged at the header, however the stream is cut into chunks.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PacketGauge } from '../../broker/link/packet-gauge.ts';

const bytesMax = 1000;

function packet(type: number, body: number): Buffer {
  const digits: number[] = [];
  let rest = body;
  do {
    digits.push((rest % 128) | (rest >= 128 ? 0x80 : 0));
    rest = Math.floor(rest / 128);
  } while (rest > 0);
  return Buffer.concat([Buffer.from([type, ...digits]), Buffer.alloc(body)]);
}

describe('packet gauge', () => {
  it('lets packets up to the limit pass in any chunks', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 997 }), { maxLength: 8 }), fc.integer({ min: 1, max: 50 }), (bodies, step) => {
        const gauge = new PacketGauge(bytesMax);
        const stream = Buffer.concat([packet(0x10, 98), ...bodies.map((body) => packet(0x30, body))]);
        for (let at = 0; at < stream.length; at += step) expect(gauge.feed(stream.subarray(at, at + step))).toBe('fits');
      }),
    );
  });

  it('refuses an oversize packet at its header alone', () => {
    const gauge = new PacketGauge(bytesMax);
    expect(gauge.feed(packet(0x20, 2))).toBe('fits');
    expect(gauge.feed(packet(0x30, 998).subarray(0, 3))).toBe('too-large');
  });

  it('refuses a length of more than four digits', () => {
    const gauge = new PacketGauge(2 ** 40);
    expect(gauge.feed(Buffer.from([0x10, 0x80, 0x80, 0x80, 0x80]))).toBe('malformed');
  });
});
