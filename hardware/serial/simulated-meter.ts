// A power meter that speaks Modbus RTU: registers set by hand, and the ways a line spoils what it says.
import { type ReadFunction, readRequest, withCrc } from './modbus-rtu.ts';
import type { FarEnd } from './simulated-line.ts';

export class SimulatedMeter implements FarEnd {
  say: (bytes: Uint8Array) => void = () => undefined;
  /** `crc`: one bit wrong; `half`: the answer breaks off; `silent`: nothing; `echo`: a two-wire adapter hears itself. */
  fault: 'none' | 'crc' | 'half' | 'silent' | 'echo' = 'none';
  /** The next so many answers have the fault; then it is over. */
  faultsLeft = Number.POSITIVE_INFINITY;
  asked = 0;
  readonly #address: number;
  readonly #registers = new Map<string, number>();
  #received: number[] = [];

  constructor(address = 1) {
    this.#address = address;
  }

  /** 16-bit words from `register` on. */
  set(read: ReadFunction, register: number, words: readonly number[]): void {
    for (const [i, word] of words.entries()) this.#registers.set(`${read}/${register + i}`, word & 0xffff);
  }

  /** As a PZEM-004T version 3 has them. */
  setPzem({ mainsV, currentMa, powerW, energyWh }: { mainsV: number; currentMa: number; powerW: number; energyWh: number }): void {
    const long = (value: number) => [value & 0xffff, Math.floor(value / 0x10000)];
    const words = [
      Math.round(mainsV * 10),
      ...long(Math.round(currentMa)),
      ...long(Math.round(powerW * 10)),
      ...long(Math.round(energyWh)),
    ];
    this.set(4, 0, [...words, 500, 95, 0]);
  }

  take(bytes: Uint8Array): void {
    this.#received.push(...bytes);
    while (this.#received.length >= 8) {
      const frame = this.#received.slice(0, 8);
      const [address = 0, read = 0, high = 0, low = 0, , count = 0] = frame;
      const whole = readRequest(address, read as ReadFunction, high * 256 + low, count);
      if (!frame.every((byte, i) => byte === whole[i])) {
        this.#received.shift();
        continue;
      }
      this.#received.splice(0, 8);
      this.asked++;
      if (address === this.#address) this.#answer(read, high * 256 + low, count, whole);
    }
  }

  restart(): void {
    this.#received = [];
  }

  #answer(read: number, register: number, count: number, request: Uint8Array): void {
    const words = Array.from({ length: count }, (_, i) => this.#registers.get(`${read}/${register + i}`));
    const known = words.every((word) => word !== undefined);
    const answer = known
      ? withCrc([this.#address, read, count * 2, ...words.flatMap((word = 0) => [word >> 8, word & 0xff])])
      : withCrc([this.#address, read | 0x80, 2]);
    const fault = this.faultsLeft > 0 ? this.fault : 'none';
    this.faultsLeft--;
    if (fault === 'silent') return;
    if (fault === 'echo') this.say(request);
    if (fault === 'crc') answer[3] = (answer[3] ?? 0) ^ 1;
    if (fault === 'half') {
      this.say(answer.subarray(0, 7));
      return;
    }
    // In two pieces, as serial drivers hand on what they have.
    this.say(answer.subarray(0, 4));
    this.say(answer.subarray(4));
  }
}
