// Frames of Modbus RTU: known ones, and none that lies.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { pzem004t, spansOf } from '../../hardware/serial/meter-map.ts';
import { crc16, readReply, readRequest, withCrc } from '../../hardware/serial/modbus-rtu.ts';

test('known frames have their known CRC', () => {
  // Serial Line 1.02, appendix B: 02 07 → 41 12.
  expect(crc16(Uint8Array.of(0x02, 0x07))).toBe(0x1241);
  expect(Buffer.from(readRequest(1, 4, 0, 10)).toString('hex')).toBe('01040000000a700d');
});

test('a PZEM is read with one request', () => {
  expect(spansOf(pzem004t)).toEqual([{ function: 4, register: 0, count: 7 }]);
});

test('any registers come back, behind any noise; cut off they are awaited, with a bit changed they are never believed', () => {
  const noise = fc.uint8Array({ maxLength: 6 }).filter((bytes) => !bytes.includes(9));
  fc.assert(
    fc.property(fc.array(fc.nat(0xffff), { minLength: 1, maxLength: 20 }), noise, fc.nat(), (words, before, flip) => {
      const frame = withCrc([9, 4, words.length * 2, ...words.flatMap((word) => [word >> 8, word & 0xff])]);
      const read = (bytes: Uint8Array) => readReply(Uint8Array.from([...before, ...bytes]), 9, 4, words.length);
      expect(read(frame)).toEqual({ ok: true, value: Uint16Array.from(words) });
      expect(read(frame.subarray(0, -1))?.ok ?? false).toBe(false);
      const bad = frame.slice();
      const at = flip % (frame.length * 8);
      bad[at >> 3] = (bad[at >> 3] ?? 0) ^ (1 << (at & 7));
      expect(read(bad)?.ok ?? false).toBe(false);
    }),
    { numRuns: 500 },
  );
});
