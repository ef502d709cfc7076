// The bytes of a live batch: what is written is read, and reading is total over anything.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { batchMsOf, opusFrameBytesMax } from '../../schemas/live.ts';
import { batchBytesMax, batchSignatureBytes, encodeBatch, type LiveBatch, readBatch } from '../../schemas/live-batch.ts';

const frame = fc.uint8Array({ minLength: 1, maxLength: opusFrameBytesMax });
const anyBatch: fc.Arbitrary<LiveBatch> = fc
  .record({
    number: fc.nat(),
    capturedMs: fc.double({ min: 0, max: 8.64e15, noNaN: true }),
    drift: fc.double({ min: 0.901, max: 1.099, noNaN: true }),
    ends: fc.boolean(),
    previous: fc.uint8Array({ minLength: 32, maxLength: 32 }),
    frames: fc.array(frame, { maxLength: 50 }),
  })
  .map(({ drift, ...batch }) => ({ ...batch, spanMs: batch.frames.length * 20 * drift }));

const signed = (batch: LiveBatch) => Buffer.concat([encodeBatch(batch), new Uint8Array(batchSignatureBytes)]);
const plain: LiveBatch = {
  number: 1,
  capturedMs: 1,
  spanMs: 40,
  ends: false,
  previous: new Uint8Array(32),
  frames: [new Uint8Array([1]), new Uint8Array([2, 3])],
};

/** The message with one field overwritten. */
function bent(at: number, bytes: readonly number[]): Uint8Array {
  const message = Uint8Array.from(signed(plain));
  message.set(bytes, at);
  return message;
}

function double(value: number): number[] {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setFloat64(0, value);
  return [...bytes];
}

describe('the bytes of a batch', () => {
  it('are read as they were written', () => {
    fc.assert(
      fc.property(anyBatch, (batch) => {
        const read = readBatch(signed(batch));
        expect(
          read.ok && {
            ...read.value.batch,
            previous: Uint8Array.from(read.value.batch.previous),
            frames: read.value.batch.frames.map((one) => Uint8Array.from(one)),
          },
        ).toEqual(batch);
      }),
      { numRuns: 200 },
    );
  });

  it('of any kind are answered, never thrown at', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 2_000 }), (bytes) => typeof readBatch(bytes).ok === 'boolean'),
      { numRuns: 2_000 },
    );
    fc.assert(
      fc.property(anyBatch, fc.nat(), fc.nat(255), (batch, at, to) => {
        const message = Uint8Array.from(signed(batch));
        message[at % message.length] = to;
        return typeof readBatch(message).ok === 'boolean';
      }),
      { numRuns: 1_000 },
    );
  });

  it('cut short anywhere are refused', () => {
    const message = signed(plain);
    for (let length = 0; length < message.length; length += 1)
      expect(readBatch(message.subarray(0, length)).ok, `${length} bytes`).toBe(false);
  });

  it.each([
    ['another version', bent(0, [2])],
    ['unknown flags', bent(1, [2])],
    ['more frames than there are', bent(54, [3])],
    ['fewer frames than there are', bent(54, [1])],
    ['more frames than there may be', bent(54, [51])],
    ['a frame without bytes', bent(55, [0, 0])],
    ['a frame beyond the message', bent(55, [1, 144])],
    ['a frame longer than Opus makes them here', bent(55, [1, 145])],
    ['a negative instant', bent(6, double(-1))],
    ['an instant that is no number', bent(6, double(Number.NaN))],
    ['an instant beyond all time', bent(6, double(1e300))],
    ['a span that is no number', bent(14, double(Number.NaN))],
    ['an endless span', bent(14, double(Number.POSITIVE_INFINITY))],
    ['a span a tenth too short', bent(14, double(35))],
    ['a span a tenth too long', bent(14, double(45))],
    ['bytes left over', Buffer.concat([signed(plain), Buffer.from([0])])],
    ['more bytes than any batch has', Buffer.alloc(batchBytesMax + 1)],
  ])('with %s are refused', (_what, message) => {
    expect(readBatch(message).ok).toBe(false);
  });

  it('can be signed and checked before they must sound', () => {
    for (const delayMs of [200, 300, 1_000, 2_000, 5_000]) {
      expect(batchMsOf(delayMs)).toBeLessThanOrEqual(delayMs / 5);
      expect(batchMsOf(delayMs)).toBeLessThanOrEqual(1_000);
      expect(batchMsOf(delayMs) % 20).toBe(0);
    }
  });
});
