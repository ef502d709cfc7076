// Measures MQTT packets on the raw byte stream, so an oversize one is refused at its header, before anybody buffers it.

export type GaugeVerdict = 'fits' | 'too-large' | 'malformed' | 'not-connect';

export interface GaugeLimits {
  /** Whole bytes of the first packet, header included. */
  readonly firstBytesMax: number;
  readonly laterBytesMax: number;
  /** True on the broker's side: the first packet must be CONNECT. */
  readonly connectFirst: boolean;
}

const connectType = 0x10;

/** Feed it every chunk in order. After another verdict than `fits` the connection must end. */
export class PacketGauge {
  readonly #limits: GaugeLimits;
  #first = true;
  /** Bytes of the current packet's body still to come; 0 while a header is read. */
  #bodyLeft = 0;
  /** Bytes of the current header seen: 0 none, 1 type, 2… length digits. */
  #headerBytes = 0;
  #length = 0;

  constructor(limits: GaugeLimits) {
    this.#limits = limits;
  }

  /** What was fed so far ended with a whole packet. */
  get between(): boolean {
    return this.#bodyLeft === 0 && this.#headerBytes === 0 && !this.#first;
  }

  feed(chunk: Uint8Array): GaugeVerdict {
    let at = 0;
    while (at < chunk.length) {
      if (this.#bodyLeft > 0) {
        const step = Math.min(this.#bodyLeft, chunk.length - at);
        this.#bodyLeft -= step;
        at += step;
        continue;
      }
      const verdict = this.#header(chunk[at++] as number);
      if (verdict !== 'fits') return verdict;
    }
    return 'fits';
  }

  /** MQTT 3.1.1 §2.2.3: one type byte, then up to four digits of base 128, least significant first. */
  #header(byte: number): GaugeVerdict {
    if (this.#headerBytes === 0) {
      if (this.#first && this.#limits.connectFirst && byte !== connectType) return 'not-connect';
      this.#headerBytes = 1;
      this.#length = 0;
      return 'fits';
    }
    this.#length += (byte & 0x7f) * 128 ** (this.#headerBytes - 1);
    this.#headerBytes++;
    const max = this.#first ? this.#limits.firstBytesMax : this.#limits.laterBytesMax;
    if (this.#headerBytes + this.#length > max) return 'too-large';
    if (byte & 0x80) return this.#headerBytes > 4 ? 'malformed' : 'fits';
    this.#bodyLeft = this.#length;
    this.#headerBytes = 0;
    this.#first = false;
    return 'fits';
  }
}
