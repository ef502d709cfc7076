// Live frames as an Ogg/Opus file: heads, pages of a second, granule positions and checksums. Pure (RFC 7845 §3–§5).
import { opusFrameSamples } from '../../schemas/live.ts';
import { oggCrc } from './ogg-crc.ts';

const rateHz = 48_000;
/** What libopus encoders look ahead at 48 kHz; players throw it away. */
const preSkip = 312;
const begins = 2;
const ends = 4;

export class OggFile {
  readonly #serial: number;
  #page = 0;
  #samples = 0;

  constructor(serial: number) {
    this.#serial = serial >>> 0;
  }

  /** The two pages before any sound. */
  head(): Uint8Array {
    const head = new Uint8Array(19);
    const view = new DataView(head.buffer);
    head.set(new TextEncoder().encode('OpusHead'));
    view.setUint8(8, 1);
    view.setUint8(9, 1);
    view.setUint16(10, preSkip, true);
    view.setUint32(12, rateHz, true);
    const vendor = new TextEncoder().encode('loa');
    const tags = new Uint8Array(8 + 4 + vendor.length + 4);
    tags.set(new TextEncoder().encode('OpusTags'));
    new DataView(tags.buffer).setUint32(8, vendor.length, true);
    tags.set(vendor, 12);
    return joined([this.#write([head], begins, 0), this.#write([tags], 0, 0)]);
  }

  /** One page of at most 50 frames of 20 ms. */
  frames(frames: readonly Uint8Array[], last = false): Uint8Array {
    this.#samples += frames.length * opusFrameSamples;
    return this.#write(frames, last ? ends : 0, this.#samples);
  }

  #write(packets: readonly Uint8Array[], flags: number, granule: number): Uint8Array {
    const lacing = packets.flatMap((packet) => [...Array<number>(Math.floor(packet.length / 255)).fill(255), packet.length % 255]);
    if (lacing.length > 255) throw new Error(`${lacing.length} segments do not fit a page`);
    const page = new Uint8Array(27 + lacing.length + packets.reduce((sum, { length }) => sum + length, 0));
    const view = new DataView(page.buffer);
    page.set(new TextEncoder().encode('OggS'));
    view.setUint8(5, flags);
    view.setBigInt64(6, BigInt(granule), true);
    view.setUint32(14, this.#serial, true);
    view.setUint32(18, this.#page++, true);
    view.setUint8(26, lacing.length);
    page.set(lacing, 27);
    let at = 27 + lacing.length;
    for (const packet of packets) {
      page.set(packet, at);
      at += packet.length;
    }
    view.setUint32(22, oggCrc(page), true);
    return page;
  }
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
