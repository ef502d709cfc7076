// Frames: a JSON head with raw attachments, read from hostile bytes.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { sha256 } from '../../hardware/host/crypto.ts';
import { decodeFrame, encodeFrame, frameBytesMax } from '../../schemas/frame.ts';

const read = (bytes: Uint8Array) => decodeFrame(bytes, { sha256 });
const code = (bytes: Uint8Array) => {
  const frame = read(bytes);
  return frame.ok ? 'ok' : frame.problem.code;
};

test('head and attachments come back, each under the hash of its bytes', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'grapheme', maxLength: 300 }),
      fc.array(fc.uint8Array({ maxLength: 500 }), { maxLength: 16 }),
      (head, parts) => {
        const frame = read(encodeFrame(head, parts));
        expect(frame).toEqual({ ok: true, value: { head, attachments: new Map(parts.map((part) => [sha256(part), part])) } });
      },
    ),
  );
});

test('a frame that lies inside a larger buffer is read from where it begins', () => {
  const frame = encodeFrame('{}', [new Uint8Array([1, 2, 3])]);
  const larger = new Uint8Array(frame.length + 20);
  larger.set(frame, 7);
  expect(read(larger.subarray(7, 7 + frame.length))).toMatchObject({ ok: true, value: { head: '{}' } });
});

test.each<[string, Uint8Array, string]>([
  ['nothing', new Uint8Array(0), 'bad-input'],
  ['another magic', new TextEncoder().encode('LOA2\0\0\0\x02{}'), 'bad-input'],
  ['only the magic', new TextEncoder().encode('LOA1'), 'bad-input'],
  ['a cut length', new TextEncoder().encode('LOA1\0\0'), 'bad-input'],
  ['a length beyond the end', new Uint8Array([0x4c, 0x4f, 0x41, 0x31, 0xff, 0xff, 0xff, 0xff, 1]), 'bad-input'],
  [
    'seventeen attachments',
    encodeFrame(
      '{}',
      Array.from({ length: 17 }, () => new Uint8Array(1)),
    ),
    'too-large',
  ],
  [
    'sixteen attachments',
    encodeFrame(
      '{}',
      Array.from({ length: 16 }, (_, i) => new Uint8Array([i])),
    ),
    'ok',
  ],
  ['one byte too many', new Uint8Array(frameBytesMax + 1), 'too-large'],
])('%s', (_title, bytes, expected) => {
  expect(code(bytes)).toBe(expected);
});

test('any bytes are answered, and a frame cut or changed anywhere never throws', () => {
  const good = encodeFrame('{"orders":[]}', [new Uint8Array([1, 2, 3]), new Uint8Array(40)]);
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(good.length - 1), fc.nat(255), (any, at, to) => {
      expect(read(any)).toHaveProperty('ok');
      if (at > 4) expect(read(good.subarray(0, at))).toHaveProperty('ok');
      const changed = good.slice();
      changed[at] = to;
      expect(read(changed)).toHaveProperty('ok');
    }),
    { numRuns: 1000 },
  );
});
