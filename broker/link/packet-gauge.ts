// Measures MQTT packets on the raw byte stream, so an oversize one is refused at its header, before anybody buffers it.

export type GaugeVerdict = 'fits' | 'too-large' | 'malformed';

/** Feed it every chunk in order. After another verdict than `fits` the connection must end. */
export class PacketGauge {
  readonly #bytesMax: number;
  /** Bytes of the current packet's body still to come; 0 while a header is read. */
  #bodyLeft = 0;
  /** Bytes of the current header seen: 0 none, 1 type, 2… length digits. */
  #headerBytes = 0;
  #length = 0;

  /** `bytesMax`: whole bytes of one packet, header included. */
  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
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
      this.#headerBytes = 1;
      this.#length = 0;
      return 'fits';
    }
    this.#length += (byte & 0x7f) * 128 ** (this.#headerBytes - 1);
    this.#headerBytes++;
    if (this.#headerBytes + this.#length > this.#bytesMax) return 'too-large';
    if (byte & 0x80) return this.#headerBytes > 4 ? 'malformed' : 'fits';
    this.#bodyLeft = this.#length;
    this.#headerBytes = 0;
    return 'fits';
  }
}
