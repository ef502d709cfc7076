// Follows one client's byte stream and judges each packet at its head, before anybody buffers or parses it.
import type { GaugeVerdict } from './link/packet-gauge.ts';
import { bodyBytesMax, type Flaw, flawOf, headBytes, type PacketBounds, packetType } from './packet-rules.ts';

export type PacketVerdict = GaugeVerdict | Flaw | 'not-connect';

export interface CheckerLimits extends PacketBounds {
  /** Whole bytes of CONNECT, header included. */
  readonly connectBytesMax: number;
  /** Whole bytes of any later packet. */
  readonly laterBytesMax: number;
}

const nothing = new Uint8Array(0);

/**
 * Feed it every chunk in order; after another verdict than `fits` the connection must end.
 * INVARIANT: what it keeps of a packet is what the client has really sent, never what a length announces.
 */
export class PacketChecker {
  readonly #limits: CheckerLimits;
  #connected = false;
  #firstByte = 0;
  /** Bytes of the current header seen: 0 none, 1 type, 2… length digits. */
  #headerBytes = 0;
  #bodyBytes = 0;
  /** Bytes of the head still to come, and those that came in earlier chunks. */
  #headLeft = 0;
  #early: Uint8Array = nothing;
  /** Bytes of the payload to pass over. */
  #skip = 0;
  #packets = 0;

  constructor(limits: CheckerLimits) {
    this.#limits = limits;
  }

  /** Packets completely checked so far. */
  get packets(): number {
    return this.#packets;
  }

  /** The last packet is whole and the next has not begun. */
  get between(): boolean {
    return this.#headerBytes === 0 && this.#headLeft === 0 && this.#skip === 0;
  }

  feed(chunk: Uint8Array): PacketVerdict {
    let at = 0;
    while (at < chunk.length) {
      if (this.#skip > 0) {
        const step = Math.min(this.#skip, chunk.length - at);
        this.#skip -= step;
        at += step;
        continue;
      }
      if (this.#headLeft > 0) {
        const step = Math.min(this.#headLeft, chunk.length - at);
        const verdict = this.#collect(chunk.subarray(at, at + step));
        if (verdict !== 'fits') return verdict;
        at += step;
        continue;
      }
      const verdict = this.#header(chunk[at++] as number);
      if (verdict !== 'fits') return verdict;
    }
    return 'fits';
  }

  /** §2.2.3: one type byte, then up to four digits of base 128, least significant first. */
  #header(byte: number): PacketVerdict {
    const { connectBytesMax, laterBytesMax } = this.#limits;
    if (this.#headerBytes === 0) {
      this.#firstByte = byte;
      this.#headerBytes = 1;
      this.#bodyBytes = 0;
      if (byte >> 4 === packetType.connect) return this.#connected ? 'second-connect' : 'fits';
      return this.#connected ? 'fits' : 'not-connect';
    }
    this.#bodyBytes += (byte & 0x7f) * 128 ** (this.#headerBytes - 1);
    this.#headerBytes++;
    const type = this.#firstByte >> 4;
    const whole = this.#headerBytes + this.#bodyBytes;
    if (whole > (this.#connected ? laterBytesMax : connectBytesMax)) return 'too-large';
    if (byte & 0x80) return this.#headerBytes > 4 ? 'malformed' : 'fits';
    if (this.#bodyBytes > bodyBytesMax(type, this.#limits)) return type === packetType.subscribe ? 'filters-limit' : 'malformed';
    this.#headerBytes = 0;
    this.#headLeft = headBytes(type, this.#bodyBytes, this.#limits);
    return this.#headLeft === 0 ? this.#judge(nothing) : 'fits';
  }

  #collect(piece: Uint8Array): PacketVerdict {
    this.#headLeft -= piece.length;
    if (this.#headLeft > 0) {
      this.#early = Buffer.concat([this.#early, piece]);
      return 'fits';
    }
    const head = this.#early.length === 0 ? piece : Buffer.concat([this.#early, piece]);
    this.#early = nothing;
    return this.#judge(head);
  }

  #judge(head: Uint8Array): PacketVerdict {
    this.#packets++;
    this.#connected = true;
    this.#skip = this.#bodyBytes - head.length;
    return flawOf(this.#firstByte, head, this.#bodyBytes, this.#limits) ?? 'fits';
  }
}
