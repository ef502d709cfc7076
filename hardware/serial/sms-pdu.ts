// Text messages as they come from a modem in PDU mode: SMS-DELIVER with 8-bit data (3GPP TS 23.040 §9.2.2.1, TS 23.038 §4).
import { bad, ok, type Result } from '../../schemas/problems.ts';

export interface SmsMessage {
  /** As the network says; proves nothing. */
  readonly from: string;
  /** What stands in it: 0…140 octets of 8-bit data. */
  readonly data: Uint8Array;
}

/** A whole PDU (service centre, TPDU) has at most 12 + 164 octets. */
const pduOctetsMax = 176;
const dataOctetsMax = 140;

/** Problems: bad-input (no PDU, another message type, letters instead of data, one of several parts). */
export function readDeliver(pdu: string): Result<SmsMessage> {
  if (pdu.length % 2 !== 0 || pdu.length > pduOctetsMax * 2 || !/^[0-9A-Fa-f]*$/.test(pdu)) return bad('bad-input', 'not a PDU');
  const bytes = Uint8Array.from(Buffer.from(pdu, 'hex'));
  const first = 1 + (bytes[0] ?? 0);
  const type = bytes[first];
  if (type === undefined) return bad('bad-input', 'cut off');
  if ((type & 0b11) !== 0) return bad('bad-input', 'not an SMS-DELIVER');
  const digits = bytes[first + 1] ?? 0;
  const addressEnd = first + 3 + Math.ceil(digits / 2);
  const from = addressOf(bytes.subarray(first + 2, addressEnd), digits);
  const coding = bytes[addressEnd + 1] ?? 0;
  const at = addressEnd + 2 + 7;
  const length = bytes[at];
  if (length === undefined || from === undefined) return bad('bad-input', 'cut off');
  if (!isEightBit(coding)) return bad('bad-input', `coding ${coding} is not 8-bit data`, '/coding');
  if ((type & 0x40) !== 0) return bad('bad-input', 'has a header: one of several parts', '/header');
  const data = bytes.slice(at + 1);
  if (data.length !== length || length > dataOctetsMax) return bad('bad-input', `${data.length} octets, ${length} are told`, '/data');
  return ok({ from, data });
}

/** The hex text of a message as a network delivers it; for simulations. Throws on what no message can hold. */
export function writeDeliver({ from, data }: SmsMessage, coding = 0x04): string {
  if (data.length > dataOctetsMax || !/^\+?\d{1,20}$/.test(from)) throw new RangeError('no message can hold this');
  const digits = from.replace('+', '');
  const address = Buffer.from((digits.length % 2 ? `${digits}F` : digits).replace(/(.)(.)/g, '$2$1'), 'hex');
  const stamp = Buffer.from('62118221000082', 'hex'); // 2026-11-28, seven hours east
  const head = Buffer.from([0x00, 0x04, digits.length, from.startsWith('+') ? 0x91 : 0x81, ...address, 0x00, coding, ...stamp]);
  return Buffer.concat([head, Buffer.from([data.length]), data])
    .toString('hex')
    .toUpperCase();
}

/** General group without compression, or "data coding, message class" (23.038 §4). */
function isEightBit(coding: number): boolean {
  if ((coding & 0xc0) === 0) return (coding & 0x2c) === 0x04;
  return (coding & 0xf4) === 0xf4;
}

function addressOf(bytes: Uint8Array, digits: number): string | undefined {
  const [type, ...packed] = bytes;
  if (type === undefined || packed.length * 2 < digits || digits > 20) return undefined;
  if ((type & 0x70) === 0x50) return 'letters'; // a sender's name in 7-bit letters
  const text = packed.map((byte) => (byte & 15).toString(16) + (byte >> 4).toString(16)).join('');
  return `${(type & 0x70) === 0x10 ? '+' : ''}${text.slice(0, digits)}`;
}
