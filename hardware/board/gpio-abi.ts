// The kernel's words for GPIO lines, version 2, as bytes: numbers, sizes and offsets of include/uapi/linux/gpio.h (Linux 5.10 and later).
// Little-endian, with the ioctl numbers of x86, arm, arm64 and riscv. Pure.

export const lineFlags = {
  used: 1n << 0n,
  activeLow: 1n << 1n,
  input: 1n << 2n,
  output: 1n << 3n,
  edgeRising: 1n << 4n,
  edgeFalling: 1n << 5n,
  pullUp: 1n << 8n,
  pullDown: 1n << 9n,
  pullNone: 1n << 10n,
} as const;

/** sizeof(struct gpiochip_info), gpio_v2_line_info, gpio_v2_line_request, gpio_v2_line_values, gpio_v2_line_event. */
export const sizes = { chip: 68, lineInfo: 256, request: 592, values: 16, event: 48 } as const;

const readOnly = 2;
const readWrite = 3;

/** _IOC(direction, 0xB4, number, size). */
function request(direction: number, number: number, size: number): number {
  return direction * 2 ** 30 + size * 2 ** 16 + 0xb4 * 2 ** 8 + number;
}

export const requests = {
  /** GPIO_GET_CHIPINFO_IOCTL */
  chip: request(readOnly, 0x01, sizes.chip),
  /** GPIO_V2_GET_LINEINFO_IOCTL */
  lineInfo: request(readWrite, 0x05, sizes.lineInfo),
  /** GPIO_V2_GET_LINE_IOCTL */
  line: request(readWrite, 0x07, sizes.request),
  /** GPIO_V2_LINE_GET_VALUES_IOCTL */
  getValues: request(readWrite, 0x0e, sizes.values),
  /** GPIO_V2_LINE_SET_VALUES_IOCTL */
  setValues: request(readWrite, 0x0f, sizes.values),
} as const;

export const linesMax = 64;
/** GPIO_V2_LINE_NUM_ATTRS_MAX */
const attributesMax = 10;
const nameBytes = 32;
const attributeBytes = 24;
/** Offsets in struct gpio_v2_line_request. */
const at = { consumer: 256, flags: 288, attributeCount: 296, attributes: 320, lineCount: 560, fd: 588 } as const;
/** GPIO_V2_LINE_ATTR_ID_* */
const attribute = { flags: 1, debounce: 3 } as const;
/** GPIO_V2_LINE_EVENT_RISING_EDGE */
const risingEdge = 1;

export interface LineWish {
  readonly consumer: string;
  readonly offsets: readonly number[];
  readonly flags: bigint;
  /** Other flags of single lines, by their place in `offsets`. */
  readonly flagsOf?: ReadonlyMap<number, bigint>;
  readonly debounceMs?: number;
}

/** struct gpio_v2_line_request. Outputs begin inactive: their values are not named, and so 0. */
export function writeRequest({ consumer, offsets, flags, flagsOf = new Map(), debounceMs }: LineWish): Buffer {
  const bytes = Buffer.alloc(sizes.request);
  if (offsets.length > linesMax || flagsOf.size >= attributesMax) throw new RangeError('more lines than one request holds');
  for (const [i, offset] of offsets.entries()) bytes.writeUInt32LE(offset, i * 4);
  bytes.write(consumer.slice(0, nameBytes - 1), at.consumer, 'latin1');
  bytes.writeBigUInt64LE(flags, at.flags);
  let count = 0;
  const add = (id: number, mask: bigint, write: (place: number) => void) => {
    const place = at.attributes + count++ * attributeBytes;
    bytes.writeUInt32LE(id, place);
    write(place + 8);
    bytes.writeBigUInt64LE(mask, place + 16);
  };
  for (const [i, own] of flagsOf) add(attribute.flags, 1n << BigInt(i), (place) => bytes.writeBigUInt64LE(own, place));
  if (debounceMs !== undefined)
    add(attribute.debounce, (1n << BigInt(offsets.length)) - 1n, (place) => bytes.writeUInt32LE(debounceMs * 1_000, place));
  bytes.writeUInt32LE(count, at.attributeCount);
  bytes.writeUInt32LE(offsets.length, at.lineCount);
  return bytes;
}

/** The descriptor that the kernel put into an answered request. */
export function readRequestFd(bytes: Buffer): number {
  return bytes.readInt32LE(at.fd);
}

export function readChip(bytes: Buffer): { readonly name: string; readonly label: string; readonly lines: number } {
  return { name: textAt(bytes, 0), label: textAt(bytes, nameBytes), lines: bytes.readUInt32LE(64) };
}

/** struct gpio_v2_line_info, asked for one line. */
export function writeLineInfo(offset: number): Buffer {
  const bytes = Buffer.alloc(sizes.lineInfo);
  bytes.writeUInt32LE(offset, 64);
  return bytes;
}

export function readLineInfo(bytes: Buffer): { readonly consumer: string; readonly used: boolean } {
  return { consumer: textAt(bytes, nameBytes), used: (bytes.readBigUInt64LE(72) & lineFlags.used) !== 0n };
}

/** struct gpio_v2_line_values: `bits` of the lines in `mask`. */
export function writeValues(bits: bigint, mask: bigint): Buffer {
  const bytes = Buffer.alloc(sizes.values);
  bytes.writeBigUInt64LE(bits, 0);
  bytes.writeBigUInt64LE(mask, 8);
  return bytes;
}

export function readValues(bytes: Buffer): bigint {
  return bytes.readBigUInt64LE(0);
}

export interface LineEdge {
  readonly offset: number;
  /** Became active; the kernel has turned active-low lines already. */
  readonly rising: boolean;
}

/** struct gpio_v2_line_event, as many as there are. */
export function readEdges(bytes: Buffer): LineEdge[] {
  return Array.from({ length: Math.floor(bytes.length / sizes.event) }, (_, i) => {
    const place = i * sizes.event;
    return { offset: bytes.readUInt32LE(place + 12), rising: bytes.readUInt32LE(place + 8) === risingEdge };
  });
}

function textAt(bytes: Buffer, place: number): string {
  const end = bytes.indexOf(0, place);
  return bytes.toString('latin1', place, Math.min(end < 0 ? bytes.length : end, place + nameBytes));
}
