// Opus packets out of an Ogg stream that is still being written: pages checked, packets joined over pages, heads left out (RFC 3533, RFC 7845).
import { oggCrc } from './ogg-crc.ts';

const headBytes = 27;
/** A page is at most 27 + 255 + 255 × 255 bytes. */
const pageBytesMax = headBytes + 255 + 255 * 255;
const packetBytesMax = 64 * 1024;
const capture = [0x4f, 0x67, 0x67, 0x53];

export class OggPackets {
  #rest: Uint8Array = new Uint8Array(0);
  #begun: Uint8Array[] = [];
  #begunBytes = 0;
  #packets = 0;
  #damaged = 0;

  /** Pages that were passed over because their checksum was wrong. */
  get damaged(): number {
    return this.#damaged;
  }

  /** Take bytes as they come; answers the sound packets that are whole now. Total over any bytes. */
  push(bytes: Uint8Array): Uint8Array[] {
    const all = new Uint8Array(this.#rest.length + bytes.length);
    all.set(this.#rest);
    all.set(bytes, this.#rest.length);
    const packets: Uint8Array[] = [];
    let at = 0;
    for (;;) {
      at = nextCapture(all, at);
      const length = pageLength(all, at);
      if (length === undefined || at + length > all.length) break;
      const page = all.subarray(at, at + length);
      const sum = new DataView(page.buffer, page.byteOffset).getUint32(22, true);
      if (page[4] === 0 && oggCrc(page) === sum) {
        this.#read(page, packets);
        at += length;
      } else {
        this.#damaged += 1;
        this.#forget();
        at += 1;
      }
    }
    this.#rest = all.slice(Math.max(at, all.length - pageBytesMax));
    return packets;
  }

  #read(page: Uint8Array, packets: Uint8Array[]): void {
    const flags = page[5] ?? 0;
    // A new stream in the chain has heads of its own (RFC 3533 §4).
    if (flags & 2) this.#packets = 0;
    if (!(flags & 1)) this.#forget();
    const segments = page[26] ?? 0;
    let from = headBytes + segments;
    let length = 0;
    for (let i = 0; i < segments; i++) {
      const lacing = page[headBytes + i] ?? 0;
      length += lacing;
      if (lacing === 255 && i < segments - 1) continue;
      this.#begun.push(page.slice(from, from + length));
      this.#begunBytes += length;
      from += length;
      length = 0;
      if (lacing < 255) this.#finish(packets);
      else if (this.#begunBytes > packetBytesMax) this.#forget();
    }
  }

  #finish(packets: Uint8Array[]): void {
    const packet = new Uint8Array(this.#begunBytes);
    let at = 0;
    for (const part of this.#begun) {
      packet.set(part, at);
      at += part.length;
    }
    this.#forget();
    // The first two are OpusHead and OpusTags (RFC 7845 §3).
    this.#packets += 1;
    if (this.#packets > 2) packets.push(packet);
  }

  #forget(): void {
    this.#begun = [];
    this.#begunBytes = 0;
  }
}

function nextCapture(bytes: Uint8Array, from: number): number {
  for (let at = from; at <= bytes.length - capture.length; at++) {
    if (capture.every((byte, i) => bytes[at + i] === byte)) return at;
  }
  return Math.max(from, bytes.length - capture.length + 1);
}

function pageLength(bytes: Uint8Array, at: number): number | undefined {
  const segments = bytes[at + 26];
  if (segments === undefined || at + headBytes + segments > bytes.length) return undefined;
  let length = headBytes + segments;
  for (let i = 0; i < segments; i++) length += bytes[at + headBytes + i] ?? 0;
  return length;
}
