// Frames of Modbus RTU, pure (MODBUS over Serial Line 1.02 §2.5; Application Protocol 1.1b3 §6.3, §6.4, §7). Reading registers only.
import { bad, ok, type Result } from '../../schemas/problems.ts';

/** Holding (3) and input (4) registers. */
export type ReadFunction = 3 | 4;
export const registersMax = 60;

/** CRC-16, polynomial 0xA001, begun with ones; sent low byte first. */
export function crc16(bytes: Uint8Array): number {
  let crc = 0xffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >> 1) ^ 0xa001 : crc >> 1;
  }
  return crc;
}

export function withCrc(bytes: readonly number[]): Uint8Array {
  const crc = crc16(Uint8Array.from(bytes));
  return Uint8Array.from([...bytes, crc & 0xff, crc >> 8]);
}

export function readRequest(address: number, read: ReadFunction, register: number, count: number): Uint8Array {
  return withCrc([address, read, register >> 8, register & 0xff, count >> 8, count & 0xff]);
}

/**
 * What was received since the request: nothing yet (undefined), the registers, or why not. Bytes before the answer's own head are
 * passed over: adapters echo the request, and a line that turns round makes noise. Problems: device-failed (an exception of the
 * device), hash-mismatch (CRC).
 */
export function readReply(bytes: Uint8Array, address: number, read: ReadFunction, count: number): Result<Uint16Array> | undefined {
  const length = 5 + count * 2;
  let spoiled = false;
  for (let at = 0; at + 5 <= bytes.length; at++) {
    if (bytes[at] !== address) continue;
    if (bytes[at + 1] === (read | 0x80) && sound(bytes.subarray(at, at + 5)))
      return bad('device-failed', `the device refuses with exception ${bytes[at + 2]}`);
    if (bytes[at + 1] !== read || bytes[at + 2] !== count * 2 || at + length > bytes.length) continue;
    if (!sound(bytes.subarray(at, at + length))) {
      spoiled = true;
      continue;
    }
    const view = new DataView(bytes.buffer, bytes.byteOffset + at + 3, count * 2);
    return ok(Uint16Array.from({ length: count }, (_, i) => view.getUint16(i * 2)));
  }
  return spoiled ? bad('hash-mismatch', 'a frame with a wrong CRC') : undefined;
}

function sound(frame: Uint8Array): boolean {
  return (frame.at(-2) ?? 0) + ((frame.at(-1) ?? 0) << 8) === crc16(frame.subarray(0, -2));
}
